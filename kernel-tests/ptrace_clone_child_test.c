/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_clone_child_test.c - the tracee that a tracee's fork, vfork or clone
 * makes: its first stop, whose it is, and what it does not inherit.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

#define ALL_EVENTS (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)

/* A maker and what it makes; one of each event. */
static const struct kind {
	const char *event;
	unsigned int flags; /* of a process; or CLONE_THREAD */
} kinds[] = {
	{ "EVENT_FORK", SIGCHLD },
	{ "EVENT_VFORK", CLONE_VFORK | SIGCHLD },
	{ "EVENT_CLONE", 0 },
	{ "EVENT_CLONE", CLONE_THREAD },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct making {
	unsigned int flags;
	struct kt_gate go, ran;
	_Atomic pid_t child;
};

static struct making *making_new(unsigned int flags)
{
	struct making *m = kt_shared(sizeof(*m));

	m->flags = flags;
	return m;
}

static void made_thread(void *arg)
{
	struct making *m = arg;

	kt_gate_mark(&m->ran);
	kt_thread_exit(3);
}

/* Makes a child, which marks that it ran and exits with 3; ends with 7 at once, or stays. */
static void maker_body(void *arg)
{
	struct making *m = arg;
	sigset_t all;
	long pid;

	sigfillset(&all);
	KT_SYS(sigprocmask(SIG_SETMASK, &all, NULL));
	kt_gate_wait(&m->go);
	if (m->flags & CLONE_THREAD) {
		kt_thread(made_thread, m);
		kt_park();
	}
	pid = KT_OK(kt_raw(SYS_clone, m->flags, 0, 0, 0, 0));
	if (pid == 0) {
		kt_gate_mark(&m->ran);
		_exit(3);
	}
	atomic_store(&m->child, (pid_t)pid);
	_exit(7);
}

KT_CASE(ptrace_clone_child_stop_seized, "ptrace.clone.child_stop_seized",
	"Verify that the child of a seized tracee starts in PTRACE_EVENT_STOP with SIGTRAP and "
	"the message 0",
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_STOPCODE(SIGSTOP), KT_NOT_FIRST(1)),
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1, KT_NOT_FIRST(1)),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 0x8000))
{
	for (size_t i = 0; i < KINDS; i++) {
		struct making *m = making_new(kinds[i].flags);
		pid_t pid = kt_child_stopped(maker_body, m, ALL_EVENTS), child;
		siginfo_t si;

		kt_gate_open(&m->go);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, kinds[i].event);
		child = KT_MESSAGE(pid);
		KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
		KT_EQ(KT_MESSAGE(child), 0);
		KT_OK(kt_getsiginfo(child, &si));
		KT_EQ(si.si_signo, SIGTRAP);
		KT_EQ(si.si_code, PTRACE_EVENT_STOP << 8 | SIGTRAP);
		/* It was seized, too: the others cannot be interrupted. */
		KT_OK(kt_interrupt(child));
	}
}

static void expect_sigstop(struct making *m, pid_t pid, const char *event)
{
	siginfo_t si;
	pid_t child;

	KT_OK(kt_setoptions(pid, PTRACE_O_EXITKILL | ALL_EVENTS));
	kt_gate_open(&m->go);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, event);
	child = KT_MESSAGE(pid);
	KT_WAIT(child, "signal(SIGSTOP)");
	KT_OK(kt_getsiginfo(child, &si));
	KT_EQ(si.si_signo, SIGSTOP);
	KT_EQ(si.si_code, SI_USER);
	KT_EQ(si.si_pid, 0);
	KT_ERR(EIO, kt_interrupt(child));
}

KT_CASE(ptrace_clone_child_stop_attached, "ptrace.clone.child_stop_attached",
	"Verify that the child of a tracee that was not seized starts with a signal-delivery-stop "
	"of SIGSTOP, from no process and with si_code SI_USER",
	KT_REPORTS("signal(SIGSTOP)", PTRACE_EVENT_STOP << 16 | W_STOPCODE(SIGTRAP),
		   KT_NOT_FIRST(1)),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 0x80))
{
	for (size_t i = 0; i < KINDS; i++) {
		struct making *m = making_new(kinds[i].flags);
		pid_t pid = kt_child_traceme(maker_body, m);

		expect_sigstop(m, pid, kinds[i].event);

		m = making_new(kinds[i].flags);
		pid = kt_child(maker_body, m);
		KT_OK(kt_attach(pid));
		KT_WAIT(pid, "signal(SIGSTOP)");
		expect_sigstop(m, pid, kinds[i].event);
	}
}

