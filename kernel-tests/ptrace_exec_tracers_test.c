/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exec_tracers_test.c - execve by a thread while the leader is traced by
 * somebody else: who has the process afterwards, and how the other one learns it.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

KT_EXEC_MAIN(park)
{
	(void)arg;
	kt_park();
}

struct scene {
	struct kt_gate go, traced;
	_Atomic pid_t thread, third;
	pid_t pid;
};

static void exec_thread(void *arg)
{
	struct scene *s = arg;

	atomic_store(&s->thread, kt_gettid());
	kt_gate_wait(&s->go);
	KT_OK(kt_exec("park", ""));
}

static void couple_body(void *arg)
{
	kt_thread(exec_thread, arg);
	kt_park();
}

static long wait4_raw(pid_t pid)
{
	int status;

	return kt_raw(SYS_wait4, pid, &status, __WALL, 0);
}

static void expect_lost(const struct scene *s)
{
	unsigned long value;

	KT_ERR(ECHILD, wait4_raw(s->pid));
	KT_ERR(ESRCH, kt_interrupt(s->pid));
	KT_ERR(ESRCH, kt_geteventmsg(s->pid, &value));
}

/* Traces the leader, and is the parent of nobody. */
static void leader_tracer(void *arg)
{
	struct scene *s = arg;

	KT_OK(kt_seize(s->pid, PTRACE_O_TRACEEXEC));
	kt_gate_open(&s->traced);
	/* It sleeps here when the leader vanishes, and sees no status of it. */
	KT_ERR(ECHILD, wait4_raw(-1));
	expect_lost(s);
}

/* The tracer of the leader, asleep in its wait. */
static pid_t scene_start(struct scene *s)
{
	pid_t tracer;

	s->pid = kt_child(couple_body, s);
	KT_AWAIT(atomic_load(&s->thread) != 0);
	tracer = kt_child(leader_tracer, s);
	kt_gate_wait(&s->traced);
	KT_AWAIT(kt_proc_blocked_in(tracer, SYS_wait4));
	KT_EQ(kt_proc_tracer(s->pid), tracer);
	return tracer;
}

KT_CASE(ptrace_exec_other_tracer, "ptrace.exec.other_tracer",
	"Verify that after an execve by a thread the leader's pid is a tracee of the thread's "
	"tracer, and a wait of the leader's other tracer ends with ECHILD and no status",
	KT_RETURNS(call, SYS_wait4, 0), KT_REPORTS("EVENT_EXEC", 0))
{
	struct scene *s = kt_shared(sizeof(*s));
	pid_t tracer = scene_start(s);

	KT_OK(kt_seize(s->thread, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC));
	kt_gate_open(&s->go);
	KT_WAIT(s->pid, "EVENT_EXEC");
	KT_EQ(KT_MESSAGE(s->pid), s->thread);
	KT_EQ(kt_proc_tracer(s->pid), getpid());
	KT_WAIT(tracer, "exited(0)");
	KT_OK(kt_cont(s->pid, 0));
	KT_SENTINEL(s->pid, KT_RUNNING);
}

KT_CASE(ptrace_exec_untraced_thread_exec, "ptrace.exec.untraced_thread_exec",
	"Verify that an execve by a thread that is not traced takes the leader away from its "
	"tracer without a report: its wait ends with ECHILD, and the process goes on untraced",
	KT_RETURNS(call, SYS_wait4, 0), KT_ANSWERS(ptrace, PTRACE_INTERRUPT, 0))
{
	struct scene *s = kt_shared(sizeof(*s));
	pid_t tracer = scene_start(s);

	kt_gate_open(&s->go);
	KT_WAIT(tracer, "exited(0)");
	KT_EQ(kt_proc_tracer(s->pid), 0);
	/* The new program, which its tracer's end has not touched. */
	KT_AWAIT(kt_proc_state(s->thread) == 0);
	KT_AWAIT_PARKED(s->pid);
	KT_KILL(s->pid);
}

static void on_signal(int sig)
{
	(void)sig;
}

/* The same, but it waits for that pid alone. */
static void pid_waiter(void *arg)
{
	struct sigaction interrupt = { .sa_handler = on_signal };
	struct scene *s = arg;

	KT_SYS(sigaction(SIGUSR1, &interrupt, NULL));
	KT_OK(kt_seize(s->pid, 0));
	kt_gate_open(&s->traced);
	KT_ERR(ECHILD, wait4_raw(s->pid));
	expect_lost(s);
}

static void third_thread(void *arg)
{
	struct scene *s = arg;

	atomic_store(&s->third, kt_gettid());
	kt_park();
}

static void trio_body(void *arg)
{
	kt_thread(third_thread, arg);
	couple_body(arg);
}

/*
 * The third thread holds the execve back until the leader is dead and its tracer,
 * which that has woken, sleeps again. de_thread() wakes it once more, but by then
 * the leader has the thread's pid, which is not the one that it waits for.
 */
KT_CASE(ptrace_exec_other_tracer_by_pid, "ptrace.exec.other_tracer_by_pid",
	"Verify that a tracer which sleeps in a wait for the leader's pid alone is not woken when "
	"an execve by a thread takes the leader away; its wait fails with ECHILD when something "
	"else wakes it",
	KT_RETURNS(call, SYS_wait4, 0), KT_SEES("the tracer sleeps on", 0))
{
	struct scene *s = kt_shared(sizeof(*s));
	pid_t tracer;

	s->pid = kt_child(trio_body, s);
	KT_AWAIT(atomic_load(&s->thread) != 0);
	KT_AWAIT(atomic_load(&s->third) != 0);
	KT_OK(kt_seize(s->third, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
	tracer = kt_child(pid_waiter, s);
	kt_gate_wait(&s->traced);
	kt_gate_open(&s->go);
	KT_WAIT(s->third, "EVENT_EXIT");
	KT_AWAIT(kt_proc_state(s->pid) == 'Z');
	KT_AWAIT(kt_proc_blocked_in(tracer, SYS_wait4));
	KT_OK(kt_cont(s->third, 0));
	KT_WAIT(s->third, "exited(0)");
	KT_AWAIT(kt_proc_state(s->thread) == 0);
	/* The leader is gone. Whoever was woken for it is not asleep any more. */
	KT_REQUIRE(KT_SEEN("the tracer sleeps on", kt_proc_blocked_in(tracer, SYS_wait4)));
	KT_SYS(kill(tracer, SIGUSR1));
	KT_WAIT(tracer, "exited(0)");
	KT_KILL(s->pid);
}

KT_PROGRAM
