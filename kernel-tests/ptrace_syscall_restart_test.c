/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_syscall_restart_test.c - calls that a signal or a trap interrupts, as the
 * tracer sees them end and begin again.
 */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

/* Results inside the kernel; a program must never see them, a tracer does. */
#define KT_ERESTARTSYS		 512
#define KT_ERESTARTNOHAND	 514
#define KT_ERESTART_RESTARTBLOCK 516

struct sleeper {
	int pipe[2];
	_Atomic uint32_t word;
	_Atomic long result;
};

static void read_body(void *arg)
{
	struct sleeper *s = arg;
	char byte;
	long rc = syscall(SYS_read, s->pipe[0], &byte, 1);

	atomic_store(&s->result, rc < 0 ? -errno : rc);
}

static void futex_body(void *arg)
{
	struct sleeper *s = arg;
	struct timespec hour = { 3600, 0 };
	long rc = syscall(SYS_futex, &s->word, FUTEX_WAIT, 0, &hour, NULL, 0);

	atomic_store(&s->result, rc < 0 ? -errno : rc);
}

static void park_once_body(void *arg)
{
	struct sleeper *s = arg;
	long rc = syscall(KT_PARK_NR, NULL, 0, NULL, NULL, 0);

	atomic_store(&s->result, rc < 0 ? -errno : rc);
}

/* Asleep in call `nr`, entered under PTRACE_SYSCALL. */
static pid_t asleep(kt_body *body, struct sleeper *s, long nr)
{
	pid_t pid = kt_child_stopped(body, s, PTRACE_O_TRACESYSGOOD);

	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_ENTRY).nr, nr);
	KT_OK(kt_syscall(pid, 0));
	KT_AWAIT(kt_proc_blocked_in(pid, nr));
	return pid;
}

KT_CASE(ptrace_syscall_restart_shown, "ptrace.syscall.restart_shown",
	"Verify that a call interrupted by a signal which the tracer suppresses ends with "
	"ERESTARTSYS for the tracer and is entered again with the same number and arguments",
	KT_SEES("call.result", -EINTR))
{
	struct sleeper *s = kt_shared(sizeof(*s));
	struct call c;
	pid_t pid;

	KT_SYS(pipe(s->pipe));
	pid = asleep(read_body, s, SYS_read);
	KT_SYS(kill(pid, SIGUSR1));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_EXIT).result, -KT_ERESTARTSYS);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	c = KT_CALL(pid, CALL_ENTRY);
	KT_EQ(c.nr, SYS_read);
	KT_EQ(c.args[0], s->pipe[0]);
	KT_EQ(c.args[2], 1);
	KT_SYS(write(s->pipe[1], "x", 1));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(s->result, 1);
}

KT_CASE(ptrace_syscall_restart_block, "ptrace.syscall.restart_block",
	"Verify that a wait with a timeout which PTRACE_INTERRUPT ends is entered again as "
	"restart_syscall with the number of its ABI",
	KT_SEES("call.nr", SYS_futex))
{
	struct sleeper *s = kt_shared(sizeof(*s));
	pid_t pid = asleep(futex_body, s, SYS_futex);

	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_EXIT).result, -KT_ERESTART_RESTARTBLOCK);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_ENTRY).nr, abi_native()->nr_restart);
	/* The wait itself goes on: its word changes, and it is woken. */
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(syscall(SYS_futex, &s->word, FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(s->result, 0);
}

KT_CASE(ptrace_syscall_restart_disable, "ptrace.syscall.restart_disable",
	"Verify that on x86 number -1 written at the signal-delivery-stop of an interrupted call "
	"keeps it from being restarted",
	KT_SEES("result", -EINTR))
{
#if defined(__x86_64__) || defined(__i386__)
	const struct abi_reg *nr = &abi_native()->regs->nr;
	struct sleeper *s = kt_shared(sizeof(*s));
	pid_t pid = asleep(park_once_body, s, KT_PARK_NR);
	struct call_regs regs;

	KT_SYS(kill(pid, SIGUSR1));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_EXIT).result, -KT_ERESTARTNOHAND);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(call_save_regs(pid, &regs));
	memset(regs.bytes + nr->offset, 0xff, nr->size);
	KT_OK(call_load_regs(pid, &regs));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(KT_SEEN("result", s->result), -KT_ERESTARTNOHAND);
#else
	(void)park_once_body;
	atf_tc_skip("belongs to x86");
#endif
}

KT_PROGRAM
