/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exitkill_test.c - PTRACE_O_EXITKILL: no tracee outlives its tracer, and
 * just whom that covers. The tracees here are children of the case and not of
 * their tracer, so that nothing but EXITKILL can end them with it.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* A tracer that leads its tracee somewhere, says so, and stays or exits. */
struct tracer {
	pid_t tracee;
	unsigned long options;
	void (*lead)(pid_t tracee); /* NULL: leave it running */
	bool exits;
	struct kt_gate ready;
};

static void tracer_body(void *arg)
{
	struct tracer *t = arg;

	KT_OK(kt_seize(t->tracee, t->options));
	if (t->lead)
		t->lead(t->tracee);
	kt_gate_open(&t->ready);
	if (!t->exits)
		kt_park();
}

static struct tracer *tracer_new(pid_t tracee, unsigned long options, void (*lead)(pid_t))
{
	struct tracer *t = kt_shared(sizeof(*t));

	t->tracee = tracee;
	t->options = options;
	t->lead = lead;
	return t;
}

/* Start the tracer, and kill it as soon as its tracee is where it should be. */
static void trace_and_die(struct tracer *t)
{
	pid_t pid = kt_child(tracer_body, t);

	kt_gate_wait(&t->ready);
	KT_KILL(pid);
}

/* Whoever is still alive when the gate opens says so. */
static void survivor_body(void *gate)
{
	kt_gate_wait(gate);
	_exit(7);
}

KT_CASE(ptrace_exitkill_exit, "ptrace.exitkill.exit",
	"Verify that a tracee with PTRACE_O_EXITKILL is killed when its tracer exits",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, PTRACE_O_EXITKILL, 0))
{
	pid_t pid = kt_child(kt_body_park, NULL);
	struct tracer *t = tracer_new(pid, PTRACE_O_EXITKILL, NULL);

	t->exits = true;
	KT_WAIT(kt_child(tracer_body, t), "exited(0)");
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_CASE(ptrace_exitkill_sigkill, "ptrace.exitkill.sigkill",
	"Verify that a tracee with PTRACE_O_EXITKILL is killed when its tracer is killed by "
	"SIGKILL",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, PTRACE_O_EXITKILL, 0))
{
	pid_t pid = kt_child(kt_body_park, NULL);

	trace_and_die(tracer_new(pid, PTRACE_O_EXITKILL, NULL));
	KT_WAIT(pid, "killed(SIGKILL)");
}

static void seize_in_worker(void *tracee)
{
	KT_OK(kt_seize(*(pid_t *)tracee, PTRACE_O_EXITKILL));
}

KT_CASE(ptrace_exitkill_tracer_thread, "ptrace.exitkill.tracer_thread",
	"Verify that the end of the tracing thread kills the tracee although its process lives on",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, PTRACE_O_EXITKILL, 0))
{
	struct kt_worker *w = kt_worker_start();
	pid_t pid = kt_child(kt_body_park, NULL);

	kt_worker_run(w, seize_in_worker, &pid);
	KT_EQ(kt_proc_tracer(pid), kt_worker_tid(w));
	kt_worker_end(w);
	KT_WAIT(pid, "killed(SIGKILL)");
}

/* A tracee with a child of its own. */
struct family {
	struct kt_gate fork, survive;
	_Atomic pid_t child;
	int flags; /* for clone(2) */
};

static void family_body(void *arg)
{
	struct family *f = arg;
	long pid;

	kt_gate_wait(&f->fork);
	pid = KT_SYS(syscall(SYS_clone, SIGCHLD | f->flags, 0, 0, 0, 0));
	if (pid == 0)
		survivor_body(&f->survive);
	atomic_store(&f->child, (pid_t)pid);
	kt_park();
}

/* Two stops, in either order: the event of the parent and the first one of the child. */
static void lead_family(struct family *f)
{
	kt_gate_open(&f->fork);
	for (int i = 0; i < 2; i++) {
		pid_t tid;

		KT_WAIT_ANY(&tid);
		KT_OK(kt_cont(tid, 0));
	}
	KT_AWAIT(atomic_load(&f->child) != 0);
}

static struct family *family;

static void lead_fork(pid_t tracee)
{
	(void)tracee;
	lead_family(family);
}

KT_CASE(ptrace_exitkill_inherit, "ptrace.exitkill.inherit",
	"Verify that a child attached by PTRACE_O_TRACEFORK is killed with the tracer, too",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, PTRACE_O_EXITKILL, 0))
{
	pid_t pid;

	family = kt_shared(sizeof(*family));
	pid = kt_child(family_body, family);
	trace_and_die(tracer_new(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK, lead_fork));
	KT_WAIT(pid, "killed(SIGKILL)");
	KT_WAIT(family->child, "killed(SIGKILL)");
}

