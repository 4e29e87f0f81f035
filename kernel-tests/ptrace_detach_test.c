/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_detach_test.c - PTRACE_DETACH: what the tracee is left with.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

KT_CASE(ptrace_detach_needs_stop, "ptrace.detach.needs_stop",
	"Verify that PTRACE_DETACH of a tracee that is not stopped, or of a process that is not "
	"traced, fails with ESRCH and leaves it as it is",
	KT_ANSWERS(ptrace, PTRACE_DETACH, -EIO))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t running = kt_child_seized(kt_body_spin, counter, 0);
	pid_t untraced = kt_child(kt_body_park, NULL);

	KT_AWAIT_SPINNING(counter);
	KT_ERR(ESRCH, kt_detach(running, 0));
	KT_ERR(ESRCH, kt_detach(running, SIGTERM));
	KT_EQ(kt_proc_tracer(running), getpid());
	KT_SENTINEL(running, KT_RUNNING);
	KT_ERR(ESRCH, kt_detach(untraced, SIGTERM));
	KT_AWAIT_PARKED(untraced);
}

KT_CASE(ptrace_detach_signal_from_sigstop, "ptrace.detach.signal_from_sigstop",
	"Verify that the signal given to PTRACE_DETACH in a signal-delivery-stop is delivered",
	KT_CHANGES_ARG(ptrace, PTRACE_DETACH, 3, ~0UL, SIGINT))
{
	pid_t pid = kt_child(kt_body_park, NULL);

	KT_OK(kt_attach(pid));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_detach(pid, SIGTERM));
	KT_WAIT_CHILD(pid, "killed(SIGTERM)");
}

KT_CASE(ptrace_detach_signal_from_event, "ptrace.detach.signal_from_event",
	"Verify that the signal given to PTRACE_DETACH in PTRACE_EVENT_STOP is ignored",
	KT_ANSWERS(ptrace, PTRACE_DETACH, -EIO))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child_stopped(kt_body_spin, counter, 0);

	KT_OK(kt_detach(pid, SIGTERM));
	/* A signal would have ended it before its first instruction. */
	KT_AWAIT_SPINNING(counter);
	KT_KILL(pid);
}

KT_CASE(ptrace_detach_from_groupstop, "ptrace.detach.from_groupstop",
	"Verify that PTRACE_DETACH in a group-stop leaves the process stopped until SIGCONT",
	KT_SEES("counter", 1))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child_stopped(kt_body_spin, counter, 0);

	KT_SYS(kill(pid, SIGSTOP));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_cont(pid, SIGSTOP));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_detach(pid, 0));
	KT_AWAIT(kt_proc_state(pid) == 'T');
	KT_EQ(KT_SEEN("counter", *counter), 0);
	KT_SYS(kill(pid, SIGCONT));
	KT_AWAIT_SPINNING(counter);
}

#define THREADS 4

struct team {
	_Atomic pid_t tid[THREADS];
};

static void team_member(void *slot)
{
	*(_Atomic pid_t *)slot = kt_gettid();
	kt_park();
}

static void team_body(void *arg)
{
	struct team *t = arg;

	for (int i = 1; i < THREADS; i++)
		kt_thread(team_member, (void *)&t->tid[i]);
	team_member((void *)&t->tid[0]);
}

KT_CASE(ptrace_detach_sigstop_mt, "ptrace.detach.sigstop_mt",
	"Verify that after every thread of a process was detached with SIGSTOP all of them are "
	"job-stopped, and run again after SIGCONT",
	KT_REPORTS("signal(SIGSTOP)", W_STOPCODE(SIGTSTP), KT_NOT_FIRST(4)))
{
	struct team *t = kt_shared(sizeof(*t));
	pid_t pid = kt_child(team_body, t);

	for (int i = 0; i < THREADS; i++) {
		KT_AWAIT(t->tid[i] != 0);
		KT_OK(kt_attach(t->tid[i]));
	}
	for (int i = 0; i < THREADS; i++)
		KT_WAIT(t->tid[i], "signal(SIGSTOP)");
	for (int i = 0; i < THREADS; i++)
		KT_OK(kt_detach(t->tid[i], SIGSTOP));
	for (int i = 0; i < THREADS; i++)
		KT_AWAIT(kt_proc_state(t->tid[i]) == 'T');
	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_SYS(kill(pid, SIGCONT));
	for (int i = 0; i < THREADS; i++)
		KT_AWAIT_PARKED(t->tid[i]);
}

