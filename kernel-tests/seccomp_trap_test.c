/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_trap_test.c - SECCOMP_RET_TRAP: what the SIGSYS says, what a handler finds
 * in the registers and may do with them, and what becomes of a program that does
 * not take the signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"

#define DATA 0xbeef

/* The kernel's name for a trap by a filter; libc has no constant for it. */
#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

/* In the ucontext, what the program has in the register of results, and its pc. */
#if defined(__x86_64__)
#define RESULT(uc) ((uc)->uc_mcontext.gregs[REG_RAX])
#define PC(uc)	   ((uc)->uc_mcontext.gregs[REG_RIP])
#elif defined(__i386__)
#define RESULT(uc) ((uc)->uc_mcontext.gregs[REG_EAX])
#define PC(uc)	   ((uc)->uc_mcontext.gregs[REG_EIP])
#elif defined(__arm__)
#define RESULT(uc) ((uc)->uc_mcontext.arm_r0)
#define PC(uc)	   ((uc)->uc_mcontext.arm_pc)
#elif defined(__aarch64__)
#define RESULT(uc) ((uc)->uc_mcontext.regs[0])
#define PC(uc)	   ((uc)->uc_mcontext.pc)
#endif

/* The arguments of the call that is trapped. */
#define ARG0 0x11223344
#define ARG1 0x55667788

struct trapped {
	_Atomic int count;
	_Atomic long result;
	siginfo_t si;
	unsigned long register_before, pc;
	bool emulate;
	long emulated;
};

static struct trapped *current;

static void on_sigsys(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	current->count++;
	current->si = *si;
	current->register_before = (unsigned long)RESULT(uc);
	current->pc = (unsigned long)PC(uc);
	if (current->emulate)
		RESULT(uc) = current->emulated;
}

static void trapped_body(void *arg)
{
	struct sigaction sa = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };

	current = arg;
	KT_SYS(sigaction(SIGSYS, &sa, NULL));
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, SECCOMP_RET_TRAP | DATA)));
	current->result = kt_raw(SYS_getppid, ARG0, ARG1);
}

static struct trapped *trap(bool emulate, long result)
{
	struct trapped *t = kt_shared(sizeof(*t));

	t->emulate = emulate;
	t->emulated = result;
	KT_WAIT(kt_child(trapped_body, t), "exited(0)");
	KT_EQ(t->count, 1);
	return t;
}

KT_CASE(seccomp_ret_trap_siginfo, "seccomp.ret.trap_siginfo",
	"Verify that the SIGSYS of SECCOMP_RET_TRAP has code SYS_SECCOMP, the filter's data as "
	"si_errno, the call's number and ABI, and the address behind its instruction",
	KT_ANSWERS(call, SYS_getppid, 0), KT_SEES("si_code", SI_USER), KT_SEES("si_errno", 0),
	KT_SEES("si_syscall", 0), KT_SEES("si_arch", 0), KT_SEES("si_call_addr", 0))
{
	struct trapped *t;

	KT_NEEDS(kt_probe_seccomp());
	t = trap(false, 0);
	KT_EQ(t->si.si_signo, SIGSYS);
	KT_EQ(KT_SEEN("si_code", t->si.si_code), SYS_SECCOMP);
	KT_EQ(KT_SEEN("si_errno", t->si.si_errno), DATA);
	/* With bit 30 for x32, as <asm/unistd.h> has it. */
	KT_EQ(KT_SEEN("si_syscall", t->si.si_syscall), SYS_getppid);
	KT_EQ(KT_SEEN("si_arch", t->si.si_arch), abi_native()->audit_arch);
	KT_EQ(KT_SEEN("si_call_addr", (unsigned long)t->si.si_call_addr), t->pc);
}

KT_CASE(seccomp_ret_trap_regs, "seccomp.ret.trap_regs",
	"Verify that a handler of SECCOMP_RET_TRAP finds the registers as the call was entered: in "
	"that of the result the number on x86, the first argument on ARM",
	KT_RETURNS(call, SYS_getppid, -ENOSYS), KT_SEES("register", -ENOSYS))
{
	struct trapped *t;

	KT_NEEDS(kt_probe_seccomp());
	t = trap(false, 0);
#if defined(__x86_64__) || defined(__i386__)
	KT_EQ(KT_SEEN("register", t->register_before), SYS_getppid);
	KT_EQ(t->result, SYS_getppid);
#else
	KT_EQ(KT_SEEN("register", t->register_before), ARG0);
	KT_EQ(t->result, ARG0);
#endif
}

