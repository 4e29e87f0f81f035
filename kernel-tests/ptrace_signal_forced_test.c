/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_signal_forced_test.c - signals that the kernel forces on a tracee, which
 * of them a tracer sees, and the way into a handler and out of it by single steps.
 */
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

/* How the tracee has prepared itself for the signal. */
enum manner { DEFAULT, IGNORED, HANDLED, BLOCKED, HANDLED_BLOCKED, MANNERS };

static _Atomic int *handled; /* shared */

static void handler(int sig)
{
	(void)sig;
	atomic_store_explicit(handled, 1, memory_order_relaxed);
}

static void prepare(enum manner manner, int sig)
{
	struct sigaction sa = { .sa_handler = handler };
	sigset_t set;

	if (manner == IGNORED)
		sa.sa_handler = SIG_IGN;
	if (manner != DEFAULT && manner != BLOCKED)
		KT_SYS(sigaction(sig, &sa, NULL));
	sigemptyset(&set);
	sigaddset(&set, sig);
	if (manner == BLOCKED || manner == HANDLED_BLOCKED)
		KT_SYS(sigprocmask(SIG_BLOCK, &set, NULL));
}

struct killed {
	enum manner manner;
	uint32_t action;
};

static void killed_body(void *arg)
{
	const struct killed *k = arg;
	struct kt_rule rule = { SYS_getppid, KT_ANY_ARG, 0, k->action };

	prepare(k->manner, SIGSYS);
	kt_filter(&rule, 1, 0);
	syscall(SYS_getppid);
	_exit(0);
}

KT_CASE(ptrace_signal_forced_immutable, "ptrace.signal.forced_immutable",
	"Verify that the SIGSYS by which SECCOMP_RET_KILL_PROCESS and SECCOMP_RET_KILL_THREAD end "
	"a tracee never stops it, so that no tracer can take it away, however it is prepared",
	KT_REPORTS("killed(SIGSYS)", W_STOPCODE(SIGSYS)))
{
	static const uint32_t actions[] = { SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD };

	handled = kt_shared(sizeof(*handled));
	for (size_t i = 0; i < 2 * MANNERS; i++) {
		struct killed *k = kt_shared(sizeof(*k));
		pid_t pid;

		k->manner = (enum manner)(i / 2);
		k->action = actions[i % 2];
		KT_NEEDS(kt_probe_seccomp_action(k->action));
		printf("manner %d, action 0x%x\n", (int)k->manner, (unsigned int)k->action);
		pid = kt_child_seized(killed_body, k, 0);
		KT_WAIT(pid, "killed(SIGSYS)");
		KT_EQ(*handled, 0);
	}
}

/* No process maps its first page. */
#define NOWHERE 16

static void fault_body(void *manner)
{
	volatile int *volatile nowhere = (volatile int *)NOWHERE;

	prepare(*(enum manner *)manner, SIGSEGV);
	*nowhere = 1;
	_exit(0);
}

KT_CASE(ptrace_signal_forced_sigsegv_visible, "ptrace.signal.forced_sigsegv_visible",
	"Verify that a SIGSEGV of the tracee's own doing stops it although it blocks or ignores "
	"the signal, which the kernel undoes, and kills it when injected",
	KT_REPORTS("signal(SIGSEGV)", SIGSEGV), KT_REPORTS("killed(SIGSEGV)", 0))
{
	handled = kt_shared(sizeof(*handled));
	for (enum manner m = 0; m < MANNERS; m++) {
		enum manner *manner = kt_shared(sizeof(*manner));
		uint64_t mask = ~0ULL;
		siginfo_t si;
		pid_t pid;

		if (m == HANDLED)
			continue;
		*manner = m;
		printf("manner %d\n", (int)m);
		pid = kt_child_seized(fault_body, manner, 0);
		/* Without it the instruction is tried again, and the fault comes again. */
		for (int i = 0; i < 2; i++) {
			KT_WAIT(pid, "signal(SIGSEGV)");
			KT_OK(kt_getsiginfo(pid, &si));
			KT_EQ(si.si_code, SEGV_MAPERR);
			KT_EQ((uintptr_t)si.si_addr, NOWHERE);
			KT_OK(kt_ptrace(PTRACE_GETSIGMASK, pid, sizeof(mask), (uintptr_t)&mask));
			KT_EQ(mask, 0);
			KT_OK(kt_cont(pid, i == 0 ? 0 : SIGSEGV));
		}
		KT_WAIT(pid, "killed(SIGSEGV)");
		KT_EQ(*handled, 0);
	}
}

