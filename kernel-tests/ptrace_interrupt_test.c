/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_interrupt_test.c - PTRACE_INTERRUPT: the one trap that it asks for,
 * when that comes, and what takes its place.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arch/call.h"
#include "kernel-tests/kt.h"

#define SI_CODE_STOP (PTRACE_EVENT_STOP << 8 | SIGTRAP)

KT_CASE(ptrace_interrupt_running, "ptrace.interrupt.running",
	"Verify that PTRACE_INTERRUPT makes a running tracee report PTRACE_EVENT_STOP with "
	"SIGTRAP, si_code 0x8005 and event message 0",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child_seized(kt_body_spin, counter, 0);
	unsigned long message = 1;
	siginfo_t si;

	KT_AWAIT_SPINNING(counter);
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGTRAP);
	KT_EQ(si.si_code, SI_CODE_STOP);
	KT_EQ(si.si_code, 0x8005);
	KT_OK(kt_geteventmsg(pid, &message));
	KT_EQ(message, 0);
	KT_SENTINEL(pid, PTRACE_CONT);
}

/*
 * A tracee that waits for its vfork child sleeps through everything but
 * SIGKILL: what it is asked meanwhile takes effect when the child is gone.
 */
struct deaf {
	struct kt_gate in_child, go;
};

static int deaf_child(void *arg)
{
	struct deaf *d = arg;

	kt_gate_open(&d->in_child);
	kt_gate_wait(&d->go);
	return 0;
}

static void deaf_body(void *arg)
{
	char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	KT_REQUIRE(stack != MAP_FAILED);
	/* No SIGCHLD at its end: that would be a stop of its own. */
	KT_SYS(clone(deaf_child, stack + 65536, CLONE_VFORK, arg));
	kt_park();
}

static pid_t deaf_tracee(struct deaf **d, unsigned long options)
{
	pid_t pid;

	*d = kt_shared(sizeof(**d));
	pid = kt_child_seized(deaf_body, *d, options);
	kt_gate_wait(&(*d)->in_child);
	KT_AWAIT(kt_proc_state(pid) == 'D');
	return pid;
}

KT_CASE(ptrace_interrupt_coalesce, "ptrace.interrupt.coalesce",
	"Verify that any number of PTRACE_INTERRUPT before the trap gives one stop",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGTRAP | PTRACE_EVENT_STOP << 8)))
{
	struct deaf *d;
	pid_t pid = deaf_tracee(&d, 0);

	for (int i = 0; i < 5; i++)
		KT_OK(kt_interrupt(pid));
	KT_WAIT_NONE(pid);
	kt_gate_open(&d->go);
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_interrupt_while_stopped, "ptrace.interrupt.while_stopped",
	"Verify that PTRACE_INTERRUPT of a stopped tracee succeeds, leaves that stop as it is, and "
	"traps once as soon as the tracee is resumed",
	KT_SEES("counter", 1))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child_stopped(kt_body_spin, counter, 0);
	siginfo_t si;

	for (int i = 0; i < 2; i++) {
		KT_OK(kt_interrupt(pid));
		KT_WAIT_NONE(pid);
		KT_EQ(kt_proc_state(pid), 't');
		KT_OK(kt_getsiginfo(pid, &si));
		KT_EQ(si.si_code, SI_CODE_STOP);
	}
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	/* "As soon as": not one instruction of the tracee later. */
	KT_EQ(KT_SEEN("counter", *counter), 0);
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_interrupt_before_pending_signal, "ptrace.interrupt.before_pending_signal",
	"Verify that the trap of PTRACE_INTERRUPT is reported before a signal that was pending "
	"first",
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_STOPCODE(SIGUSR1), KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	KT_SYS(kill(pid, SIGUSR1));
	KT_OK(kt_interrupt(pid));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_interrupt_any_trap_consumes, "ptrace.interrupt.any_trap_consumes",
	"Verify that a ptrace-stop of another kind that comes first takes the place of the trap "
	"that PTRACE_INTERRUPT asked for",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGTRAP | PTRACE_EVENT_STOP << 8)))
{
	struct deaf *d;
	pid_t pid = deaf_tracee(&d, PTRACE_O_TRACEVFORKDONE);

	KT_OK(kt_interrupt(pid));
	kt_gate_open(&d->go);
	KT_WAIT(pid, "EVENT_VFORK_DONE");
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_interrupt_blocked_syscall, "ptrace.interrupt.blocked_syscall",
	"Verify that PTRACE_INTERRUPT of a tracee blocked in a call under PTRACE_SYSCALL shows the "
	"exit of that call with a restart code instead of PTRACE_EVENT_STOP, then the call again",
	KT_SEES("result", -EINTR))
{
	struct call_io io = CALL_IO_INIT;
	struct call c;
	pid_t pid = kt_child_stopped(kt_body_park, NULL, PTRACE_O_TRACESYSGOOD);

	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_OK(call_get(&io, pid, CALL_ENTRY, &c));
	KT_EQ(c.nr, KT_PARK_NR);
	KT_OK(kt_syscall(pid, 0));
	KT_AWAIT_PARKED(pid);
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "syscall");
	KT_OK(call_get(&io, pid, CALL_EXIT, &c));
	KT_EQ(KT_SEEN("result", c.result), -514); /* ERESTARTNOHAND */
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_OK(call_get(&io, pid, CALL_ENTRY, &c));
	KT_EQ(c.nr, KT_PARK_NR);
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_interrupt_needs_seize, "ptrace.interrupt.needs_seize",
	"Verify that PTRACE_INTERRUPT of a tracee that was not seized fails with EIO, stopped or "
	"not",
	KT_ANSWERS(ptrace, PTRACE_INTERRUPT, -ESRCH, KT_NOT_FIRST(3)))
{
	pid_t attached = kt_child(kt_body_park, NULL), traceme;

	KT_OK(kt_attach(attached));
	KT_WAIT(attached, "signal(SIGSTOP)");
	KT_ERR(EIO, kt_interrupt(attached));
	KT_OK(kt_cont(attached, 0));
	KT_AWAIT_PARKED(attached);
	KT_ERR(EIO, kt_interrupt(attached));
	KT_SENTINEL(attached, KT_RUNNING);

	traceme = kt_child_traceme(kt_body_park, NULL);
	KT_ERR(EIO, kt_interrupt(traceme));
	KT_OK(kt_cont(traceme, 0));
	KT_AWAIT_PARKED(traceme);
	KT_ERR(EIO, kt_interrupt(traceme));
	KT_SENTINEL(traceme, KT_RUNNING);
}

