/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_fixture.c - cases that go wrong on purpose, one for each way that the
 * helpers must cope with. Run by kt_helpers_test.sh only, never by Kyua.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

KT_TEST(passes, "Nothing goes wrong, ptrace is there")
{
	KT_KILL(kt_child_seized(kt_body_park, NULL, 0));
}

static void fail(void *unused)
{
	(void)unused;
	KT_FAIL("this and no more");
}

static void check_equal(void *unused)
{
	(void)unused;
	KT_EQ(getppid() > 0 ? 1 : 2, 3);
}

static void break_down(void *unused)
{
	(void)unused;
	KT_SYS(close(-1));
}

static void fail_in_thread(void *unused)
{
	(void)unused;
	kt_thread(fail, NULL);
	kt_park();
}

KT_TEST(fails, "The case itself fails")
{
	fail(NULL);
}

KT_TEST(child_fails, "A child fails and is waited for")
{
	KT_WAIT(kt_child(check_equal, NULL), "exited(0)");
}

KT_TEST(child_fails_unseen, "A child fails and nobody waits for it")
{
	pid_t pid = kt_child(fail, NULL);

	KT_AWAIT(kt_proc_state(pid) == 'Z');
}

KT_TEST(child_fails_at_a_gate, "A child fails that should have opened a gate")
{
	kt_child(fail, NULL);
	kt_gate_wait(kt_shared(sizeof(struct kt_gate)));
}

KT_TEST(tracee_thread_fails, "A raw thread of a tracee fails")
{
	pid_t pid = kt_child_seized(fail_in_thread, NULL, 0);

	KT_WAIT(pid, "exited(0)");
}

static void fail_in_grandchild(void *unused)
{
	(void)unused;
	KT_WAIT(kt_child(fail, NULL), "exited(0)");
}

KT_TEST(namespace_child_fails, "A member of another pid namespace fails")
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_WAIT(kt_ns_child(CLONE_NEWPID, fail_in_grandchild, NULL), "exited(0)");
}

KT_TEST(worker_fails, "A worker thread fails")
{
	kt_worker_run(kt_worker_start(), fail, NULL);
}

KT_TEST(case_breaks, "The machine is in the way of the case")
{
	break_down(NULL);
}

KT_TEST(child_breaks, "The machine is in the way of a child")
{
	KT_WAIT(kt_child(break_down, NULL), "exited(0)");
}

KT_TEST(wrong_status, "A tracee reports something else")
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	KT_SYS(kill(pid, SIGUSR1));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR2)");
}

KT_TEST(unexpected_stop, "A stop comes before the sentinel")
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	KT_OK(kt_interrupt(pid));
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_TEST(wrong_sequence, "A tracee reports another sequence")
{
	pid_t pid = kt_child_traceme(kt_body_spin, kt_shared(sizeof(kt_counter)));
	struct kt_seq seq = { 0 };

	KT_SYS(kill(pid, SIGTERM));
	KT_RUN(&seq, pid, PTRACE_CONT);
	KT_SEQ(&seq, "signal(SIGTERM) exited(0)");
}

KT_TEST(hangs_in_wait, "A status never comes")
{
	KT_WAIT(kt_child_seized(kt_body_park, NULL, 0), "exited(0)");
}

KT_TEST(hangs_in_poll, "A condition never becomes true")
{
	KT_AWAIT(getppid() == 0);
}

KT_TEST(hangs_in_gate, "A gate is never opened")
{
	kt_gate_wait(kt_shared(sizeof(struct kt_gate)));
}

/* Every state that a process can be left in. */
static void with_own_child(void *unused)
{
	(void)unused;
	if (KT_SYS(fork()) == 0)
		kt_park();
	kt_park();
}

static void orphan_in_a_session(void *gate)
{
	if (KT_SYS(fork()) == 0) {
		KT_SYS(setsid());
		kt_gate_open(gate);
		kt_park();
	}
}

/* Process 1 of its namespace, with a member that it traces, and one on its own. */
static void leave_in_namespaces(void *gate)
{
	KT_SYS(mount("tmpfs", "/", "tmpfs", 0, NULL));
	kt_child_stopped(kt_body_park, NULL, PTRACE_O_TRACEEXIT);
	kt_child(orphan_in_a_session, gate);
	kt_park();
}

static void leave_namespaces(void)
{
	struct kt_gate *in_session = kt_shared(sizeof(*in_session));

	if (kt_probe_ns(CLONE_NEWPID | CLONE_NEWNS))
		return;
	kt_ns_child(CLONE_NEWPID | CLONE_NEWNS, leave_in_namespaces, in_session);
	kt_gate_wait(in_session);
}

