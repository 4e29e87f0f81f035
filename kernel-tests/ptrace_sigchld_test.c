/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_sigchld_test.c - the SIGCHLD that a tracer gets, and what becomes of
 * tracees whose parent ignores it.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* From now on SIGCHLD stays pending until it is taken, even if its action is to ignore it. */
static sigset_t hold_sigchld(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	KT_SYS(sigprocmask(SIG_BLOCK, &set, NULL));
	return set;
}

#define SIGSET_SIZE 8

/*
 * The next SIGCHLD; there is always one to come. It may be sent after a wait has
 * already told of the stop, so that only this shows that it was.
 */
static siginfo_t take_sigchld(const sigset_t *set)
{
	siginfo_t si;
	long rc;

	while ((rc = kt_raw(SYS_rt_sigtimedwait, set, &si, NULL, SIGSET_SIZE)) == -EINTR) {
		kt_fail_from_record();
		kt_case_check_deadline(__FILE__, __LINE__, "SIGCHLD");
	}
	KT_EQ(rc, SIGCHLD);
	return si;
}

static void expect(const sigset_t *set, pid_t pid, int code, int status)
{
	siginfo_t si = take_sigchld(set);

	KT_EQ(si.si_signo, SIGCHLD);
	KT_EQ(si.si_pid, pid);
	KT_EQ(si.si_code, code);
	KT_EQ(si.si_status, status);
}

static void calls_body(void *unused)
{
	(void)unused;
	syscall(SYS_getppid);
	_exit(7);
}

KT_CASE(ptrace_wait_sigchld, "ptrace.wait.sigchld",
	"Verify that each stop sends the tracer a SIGCHLD, with CLD_TRAPPED and its signal, or "
	"with CLD_STOPPED and the signal that has stopped the group, 0 for none, in a group-stop "
	"or PTRACE_EVENT_STOP, and that SA_NOCLDSTOP suppresses all but that of the end",
	KT_STORES(call, SYS_rt_sigtimedwait, 1, offsetof(siginfo_t, si_code), 1),
	KT_STORES(call, SYS_rt_sigtimedwait, 1, offsetof(siginfo_t, si_status), 1),
	KT_STORES(call, SYS_rt_sigtimedwait, 1, offsetof(siginfo_t, si_code),
		  CLD_EXITED ^ CLD_TRAPPED, KT_NOT_FIRST(6)))
{
	struct sigaction quiet = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP };
	sigset_t set = hold_sigchld();
	pid_t pid = kt_child_stopped(calls_body, NULL, PTRACE_O_TRACESYSGOOD);

	expect(&set, pid, CLD_STOPPED, 0);
	KT_SYS(kill(pid, SIGSTOP));
	KT_OK(kt_cont(pid, 0));
	expect(&set, pid, CLD_TRAPPED, SIGSTOP);
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_cont(pid, SIGSTOP));
	expect(&set, pid, CLD_STOPPED, SIGSTOP);
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	/* Neither bit 7 of a syscall-stop nor the event of an event stop is told. */
	KT_OK(kt_syscall(pid, 0));
	expect(&set, pid, CLD_TRAPPED, SIGTRAP);
	KT_WAIT(pid, "syscall");
	KT_OK(kt_setoptions(pid, PTRACE_O_TRACEEXIT));
	KT_OK(kt_cont(pid, 0));
	expect(&set, pid, CLD_TRAPPED, SIGTRAP);
	KT_WAIT(pid, "EVENT_EXIT");
	KT_OK(kt_cont(pid, 0));
	expect(&set, pid, CLD_EXITED, 7);
	KT_WAIT(pid, "exited(7)");

	KT_SYS(sigaction(SIGCHLD, &quiet, NULL));
	pid = kt_child_stopped(calls_body, NULL, 0);
	KT_OK(kt_cont(pid, 0));
	/* A SIGCHLD of the stop would have come first, and this one after it be dropped. */
	expect(&set, pid, CLD_EXITED, 7);
	KT_WAIT(pid, "exited(7)");
}

/* A parent that ignores SIGCHLD, its child, and who traces that. */
struct ignorer {
	bool by_thread;
	pid_t tracee;
	struct kt_gate born, traced, end, dead, go;
};

static void end_body(void *arg)
{
	struct ignorer *g = arg;

	kt_gate_wait(&g->end);
	_exit(7);
}

static void seize(void *arg)
{
	KT_OK(kt_seize(((struct ignorer *)arg)->tracee, 0));
}

static void ignoring_parent(void *arg)
{
	struct ignorer *g = arg;
	struct kt_worker *w = kt_worker_start();

	KT_SYS(signal(SIGCHLD, SIG_IGN) == SIG_ERR ? -1 : 0);
	g->tracee = kt_child(end_body, g);
	kt_gate_open(&g->born);
	if (g->by_thread) {
		kt_worker_run(w, seize, g);
		kt_gate_open(&g->traced);
		kt_gate_wait(&g->go);
		kt_worker_end(w);
		kt_gate_open(&g->dead);
	}
	kt_park();
}

static void tracer_body(void *arg)
{
	struct ignorer *g = arg;

	seize(g);
	kt_gate_open(&g->traced);
	kt_gate_wait(&g->go);
}

static void waiting_tracer_body(void *arg)
{
	tracer_body(arg);
	KT_WAIT(((struct ignorer *)arg)->tracee, "exited(7)");
}

/* The zombie waits for its tracer, and after that for nobody. */
static void check(kt_body *tracer)
{
	struct ignorer *g = kt_shared(sizeof(*g));
	pid_t pid = 0;

	g->by_thread = !tracer;
	kt_child(ignoring_parent, g);
	kt_gate_wait(&g->born);
	if (tracer)
		pid = kt_child(tracer, g);
	kt_gate_wait(&g->traced);
	kt_gate_open(&g->end);
	KT_AWAIT(kt_proc_state(g->tracee) == 'Z');
	KT_OK(kt_raw(SYS_kill, g->tracee, 0));
	kt_gate_open(&g->go);
	if (tracer)
		KT_WAIT(pid, "exited(0)");
	else
		kt_gate_wait(&g->dead);
	/* Its tracer is reported dead before it has let its dead tracees go. */
	KT_AWAIT(kt_raw(SYS_kill, g->tracee, 0) == -ESRCH);
}

KT_CASE(ptrace_wait_sigchld_ignored, "ptrace.wait.sigchld_ignored",
	"Verify that a dead tracee of a parent which ignores SIGCHLD is a zombie for its tracer, "
	"and vanishes when that has waited, has exited, or was a thread of the parent that ended",
	KT_ANSWERS(call, SYS_kill, 0), KT_ANSWERS(call, SYS_kill, -ESRCH),
	KT_ANSWERS(call, SYS_kill, 0, KT_NOT_FIRST(3)),
	KT_ANSWERS(call, SYS_kill, 0, KT_NOT_FIRST(5)))
{
	check(waiting_tracer_body);
	check(tracer_body);
	check(NULL);
}

KT_PROGRAM
