/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_event_pidns_test.c - tids in event messages when the tracee lives in a
 * pid namespace below the tracer's, where its threads have other numbers.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

#define ALL_EVENTS (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)

KT_EXEC_MAIN(exit_code)
{
	_exit(atoi(arg));
}

struct inside {
	struct kt_gate go, exec;
	_Atomic pid_t tid; /* of the last that was made, as it is called in there */
};

static void inside_thread(void *arg)
{
	struct inside *in = arg;

	atomic_store(&in->tid, kt_gettid());
	kt_gate_wait(&in->exec);
	KT_OK(kt_exec("exit_code", "6"));
}

static void make_process(struct inside *in, unsigned int flags)
{
	if (KT_OK(kt_raw(SYS_clone, flags, 0, 0, 0, 0)) == 0) {
		atomic_store(&in->tid, kt_gettid());
		_exit(3);
	}
}

static void inside_body(void *arg)
{
	struct inside *in = arg;
	sigset_t all;

	sigfillset(&all);
	KT_SYS(sigprocmask(SIG_SETMASK, &all, NULL));
	kt_gate_wait(&in->go);
	make_process(in, SIGCHLD);
	make_process(in, CLONE_VFORK | SIGCHLD);
	make_process(in, 0);
	kt_thread(inside_thread, in);
	kt_park();
}

static void exec_body(void *arg)
{
	struct inside *in = arg;

	kt_gate_wait(&in->go);
	kt_thread(inside_thread, in);
	kt_park();
}

/* The event of `pid` and the first stop of whom it has made, in the order that they come. */
static pid_t take_event(pid_t pid, const char *event)
{
	pid_t first, second;
	int status[2];

	status[0] = KT_WAIT_ANY(&first);
	status[1] = KT_WAIT_ANY(&second);
	KT_REQUIRE(first == pid || second == pid);
	KT_STATUS(status[first != pid], event);
	KT_STATUS(status[first == pid], "EVENT_STOP(SIGTRAP)");
	return first == pid ? second : first;
}

/* The same, and the new tracee goes on; `tid` is what it should be called inside. */
static pid_t expect_event(struct inside *in, pid_t pid, const char *event, pid_t tid)
{
	pid_t child = take_event(pid, event);

	KT_EQ(KT_MESSAGE(pid), child);
	KT_OK(kt_cont(child, 0));
	KT_AWAIT(atomic_load(&in->tid) == tid);
	KT_REQUIRE(child != tid);
	return child;
}

static pid_t inside_start(kt_body *body, struct inside *in, unsigned long options)
{
	pid_t pid;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	pid = kt_ns_child(CLONE_NEWPID, body, in);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL | options));
	kt_gate_open(&in->go);
	return pid;
}

KT_CASE(ptrace_clone_event_msg, "ptrace.clone.event_msg",
	"Verify that the message of PTRACE_EVENT_FORK, _VFORK and _CLONE is the tid of the new "
	"tracee in the tracer's pid namespace, not in the tracee's",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1))
{
	struct inside *in = kt_shared(sizeof(*in));
	pid_t pid = inside_start(inside_body, in, ALL_EVENTS), child;

	child = expect_event(in, pid, "EVENT_FORK", 2);
	KT_WAIT(child, "exited(3)");
	KT_OK(kt_cont(pid, 0));
	child = expect_event(in, pid, "EVENT_VFORK", 3);
	KT_WAIT(child, "exited(3)");
	KT_OK(kt_cont(pid, 0));
	child = expect_event(in, pid, "EVENT_CLONE", 4);
	KT_WAIT(child, "exited(3)");
	KT_OK(kt_cont(pid, 0));
	expect_event(in, pid, "EVENT_CLONE", 5);
}

KT_CASE(ptrace_exec_event_msg_ns, "ptrace.exec.event_msg_ns",
	"Verify that the message of PTRACE_EVENT_EXEC is the former tid in the tracer's pid "
	"namespace, not in the tracee's",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1, KT_NOT_FIRST(1)))
{
	struct inside *in = kt_shared(sizeof(*in));
	pid_t pid = inside_start(exec_body, in, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC), thread;

	thread = expect_event(in, pid, "EVENT_CLONE", 2);
	KT_OK(kt_cont(pid, 0));
	kt_gate_open(&in->exec);
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(KT_MESSAGE(pid), thread);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
}

KT_PROGRAM