static void await_untraced(pid_t tracee)
{
	(void)tracee;
	kt_gate_open(&family->fork);
	KT_AWAIT(atomic_load(&family->child) != 0);
}

KT_CASE(ptrace_exitkill_untraced_child, "ptrace.exitkill.untraced_child",
	"Verify that a child made with CLONE_UNTRACED, or without the option that would attach it, "
	"survives the tracer",
	KT_REPORTS("exited(7)", W_EXITCODE(0, SIGKILL)))
{
	for (int i = 0; i < 2; i++) {
		unsigned long options = PTRACE_O_EXITKILL | (i ? PTRACE_O_TRACEFORK : 0);
		pid_t pid;

		family = kt_shared(sizeof(*family));
		family->flags = i ? CLONE_UNTRACED : 0;
		pid = kt_child(family_body, family);
		trace_and_die(tracer_new(pid, options, await_untraced));
		KT_WAIT(pid, "killed(SIGKILL)");
		kt_gate_open(&family->survive);
		KT_WAIT(family->child, "exited(7)");
	}
}

static void lead_trap(pid_t tracee)
{
	KT_OK(kt_interrupt(tracee));
	KT_WAIT(tracee, "EVENT_STOP(SIGTRAP)");
}

static void lead_signal(pid_t tracee)
{
	KT_SYS(kill(tracee, SIGURG));
	KT_WAIT(tracee, "signal(SIGURG)");
}

static void lead_group_stop(pid_t tracee)
{
	KT_SYS(kill(tracee, SIGSTOP));
	KT_WAIT(tracee, "signal(SIGSTOP)");
	KT_OK(kt_cont(tracee, SIGSTOP));
	KT_WAIT(tracee, "EVENT_STOP(SIGSTOP)");
}

static void lead_listen(pid_t tracee)
{
	lead_group_stop(tracee);
	KT_OK(kt_listen(tracee));
}

/* The tracee sleeps in its parking call, which is traced from its next turn on. */
static void lead_entry(pid_t tracee)
{
	lead_trap(tracee);
	KT_OK(kt_syscall(tracee, 0));
	KT_WAIT(tracee, "syscall");
}

KT_CASE(ptrace_exitkill_stopped, "ptrace.exitkill.stopped",
	"Verify that the tracer's death kills a tracee in a trap, a signal-delivery-stop, a "
	"group-stop, a syscall-stop, and while it listens",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, PTRACE_O_EXITKILL, 0))
{
	static void (*const leads[])(pid_t) = { lead_trap, lead_signal, lead_group_stop,
						lead_listen, lead_entry };

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		pid_t pid = kt_child(kt_body_park, NULL);

		KT_AWAIT_PARKED(pid);
		trace_and_die(tracer_new(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD, leads[i]));
		KT_WAIT(pid, "killed(SIGKILL)");
	}
}

static void lead_to_exit(pid_t tracee)
{
	lead_trap(tracee);
	kt_gate_open(&family->survive);
	KT_OK(kt_cont(tracee, 0));
	KT_WAIT(tracee, "EVENT_EXIT");
}

KT_CASE(ptrace_exitkill_in_exit_stop, "ptrace.exitkill.in_exit_stop",
	"Verify that a tracee whose tracer dies while it stands in PTRACE_EVENT_EXIT ends as it "
	"was about to since 6.0, and is killed before",
	KT_REPORTS("exited(7)", W_EXITCODE(0, SIGKILL)))
{
	pid_t pid;

	family = kt_shared(sizeof(*family));
	pid = kt_child(survivor_body, &family->survive);
	trace_and_die(tracer_new(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT, lead_to_exit));
	KT_WAIT(pid, kt_kernel_has(KT_CHANGE_EXIT_STOP_DEAF) ? "exited(7)" : "killed(SIGKILL)");
}

static void lead_disarm(pid_t tracee)
{
	lead_trap(tracee);
	KT_OK(kt_setoptions(tracee, 0));
	KT_OK(kt_cont(tracee, 0));
}

KT_CASE(ptrace_exitkill_cleared_by_setoptions, "ptrace.exitkill.cleared_by_setoptions",
	"Verify that PTRACE_SETOPTIONS without PTRACE_O_EXITKILL disarms it",
	KT_ANSWERS(ptrace, PTRACE_SETOPTIONS, 0))
{
	struct kt_gate *gate = kt_shared(sizeof(*gate));
	pid_t pid = kt_child(survivor_body, gate);

	trace_and_die(tracer_new(pid, PTRACE_O_EXITKILL, lead_disarm));
	KT_EQ(kt_proc_tracer(pid), 0);
	kt_gate_open(gate);
	KT_WAIT(pid, "exited(7)");
}