KT_CASE(ptrace_clone_order_free, "ptrace.clone.order_free",
	"Verify that the event of the parent and the first stop of the child both come, and can "
	"be taken in either order: the child may even end before the event is seen, and the "
	"parent before the first stop is",
	KT_REPORTS("EVENT_FORK", W_EXITCODE(7, 0)),
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_EXITCODE(3, 0), KT_NOT_FIRST(1)))
{
	struct making *m = making_new(SIGCHLD);
	pid_t pid = kt_child_stopped(maker_body, m, ALL_EVENTS), child;

	kt_gate_open(&m->go);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT_REPORT(pid);
	child = KT_MESSAGE(pid);
	KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "exited(3)");
	KT_WAIT(pid, "EVENT_FORK");
	KT_EQ(KT_MESSAGE(pid), child);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");

	m = making_new(SIGCHLD);
	pid = kt_child_stopped(maker_body, m, ALL_EVENTS);
	kt_gate_open(&m->go);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_FORK");
	child = KT_MESSAGE(pid);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");
	KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "exited(3)");
}

KT_CASE(ptrace_clone_before_user_code, "ptrace.clone.before_user_code",
	"Verify that a new tracee has run no instruction of the program at its first stop, and "
	"none until it is resumed",
	KT_SEES("the child has run", 1))
{
	for (size_t i = 0; i < KINDS; i++) {
		struct making *m = making_new(kinds[i].flags);
		pid_t pid = kt_child_stopped(maker_body, m, ALL_EVENTS), child;
		uint64_t ip;

		kt_gate_open(&m->go);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, kinds[i].event);
		child = KT_MESSAGE(pid);
		KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
		/* Both stand behind the instruction that made the call. */
		ip = KT_CALL(pid, CALL_NONE).ip;
		KT_EQ(KT_CALL(child, CALL_NONE).ip, ip);
		/* The parent goes on, or waits for the child in the kernel: not for long here. */
		KT_OK(kt_cont(pid, 0));
		if (!(kinds[i].flags & (CLONE_VFORK | CLONE_THREAD)))
			KT_WAIT(pid, "exited(7)");
		KT_EQ(KT_SEEN("the child has run", kt_gate_is_open(&m->ran)), 0);
		KT_OK(kt_cont(child, 0));
		KT_WAIT(child, "exited(3)");
		KT_REQUIRE(kt_gate_is_open(&m->ran));
	}
}

struct grandparent {
	struct making *making;
	_Atomic pid_t pid, parent;
	int ends; /* children that it has waited for */
};

static void report_parent(struct grandparent *g)
{
	atomic_store(&g->making->child, (pid_t)kt_raw(SYS_getppid));
	_exit(3);
}

static void clone_parent_body(void *arg)
{
	struct grandparent *g = arg;

	kt_gate_wait(&g->making->go);
	if (KT_OK(kt_raw(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)) == 0)
		report_parent(g);
	_exit(7);
}

/* Waits for its child and for the one that its child makes for it. */
static void grandparent_body(void *arg)
{
	struct grandparent *g = arg;
	int status;

	atomic_store(&g->pid, getpid());
	atomic_store(&g->parent, kt_child(clone_parent_body, g));
	while (waitpid(-1, &status, 0) > 0) {
		KT_REQUIRE(WIFEXITED(status));
		KT_REQUIRE(WEXITSTATUS(status) == 3 || WEXITSTATUS(status) == 7);
		g->ends += WEXITSTATUS(status);
	}
	KT_EQ(errno, ECHILD);
}

KT_CASE(ptrace_clone_clone_parent, "ptrace.clone.clone_parent",
	"Verify that a child made with CLONE_PARENT is traced by its maker's tracer, and its "
	"parent, also for wait, is its maker's parent",
	KT_CHANGES_ARG(call, SYS_clone, 0, CLONE_PARENT, 0))
{
	struct grandparent *g = kt_shared(sizeof(*g));
	pid_t pid, child;

	g->making = making_new(0);
	pid = kt_child(grandparent_body, g);
	KT_AWAIT(atomic_load(&g->parent) != 0);
	KT_OK(kt_seize(g->parent, PTRACE_O_EXITKILL | ALL_EVENTS));
	kt_gate_open(&g->making->go);
	KT_WAIT(g->parent, "EVENT_FORK");
	child = KT_MESSAGE(g->parent);
	KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
	KT_EQ(kt_proc_tracer(child), getpid());
	KT_EQ(kt_proc_ppid(child), g->pid);
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "exited(3)");
	KT_EQ(g->making->child, g->pid);
	KT_OK(kt_cont(g->parent, 0));
	KT_WAIT(g->parent, "exited(7)");
	KT_WAIT(pid, "exited(0)");
	KT_EQ(g->ends, 3 + 7);
}

