/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_signal_inject_test.c - the signal that a tracer gives with the request
 * that restarts its tracee: dropped, changed, put off, ignored or made anew.
 */
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

/* What the handlers of a tracee have seen. */
static struct seen {
	_Atomic int handled[65];
	int signo, code, value;
	pid_t pid;
	uid_t uid;
} *seen;

static void handler(int sig, siginfo_t *si, void *context)
{
	(void)context;
	seen->signo = si->si_signo;
	seen->code = si->si_code;
	seen->pid = si->si_pid;
	seen->uid = si->si_uid;
	seen->value = si->si_value.sival_int;
	atomic_fetch_add(&seen->handled[sig], 1);
}

static void handle(int sig, int flags)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	KT_SYS(sigaction(sig, &sa, NULL));
}

static void send_value(int sig, int value)
{
	siginfo_t si = { .si_signo = sig, .si_code = SI_QUEUE };

	si.si_pid = getpid();
	si.si_uid = getuid();
	si.si_value.sival_int = value;
	KT_OK(kt_raw(SYS_rt_sigqueueinfo, getpid(), sig, &si));
}

/* Sends itself SIGUSR1 with a value, and ends. */
static void queue_body(void *unused)
{
	(void)unused;
	handle(SIGUSR1, 0);
	handle(SIGUSR2, 0);
	send_value(SIGUSR1, 1234);
	_exit(0);
}

/* A fresh record, and a tracee in the delivery-stop of the SIGUSR1 that it has sent itself. */
static pid_t stopped_for_usr1(kt_body *body)
{
	pid_t pid;

	seen = kt_shared(sizeof(*seen));
	pid = kt_child_seized(body, NULL, PTRACE_O_TRACESYSGOOD);
	KT_WAIT(pid, "signal(SIGUSR1)");
	return pid;
}

KT_CASE(ptrace_signal_suppress, "ptrace.signal.suppress",
	"Verify that a signal is discarded, handler or not, when its signal-delivery-stop is left "
	"with signal 0 by PTRACE_CONT, PTRACE_SYSCALL or PTRACE_DETACH",
	KT_CHANGES_ARG(ptrace, PTRACE_CONT, 3, 0, SIGUSR1),
	KT_CHANGES_ARG(ptrace, PTRACE_SYSCALL, 3, 0, SIGUSR1),
	KT_CHANGES_ARG(ptrace, PTRACE_DETACH, 3, 0, SIGUSR1))
{
	static const long requests[] = { PTRACE_CONT, PTRACE_SYSCALL, PTRACE_DETACH };
	pid_t pid;

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		pid = stopped_for_usr1(queue_body);
		KT_OK(kt_ptrace(requests[i], pid, 0, 0));
		if (requests[i] == PTRACE_SYSCALL) {
			KT_WAIT(pid, "syscall");
			KT_OK(kt_cont(pid, 0));
		}
		KT_WAIT(pid, "exited(0)");
		KT_EQ(seen->handled[SIGUSR1], 0);
	}
	pid = kt_child_seized(kt_body_park, NULL, 0);
	KT_SYS(kill(pid, SIGTERM));
	KT_WAIT(pid, "signal(SIGTERM)");
	KT_OK(kt_cont(pid, 0));
	KT_SENTINEL(pid, KT_RUNNING);
}

KT_CASE(ptrace_signal_change, "ptrace.signal.change",
	"Verify that a restart with another signal delivers that one alone, as sent by the tracer "
	"with kill",
	KT_CHANGES_ARG(ptrace, PTRACE_CONT, 3, ~0UL, SIGUSR1),
	KT_CHANGES_ARG(ptrace, PTRACE_CONT, 3, ~0UL, 0))
{
	pid_t pid = stopped_for_usr1(queue_body);

	KT_OK(kt_cont(pid, SIGUSR2));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(seen->handled[SIGUSR2], 1);
	KT_EQ(seen->handled[SIGUSR1], 0);
	KT_EQ(seen->signo, SIGUSR2);
	KT_EQ(seen->code, SI_USER);
	KT_EQ(seen->pid, getpid());
	KT_EQ(seen->uid, getuid());
}