static void leave_a_thread(void *unused)
{
	(void)unused;
	kt_thread(kt_body_park, NULL);
	kt_thread_exit(0);
}

KT_CASE(ptrace_interrupt_zombie_leader, "ptrace.interrupt.zombie_leader",
	"Verify that PTRACE_INTERRUPT of a traced zombie leader whose threads live succeeds and "
	"makes nothing happen",
	KT_ANSWERS(ptrace, PTRACE_INTERRUPT, -ESRCH))
{
	pid_t pid = kt_child_seized(leave_a_thread, NULL, 0);

	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_OK(kt_interrupt(pid));
	KT_WAIT_NONE(pid);
	KT_EQ(kt_proc_state(pid), 'Z');
	/* Had it made a stop, that would come before the end. */
	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "killed(SIGKILL)");
}

#define NAP_NS 50000000

/* Its exit status tells whether the sleep was as long as it was meant to be. */
static void nap(void *unused)
{
	struct timespec t = { .tv_nsec = NAP_NS }, from, to;
	int64_t ns;

	(void)unused;
	KT_SYS(clock_gettime(CLOCK_MONOTONIC, &from));
	KT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL), 0);
	KT_SYS(clock_gettime(CLOCK_MONOTONIC, &to));
	ns = (int64_t)(to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec - from.tv_nsec;
	KT_REQUIRE_MSG(ns >= NAP_NS, "slept %lld ns instead of %d", (long long)ns, NAP_NS);
}

/*
 * Every call of the tracee is interrupted before it can sleep. Were the whole
 * interval slept anew each time, it would never wake up.
 */
KT_CASE(ptrace_interrupt_restart_time, "ptrace.interrupt.restart_time",
	"Verify that a relative sleep disturbed by PTRACE_INTERRUPT goes on through "
	"restart_syscall with the time that was left, neither ending early nor starting anew",
	KT_SEES("restarts", 0))
{
	struct call_io io = CALL_IO_INIT;
	pid_t pid = kt_child_stopped(nap, NULL, PTRACE_O_TRACESYSGOOD);
	unsigned int restarts = 0;
	bool entry = false;
	struct call c;
	int status;

	KT_OK(kt_syscall(pid, 0));
	while (!kt_status_is_end(status = KT_WAIT_STATUS(pid))) {
		KT_STATUS(status, "syscall");
		entry = !entry;
		KT_OK(call_get(&io, pid, entry ? CALL_ENTRY : CALL_EXIT, &c));
		if (entry) {
			restarts += c.nr == abi_native()->nr_restart;
			KT_OK(kt_interrupt(pid));
		}
		KT_OK(kt_syscall(pid, 0));
	}
	KT_STATUS(status, "exited(0)");
	printf("%u restarts\n", restarts);
	KT_REQUIRE(KT_SEEN("restarts", restarts) > 0);
}

KT_PROGRAM
