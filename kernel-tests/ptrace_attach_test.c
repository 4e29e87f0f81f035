/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_attach_test.c - PTRACE_ATTACH: its SIGSTOP, and how it meets job
 * control and other signals.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "kernel-tests/kt.h"

static void body_stop(void *unused)
{
	(void)unused;
	KT_SYS(raise(SIGSTOP));
	kt_park();
}

/* An untraced child in job-control stop; its parent has been told. */
static pid_t stopped_child(void)
{
	pid_t pid = kt_child(body_stop, NULL);

	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_EQ(kt_proc_state(pid), 'T');
	return pid;
}

KT_CASE(ptrace_attach_sigstop, "ptrace.attach.sigstop",
	"Verify that PTRACE_ATTACH of a quiet task makes it stop for the delivery of a SIGSTOP "
	"from the kernel",
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 0x80))
{
	pid_t pid = kt_child(kt_body_park, NULL);
	siginfo_t si;

	KT_AWAIT_PARKED(pid);
	KT_OK(kt_attach(pid));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGSTOP);
	KT_EQ(si.si_code, SI_KERNEL);
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_attach_group_stopped_two_stops, "ptrace.attach.group_stopped_two_stops",
	"Verify that PTRACE_ATTACH of a job-stopped task gives two stops, first the group-stop, "
	"then the delivery of SIGSTOP",
	KT_ANSWERS(ptrace, PTRACE_GETSIGINFO, 0))
{
	pid_t pid = stopped_child();
	siginfo_t si;

	KT_OK(kt_attach(pid));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_ERR(EINVAL, kt_getsiginfo(pid, &si));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGSTOP);
	KT_EQ(si.si_code, SI_KERNEL);
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_attach_stop_visible_immediately, "ptrace.attach.stop_visible_immediately",
	"Verify that a job-stopped task is in ptrace-stop and can be waited for as soon as "
	"PTRACE_ATTACH or PTRACE_SEIZE has returned",
	KT_SEES("state", 'T'))
{
	pid_t pid = stopped_child();
	char text[KT_TEXT];
	int status;

	for (int i = 0; i < 1000; i++) {
		bool seize = i & 1;

		KT_OK(seize ? kt_seize(pid, 0) : kt_attach(pid));
		KT_EQ(KT_SEEN("state", kt_proc_state(pid)), 't');
		KT_EQ(waitpid(pid, &status, __WALL | WNOHANG), pid);
		kt_status_text(status, text);
		KT_REQUIRE_MSG(strcmp(text, seize ? "EVENT_STOP(SIGSTOP)" : "signal(SIGSTOP)") == 0,
			       "round %d: %s", i, text);
		KT_OK(kt_detach(pid, 0));
		KT_AWAIT(kt_proc_state(pid) == 'T');
	}
}

KT_CASE(ptrace_attach_sigcont_after_attach, "ptrace.attach.sigcont_after_attach",
	"Verify that after PTRACE_ATTACH of a job-stopped task a SIGCONT does not change the first "
	"stop, takes the SIGSTOP of the attach away, and is delivered next",
	KT_REPORTS("signal(SIGCONT)", W_STOPCODE(SIGSTOP)))
{
	for (int i = 0; i < 100; i++) {
		pid_t pid = stopped_child();

		KT_OK(kt_attach(pid));
		KT_OK(kt_tgkill(pid, pid, SIGCONT));
		KT_WAIT(pid, "signal(SIGSTOP)");
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "signal(SIGCONT)");
		KT_SENTINEL(pid, PTRACE_CONT);
		KT_KILL(pid);
	}
}

struct storm {
	kt_counter sent, handled;
	_Atomic int stop;
};
static struct storm *storm;

static void on_usr1(int sig)
{
	(void)sig;
	atomic_fetch_add(&storm->handled, 1);
}

static void storm_body(void *unused)
{
	(void)unused;
	signal(SIGUSR1, on_usr1);
	while (!atomic_load(&storm->stop)) {
		atomic_fetch_add(&storm->sent, 1);
		KT_SYS(raise(SIGUSR1));
		KT_EQ(storm->handled, storm->sent);
	}
}

