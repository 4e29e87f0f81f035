/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_stops.c - the table of the states of a tracee, and the way into each.
 */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"
#include "kernel-tests/kt_stops.h"

const long KT_STOPS_NR = SYS_getppid;

const struct kt_mode_row kt_modes[KT_MODES] = {
	[KT_BY_SEIZE] = { "seize", "seized" },
	[KT_BY_ATTACH] = { "attach", "attached" },
	[KT_BY_TRACEME] = { "traceme", "PTRACE_TRACEME" },
};

/* clang-format off */
#define SAME(text) { text, text, text }

const struct kt_stops_row kt_stops[KT_ATS] = {
	[KT_AT_RUNNING] = { "running", "user mode", 0, SAME("") },
	[KT_AT_PARKED] = { "parked", "a blocked system call", 0, SAME("") },
	[KT_AT_SIGNAL] = { "signal", "a signal-delivery-stop", 0, SAME("signal(SIGUSR1)") },
	[KT_AT_GROUP] = { "group", "a group-stop", 0,
		{ "EVENT_STOP(SIGSTOP)", "signal(SIGSTOP)", "signal(SIGSTOP)" } },
	[KT_AT_LISTEN] = { "listen", "a group-stop after PTRACE_LISTEN", 0,
		{ "EVENT_STOP(SIGSTOP)", NULL, NULL } },
	[KT_AT_TRAP] = { "trap", "the trap of PTRACE_INTERRUPT", 0,
		{ "EVENT_STOP(SIGTRAP)", NULL, NULL } },
	[KT_AT_STEP] = { "step", "the trap of PTRACE_SINGLESTEP", 0, SAME("signal(SIGTRAP)") },
	[KT_AT_ENTRY] = { "entry", "a syscall-enter-stop", 0, SAME("syscall") },
	[KT_AT_RETURN] = { "return", "a syscall-exit-stop", 0, SAME("syscall") },
	[KT_AT_SECCOMP] = { "seccomp", "PTRACE_EVENT_SECCOMP", PTRACE_O_TRACESECCOMP,
		SAME("EVENT_SECCOMP") },
	[KT_AT_FORK] = { "fork", "PTRACE_EVENT_FORK", PTRACE_O_TRACEFORK, SAME("EVENT_FORK") },
	[KT_AT_VFORK] = { "vfork", "PTRACE_EVENT_VFORK", PTRACE_O_TRACEVFORK,
		SAME("EVENT_VFORK") },
	[KT_AT_VFORK_DONE] = { "vfork_done", "PTRACE_EVENT_VFORK_DONE", PTRACE_O_TRACEVFORKDONE,
		SAME("EVENT_VFORK_DONE") },
	[KT_AT_CLONE] = { "clone", "PTRACE_EVENT_CLONE", PTRACE_O_TRACECLONE,
		SAME("EVENT_CLONE") },
	[KT_AT_EXEC] = { "exec", "PTRACE_EVENT_EXEC", PTRACE_O_TRACEEXEC, SAME("EVENT_EXEC") },
	[KT_AT_EXEC_TRAP] = { "exec_trap", "the SIGTRAP of an execve", 0,
		{ NULL, "signal(SIGTRAP)", "signal(SIGTRAP)" } },
	[KT_AT_EXIT] = { "exit", "PTRACE_EVENT_EXIT", PTRACE_O_TRACEEXIT, SAME("EVENT_EXIT") },
	[KT_AT_CHILD] = { "child", "the first stop of an automatically attached child",
		PTRACE_O_TRACEFORK,
		{ "EVENT_STOP(SIGTRAP)", "signal(SIGSTOP)", "signal(SIGSTOP)" } },
	[KT_AT_EXITED] = { "exited", "the zombie that an exit left", 0, SAME("exited(7)") },
	[KT_AT_KILLED] = { "killed", "the zombie that SIGKILL left", 0, SAME("killed(SIGKILL)") },
};
/* clang-format on */