static void stop_then_count(void *counter)
{
	KT_SYS(raise(SIGSTOP));
	kt_spin(counter);
}

KT_CASE(ptrace_detach_sleeping, "ptrace.detach.sleeping",
	"Verify that a job-stopped process that was attached to and got SIGCONT while traced runs "
	"on after PTRACE_DETACH",
	KT_REPORTS("signal(SIGCONT)", W_STOPCODE(SIGSTOP)))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child(stop_then_count, counter);

	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_OK(kt_attach(pid));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_SYS(kill(pid, SIGCONT));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGCONT)");
	KT_EQ(*counter, 0);
	KT_OK(kt_detach(pid, SIGCONT));
	KT_AWAIT_SPINNING(counter);
}

static void call_for_ever(void *counter)
{
	for (kt_counter *n = counter;; atomic_fetch_add(n, 1))
		syscall(SYS_getppid);
}

/* Detached at `stops` syscall-stops after its start: it goes on as if nobody had traced it. */
static void detach_at_syscall_stop(int stops)
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child_stopped(call_for_ever, counter, PTRACE_O_TRACESYSGOOD);

	for (int i = 0; i < stops; i++) {
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
	}
	KT_OK(kt_detach(pid, 0));
	/* A stray SIGTRAP would kill it at the next call. */
	KT_AWAIT_SPINNING(counter);
	KT_OK(kt_attach(pid));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_SENTINEL(pid, PTRACE_CONT);
	KT_KILL(pid);
}

KT_CASE(ptrace_detach_clears_syscall_trace, "ptrace.detach.clears_syscall_trace",
	"Verify that a tracee detached in a syscall-stop, at entry or at exit, reports and gets no "
	"SIGTRAP afterwards",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGTRAP)))
{
	detach_at_syscall_stop(1);
	detach_at_syscall_stop(2);
}

KT_CASE(ptrace_detach_clears_singlestep, "ptrace.detach.clears_singlestep",
	"Verify that a tracee detached after PTRACE_SINGLESTEP gets no SIGTRAP afterwards",
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, SIGTRAP)))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child_stopped(kt_body_spin, counter, 0);

	for (int i = 0; i < 10; i++) {
		long rc = kt_ptrace(PTRACE_SINGLESTEP, pid, 0, 0);

		if (i == 0 && rc == -EIO)
			atf_tc_skip("PTRACE_SINGLESTEP is not there (EIO; arm)");
		KT_OK(rc);
		KT_WAIT(pid, "signal(SIGTRAP)");
	}
	KT_OK(kt_detach(pid, 0));
	KT_AWAIT_SPINNING(counter);
	KT_KILL(pid);
}

struct killer {
	pid_t victim;
	struct kt_gate go;
};

static void killer_body(void *arg)
{
	struct killer *k = arg;

	kt_gate_wait(&k->go);
	KT_SYS(kill(k->victim, SIGKILL));
}

KT_CASE(ptrace_detach_sigkill_race, "ptrace.detach.sigkill_race",
	"Verify that PTRACE_DETACH racing with SIGKILL leaves a process that its parent can reap "
	"as killed, once",
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, 0)))
{
	for (int round = 0; round < 50; round++) {
		struct killer *k = kt_shared(sizeof(*k));
		pid_t killer, pid = kt_child_stopped(kt_body_park, NULL, 0);
		int status;
		long rc;

		k->victim = pid;
		killer = kt_child(killer_body, k);
		KT_AWAIT(kt_proc_blocked_in(killer, SYS_futex));
		kt_gate_open(&k->go);
		rc = kt_detach(pid, 0);
		KT_REQUIRE(rc == 0 || rc == -ESRCH);
		KT_WAIT_CHILD(pid, "killed(SIGKILL)");
		KT_WAIT_CHILD(killer, "exited(0)");
		KT_EQ(waitpid(pid, &status, __WALL | WNOHANG), -1);
		KT_EQ(errno, ECHILD);
		KT_EQ(kt_proc_state(pid), 0);
	}
}