KT_CASE(ptrace_signal_setsiginfo, "ptrace.signal.setsiginfo",
	"Verify that what PTRACE_SETSIGINFO stores reaches the handler when the restart names the "
	"same number, and is lost when it names another",
	KT_ANSWERS(ptrace, PTRACE_SETSIGINFO, 0),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_value), 1))
{
	static const struct {
		int stored, injected;
		bool reaches;
	} table[] = {
		{ SIGUSR1, SIGUSR1, true },
		{ SIGUSR2, SIGUSR2, true },
		{ SIGUSR2, SIGUSR1, false },
		{ SIGUSR1, SIGUSR2, false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		pid_t pid = stopped_for_usr1(queue_body);
		siginfo_t si, again;

		KT_OK(kt_getsiginfo(pid, &si));
		KT_EQ(si.si_signo, SIGUSR1);
		KT_EQ(si.si_code, SI_QUEUE);
		KT_EQ(si.si_pid, pid);
		KT_EQ(si.si_value.sival_int, 1234);
		si.si_signo = table[i].stored;
		si.si_code = SI_MESGQ;
		si.si_value.sival_int = 4321;
		KT_OK(kt_ptrace(PTRACE_SETSIGINFO, pid, 0, (uintptr_t)&si));
		KT_OK(kt_getsiginfo(pid, &again));
		KT_EQ(again.si_signo, table[i].stored);
		KT_EQ(again.si_code, SI_MESGQ);
		KT_OK(kt_cont(pid, table[i].injected));
		KT_WAIT(pid, "exited(0)");
		KT_EQ(seen->handled[table[i].injected], 1);
		KT_EQ(seen->signo, table[i].injected);
		KT_EQ(seen->code, table[i].reaches ? SI_MESGQ : SI_USER);
		KT_EQ(seen->pid, table[i].reaches ? pid : getpid());
		if (table[i].reaches)
			KT_EQ(seen->value, 4321);
	}
}

/* With SIGUSR2 blocked until after SIGUSR1. */
static void blocked_body(void *unused)
{
	uint64_t pending = 0;
	sigset_t set;

	(void)unused;
	handle(SIGUSR1, 0);
	handle(SIGUSR2, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	KT_SYS(sigprocmask(SIG_BLOCK, &set, NULL));
	send_value(SIGUSR1, 1);
	KT_OK(kt_raw(SYS_rt_sigpending, &pending, sizeof(pending)));
	KT_EQ(seen->handled[SIGUSR2], 0);
	KT_REQUIRE(pending & 1ULL << (SIGUSR2 - 1));
	KT_SYS(sigprocmask(SIG_UNBLOCK, &set, NULL));
	_exit(0);
}

KT_CASE(ptrace_signal_inject_blocked_requeues, "ptrace.signal.inject_blocked_requeues",
	"Verify that a blocked signal which the tracer injects stays pending, and has a "
	"signal-delivery-stop of its own once it is unblocked",
	KT_CHANGES_ARG(ptrace, PTRACE_CONT, 3, ~0UL, 0), KT_LOSES("signal(SIGUSR2)"))
{
	pid_t pid = stopped_for_usr1(blocked_body);
	siginfo_t si;

	KT_OK(kt_cont(pid, SIGUSR2));
	KT_WAIT(pid, "signal(SIGUSR2)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGUSR2);
	KT_EQ(si.si_code, SI_USER);
	KT_EQ(si.si_pid, getpid());
	KT_EQ(seen->handled[SIGUSR2], 0);
	KT_OK(kt_cont(pid, SIGUSR2));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(seen->handled[SIGUSR2], 1);
	KT_EQ(seen->handled[SIGUSR1], 0);
}

/* One of every event; the children that it makes are not those that are looked at. */
static void events_body(void *unused)
{
	(void)unused;
	handle(SIGUSR1, 0);
	KT_FILTER({ SYS_getppid, KT_ANY_ARG, 0, SECCOMP_RET_TRACE });
	syscall(SYS_getppid);
	if (KT_SYS(fork()) == 0)
		_exit(0);
	if (KT_SYS(syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0)) == 0)
		_exit(0);
	if (KT_SYS(syscall(SYS_clone, 0, 0, 0, 0, 0)) == 0)
		_exit(0);
	KT_OK(kt_exec("exits_with_7", ""));
}

KT_EXEC_MAIN(exits_with_7)
{
	(void)arg;
	_exit(7);
}

KT_CASE(ptrace_signal_event_stop_ignores_sig, "ptrace.signal.event_stop_ignores_sig",
	"Verify that the signal with which the tracer leaves a stop of PTRACE_EVENT_STOP, SECCOMP, "
	"FORK, VFORK, VFORK_DONE, CLONE, EXEC or EXIT is ignored",
	KT_SEES("times that it was handled", 1), KT_REPORTS("exited(7)", SIGUSR1))
{
	static const char *const events[] = {
		"EVENT_SECCOMP", "EVENT_FORK", "EVENT_VFORK", "EVENT_VFORK_DONE",
		"EVENT_CLONE",	 "EVENT_EXEC", "EVENT_EXIT",
	};
	pid_t pid, child;

	KT_NEEDS(kt_probe_seccomp());
	seen = kt_shared(sizeof(*seen));
	pid = kt_child_stopped(events_body, NULL,
			       PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				       PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACECLONE |
				       PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		unsigned long message;

		KT_OK(kt_cont(pid, SIGUSR1));
		for (;;) {
			int status = KT_WAIT_STATUS(pid);

			if (kt_status_decode(status).kind != KT_SIGNAL) {
				KT_STATUS(status, events[i]);
				break;
			}
			/* A child has ended. */
			KT_STATUS(status, "signal(SIGCHLD)");
			KT_OK(kt_cont(pid, 0));
		}
		if (!strstr("EVENT_FORK EVENT_VFORK EVENT_CLONE", events[i]))
			continue;
		/* A new child of the tracee is traced too, and a vfork waits for it. */
		KT_OK(kt_geteventmsg(pid, &message));
		child = (pid_t)message;
		KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
		KT_OK(kt_detach(child, SIGUSR1));
	}
	KT_EQ(KT_SEEN("times that it was handled", atomic_load(&seen->handled[SIGUSR1])), 0);
	KT_OK(kt_cont(pid, SIGUSR1));
	KT_WAIT(pid, "exited(7)");
}

static void call_body(void *unused)
{
	(void)unused;
	handle(SIGUSR1, 0);
	handle(SIGUSR2, 0);
	syscall(SYS_getppid);
	_exit(0);
}

/* To the entry, or the exit, of its getppid. */
static pid_t stopped_at_call(enum call_point point)
{
	pid_t pid;

	seen = kt_shared(sizeof(*seen));
	pid = kt_child_stopped(call_body, NULL, PTRACE_O_TRACESYSGOOD);
	for (;;) {
		struct call c;

		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		c = KT_CALL(pid, CALL_ENTRY);
		if (c.nr == SYS_getppid && point == CALL_ENTRY)
			return pid;
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		if (c.nr == SYS_getppid)
			return pid;
	}
}

KT_CASE(ptrace_signal_syscall_stop_generates, "ptrace.signal.syscall_stop_generates",
	"Verify that the signal with which the tracer leaves a syscall-stop is sent to the tracee "
	"by the kernel and has a signal-delivery-stop of its own, after the call",
	KT_CHANGES_ARG(ptrace, PTRACE_SYSCALL, 3, ~0UL, 0),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 0x80))
{
	static const enum call_point points[] = { CALL_ENTRY, CALL_EXIT };

	for (size_t i = 0; i < 2; i++) {
		pid_t pid = stopped_at_call(points[i]);
		siginfo_t si;

		KT_OK(kt_syscall(pid, SIGUSR1));
		if (points[i] == CALL_ENTRY) {
			KT_WAIT(pid, "syscall");
			KT_EQ(KT_CALL(pid, CALL_EXIT).result, getpid());
			KT_OK(kt_cont(pid, 0));
		}
		KT_WAIT(pid, "signal(SIGUSR1)");
		KT_OK(kt_getsiginfo(pid, &si));
		KT_EQ(si.si_signo, SIGUSR1);
		KT_EQ(si.si_code, SI_KERNEL);
		KT_EQ(si.si_pid, 0);
		/* The stop is as good as any: the signal can still be changed. */
		KT_OK(kt_cont(pid, SIGUSR2));
		KT_WAIT(pid, "exited(0)");
		KT_EQ(seen->handled[SIGUSR1], 0);
		KT_EQ(seen->handled[SIGUSR2], 1);
	}
}

static void oneshot_body(void *unused)
{
	(void)unused;
	handle(SIGUSR1, SA_RESETHAND);
	send_value(SIGUSR2, 1);
	syscall(SYS_getppid);
	send_value(SIGUSR2, 2);
	_exit(0);
}

KT_CASE(ptrace_signal_resethand, "ptrace.signal.resethand",
	"Verify that SA_RESETHAND holds for a signal that the tracer injects: the first runs the "
	"handler, and the second does what the signal does by default",
	KT_CHANGES_ARG(ptrace, PTRACE_CONT, 3, ~0UL, 0), KT_REPORTS("killed(SIGUSR1)", 0))
{
	pid_t pid;

	seen = kt_shared(sizeof(*seen));
	pid = kt_child_seized(oneshot_body, NULL, 0);
	KT_WAIT(pid, "signal(SIGUSR2)");
	KT_OK(kt_cont(pid, SIGUSR1));
	KT_WAIT(pid, "signal(SIGUSR2)");
	KT_EQ(seen->handled[SIGUSR1], 1);
	KT_OK(kt_cont(pid, SIGUSR1));
	KT_WAIT(pid, "killed(SIGUSR1)");
	KT_EQ(seen->handled[SIGUSR1], 1);
}

KT_PROGRAM
