/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_parent_test.c - the tracer beside the real parent: whom a tracee's end is
 * told first, and who may trace whom.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

/* A child of the case, and a tracer of it that does things when it is told to. */
struct scene {
	pid_t tracee;
	struct kt_gate traced, end, reap, done;
	_Atomic pid_t before, during; /* what getppid() said */
	_Atomic int round;
};

static void end_body(void *arg)
{
	struct scene *s = arg;

	kt_gate_wait(&s->end);
	_exit(7);
}

static void reaping_tracer(void *arg)
{
	struct scene *s = arg;

	KT_OK(kt_seize(s->tracee, 0));
	kt_gate_open(&s->traced);
	kt_gate_wait(&s->reap);
	KT_WAIT(s->tracee, "exited(7)");
	kt_gate_open(&s->done);
	kt_park();
}

KT_CASE(ptrace_wait_real_parent_after_tracer, "ptrace.wait.real_parent_after_tracer",
	"Verify that the end of a tracee is told to its tracer first, and to its real parent only "
	"when the tracer has reaped it",
	KT_RETURNS(call, SYS_wait4, 1), KT_RETURNS(call, SYS_wait4, 0, KT_NOT_FIRST(1)))
{
	struct scene *s = kt_shared(sizeof(*s));
	int status = 0;

	s->tracee = kt_child(end_body, s);
	kt_child(reaping_tracer, s);
	kt_gate_wait(&s->traced);
	kt_gate_open(&s->end);
	KT_AWAIT(kt_proc_state(s->tracee) == 'Z');
	KT_EQ(kt_raw(SYS_wait4, s->tracee, &status, __WALL | WNOHANG, 0), 0);
	kt_gate_open(&s->reap);
	kt_gate_wait(&s->done);
	KT_EQ(kt_raw(SYS_wait4, s->tracee, &status, __WALL | WNOHANG, 0), s->tracee);
	KT_STATUS(status, "exited(7)");
}

KT_CASE(ptrace_wait_same_parent_once, "ptrace.wait.same_parent_once",
	"Verify that the end of a tracee is told once when its tracer is its parent",
	KT_ANSWERS(call, SYS_wait4, 0))
{
	struct scene *s = kt_shared(sizeof(*s));
	pid_t pid = kt_child_seized(end_body, s, 0);
	int status;

	kt_gate_open(&s->end);
	KT_WAIT(pid, "exited(7)");
	KT_ERR(ECHILD, kt_raw(SYS_wait4, pid, &status, __WALL | WNOHANG, 0));
}

static void getppid_body(void *arg)
{
	struct scene *s = arg;

	s->before = (pid_t)kt_raw(SYS_getppid);
	kt_gate_open(&s->end);
	kt_gate_wait(&s->traced);
	s->during = (pid_t)kt_raw(SYS_getppid);
	kt_gate_open(&s->done);
	kt_park();
}

static void parting_tracer(void *arg)
{
	struct scene *s = arg;

	KT_OK(kt_seize(s->tracee, PTRACE_O_EXITKILL));
	kt_gate_open(&s->traced);
	kt_park();
}

KT_CASE(ptrace_wait_getppid, "ptrace.wait.getppid",
	"Verify that a tracee has the same parent as before, for getppid and in /proc",
	KT_ANSWERS(call, SYS_getppid, 1, KT_NOT_FIRST(1)))
{
	struct scene *s = kt_shared(sizeof(*s));
	pid_t tracer;

	s->tracee = kt_child(getppid_body, s);
	kt_gate_wait(&s->end);
	tracer = kt_child(parting_tracer, s);
	kt_gate_wait(&s->done);
	KT_EQ(kt_proc_tracer(s->tracee), tracer);
	KT_EQ(s->before, getpid());
	KT_EQ(s->during, getpid());
	KT_EQ(kt_proc_ppid(s->tracee), getpid());
}

/* Its child gets a parent of its own, which leaves it. */
static void leaving_parent(void *arg)
{
	struct scene *s = arg;

	if (KT_SYS(fork()) == 0) {
		s->tracee = getpid();
		kt_gate_open(&s->done);
		kt_park();
	}
	kt_gate_wait(&s->end);
}