/* A handler whose stack cannot be written. */
static void no_stack_body(void *unused)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_size = 64 * 1024 };

	(void)unused;
	stack.ss_sp =
		KT_SYS(mmap(NULL, stack.ss_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	KT_SYS(sigaltstack(&stack, NULL));
	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	KT_OK(kt_tgkill(getpid(), kt_gettid(), SIGUSR1));
	_exit(0);
}

KT_CASE(ptrace_signal_forced_no_stack, "ptrace.signal.forced_no_stack",
	"Verify that a tracee whose handler has no stack to run on stops for a SIGSEGV from the "
	"kernel instead, and goes on without either when that is suppressed",
	KT_LOSES("signal(SIGSEGV)"),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 1))
{
	siginfo_t si;
	pid_t pid;

	handled = kt_shared(sizeof(*handled));
	pid = kt_child_seized(no_stack_body, NULL, 0);
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_cont(pid, SIGUSR1));
	KT_WAIT(pid, "signal(SIGSEGV)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGSEGV);
	KT_EQ(si.si_code, SI_KERNEL);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(*handled, 0);
}

#define TRAP_DATA 7

static void trap_body(void *unused)
{
	(void)unused;
	KT_FILTER({ SYS_getppid, KT_ANY_ARG, 0, SECCOMP_RET_TRAP | TRAP_DATA });
	syscall(SYS_getppid);
	_exit(0);
}

KT_CASE(ptrace_signal_sigsys_trap, "ptrace.signal.sigsys_trap",
	"Verify that the SIGSYS of SECCOMP_RET_TRAP is an ordinary signal-delivery-stop after the "
	"syscall-exit-stop, and tells the call, its architecture and address and the filter's data",
	KT_LOSES("signal(SIGSYS)"),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_syscall), 1))
{
	/* Left by PTRACE_SYSCALL and by PTRACE_CONT. */
	for (int i = 0; i < 2; i++) {
		pid_t pid = kt_child_stopped(trap_body, NULL, PTRACE_O_TRACESYSGOOD);
		struct call c;
		siginfo_t si;

		do {
			KT_OK(kt_syscall(pid, 0));
			KT_WAIT(pid, "syscall");
			c = KT_CALL(pid, CALL_ENTRY);
			if (c.nr == SYS_getppid && i == 1)
				break;
			KT_OK(kt_syscall(pid, 0));
			KT_WAIT(pid, "syscall");
		} while (c.nr != SYS_getppid);
		KT_OK(kt_ptrace(i == 0 ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, 0));
		KT_WAIT(pid, "signal(SIGSYS)");
		KT_OK(kt_getsiginfo(pid, &si));
		KT_EQ(si.si_signo, SIGSYS);
		KT_EQ(si.si_code, 1 /* SYS_SECCOMP */);
		KT_EQ(si.si_errno, TRAP_DATA);
		KT_EQ(si.si_syscall, SYS_getppid);
		KT_EQ(si.si_arch, abi_native()->audit_arch);
		KT_EQ((uintptr_t)si.si_call_addr, c.ip);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(0)");
	}
}

static void spin_handling(void *counter)
{
	prepare(HANDLED, SIGUSR1);
	kt_spin(counter);
}

/* No atomic operation in a handler that is stepped through: an exclusive store fails. */
KT_CASE(ptrace_signal_sigreturn_step, "ptrace.signal.sigreturn_step",
	"Verify that PTRACE_SINGLESTEP with a signal stops at the first instruction of its "
	"handler, and over rt_sigreturn at the very instruction that was interrupted",
	KT_CHANGES_ARG(ptrace, PTRACE_SINGLESTEP, 3, ~0UL, 0), KT_SEES("where it goes on", 16))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	struct call before, now;
	int steps = 0;
	pid_t pid;

	KT_NEEDS(kt_probe_singlestep());
	handled = kt_shared(sizeof(*handled));
	pid = kt_child_seized(spin_handling, counter, 0);
	KT_AWAIT_SPINNING(counter);
	KT_SYS(kill(pid, SIGUSR1));
	KT_WAIT(pid, "signal(SIGUSR1)");
	before = KT_CALL(pid, CALL_NONE);
	KT_OK(kt_ptrace(PTRACE_SINGLESTEP, pid, 0, SIGUSR1));
	KT_WAIT(pid, "signal(SIGTRAP)");
	now = KT_CALL(pid, CALL_NONE);
	/* Bit 0 of a Thumb function's address is none of it; 64-bit kernels show it, too. */
	KT_EQ(now.ip & ~1ULL, (uintptr_t)handler & ~1ULL);
	KT_REQUIRE(now.sp < before.sp);
	/* The handler's frame lies below: the stack is as before when it has returned. */
	while (now.sp != before.sp) {
		KT_REQUIRE_MSG(++steps < 1000, "the handler does not return");
		KT_OK(kt_ptrace(PTRACE_SINGLESTEP, pid, 0, 0));
		KT_WAIT(pid, "signal(SIGTRAP)");
		now = KT_CALL(pid, CALL_NONE);
	}
	printf("%d steps\n", steps);
	KT_EQ(KT_SEEN("where it goes on", now.ip), before.ip);
	KT_EQ(*handled, 1);
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_PROGRAM