KT_CASE(ptrace_exitkill_off, "ptrace.exitkill.off",
	"Verify that without PTRACE_O_EXITKILL tracees go on when the tracer dies, out of a trap "
	"as well, and a group-stopped one stays stopped",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, 0, PTRACE_O_EXITKILL))
{
	static void (*const leads[])(pid_t) = { NULL, lead_trap, lead_signal, lead_group_stop };

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		struct kt_gate *gate = kt_shared(sizeof(*gate));
		pid_t pid = kt_child(survivor_body, gate);

		trace_and_die(tracer_new(pid, 0, leads[i]));
		KT_EQ(kt_proc_tracer(pid), 0);
		if (leads[i] == lead_group_stop) {
			KT_AWAIT(kt_proc_state(pid) == 'T');
			KT_SYS(kill(pid, SIGCONT));
		}
		kt_gate_open(gate);
		KT_WAIT(pid, "exited(7)");
	}
}

/*
 * This program again, after an exec, as somebody else: what the environment
 * says is done before main(). "trace PID": be the tracer that PID had before the
 * exec; "park": just be there.
 */
#define REBORN "KT_EXITKILL_REBORN"

__attribute__((constructor)) static void reborn(void)
{
	const char *task = getenv(REBORN);
	int pid, status;

	if (!task)
		return;
	if (sscanf(task, "trace %d", &pid) != 1)
		kt_park();
	if (kt_interrupt(pid) < 0 || waitpid(pid, &status, __WALL) != pid ||
	    !WIFSTOPPED(status) || kt_cont(pid, 0) < 0)
		_exit(1);
	_exit(0);
}

static void exec_self(const char *task)
{
	KT_SYS(setenv(REBORN, task, 1));
	KT_SYS(execl("/proc/self/exe", "reborn", (char *)NULL));
}

static void exec_tracer_body(void *tracee)
{
	char task[32];

	KT_OK(kt_seize(*(pid_t *)tracee, PTRACE_O_EXITKILL));
	snprintf(task, sizeof(task), "trace %d", (int)*(pid_t *)tracee);
	exec_self(task);
}

KT_CASE(ptrace_exitkill_tracer_exec, "ptrace.exitkill.tracer_exec",
	"Verify that a single-threaded tracer keeps its tracees over an execve",
	KT_REPORTS("exited(0)", W_EXITCODE(1, 0)))
{
	pid_t *tracee = kt_shared(sizeof(*tracee));

	*tracee = kt_child(kt_body_park, NULL);
	/* Exit status 0: after its exec it could interrupt, wait and resume. */
	KT_WAIT(kt_child(exec_tracer_body, tracee), "exited(0)");
	KT_WAIT(*tracee, "killed(SIGKILL)");
}

static void mt_exec_body(void *tracee)
{
	struct kt_worker *w = kt_worker_start();

	kt_worker_run(w, seize_in_worker, tracee);
	exec_self("park");
}

KT_CASE(ptrace_exitkill_tracer_mt_exec, "ptrace.exitkill.tracer_mt_exec",
	"Verify that an execve by another thread of the tracer, which ends the tracing thread, "
	"kills the tracee",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, PTRACE_O_EXITKILL, 0))
{
	pid_t *tracee = kt_shared(sizeof(*tracee)), tracer;

	*tracee = kt_child(kt_body_park, NULL);
	tracer = kt_child(mt_exec_body, tracee);
	KT_WAIT(*tracee, "killed(SIGKILL)");
	/* The process of the tracer goes on as the program that it executed. */
	KT_AWAIT_PARKED(tracer);
}

struct crowd {
	_Atomic pid_t tid;
};

static void crowd_thread(void *arg)
{
	struct crowd *c = arg;

	atomic_store(&c->tid, kt_gettid());
	kt_park();
}

static void crowd_body(void *arg)
{
	kt_thread(crowd_thread, arg);
	kt_park();
}

KT_CASE(ptrace_exitkill_threads, "ptrace.exitkill.threads",
	"Verify that one traced thread with PTRACE_O_EXITKILL takes its whole thread group with it",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, PTRACE_O_EXITKILL, 0))
{
	struct crowd *c = kt_shared(sizeof(*c));
	pid_t pid = kt_child(crowd_body, c);

	KT_AWAIT(atomic_load(&c->tid) != 0);
	trace_and_die(tracer_new(c->tid, PTRACE_O_EXITKILL, NULL));
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_PROGRAM