KT_CASE(ptrace_attach_in_signal_storm, "ptrace.attach.in_signal_storm",
	"Verify that attaching to and detaching from a task that signals itself loses neither the "
	"SIGSTOP of the attach nor any of its signals",
	KT_REPORTS("signal(SIGSTOP)", W_STOPCODE(SIGUSR2)))
{
	pid_t pid;

	storm = kt_shared(sizeof(*storm));
	pid = kt_child(storm_body, NULL);
	KT_AWAIT_SPINNING(&storm->handled);
	for (int i = 0; i < 300; i++) {
		struct kt_status s;

		KT_OK(kt_attach(pid));
		for (;;) {
			s = kt_status_decode(KT_WAIT_STATUS(pid));
			KT_EQ(s.kind, KT_SIGNAL);
			if (s.value == SIGSTOP)
				break;
			KT_EQ(s.value, SIGUSR1);
			KT_OK(kt_cont(pid, SIGUSR1));
		}
		KT_OK(kt_detach(pid, 0));
	}
	atomic_store(&storm->stop, 1);
	KT_WAIT_CHILD(pid, "exited(0)");
	KT_EQ(storm->handled, storm->sent);
}

/* A tracer that attaches, takes the stop, and detaches, each when it is told to. */
struct other_tracer {
	pid_t tracee;
	bool seize;
	struct kt_gate attach, attached, detach, detached;
};

static void other_tracer_body(void *arg)
{
	struct other_tracer *t = arg;

	kt_gate_wait(&t->attach);
	if (t->seize) {
		KT_OK(kt_seize(t->tracee, 0));
		KT_WAIT(t->tracee, "EVENT_STOP(SIGSTOP)");
	} else {
		KT_OK(kt_attach(t->tracee));
		KT_WAIT(t->tracee, "signal(SIGSTOP)");
	}
	kt_gate_open(&t->attached);
	kt_gate_wait(&t->detach);
	KT_OK(kt_detach(t->tracee, 0));
	kt_gate_open(&t->detached);
}

/* Whether a stop of `pid` is there for its real parent; looks without taking it. */
static bool parent_sees_stop(pid_t pid)
{
	siginfo_t si = { .si_pid = 0 };

	KT_SYS(waitid(P_PID, (id_t)pid, &si, WSTOPPED | WNOHANG | WNOWAIT));
	if (si.si_pid == 0)
		return false;
	KT_EQ(si.si_pid, pid);
	KT_EQ(si.si_code, CLD_STOPPED);
	KT_EQ(si.si_status, SIGSTOP);
	return true;
}

static void unwaited_stop(bool seize, bool consumed)
{
	struct other_tracer *t = kt_shared(sizeof(*t));
	pid_t pid = kt_child(body_stop, NULL), tracer;

	printf("%s, stop %s by the real parent\n", seize ? "SEIZE" : "ATTACH",
	       consumed ? "taken" : "not taken");
	KT_AWAIT(parent_sees_stop(pid));
	if (consumed)
		KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	t->tracee = pid;
	t->seize = seize;
	tracer = kt_child(other_tracer_body, t);
	kt_gate_open(&t->attach);
	kt_gate_wait(&t->attached);
	KT_EQ(KT_SEEN("parent's view", parent_sees_stop(pid)), !consumed);
	if (!consumed)
		KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_EQ(parent_sees_stop(pid), false);
	kt_gate_open(&t->detach);
	kt_gate_wait(&t->detached);
	KT_WAIT_CHILD(tracer, "exited(0)");
	KT_KILL(pid);
}

KT_CASE(ptrace_attach_unwaited_stop, "ptrace.attach.unwaited_stop",
	"Verify that attaching to a job-stopped task neither takes the stop from its real parent "
	"nor shows it a second time",
	KT_SEES("parent's view", 0))
{
	unwaited_stop(false, false);
	unwaited_stop(false, true);
	unwaited_stop(true, false);
	unwaited_stop(true, true);
}

KT_PROGRAM