static void staying_tracer(void *arg)
{
	struct scene *s = arg;

	KT_OK(kt_seize(s->tracee, PTRACE_O_EXITKILL));
	kt_gate_open(&s->traced);
	kt_gate_wait(&s->reap);
	KT_OK(kt_interrupt(s->tracee));
	KT_WAIT(s->tracee, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(s->tracee, 0));
	KT_SYS(kill(s->tracee, SIGKILL));
	KT_WAIT(s->tracee, "killed(SIGKILL)");
}

KT_CASE(ptrace_topology_tracer_reparent, "ptrace.topology.tracer_reparent",
	"Verify that a tracee whose real parent exits gets another parent and keeps its tracer",
	KT_ANSWERS(ptrace, PTRACE_INTERRUPT, -ESRCH), KT_REPORTS("EVENT_STOP(SIGTRAP)", 0))
{
	struct scene *s = kt_shared(sizeof(*s));
	pid_t parent = kt_child(leaving_parent, s), tracer;

	kt_gate_wait(&s->done);
	tracer = kt_child(staying_tracer, s);
	kt_gate_wait(&s->traced);
	KT_EQ(kt_proc_ppid(s->tracee), parent);
	kt_gate_open(&s->end);
	KT_WAIT(parent, "exited(0)");
	/* The case adopts every orphan below it. */
	KT_EQ(kt_proc_ppid(s->tracee), getpid());
	KT_EQ(kt_proc_tracer(s->tracee), tracer);
	kt_gate_open(&s->reap);
	KT_WAIT(tracer, "exited(0)");
	KT_WAIT(s->tracee, "killed(SIGKILL)");
}

/* One turn of a pair that trace each other: stop the other, and let it go. */
static void disturb(pid_t other)
{
	KT_OK(kt_interrupt(other));
	KT_WAIT(other, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(other, 0));
}

/* Even rounds are the child's, odd ones the parent's. */
static void await_round(struct scene *s, int round)
{
	KT_AWAIT(atomic_load(&s->round) >= round);
}

/* To the one who is traced, the SIGCHLD for a stop of the other would be a stop, too. */
static void no_sigchld(void)
{
	struct sigaction quiet = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP };

	KT_SYS(sigaction(SIGCHLD, &quiet, NULL));
}

static void tracing_child(void *arg)
{
	struct scene *s = arg;

	no_sigchld();
	KT_OK(kt_seize(getppid(), 0));
	disturb(getppid());
	for (int round = 2; round < 6; round += 2) {
		atomic_fetch_add(&s->round, 1);
		await_round(s, round);
		disturb(getppid());
	}
	kt_gate_open(&s->done);
	kt_park();
}

static void traced_parent(void *arg)
{
	struct scene *s = arg;
	pid_t child;

	no_sigchld();
	child = kt_child(tracing_child, s);
	await_round(s, 1);
	KT_OK(kt_seize(child, 0));
	for (int round = 1; round < 5; round += 2) {
		await_round(s, round);
		disturb(child);
		atomic_fetch_add(&s->round, 1);
	}
	kt_gate_wait(&s->done);
	/* The end of one is told to the other, which traces it. */
	KT_SYS(kill(child, SIGKILL));
	KT_WAIT(child, "killed(SIGKILL)");
}

KT_CASE(ptrace_topology_trace_parent, "ptrace.topology.trace_parent",
	"Verify that a child can trace its parent, also one that traces the child, and that each "
	"stops and resumes the other",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM),
	KT_REPORTS("EVENT_STOP(SIGTRAP)", 0, KT_NOT_FIRST(1)))
{
	struct scene *s = kt_shared(sizeof(*s));
	pid_t parent = kt_child(traced_parent, s);

	KT_WAIT(parent, "exited(0)");
	KT_EQ(atomic_load(&s->round), 4);
}

KT_CASE(ptrace_topology_trace_init, "ptrace.topology.trace_init",
	"Verify that process 1 of a pid namespace is traced like any other, and is told of signals "
	"which it still ignores when they are injected",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM), KT_REPORTS("signal(SIGTERM)", SIGTERM),
	KT_REPORTS("signal(SIG64)", SIGTERM))
{
	pid_t pid;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	pid = kt_ns_child(CLONE_NEWPID, kt_body_park, NULL);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	KT_SYS(kill(pid, SIGTERM));
	KT_WAIT(pid, "signal(SIGTERM)");
	KT_OK(kt_cont(pid, SIGTERM));
	KT_SENTINEL(pid, KT_RUNNING);
	KT_KILL(pid);
}

KT_PROGRAM