KT_CASE(ptrace_detach_kill_then_wait, "ptrace.detach.kill_then_wait",
	"Verify that stopped tracees killed by their tracer are reaped in the ordinary way",
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, SIGTERM)))
{
	pid_t pid[8];

	for (int i = 0; i < 8; i++)
		pid[i] = i & 1 ? kt_child_stopped(kt_body_park, NULL, 0) :
				 kt_child_traceme(kt_body_park, NULL);
	for (int i = 0; i < 8; i++)
		KT_SYS(kill(pid[i], SIGKILL));
	for (int i = 7; i >= 0; i--) {
		KT_WAIT(pid[i], "killed(SIGKILL)");
		KT_EQ(kt_proc_state(pid[i]), 0);
	}
}

struct leaver {
	pid_t tracee;
};

static void seize_detach_exit(void *arg)
{
	struct leaver *l = arg;

	KT_OK(kt_seize(l->tracee, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(l->tracee));
	KT_WAIT(l->tracee, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_detach(l->tracee, 0));
}

static void exit_when_open(void *gate)
{
	kt_gate_wait(gate);
	_exit(7);
}

KT_CASE(ptrace_detach_exitkill_cleared, "ptrace.detach.exitkill_cleared",
	"Verify that PTRACE_O_EXITKILL has no effect any more when the tracer exits after "
	"PTRACE_DETACH",
	KT_ANSWERS(ptrace, PTRACE_DETACH, 0))
{
	struct leaver *l = kt_shared(sizeof(*l));
	struct kt_gate *go = kt_shared(sizeof(*go));
	pid_t tracer;

	l->tracee = kt_child(exit_when_open, go);
	tracer = kt_child(seize_detach_exit, l);
	KT_WAIT_CHILD(tracer, "exited(0)");
	/* A SIGKILL that is pending by now ends it before it leaves the wait. */
	kt_gate_open(go);
	KT_WAIT_CHILD(l->tracee, "exited(7)");
}

static int vfork_child(void *unused)
{
	(void)unused;
	_exit(3);
}

/* Ends with the status of its vfork child, plus 1. */
static void vfork_body(void *unused)
{
	static char stack[16384] __attribute__((aligned(16)));
	int status;
	pid_t pid;

	(void)unused;
	pid = KT_SYS(clone(vfork_child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
			   NULL));
	while (waitpid(pid, &status, 0) < 0)
		KT_EQ(errno, EINTR);
	KT_STATUS(status, "exited(3)");
	_exit(WEXITSTATUS(status) + 1);
}

static void detach_around_vfork(bool detach_child, bool at_done)
{
	pid_t pid = kt_child_stopped(vfork_body, NULL,
				     PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE);
	unsigned long child;

	printf("parent detached at %s, child %s\n", at_done ? "VFORK_DONE" : "VFORK",
	       detach_child ? "detached" : "kept");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_VFORK");
	KT_OK(kt_geteventmsg(pid, &child));
	KT_WAIT((pid_t)child, "EVENT_STOP(SIGTRAP)");
	if (!at_done)
		KT_OK(kt_detach(pid, 0));
	else
		KT_OK(kt_cont(pid, 0));
	if (detach_child) {
		KT_OK(kt_detach((pid_t)child, 0));
	} else {
		KT_OK(kt_cont((pid_t)child, 0));
		KT_WAIT((pid_t)child, "exited(3)");
	}
	if (at_done) {
		KT_WAIT(pid, "EVENT_VFORK_DONE");
		KT_OK(kt_detach(pid, 0));
	}
	KT_WAIT_CHILD(pid, "exited(4)");
}

KT_CASE(ptrace_detach_vfork_child, "ptrace.detach.vfork_child",
	"Verify that detaching the parent, the child or both around the events of a vfork leaves "
	"both to run to their ends",
	KT_REPORTS("exited(4)", W_EXITCODE(3, 0)))
{
	detach_around_vfork(false, false);
	detach_around_vfork(false, true);
	detach_around_vfork(true, false);
	detach_around_vfork(true, true);
}

KT_PROGRAM
