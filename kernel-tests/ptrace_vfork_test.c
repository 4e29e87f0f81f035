/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_vfork_test.c - PTRACE_EVENT_VFORK and PTRACE_EVENT_VFORK_DONE around a
 * parent that shares its memory with the child and waits for it.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

KT_EXEC_MAIN(park)
{
	(void)arg;
	kt_park();
}

struct vfork {
	bool execs; /* the child */
	bool waits; /* the parent, for the child, before it ends */
	struct kt_gate let_go; /* the child, to its exit or execve */
	struct kt_gate leaving;
	_Atomic int goes_on; /* the parent: 1, or 2 if that was too early */
	_Atomic pid_t child, childs_tracer;
};

static int vfork_child(void *arg)
{
	struct vfork *v = arg;

	v->childs_tracer = kt_proc_tracer(getpid());
	kt_gate_wait(&v->let_go);
	kt_gate_mark(&v->leaving);
	if (v->execs)
		KT_OK(kt_exec("park", ""));
	_exit(3);
}

/* Ends with 7. No signal is reported. */
static void vfork_body(void *arg)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct vfork *v = arg;
	sigset_t all;

	sigfillset(&all);
	KT_SYS(sigprocmask(SIG_SETMASK, &all, NULL));
	v->child = KT_SYS(clone(vfork_child, stack + sizeof(stack),
				CLONE_VM | CLONE_VFORK | SIGCHLD, v));
	v->goes_on = kt_gate_is_open(&v->leaving) ? 1 : 2;
	if (v->waits)
		KT_EQ(waitpid(v->child, NULL, 0), v->child);
	_exit(7);
}

static struct vfork *vfork_new(bool execs, bool at_once)
{
	struct vfork *v = kt_shared(sizeof(*v));

	v->execs = execs;
	if (at_once)
		kt_gate_open(&v->let_go);
	return v;
}

KT_CASE(ptrace_vfork_event, "ptrace.vfork.event",
	"Verify that PTRACE_EVENT_VFORK stops the parent before it waits for the child, and that "
	"it goes on only after the child's exit or execve",
	KT_REPORTS("EVENT_VFORK", KT_EVENT_STATUS(PTRACE_EVENT_FORK)),
	KT_SEES("the parent goes on", 1),
	KT_SEES("the parent went on", 2))
{
	for (int execs = 0; execs < 2; execs++) {
		struct vfork *v = vfork_new(execs, false);
		pid_t pid = kt_child_stopped(vfork_body, v, PTRACE_O_TRACEVFORK), child;

		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "EVENT_VFORK");
		child = KT_MESSAGE(pid);
		KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
		KT_OK(kt_cont(pid, 0));
		/* It waits for the child, which stands before its first instruction. */
		KT_AWAIT(kt_proc_state(pid) == 'D');
		KT_OK(kt_cont(child, 0));
		KT_AWAIT(kt_proc_blocked_in(child, SYS_futex));
		KT_EQ(kt_proc_state(pid), 'D');
		KT_EQ(KT_SEEN("the parent goes on", v->goes_on), 0);
		kt_gate_open(&v->let_go);
		KT_WAIT(pid, "exited(7)");
		KT_EQ(KT_SEEN("the parent went on", v->goes_on), 1);
		if (execs)
			KT_KILL(child);
		else
			KT_WAIT(child, "exited(3)");
	}
}

/* To the end of the vfork in a tracee that reports only that. */
static void expect_done(bool execs, unsigned long options)
{
	struct vfork *v = vfork_new(execs, true);
	pid_t pid = kt_child_stopped(vfork_body, v, PTRACE_O_TRACEVFORKDONE | options), child = 0;

	KT_OK(kt_cont(pid, 0));
	if (options) {
		KT_WAIT(pid, "EVENT_VFORK");
		child = KT_MESSAGE(pid);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
		KT_OK(kt_cont(child, 0));
	}
	KT_WAIT(pid, "EVENT_VFORK_DONE");
	if (child)
		KT_EQ(KT_MESSAGE(pid), child);
	child = KT_MESSAGE(pid);
	KT_EQ(v->goes_on, 0);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");
	KT_EQ(v->child, child);
}

KT_CASE(ptrace_vfork_done, "ptrace.vfork.done",
	"Verify that PTRACE_EVENT_VFORK_DONE comes when the child has exited or made an execve "
	"and before the parent goes on, with the child's pid as message, with PTRACE_O_TRACEVFORK "
	"and without",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1),
	KT_REPORTS("EVENT_VFORK_DONE", KT_EVENT_STATUS(PTRACE_EVENT_VFORK)))
{
	expect_done(false, 0);
	expect_done(true, 0);
	expect_done(false, PTRACE_O_TRACEVFORK);
	expect_done(true, PTRACE_O_TRACEVFORK);
}

/* A vfork whose child is on its way out: the two reports to come are still untaken. */
static pid_t start_exiting_vfork(bool waits, pid_t *child)
{
	struct vfork *v = vfork_new(false, true);
	pid_t pid = kt_child_stopped(vfork_body, v,
				     PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE);

	v->waits = waits;
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_VFORK");
	*child = KT_MESSAGE(pid);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(*child, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(*child, 0));
	return pid;
}

KT_CASE(ptrace_vfork_done_vs_exit_order, "ptrace.vfork.done_vs_exit_order",
	"Verify that PTRACE_EVENT_VFORK_DONE and the end of the child are both reported, and can "
	"be taken in either order, that of the child even after the parent's own end",
	KT_REPORTS("EVENT_VFORK_DONE", W_EXITCODE(7, 0)), KT_REPORTS("exited(3)", SIGKILL))
{
	pid_t child, pid = start_exiting_vfork(true, &child), first, second;

	KT_WAIT(child, "exited(3)");
	KT_WAIT(pid, "EVENT_VFORK_DONE");
	KT_EQ(KT_MESSAGE(pid), child);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");

	pid = start_exiting_vfork(false, &child);
	KT_WAIT(pid, "EVENT_VFORK_DONE");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");
	KT_WAIT(child, "exited(3)");

	for (int i = 0; i < 10; i++) {
		int status[2];

		pid = start_exiting_vfork(true, &child);
		status[0] = KT_WAIT_ANY(&first);
		status[1] = KT_WAIT_ANY(&second);
		KT_REQUIRE((first == pid && second == child) || (first == child && second == pid));
		KT_STATUS(status[first != pid], "EVENT_VFORK_DONE");
		KT_STATUS(status[first == pid], "exited(3)");
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(7)");
	}
}

KT_CASE(ptrace_vfork_no_options, "ptrace.vfork.no_options",
	"Verify that without PTRACE_O_TRACEVFORK a vfork stops nobody and its child is not traced",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, 0, PTRACE_O_TRACEVFORK),
	KT_SEES("the child's tracer", 1))
{
	struct vfork *v = vfork_new(false, true);
	pid_t pid = kt_child_stopped(vfork_body, v, 0);

	v->childs_tracer = -1;
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");
	KT_EQ(KT_SEEN("the child's tracer", v->childs_tracer), 0);
}

KT_PROGRAM
