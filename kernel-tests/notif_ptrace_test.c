/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_ptrace_test.c - user notification of a task that is traced, too.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_notif.h"

/* In shared memory: a target that calls when it is told to. */
struct order {
	bool trace_is_newer;
	struct kt_gate go;
	struct kt_notif_call call;
};

static const struct kt_rule trace = { KT_NOTIF_NR, KT_ANY_ARG, 0, SECCOMP_RET_TRACE };

/* Spins until then: the call is the first that a tracer sees. */
static void call_when_told(void *arg)
{
	struct order *o = arg;

	if (o->trace_is_newer)
		kt_filter(&trace, 1, 0);
	kt_gate_mark(&o->call.done);
	while (!kt_gate_is_open(&o->go))
		;
	o->call.result = kt_raw(KT_NOTIF_NR);
	kt_park();
}

/* The supervisor is the tracer, too; and when the other filter is older, it has that itself. */
static void supervise_and_trace(void *arg)
{
	struct order *o = arg;
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	if (!o->trace_is_newer)
		kt_filter(&trace, 1, 0);
	pid = kt_notif_target(call_when_told, o, &listener);
	KT_AWAIT(kt_gate_is_open(&o->call.done));
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP));
	kt_gate_mark(&o->go);
	req = KT_NOTIF_RECV(listener);
	KT_EQ(kt_notif_send(listener, req.id, 0xa1, 0, 0), 0);
	KT_AWAIT_PARKED(pid);
	KT_SENTINEL(pid, KT_RUNNING);
	KT_EQ(o->call.result, 0xa1);
}

KT_CASE(notif_order_with_trace, "notif.order_with_trace",
	"Verify that of two filters, one with SECCOMP_RET_USER_NOTIF and one with "
	"SECCOMP_RET_TRACE, the listener gets the call and the tracer no event, whichever is "
	"newer",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGTRAP) | PTRACE_EVENT_SECCOMP << 16),
	KT_RETURNS(call, KT_NOTIF_NR, -ENOSYS))
{
	KT_NEEDS(kt_probe_listener());
	for (int newer = 0; newer <= 1; newer++) {
		struct order *o = kt_shared(sizeof(*o));

		o->trace_is_newer = newer;
		KT_WAIT(kt_child(supervise_and_trace, o), "exited(0)");
	}
}

KT_CASE(notif_ptrace_stop, "notif.ptrace_stop",
	"Verify that a tracer sees the syscall-enter-stop of a call before the listener receives "
	"it, no PTRACE_EVENT_SECCOMP, and the answer at the syscall-exit-stop",
	KT_SEES("call.result", 0xa3, KT_NOT_FIRST(1)),
	KT_REPORTS("syscall", W_STOPCODE(SIGTRAP) | PTRACE_EVENT_SECCOMP << 16, KT_NOT_FIRST(1)))
{
	struct order *o = kt_shared(sizeof(*o));
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(call_when_told, o, &listener);
	KT_AWAIT(kt_gate_is_open(&o->call.done));
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	kt_gate_mark(&o->go);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_ENTRY).nr, KT_NOTIF_NR);
	KT_EQ(kt_notif_events(listener), 0);
	KT_OK(kt_syscall(pid, 0));
	req = KT_NOTIF_RECV(listener);
	KT_EQ(req.pid, pid);
	KT_EQ(kt_notif_send(listener, req.id, 0xa2, 0, 0), 0);
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_EXIT).result, 0xa2);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT_PARKED(pid);
	KT_SENTINEL(pid, KT_RUNNING);
	KT_EQ(o->call.result, 0xa2);
}

KT_PROGRAM