static void leave_everything(void)
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid;

	leave_namespaces();
	KT_AWAIT_PARKED(kt_child(kt_body_park, NULL));
	kt_child(kt_body_spin, counter);
	KT_AWAIT_PARKED(kt_child(with_own_child, NULL));

	/* Stopped by job control; traced in a trap; in a group-stop; listening. */
	KT_SYS(kill(kt_child(kt_body_park, NULL), SIGSTOP));
	kt_child_stopped(kt_body_park, NULL, 0);
	pid = kt_child_stopped(kt_body_park, NULL, 0);
	KT_SYS(kill(pid, SIGSTOP));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_cont(pid, SIGSTOP));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_listen(pid));

	/* On its way out, and about to stop there. */
	pid = kt_child_stopped(kt_body_park, NULL, PTRACE_O_TRACEEXIT);
	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "EVENT_EXIT");
	kt_child_stopped(kt_body_park, NULL, PTRACE_O_TRACEEXIT);

	/* Traced without EXITKILL, by TRACEME. */
	kt_child_traceme(kt_body_park, NULL);
}

/* Its tracee's stops are another thread's to resume. */
static void trace_in_worker(void *pid)
{
	KT_OK(kt_seize(*(pid_t *)pid, PTRACE_O_TRACEEXIT));
	KT_OK(kt_interrupt(*(pid_t *)pid));
	KT_WAIT(*(pid_t *)pid, "EVENT_STOP(SIGTRAP)");
}

KT_TEST(leaves, "Processes in every state are left behind")
{
	struct kt_gate *in_session = kt_shared(sizeof(*in_session));
	pid_t pid = kt_child(kt_body_park, NULL);

	kt_child(orphan_in_a_session, in_session);
	kt_gate_wait(in_session);
	kt_worker_run(kt_worker_start(), trace_in_worker, &pid);
	leave_everything();
}

KT_TEST(leaves_and_fails, "The same, and the case fails")
{
	leave_everything();
	fail(NULL);
}

KT_TEST(leaves_and_dies, "The same, and the case is killed")
{
	leave_everything();
	KT_SYS(kill(getpid(), SIGKILL));
}

KT_TEST(known_bug, "A known bug shows, unless the configuration variable fixed is yes")
{
	const char *fixed = kt_case_config("fixed");

	kt_known_bug(KT_BUG_TSYNC_DURING_ENTRY);
	KT_REQUIRE(fixed && strcmp(fixed, "yes") == 0);
}

/* Every kind of lie, and what each of them is about. */
KT_TEST(lied_to, "Nothing goes wrong, unless a lie is told",
	KT_ANSWERS(ptrace, PTRACE_GETEVENTMSG, -EIO),
	KT_RETURNS(call, SYS_getppid, 7),
	KT_CHANGES_ARG(ptrace, PTRACE_SETOPTIONS, 3, PTRACE_O_TRACEEXIT, 0),
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1 << 8),
	KT_REPORTS("EVENT_EXIT", W_STOPCODE(SIGTRAP)),
	KT_LOSES("EVENT_EXIT"),
	KT_SEES("pid", 1),
	KT_ANSWERS(call, SYS_tgkill, -EPERM, KT_WHEN(2, SIGUSR1), KT_NOT_FIRST(1)))
{
	pid_t self = KT_SEEN("pid", getpid()), pid = kt_child_stopped(kt_body_park, NULL, 0);
	unsigned long message = 0;

	KT_EQ(self, getpid());
	KT_EQ(kt_raw(SYS_getppid), getppid());
	KT_OK(kt_raw(SYS_tgkill, pid, pid, SIGUSR2));
	KT_OK(kt_raw(SYS_tgkill, pid, pid, SIGUSR1));
	KT_OK(kt_raw(SYS_tgkill, pid, pid, SIGUSR1));
	KT_OK(kt_setoptions(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_cont(pid, SIGUSR1));
	KT_WAIT(pid, "EVENT_EXIT");
	KT_OK(kt_geteventmsg(pid, &message));
	KT_EQ(message, SIGUSR1);
}

static const char *const members[] = { "one", "two.a", "two.b" };

static void describe_member(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", members[i]);
	snprintf(out->descr, sizeof(out->descr), "Member %zu", i);
	out->wrong = (struct kt_wrong)KT_SEES("member", 99);
}

KT_FAMILY(family, "kt.family", 3, describe_member)
{
	KT_EQ(KT_SEEN("member", i), strcmp(members[i], "one") == 0 ? 0 : members[i][4] - 'a' + 1);
}

KT_PROGRAM
