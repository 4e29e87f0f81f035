/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exec_threads_test.c - execve in a process of several threads: what the
 * tracer sees of those that end for it. What becomes of the leader's pid is
 * ptrace_exec_leader_test.c; who is told when tracers differ,
 * ptrace_exec_tracers_test.c.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

#define THREADS	     3 /* beside the leader */

KT_EXEC_MAIN(exit_code)
{
	_exit(atoi(arg));
}

/* A process of a leader, number 0, and its threads; some of them make an execve. */
struct team {
	unsigned int execs; /* bit N: thread N */
	struct kt_gate go;
	_Atomic pid_t tid[1 + THREADS];
	_Atomic int next;
};

static void member(struct team *t, int i)
{
	atomic_store(&t->tid[i], kt_gettid());
	if (!(t->execs & 1U << i))
		kt_park();
	kt_gate_wait(&t->go);
	KT_OK(kt_exec("exit_code", "6"));
}

static void thread_body(void *arg)
{
	struct team *t = arg;

	member(t, 1 + atomic_fetch_add(&t->next, 1));
}

static void team_body(void *arg)
{
	struct team *t = arg;

	for (int i = 0; i < THREADS; i++)
		kt_thread(thread_body, t);
	member(t, 0);
}

/* All of them seized, in their places, and running. The leader's pid. */
static pid_t team_start(struct team *t, unsigned int execs, unsigned long options)
{
	pid_t pid;

	t->execs = execs;
	pid = kt_child(team_body, t);
	for (int i = 0; i <= THREADS; i++) {
		KT_AWAIT(atomic_load(&t->tid[i]) != 0);
		KT_OK(kt_seize(t->tid[i], PTRACE_O_EXITKILL | options));
	}
	KT_EQ(t->tid[0], pid);
	return pid;
}

static struct team *team_new(void)
{
	return kt_shared(sizeof(struct team));
}

/* Everything that anybody of the case reports, to the last, as who:status. */
static void run_all(struct kt_seq *seq, const struct team *t)
{
	static const char *const names[1 + THREADS] = { "leader", "t1", "t2", "t3" };
	pid_t tid = t->tid[0];

	for (;;) {
		int status = KT_WAIT_ANY(&tid), i = 0;

		while (i <= THREADS && t->tid[i] != tid)
			i++;
		kt_seq_add(seq, i <= THREADS ? names[i] : "stranger", status);
		if (!kt_status_is_end(status))
			KT_OK(kt_cont(tid, 0));
		else if (tid == t->tid[0])
			return;
	}
}

KT_CASE(ptrace_exec_siblings_exit0, "ptrace.exec.siblings_exit0",
	"Verify that the other traced threads of a process that makes an execve end with exit "
	"code 0 and by no signal, before PTRACE_EVENT_EXEC",
	KT_REPORTS("exited(0)", SIGKILL), KT_REPORTS("EVENT_EXEC", SIGKILL))
{
	struct team *t = team_new();
	pid_t pid = team_start(t, 1 << 0, PTRACE_O_TRACEEXEC);

	kt_gate_open(&t->go);
	for (int i = 1; i <= THREADS; i++)
		KT_WAIT(t->tid[i], "exited(0)");
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(KT_MESSAGE(pid), pid);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");

	t = team_new();
	pid = team_start(t, 1 << 1, PTRACE_O_TRACEEXEC);
	kt_gate_open(&t->go);
	KT_WAIT(t->tid[2], "exited(0)");
	KT_WAIT(t->tid[3], "exited(0)");
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(KT_MESSAGE(pid), t->tid[1]);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
}

KT_CASE(ptrace_exec_leader_no_exit, "ptrace.exec.leader_no_exit",
	"Verify that the end of the leader is not reported when another thread makes an execve: "
	"the next that its pid reports is PTRACE_EVENT_EXEC of the new program",
	KT_REPORTS("EVENT_EXEC", 0))
{
	for (int event = 1; event >= 0; event--) {
		struct team *t = team_new();
		struct kt_seq seq = { 0 };

		team_start(t, 1 << 1, event ? PTRACE_O_TRACEEXEC : 0);
		kt_gate_open(&t->go);
		KT_WAIT(t->tid[2], "exited(0)");
		KT_WAIT(t->tid[3], "exited(0)");
		run_all(&seq, t);
		KT_SEQ(&seq, event ? "leader:EVENT_EXEC leader:exited(6)" : "leader:exited(6)");
		KT_WAIT_NONE(-1);
	}
}

KT_CASE(ptrace_exec_exit_events, "ptrace.exec.exit_events",
	"Verify that with PTRACE_O_TRACEEXIT the leader and the other threads stop in "
	"PTRACE_EVENT_EXIT with message 0 first, and PTRACE_EVENT_EXEC comes only after all of "
	"them were resumed",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1),
	KT_REPORTS("EVENT_EXIT", KT_EVENT_STATUS(PTRACE_EVENT_EXEC), KT_NOT_FIRST(2)))
{
	struct team *t = team_new();
	pid_t pid = team_start(t, 1 << 3, PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT);
	const int order[] = { 1, 0, 2 };

	kt_gate_open(&t->go);
	for (int i = 0; i < 3; i++) {
		KT_WAIT(t->tid[i], "EVENT_EXIT");
		KT_EQ(KT_MESSAGE(t->tid[i]), 0);
	}
	for (int i = 0; i < 3; i++) {
		/* The execve waits for them, and has nothing to say. */
		KT_AWAIT(kt_proc_state(t->tid[3]) == 'D');
		KT_WAIT_NONE(pid);
		KT_WAIT_NONE(t->tid[3]);
		KT_OK(kt_cont(t->tid[order[i]], 0));
		if (order[i] != 0)
			KT_WAIT(t->tid[order[i]], "exited(0)");
	}
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(KT_MESSAGE(pid), t->tid[3]);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_EXIT");
	KT_EQ(KT_MESSAGE(pid), 6 << 8);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
}

KT_CASE(ptrace_exec_concurrent, "ptrace.exec.concurrent",
	"Verify that of threads that make an execve at the same time one does, and the others end "
	"with exit code 0 like every thread but the leader",
	KT_REPORTS("exited(0)", W_EXITCODE(6, 0)),
	KT_REPORTS("EVENT_EXEC", KT_EVENT_STATUS(PTRACE_EVENT_EXIT)))
{
	for (int round = 0; round < 8; round++) {
		struct team *t = team_new();
		/* The leader and t1; or t1 and t2. */
		pid_t pid = team_start(t, round % 2 ? 3 << 1 : 3, PTRACE_O_TRACEEXEC), winner, tid;
		int ended = 0, status;

		kt_gate_open(&t->go);
		while ((status = KT_WAIT_ANY(&tid), tid) != pid) {
			KT_STATUS(status, "exited(0)");
			ended++;
		}
		KT_STATUS(status, "EVENT_EXEC");
		winner = KT_MESSAGE(pid);
		KT_REQUIRE(winner == t->tid[1] || winner == t->tid[round % 2 ? 2 : 0]);
		KT_EQ(ended, winner == pid ? THREADS : THREADS - 1);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(6)");
		KT_WAIT_NONE(-1);
	}
}

KT_PROGRAM
