/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regs_x86_debug_test.c - the debug registers of a tracee on x86: data breakpoints
 * that its tracer sets, and how far they reach.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"

#if defined(__x86_64__) || defined(__i386__)

#define PEEKUSER 3
#define POKEUSER 6

/* In struct user, whose size is not that of glibc's where pointers are narrow. */
#ifdef __x86_64__
#define DR(n) (848u + 8u * (n))
#else
#define DR(n) (252u + 4u * (n))
#endif

#define DR7_WRITE4 (1u | 1u << 16 | 3u << 18) /* breakpoint 0: 4 bytes are written */

#ifndef TRAP_HWBKPT
#define TRAP_HWBKPT 4
#endif

struct watched {
	_Atomic uint32_t first __attribute__((aligned(8)));
	_Atomic uint32_t second __attribute__((aligned(8)));
};

static void write_both(void *arg)
{
	struct watched *w = arg;

	atomic_store(&w->first, 1);
	atomic_store(&w->second, 1);
}

static long poke(pid_t pid, unsigned int n, uintptr_t value)
{
	return kt_ptrace(POKEUSER, pid, DR(n), value);
}

static unsigned long peek(pid_t pid, unsigned int n)
{
	unsigned long value = 0;

	KT_OK(kt_ptrace(PEEKUSER, pid, DR(n), (uintptr_t)&value));
	return value;
}

/* Or skip: a virtual machine may have none. */
static void watch(pid_t pid, const void *address)
{
	long rc;

	KT_OK(poke(pid, 0, (uintptr_t)address));
	rc = poke(pid, 7, DR7_WRITE4);
	if (rc == -ENOSPC || rc == -EOPNOTSUPP || rc == -ENODEV)
		atf_tc_skip("no data breakpoints here: %s", kt_errno_name((int)-rc));
	KT_OK(rc);
}

static void check_trapped(pid_t pid)
{
	siginfo_t si;

	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_code, TRAP_HWBKPT);
	KT_EQ(peek(pid, 6) & 0xf, 1);
}

#else
#define POKEUSER 6
#define PEEKUSER 3
#define DR(n)	 0
#endif

