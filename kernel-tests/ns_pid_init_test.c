/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_pid_init_test.c - process 1 of a pid namespace: which signals reach it,
 * and what a tracer outside can do with it.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

static volatile sig_atomic_t handled;

static void on_usr1(int sig)
{
	(void)sig;
	handled = 1;
}

/* Ends when SIGUSR1 has come, with no other way to end. */
static void handle_usr1(void *ready)
{
	struct sigaction sa = { .sa_handler = on_usr1 };
	sigset_t usr1, old;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	KT_SYS(sigprocmask(SIG_BLOCK, &usr1, &old));
	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	if (ready)
		kt_gate_open(ready);
	while (!handled)
		sigsuspend(&old);
	_exit(7);
}

static const int deadly[] = { SIGTERM, SIGHUP, SIGSEGV, SIGKILL, SIGSTOP, SIGTSTP, 40 };
#define DEADLY (sizeof(deadly) / sizeof(deadly[0]))

/* A member signals process 1: what would end or stop any other, then what it handles. */
static void attack_init(void *ready)
{
	kt_gate_wait(ready);
	for (size_t i = 0; i < DEADLY; i++)
		KT_OK(kt_raw(SYS_kill, 1, deadly[i]));
	KT_OK(kt_raw(SYS_kill, 1, SIGUSR1));
}

static void attacked_init(void *ready)
{
	kt_child(attack_init, ready);
	handle_usr1(ready);
}

KT_CASE(ns_pid_init_semantics, "ns.pid.init_semantics",
	"Verify that process 1 of a pid namespace gets no signal from a member that it has no "
	"handler for, SIGKILL and SIGSTOP neither, and the others as every process",
	KT_REPORTS("exited(7)", W_EXITCODE(0, SIGKILL)))
{
	pid_t init;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	init = kt_ns_child(CLONE_NEWPID, attacked_init, kt_shared(sizeof(struct kt_gate)));
	KT_WAIT_CHILD(init, "exited(7)");
}

static void signal_itself(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < DEADLY; i++)
		KT_OK(kt_raw(SYS_kill, getpid(), deadly[i]));
	_exit(7);
}

KT_CASE(ns_pid_init_self, "ns.pid.init_self",
	"Verify that process 1 of a pid namespace cannot end or stop itself by a signal that it "
	"has no handler for",
	KT_REPORTS("exited(7)", W_STOPCODE(SIGSTOP)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_WAIT_CHILD(kt_ns_child(CLONE_NEWPID, signal_itself, NULL), "exited(7)");
}

KT_CASE(ns_pid_init_outside, "ns.pid.init_outside",
	"Verify that of the signals from outside without a handler, SIGSTOP stops process 1 of a "
	"pid namespace, SIGKILL ends it, and all others are lost",
	KT_REPORTS("signal(SIGSTOP)", W_EXITCODE(0, SIGTERM)),
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, SIGTERM)))
{
	struct kt_gate *ready = kt_shared(sizeof(*ready));
	pid_t init;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	init = kt_ns_child(CLONE_NEWPID, handle_usr1, ready);
	kt_gate_wait(ready);
	for (size_t i = 0; i < DEADLY; i++)
		if (deadly[i] != SIGKILL && deadly[i] != SIGSTOP)
			KT_SYS(kill(init, deadly[i]));
	KT_SYS(kill(init, SIGSTOP));
	KT_WAIT_CHILD(init, "signal(SIGSTOP)");
	KT_SYS(kill(init, SIGCONT));
	KT_WAIT_CHILD(init, "continued");
	KT_SYS(kill(init, SIGKILL));
	KT_WAIT_CHILD(init, "killed(SIGKILL)");
}

/* A seized process 1, running; its body has begun. */
static pid_t seized_init(kt_body *body, struct kt_gate *ready)
{
	pid_t init = kt_ns_child(CLONE_NEWPID, body, ready);

	kt_gate_wait(ready);
	KT_OK(kt_seize(init, PTRACE_O_EXITKILL));
	return init;
}

KT_CASE(ns_pid_ptrace_init, "ns.pid.ptrace_init",
	"Verify that a tracer outside sees the signals of process 1 of a pid namespace, and that a "
	"deadly one without handler has no effect when it is delivered",
	KT_REPORTS("signal(SIGTERM)", W_EXITCODE(0, SIGTERM)),
	KT_REPORTS("exited(7)", W_EXITCODE(0, SIGTERM)))
{
	pid_t init;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	init = seized_init(handle_usr1, kt_shared(sizeof(struct kt_gate)));
	for (size_t i = 0; i < DEADLY; i++) {
		char text[KT_TEXT], expected[2 * KT_TEXT];

		if (deadly[i] == SIGKILL || deadly[i] == SIGSTOP || deadly[i] == SIGTSTP)
			continue;
		snprintf(expected, sizeof(expected), "signal(%s)", kt_signal_name(deadly[i], text));
		KT_SYS(kill(init, deadly[i]));
		KT_WAIT(init, expected);
		KT_OK(kt_cont(init, deadly[i]));
	}
	KT_SYS(kill(init, SIGUSR1));
	KT_WAIT(init, "signal(SIGUSR1)");
	KT_OK(kt_cont(init, SIGUSR1));
	KT_WAIT(init, "exited(7)");
}