struct team {
	struct making *making;
	pid_t pid, child;
};

static void seize_in_worker(void *arg)
{
	struct team *t = arg;

	KT_OK(kt_seize(t->pid, PTRACE_O_EXITKILL | ALL_EVENTS));
	kt_gate_open(&t->making->go);
	KT_WAIT(t->pid, "EVENT_FORK");
	t->child = KT_MESSAGE(t->pid);
	KT_WAIT(t->child, "EVENT_STOP(SIGTRAP)");
}

KT_CASE(ptrace_clone_tracer_thread, "ptrace.clone.tracer_thread",
	"Verify that a new tracee belongs to the thread that traces its parent: requests of "
	"another thread fail with ESRCH, and its wait with __WNOTHREAD with ECHILD",
	KT_RETURNS(call, SYS_wait4, 0), KT_ANSWERS(ptrace, PTRACE_GETSIGINFO, 0))
{
	struct kt_worker *w = kt_worker_start();
	struct team t = { .making = making_new(SIGCHLD) };
	siginfo_t si;
	int status;

	t.pid = kt_child(maker_body, t.making);
	kt_worker_run(w, seize_in_worker, &t);
	KT_EQ(kt_proc_tracer(t.child), kt_worker_tid(w));
	KT_ERR(ECHILD, kt_raw(SYS_wait4, t.child, &status, __WALL | __WNOTHREAD | WNOHANG, 0));
	KT_ERR(ESRCH, kt_getsiginfo(t.child, &si));
	KT_ERR(ESRCH, kt_cont(t.child, 0));
	kt_worker_end(w);
}

/* To the event with `request` alone; an EIO of the first one is that there is no such request. */
static bool drive_to_event(pid_t pid, long request)
{
	for (bool first = true;; first = false) {
		long rc = kt_ptrace(request, pid, 0, 0);
		int status;

		if (first && rc == -EIO)
			return false;
		KT_OK(rc);
		status = KT_WAIT_STATUS(pid);
		if (kt_status_decode(status).kind == KT_EVENT) {
			KT_STATUS(status, "EVENT_FORK");
			return true;
		}
	}
}

/* PTRACE_CONT is for the child alone: how the parent was resumed must not matter for it. */
static void expect_plain_child(long request)
{
	struct making *m = making_new(SIGCHLD);
	pid_t pid = kt_child_stopped(maker_body, m, ALL_EVENTS | PTRACE_O_TRACESYSGOOD), child;

	kt_gate_open(&m->go);
	if (!drive_to_event(pid, request)) {
		printf("PTRACE_SINGLESTEP is not there\n");
		return;
	}
	child = KT_MESSAGE(pid);
	KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "exited(3)");
}

/* The untraced child of a parent that is stepped: a stray SIGTRAP would kill it. */
static void expect_plain_untraced(long request)
{
	struct making *m = making_new(SIGCHLD);
	pid_t pid = kt_child_stopped(maker_body, m, PTRACE_O_TRACESYSGOOD);

	kt_gate_open(&m->go);
	while (!atomic_load(&m->child)) {
		if (kt_ptrace(request, pid, 0, 0) == -EIO)
			return;
		KT_WAIT_STATUS(pid);
	}
	KT_OK(kt_detach(pid, 0));
	KT_WAIT(pid, "exited(7)");
	/* It has become ours: what its parent has not waited for. */
	KT_WAIT(m->child, "exited(3)");
}

KT_CASE(ptrace_fork_step_state, "ptrace.fork.step_state",
	"Verify that the child of a tracee that is stepped, or traced from syscall-stop to "
	"syscall-stop, is neither itself, whether it is traced or not",
	KT_CHANGES_ARG(ptrace, PTRACE_CONT, 0, ~0UL, PTRACE_SYSCALL))
{
	expect_plain_child(PTRACE_SYSCALL);
	expect_plain_untraced(PTRACE_SYSCALL);
	expect_plain_child(PTRACE_SINGLESTEP);
	expect_plain_untraced(PTRACE_SINGLESTEP);
}

KT_PROGRAM