KT_CASE(regs_x86_debugregs_trap, "regs.x86.debugregs.trap",
	"Verify that a data breakpoint in the debug registers of an x86 tracee stops it with "
	"SIGTRAP right behind the write, once",
	KT_ANSWERS(ptrace, POKEUSER, 0, KT_WHEN(2, DR(7))),
	KT_ANSWERS(ptrace, POKEUSER, 0, KT_WHEN(2, DR(0))), KT_ANSWERS(ptrace, PEEKUSER, 0))
{
#if defined(__x86_64__) || defined(__i386__)
	struct watched *w = kt_shared(sizeof(*w));
	pid_t pid = kt_child_stopped(write_both, w, 0);

	watch(pid, &w->first);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGTRAP)");
	check_trapped(pid);
	KT_EQ(w->first, 1);
	KT_EQ(w->second, 0);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_CASE(regs_x86_debugregs, "regs.x86.debugregs",
	"Verify that the address of an enabled breakpoint of an x86 tracee cannot be moved to "
	"kernel memory (EINVAL), and that it is not there afterwards",
	KT_ANSWERS(ptrace, POKEUSER, 0, KT_WHEN(2, DR(0)), KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, POKEUSER, -EPERM, KT_WHEN(2, DR(0)), KT_NOT_FIRST(1)))
{
#if defined(__x86_64__) || defined(__i386__)
#ifdef __LP64__
	const uintptr_t kernel = ~0UL << 47;
#else
	const uintptr_t kernel = 0xc0000000;
#endif
	struct watched *w = kt_shared(sizeof(*w));
	pid_t pid;

	/* A kernel of 64 bits has no memory where 32 bits reach. */
	if (sizeof(kernel) == 4 && !kt_foreign_kernel_is_32())
		atf_tc_skip("no kernel memory has an address of 32 bits");
	pid = kt_child_stopped(write_both, w, 0);
	watch(pid, &w->first);
	KT_ERR(EINVAL, poke(pid, 0, kernel));
	KT_REQUIRE(peek(pid, 0) != kernel);
	KT_ERR(EINVAL, poke(pid, 0, kernel + 0x1000));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT_STATUS(pid);
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_CASE(regs_x86_debugregs_disabled, "regs.x86.debugregs.disabled",
	"Verify that the address of a disabled breakpoint of an x86 tracee can be changed, and "
	"that when enabled it is in force at the new one alone",
	KT_ANSWERS(ptrace, POKEUSER, 0, KT_WHEN(2, DR(0)), KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, POKEUSER, -EINVAL, KT_WHEN(2, DR(0)), KT_NOT_FIRST(1)))
{
#if defined(__x86_64__) || defined(__i386__)
	struct watched *w = kt_shared(sizeof(*w));
	pid_t pid = kt_child_stopped(write_both, w, 0);

	watch(pid, &w->first);
	KT_OK(poke(pid, 7, 0));
	KT_OK(poke(pid, 0, (uintptr_t)&w->second));
	KT_EQ(peek(pid, 0), (uintptr_t)&w->second);
	KT_OK(poke(pid, 7, DR7_WRITE4));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGTRAP)");
	check_trapped(pid);
	KT_EQ(w->first, 1);
	KT_EQ(w->second, 1);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_EXEC_MAIN(regs_x86_parked)
{
	(void)arg;
	kt_park();
}

#if defined(__x86_64__) || defined(__i386__)
static void exec_body(void *unused)
{
	(void)unused;
	KT_OK(kt_exec("regs_x86_parked", ""));
}
#endif

KT_CASE(regs_x86_debugregs_exec, "regs.x86.debugregs.exec",
	"Verify that an execve clears the debug registers of an x86 tracee",
	KT_STORES(ptrace, PEEKUSER, 3, 0, 1, KT_NOT_FIRST(1)))
{
#if defined(__x86_64__) || defined(__i386__)
	struct watched *w = kt_shared(sizeof(*w));
	pid_t pid = kt_child_stopped(exec_body, NULL, PTRACE_O_TRACEEXEC);

	watch(pid, &w->first);
	KT_EQ(peek(pid, 0), (uintptr_t)&w->first);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(peek(pid, 0), 0);
	KT_EQ(peek(pid, 7) & 0xff, 0);
#else
	atf_tc_skip("belongs to x86");
#endif
}

#if defined(__x86_64__) || defined(__i386__)
static void fork_body(void *arg)
{
	if (KT_SYS(fork()) == 0)
		write_both(arg);
	_exit(0);
}
#endif

#if defined(__x86_64__) || defined(__i386__)
/* The child of a tracee whose writes to w->first are watched, in its first stop. */
static pid_t forked(struct watched *w, pid_t *parent)
{
	unsigned long child;

	*parent = kt_child_stopped(fork_body, w, PTRACE_O_TRACEFORK);
	watch(*parent, &w->first);
	KT_EQ(peek(*parent, 0), (uintptr_t)&w->first);
	KT_OK(kt_cont(*parent, 0));
	KT_WAIT(*parent, "EVENT_FORK");
	KT_OK(kt_geteventmsg(*parent, &child));
	KT_WAIT((pid_t)child, "EVENT_STOP(SIGTRAP)");
	return (pid_t)child;
}
#endif

KT_CASE(regs_x86_debugregs_fork, "regs.x86.debugregs.fork",
	"Verify that a forked child of an x86 tracee has none of its parent's breakpoints",
	KT_STORES(ptrace, PEEKUSER, 3, 0, 1, KT_NOT_FIRST(1)), KT_REPORTS("exited(0)", 0x057f))
{
#if defined(__x86_64__) || defined(__i386__)
	struct watched *w = kt_shared(sizeof(*w));
	pid_t parent, child = forked(w, &parent);

	KT_EQ(peek(child, 0), 0);
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "exited(0)");
	KT_EQ(w->first, 1);
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_CASE(regs_x86_debugregs_fork_dr7, "regs.x86.debugregs.fork_dr7",
	"Verify that debug register 7 of a forked child of an x86 tracee reads as that of its "
	"parent, although no breakpoint of the child is enabled",
	KT_STORES(ptrace, PEEKUSER, 3, 0, 1, KT_NOT_FIRST(3)))
{
#if defined(__x86_64__) || defined(__i386__)
	struct watched *w = kt_shared(sizeof(*w));
	pid_t parent, child = forked(w, &parent);

	KT_EQ(peek(parent, 7) & 0xf, 1);
	KT_EQ(peek(child, 7), peek(parent, 7));
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "exited(0)");
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_PROGRAM