static void kill_itself_when_open(void *ready)
{
	struct kt_gate *gates = ready; /* here, go */

	kt_gate_open(&gates[0]);
	kt_gate_wait(&gates[1]);
	KT_OK(kt_raw(SYS_kill, getpid(), SIGKILL));
	KT_OK(kt_raw(SYS_kill, getpid(), SIGSTOP));
	KT_OK(kt_raw(SYS_kill, getpid(), SIGTERM));
	_exit(7);
}

KT_CASE(ns_pid_ptrace_init_inside, "ns.pid.ptrace_init.inside",
	"Verify that for a tracer outside, SIGKILL from inside still does nothing to process 1 of "
	"a pid namespace, but SIGSTOP and SIGTERM from inside are reported, and SIGSTOP delivered "
	"stops",
	KT_LOSES("signal(SIGSTOP)"), KT_REPORTS("EVENT_STOP(SIGSTOP)", W_STOPCODE(SIGTERM)),
	KT_LOSES("signal(SIGTERM)"))
{
	struct kt_gate *gates = kt_shared(2 * sizeof(*gates));
	pid_t init;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	init = seized_init(kill_itself_when_open, gates);
	kt_gate_open(&gates[1]);
	KT_WAIT(init, "signal(SIGSTOP)");
	KT_OK(kt_cont(init, SIGSTOP));
	KT_WAIT(init, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_cont(init, 0));
	KT_WAIT(init, "signal(SIGTERM)");
	KT_OK(kt_cont(init, SIGTERM));
	KT_WAIT(init, "exited(7)");
}

KT_CASE(ns_pid_ptrace_init_kill, "ns.pid.ptrace_init.kill",
	"Verify that a tracer outside cannot end process 1 of a pid namespace by delivering "
	"SIGTERM instead of another signal, but can by SIGKILL",
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, SIGTERM)),
	KT_REPORTS("signal(SIG64)", W_EXITCODE(0, SIGTERM)))
{
	pid_t init;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	init = seized_init(handle_usr1, kt_shared(sizeof(struct kt_gate)));
	KT_SYS(kill(init, SIGUSR2));
	KT_WAIT(init, "signal(SIGUSR2)");
	KT_OK(kt_cont(init, SIGTERM));
	KT_SENTINEL(init, KT_RUNNING);
	KT_OK(kt_cont(init, SIGKILL));
	KT_WAIT(init, "killed(SIGKILL)");
}

/* Process 1 forks when it may; its child is process 2. */
static void fork_when_open(void *ready)
{
	struct kt_gate *gates = ready; /* here, go */
	pid_t child;

	kt_gate_open(&gates[0]);
	kt_gate_wait(&gates[1]);
	child = KT_SYS(fork());
	if (child == 0)
		_exit(5);
	KT_EQ(child, 2);
	KT_WAIT(child, "exited(5)");
}

KT_CASE(ns_pid_eventmsg, "ns.pid.eventmsg",
	"Verify that the event message of a fork in a pid namespace is the child's pid where the "
	"tracer is, by which it waits for it",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 2))
{
	struct kt_gate *gates = kt_shared(2 * sizeof(*gates));
	unsigned long message;
	pid_t init, child;
	int status;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	init = kt_ns_child(CLONE_NEWPID, fork_when_open, gates);
	kt_gate_wait(&gates[0]);
	KT_OK(kt_seize(init, PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK));
	kt_gate_open(&gates[1]);
	/* The child may stop first. */
	status = KT_WAIT_ANY(&child);
	if (child == init) {
		KT_STATUS(status, "EVENT_FORK");
		KT_STATUS(KT_WAIT_ANY(&child), "EVENT_STOP(SIGTRAP)");
	} else {
		KT_STATUS(status, "EVENT_STOP(SIGTRAP)");
		KT_WAIT(init, "EVENT_FORK");
	}
	KT_OK(kt_geteventmsg(init, &message));
	KT_EQ(message, child);
	KT_EQ(kt_proc_ppid(child), init);
	KT_REQUIRE(child != 2);
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "exited(5)");
	KT_OK(kt_cont(init, 0));
	/* Its own child has ended. */
	KT_WAIT(init, "signal(SIGCHLD)");
	KT_OK(kt_cont(init, SIGCHLD));
	KT_WAIT(init, "exited(0)");
}

KT_PROGRAM