enum kt_at kt_stops_at(size_t i, enum kt_mode *mode)
{
	for (int at = KT_AT_SIGNAL; at <= KT_AT_CHILD; at++)
		for (int m = 0; m < KT_MODES; m++)
			if (at != KT_AT_LISTEN && kt_stops[at].status[m] && i-- == 0) {
				*mode = m;
				return at;
			}
	return KT_ATS;
}

struct plan {
	enum kt_mode mode;
	enum kt_at at;
	struct kt_gate here, spins, go;
};

KT_EXEC_MAIN(kt_stops_parked)
{
	(void)arg;
	kt_park();
}

/* The child has a memory of its own: it needs no stack and may go on in C. */
static void make_child(unsigned long flags)
{
	if (KT_SYS(syscall(SYS_clone, flags, 0, 0, 0, 0)) != 0)
		return;
	if (flags & CLONE_VFORK)
		_exit(0);
	kt_park();
}

/* What leads to the stop, and nothing else. */
static void act(enum kt_at at)
{
	switch (at) {
	case KT_AT_ENTRY:
	case KT_AT_RETURN:
	case KT_AT_SECCOMP:
		syscall(KT_STOPS_NR);
		break;
	case KT_AT_FORK:
	case KT_AT_CHILD:
		make_child(SIGCHLD);
		break;
	case KT_AT_VFORK:
	case KT_AT_VFORK_DONE:
		/* Exit signal 0: that the child ends is no stop of its parent. */
		make_child(CLONE_VFORK);
		break;
	case KT_AT_CLONE:
		make_child(0);
		break;
	case KT_AT_EXEC:
	case KT_AT_EXEC_TRAP:
		KT_OK(kt_exec("kt_stops_parked", ""));
		break;
	case KT_AT_EXIT:
	case KT_AT_EXITED:
		_exit(KT_STOPS_CODE);
	default:
		break;
	}
}

/*
 * Spins until it may go on: a tracee that is stopped here stands in user mode. The
 * tracer is woken just before, so that it spins no longer than it must.
 */
static void body(void *arg)
{
	struct plan *p = arg;

	if (p->at == KT_AT_SECCOMP)
		KT_FILTER({ KT_STOPS_NR, KT_ANY_ARG, 0, SECCOMP_RET_TRACE });
	if (p->mode == KT_BY_TRACEME)
		KT_OK(kt_traceme());
	kt_gate_open(&p->here);
	kt_gate_mark(&p->spins);
	while (!kt_gate_is_open(&p->go))
		;
	act(p->at);
	kt_park();
}

static void stop_in_user_mode(pid_t pid, enum kt_mode mode)
{
	switch (mode) {
	case KT_BY_SEIZE:
		KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
		KT_OK(kt_interrupt(pid));
		KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
		break;
	case KT_BY_ATTACH:
		KT_OK(kt_attach(pid));
		KT_WAIT(pid, "signal(SIGSTOP)");
		break;
	default:
		KT_SYS(kill(pid, SIGSTOP));
		KT_WAIT(pid, "signal(SIGSTOP)");
	}
}

/* Stopped, but what it reports is still to be waited for. */
static unsigned long message_of(pid_t pid)
{
	unsigned long message;

	KT_AWAIT_REPORT(pid);
	KT_OK(kt_geteventmsg(pid, &message));
	return message;
}