KT_CASE(seccomp_ret_trap_emulate, "seccomp.ret.trap_emulate",
	"Verify that a handler of SECCOMP_RET_TRAP gives the call its result by writing the "
	"register, and that the call is not executed",
	KT_RETURNS(call, SYS_getppid, 77))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_EQ(trap(true, 4711)->result, 4711);
	KT_EQ(trap(true, -KT_ERRNO)->result, -KT_ERRNO);
}

/* What a program may have done about SIGSYS. */
enum disposition { DEFAULT, IGNORED, BLOCKED };

static void untaken_body(void *arg)
{
	enum disposition disposition = *(const enum disposition *)arg;
	struct sigaction sa = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };
	sigset_t sigsys;

	if (disposition == IGNORED)
		KT_REQUIRE(signal(SIGSYS, SIG_IGN) != SIG_ERR);
	if (disposition == BLOCKED) {
		KT_SYS(sigaction(SIGSYS, &sa, NULL));
		sigemptyset(&sigsys);
		sigaddset(&sigsys, SIGSYS);
		KT_SYS(sigprocmask(SIG_BLOCK, &sigsys, NULL));
	}
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, SECCOMP_RET_TRAP | DATA)));
	kt_raw(SYS_getppid);
}

KT_CASE(seccomp_ret_trap_default, "seccomp.ret.trap_default",
	"Verify that SECCOMP_RET_TRAP kills by SIGSYS a program without a handler, and one that "
	"ignores or blocks SIGSYS, handler or not",
	KT_ANSWERS(call, SYS_getppid, 0), KT_REPORTS("killed(SIGSYS)", SIGKILL, KT_NOT_FIRST(2)))
{
	enum disposition which;

	KT_NEEDS(kt_probe_seccomp());
	current = kt_shared(sizeof(*current));
	for (which = DEFAULT; which <= BLOCKED; which++)
		KT_WAIT(kt_child(untaken_body, &which), "killed(SIGSYS)");
	KT_EQ(current->count, 0);
}

static void in_handler(int sig, siginfo_t *si, void *context)
{
	/* Blocked while it runs: the second trap is the end. */
	on_sigsys(sig, si, context);
	kt_raw(SYS_getppid);
	current->count++;
}

static void nested_body(void *arg)
{
	struct sigaction sa = { .sa_sigaction = in_handler, .sa_flags = SA_SIGINFO };

	current = arg;
	KT_SYS(sigaction(SIGSYS, &sa, NULL));
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, SECCOMP_RET_TRAP | DATA)));
	kt_raw(SYS_getppid);
}

KT_CASE(seccomp_ret_trap_nested, "seccomp.ret.trap_nested",
	"Verify that a call trapped in the handler of SECCOMP_RET_TRAP kills the program, for the "
	"signal is blocked there",
	KT_ANSWERS(call, SYS_getppid, 0, KT_NOT_FIRST(1)))
{
	struct trapped *t = kt_shared(sizeof(*t));

	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(nested_body, t), "killed(SIGSYS)");
	KT_EQ(t->count, 1);
}

KT_CASE(seccomp_ret_trap_traced, "seccomp.ret.trap_traced",
	"Verify that a tracer sees the SIGSYS of SECCOMP_RET_TRAP at its delivery, with the same "
	"code and data, and can suppress it",
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 2),
	KT_CHANGES_ARG(ptrace, PTRACE_CONT, 3, 0, SIGSYS))
{
	struct trapped *t = kt_shared(sizeof(*t));
	siginfo_t si;
	pid_t pid;

	KT_NEEDS(kt_probe_seccomp());
	pid = kt_child_seized(trapped_body, t, 0);
	KT_WAIT(pid, "signal(SIGSYS)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_code, SYS_SECCOMP);
	KT_EQ(si.si_errno, DATA);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(t->count, 0);
}

KT_PROGRAM