/* From the stop in user mode to where the status of `at` is the next. */
static void send_on(struct kt_tracee *t, enum kt_mode mode, enum kt_at at)
{
	const char *first_stop = kt_stops[KT_AT_CHILD].status[mode];

	switch (at) {
	case KT_AT_STEP:
		KT_OK(kt_ptrace(PTRACE_SINGLESTEP, t->pid, 0, 0));
		break;
	case KT_AT_ENTRY:
		KT_OK(kt_syscall(t->pid, 0));
		break;
	case KT_AT_RETURN:
		KT_OK(kt_syscall(t->pid, 0));
		KT_WAIT(t->pid, "syscall");
		KT_OK(kt_syscall(t->pid, 0));
		break;
	case KT_AT_SIGNAL:
		KT_SYS(kill(t->pid, SIGUSR1));
		KT_OK(kt_cont(t->pid, 0));
		break;
	case KT_AT_GROUP:
	case KT_AT_LISTEN:
		KT_SYS(kill(t->pid, SIGSTOP));
		KT_OK(kt_cont(t->pid, 0));
		KT_WAIT(t->pid, "signal(SIGSTOP)");
		KT_OK(kt_cont(t->pid, SIGSTOP));
		break;
	case KT_AT_TRAP:
		KT_OK(kt_interrupt(t->pid));
		KT_OK(kt_cont(t->pid, 0));
		break;
	case KT_AT_FORK:
	case KT_AT_VFORK:
	case KT_AT_CLONE:
		KT_OK(kt_cont(t->pid, 0));
		t->other = (pid_t)message_of(t->pid);
		KT_WAIT(t->other, first_stop);
		break;
	case KT_AT_VFORK_DONE:
		KT_OK(kt_cont(t->pid, 0));
		t->other = (pid_t)message_of(t->pid);
		KT_AWAIT(kt_proc_state(t->other) == 'Z');
		break;
	case KT_AT_CHILD:
		KT_OK(kt_cont(t->pid, 0));
		KT_WAIT(t->pid, "EVENT_FORK");
		t->other = t->pid;
		t->pid = (pid_t)KT_MESSAGE(t->other);
		break;
	case KT_AT_KILLED:
		KT_SYS(kill(t->pid, SIGKILL));
		break;
	default:
		KT_OK(kt_cont(t->pid, 0));
	}
}

const char *kt_stops_probe(enum kt_at at)
{
	if (at == KT_AT_SECCOMP)
		return kt_probe_seccomp();
	return at == KT_AT_STEP ? kt_probe_singlestep() : NULL;
}

struct kt_tracee kt_stops_send(enum kt_mode mode, enum kt_at at)
{
	struct plan *p = kt_shared(sizeof(*p));
	struct kt_tracee t = { 0, 0 };

	KT_REQUIRE(kt_stops[at].status[mode]);
	KT_NEEDS(kt_stops_probe(at));
	p->mode = mode;
	p->at = at;
	t.pid = kt_child(body, p);
	kt_gate_wait(&p->here);
	KT_AWAIT(kt_gate_is_open(&p->spins));
	stop_in_user_mode(t.pid, mode);
	KT_OK(kt_setoptions(t.pid, kt_stops[at].options | PTRACE_O_TRACESYSGOOD |
					   PTRACE_O_EXITKILL));
	if (at != KT_AT_RUNNING)
		kt_gate_mark(&p->go);
	send_on(&t, mode, at);
	return t;
}

struct kt_tracee kt_stops_reach(enum kt_mode mode, enum kt_at at)
{
	struct kt_tracee t = kt_stops_send(mode, at);

	if (at == KT_AT_PARKED)
		KT_AWAIT_PARKED(t.pid);
	else if (at == KT_AT_EXITED || at == KT_AT_KILLED)
		KT_AWAIT_REPORT(t.pid);
	else if (at != KT_AT_RUNNING)
		KT_WAIT(t.pid, kt_stops[at].status[mode]);
	if (at == KT_AT_LISTEN)
		KT_OK(kt_listen(t.pid));
	return t;
}

void kt_stops_await_killed(pid_t pid)
{
	int status = KT_WAIT_STATUS(pid);

	if (kt_status_decode(status).kind == KT_SYSCALL &&
	    !kt_kernel_has(KT_CHANGE_KILLED_NEVER_STOPS))
		status = KT_WAIT_STATUS(pid);
	KT_STATUS(status, "killed(SIGKILL)");
}
