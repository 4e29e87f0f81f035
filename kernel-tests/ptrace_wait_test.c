/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_wait_test.c - how the wait calls report a tracee to its tracer. Who else
 * hears of it is ptrace_parent_test.c; every flavour of waiting with every status
 * is ptrace_wait_by_test.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_pidfd.h"
#include "kernel-tests/kt_stops.h"

/* wait4 of `pid`: what it says at this moment, 0 for nothing. */
static long look(pid_t pid, int *status, int options)
{
	return kt_raw(SYS_wait4, pid, status, options | WNOHANG, 0);
}

struct trial {
	pid_t pid;
	int status;
};

static void wait_in_worker(void *arg)
{
	struct trial *t = arg;

	KT_ERR(ECHILD, look(t->pid, &t->status, __WALL | __WNOTHREAD));
	KT_EQ(kt_raw(SYS_wait4, t->pid, &t->status, __WALL, 0), t->pid);
	KT_STATUS(t->status, "EVENT_STOP(SIGTRAP)");
}

KT_CASE(ptrace_wait_wnothread, "ptrace.wait.wnothread",
	"Verify that a thread which is not the tracer waits for a tracee of its process as well, "
	"but with __WNOTHREAD gets ECHILD",
	KT_CHANGES_ARG(call, SYS_wait4, 2, __WNOTHREAD, 0),
	KT_RETURNS(call, SYS_wait4, -ECHILD, KT_NOT_FIRST(1)))
{
	struct kt_worker *w = kt_worker_start();
	struct trial t = { kt_child_seized(kt_body_park, NULL, 0), 0 };

	KT_OK(kt_interrupt(t.pid));
	kt_worker_run(w, wait_in_worker, &t);
	KT_EQ(look(t.pid, &t.status, __WALL | __WNOTHREAD), 0);
	kt_worker_end(w);
}

KT_CASE(ptrace_wait_stop_needs_no_wuntraced, "ptrace.wait.stop_needs_no_wuntraced",
	"Verify that a tracer is told of stops without WUNTRACED, while the parent of an untraced "
	"child is not",
	KT_RETURNS(call, SYS_wait4, -ECHILD, KT_WHEN(2, 0)), KT_RETURNS(call, SYS_wait4, 1))
{
	pid_t untraced = kt_child(kt_body_park, NULL);
	int status;

	KT_SYS(kill(untraced, SIGSTOP));
	KT_AWAIT(kt_proc_state(untraced) == 'T');
	KT_EQ(look(untraced, &status, 0), 0);
	for (int at = KT_AT_SIGNAL; at < KT_AT_EXITED; at++) {
		struct kt_tracee t;

		if (kt_stops_probe(at))
			continue;
		t = kt_stops_send(kt_stops[at].status[KT_BY_SEIZE] ? KT_BY_SEIZE : KT_BY_ATTACH,
				  at);
		KT_EQ(kt_raw(SYS_wait4, t.pid, &status, 0, 0), t.pid);
		KT_REQUIRE(WIFSTOPPED(status));
	}
}

KT_CASE(ptrace_wait_no_double_report, "ptrace.wait.no_double_report",
	"Verify that a stop which was reported is not reported again until the tracee was resumed, "
	"and that no stop has signal 0",
	KT_RETURNS(call, SYS_wait4, 1), KT_RETURNS(call, SYS_wait4, 1, KT_NOT_FIRST(3)))
{
	for (int at = KT_AT_SIGNAL; at < KT_AT_EXITED; at++) {
		struct kt_tracee t;
		int status;

		if (kt_stops_probe(at))
			continue;
		t = kt_stops_reach(kt_stops[at].status[KT_BY_SEIZE] ? KT_BY_SEIZE : KT_BY_ATTACH,
				   at);
		for (int i = 0; i < 2; i++) {
			KT_EQ(look(t.pid, &status, __WALL), 0);
			KT_EQ(look(t.pid, &status, __WALL | WUNTRACED), 0);
		}
		/* The next report is a real one again. */
		if (at == KT_AT_LISTEN)
			KT_OK(kt_interrupt(t.pid));
		else
			KT_OK(kt_ptrace(PTRACE_SYSCALL, t.pid, 0, 0));
		if (at == KT_AT_VFORK)
			KT_OK(kt_cont(t.other, 0));
		status = KT_WAIT_STATUS(t.pid);
		KT_REQUIRE(!WIFSTOPPED(status) || WSTOPSIG(status) != 0);
	}
}

/* A tracee that waits for its own child, which is traced, too. */
static void nest_body(void *unused)
{
	int status;
	pid_t pid;

	(void)unused;
	pid = KT_SYS(fork());
	if (pid == 0)
		_exit(3);
	KT_SYS(waitpid(pid, &status, 0));
	_exit(WEXITSTATUS(status));
}

/* The whole life of parent and child, and then nothing is left. */
static void trace_nest(void)
{
	kt_child_seized(nest_body, NULL, PTRACE_O_TRACEFORK);
	for (int ends = 0; ends < 2;) {
		int status, sig = 0;
		pid_t pid = (pid_t)KT_OK(kt_raw(SYS_wait4, -1, &status, __WALL, 0));

		if (kt_status_is_end(status)) {
			KT_STATUS(status, "exited(3)");
			ends++;
			continue;
		}
		if (kt_status_decode(status).kind == KT_SIGNAL)
			sig = kt_status_decode(status).value;
		KT_OK(kt_cont(pid, sig));
	}
}

/* A process of its own: the case has other children. */
static void nest_tracer(void *unused)
{
	(void)unused;
	for (int i = 0; i < 20; i++) {
		trace_nest();
		KT_ERR(ECHILD, kt_raw(SYS_wait4, -1, 0, __WALL, 0));
	}
}

KT_CASE(ptrace_wait_no_bogus_echild, "ptrace.wait.no_bogus_echild",
	"Verify that a wait for anybody fails with ECHILD only when no tracee is left, and not "
	"while one of a traced parent and its traced child is",
	KT_RETURNS(call, SYS_wait4, -ECHILD, KT_NOT_FIRST(3)),
	KT_ANSWERS(call, SYS_wait4, 0, KT_WHEN(1, 0)))
{
	KT_WAIT(kt_child(nest_tracer, NULL), "exited(0)");
}

/* waitid of `pid`: 0 or -errno. */
static long waitid_pid(pid_t pid, siginfo_t *si, int options)
{
	si->si_pid = 0;
	return kt_raw(SYS_waitid, P_PID, pid, si, options, 0);
}

KT_CASE(ptrace_wait_wnowait, "ptrace.wait.wnowait",
	"Verify that waitid with WNOWAIT tells of a stop and leaves it to be told again, until it "
	"is waited for without",
	KT_CHANGES_ARG(call, SYS_waitid, 3, WNOWAIT, 0),
	KT_STORES(call, SYS_waitid, 2, offsetof(siginfo_t, si_status), SIGTRAP, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_waitid, 0, KT_NOT_FIRST(2)))
{
	pid_t pid = kt_stops_send(KT_BY_SEIZE, KT_AT_EXEC).pid;
	siginfo_t si;

	for (int i = 0; i < 2; i++) {
		KT_OK(waitid_pid(pid, &si, WSTOPPED | WNOWAIT | (i ? WNOHANG : 0)));
		KT_EQ(si.si_pid, pid);
		KT_EQ(si.si_code, CLD_TRAPPED);
		KT_EQ(si.si_status, PTRACE_EVENT_EXEC << 8 | SIGTRAP);
	}
	KT_OK(waitid_pid(pid, &si, WSTOPPED | WNOHANG));
	KT_EQ(si.si_pid, pid);
	KT_EQ(si.si_status, PTRACE_EVENT_EXEC << 8 | SIGTRAP);
	KT_OK(waitid_pid(pid, &si, WSTOPPED | WNOHANG | WNOWAIT));
	KT_EQ(si.si_pid, 0);
}

/* As the functions of libc make them. */
static const struct {
	const char *name;
	bool anybody, usage;
	int options;
} calls[] = {
	{ "wait", true, false, 0 },
	{ "waitpid", false, false, WUNTRACED },
	{ "wait3", true, true, WUNTRACED },
	{ "wait4", false, true, 0 },
};

KT_CASE(ptrace_wait_all_interfaces, "ptrace.wait.all_interfaces",
	"Verify that wait, waitpid, wait3, wait4 and waitid report the same stop, waitid as "
	"CLD_TRAPPED with the status without its low byte",
	KT_STORES(call, SYS_wait4, 1, 0, 0x100), KT_RETURNS(call, SYS_wait4, 1, KT_NOT_FIRST(2)),
	KT_STORES(call, SYS_waitid, 2, offsetof(siginfo_t, si_status), 0x100),
	KT_STORES(call, SYS_waitid, 2, offsetof(siginfo_t, si_code), CLD_TRAPPED ^ CLD_STOPPED))
{
	const int want = PTRACE_EVENT_VFORK_DONE << 16 | SIGTRAP << 8 | 0x7f;
	siginfo_t si;
	pid_t pid;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct rusage usage = { .ru_nivcsw = -1 };
		int status = 0;

		printf("%s\n", calls[i].name);
		pid = kt_stops_send(KT_BY_SEIZE, KT_AT_VFORK_DONE).pid;
		KT_EQ(kt_raw(SYS_wait4, calls[i].anybody ? -1 : pid, &status, calls[i].options,
			     calls[i].usage ? &usage : NULL),
		      pid);
		KT_EQ(status, want);
		KT_EQ(usage.ru_nivcsw >= 0, calls[i].usage);
	}
	pid = kt_stops_send(KT_BY_SEIZE, KT_AT_VFORK_DONE).pid;
	KT_OK(waitid_pid(pid, &si, WSTOPPED));
	KT_EQ(si.si_signo, SIGCHLD);
	KT_EQ(si.si_code, CLD_TRAPPED);
	KT_EQ(si.si_pid, pid);
	KT_EQ(si.si_uid, getuid());
	KT_EQ(si.si_status, want >> 8);
}

/* Running, to be killed; ends as a zombie. */
static void wait_by_pidfd(pid_t pid, int fd)
{
	siginfo_t si;

	KT_OK(kt_interrupt(pid));
	KT_OK(kt_raw(SYS_waitid, KT_P_PIDFD, fd, &si, WSTOPPED, 0));
	KT_EQ(si.si_pid, pid);
	KT_EQ(si.si_code, CLD_TRAPPED);
	KT_EQ(si.si_status, PTRACE_EVENT_STOP << 8 | SIGTRAP);
	KT_EQ(kt_pidfd_poll(fd), 0);
	KT_OK(kt_cont(pid, 0));
	KT_SYS(kill(pid, SIGKILL));
	si.si_pid = 0;
	KT_OK(kt_raw(SYS_waitid, KT_P_PIDFD, fd, &si, WEXITED | WNOWAIT, 0));
	KT_EQ(si.si_pid, pid);
	KT_EQ(si.si_code, CLD_KILLED);
	KT_EQ(kt_pidfd_poll(fd), POLLIN);
}

static void adopted_by_pidfd(void *arg)
{
	pid_t pid = *(pid_t *)arg;
	int fd = (int)KT_OK(kt_pidfd_open(pid, 0));
	siginfo_t si;

	KT_ERR(ECHILD, kt_raw(SYS_waitid, KT_P_PIDFD, fd, &si, WEXITED | WNOHANG, 0));
	KT_OK(kt_seize(pid, 0));
	wait_by_pidfd(pid, fd);
}

KT_CASE(ptrace_wait_pidfd, "ptrace.wait.pidfd",
	"Verify that a tracer waits by a pidfd for a stop and for the end of its tracee, its child "
	"or somebody else's, and that the pidfd is readable at the end only",
	KT_ANSWERS(call, SYS_waitid, -ECHILD),
	KT_ANSWERS(call, SYS_waitid, -ECHILD, KT_NOT_FIRST(2)),
	KT_STORES(call, SYS_ppoll, 0, offsetof(struct pollfd, events), POLLIN << 16),
	KT_STORES(call, SYS_ppoll, 0, offsetof(struct pollfd, events), POLLIN << 16,
		  KT_NOT_FIRST(1)))
{
	pid_t *other = kt_shared(sizeof(*other)), pid = kt_child_seized(kt_body_park, NULL, 0);

	KT_NEEDS(kt_probe_pidfd_flag(0));
	wait_by_pidfd(pid, (int)KT_OK(kt_pidfd_open(pid, 0)));
	*other = kt_child(kt_body_park, NULL);
	KT_WAIT(kt_child(adopted_by_pidfd, other), "exited(0)");
	KT_WAIT(*other, "killed(SIGKILL)");
}

KT_CASE(ptrace_wait_death_after_unreaped_stop, "ptrace.wait.death_after_unreaped_stop",
	"Verify that a tracee killed by SIGKILL in a stop that nobody has waited for reports its "
	"death, and no stop any more",
	KT_REPORTS("killed(SIGKILL)", W_STOPCODE(SIGUSR1)))
{
	for (int at = KT_AT_SIGNAL; at < KT_AT_EXIT; at++) {
		struct kt_tracee t;

		if (kt_stops_probe(at))
			continue;
		t = kt_stops_send(kt_stops[at].status[KT_BY_SEIZE] ? KT_BY_SEIZE : KT_BY_ATTACH,
				  at);
		KT_AWAIT(kt_proc_state(t.pid) == 't');
		KT_SYS(kill(t.pid, SIGKILL));
		kt_stops_await_killed(t.pid);
	}
}

/* A tracer that leaves its tracee in a group-stop, and looks when it is told to. */
struct continued {
	pid_t tracee;
	struct kt_gate stopped, look, looked;
};

static void continued_tracer(void *arg)
{
	struct continued *c = arg;
	siginfo_t si;

	KT_OK(kt_seize(c->tracee, 0));
	KT_SYS(kill(c->tracee, SIGSTOP));
	KT_WAIT(c->tracee, "signal(SIGSTOP)");
	KT_OK(kt_cont(c->tracee, SIGSTOP));
	KT_WAIT(c->tracee, "EVENT_STOP(SIGSTOP)");
	kt_gate_open(&c->stopped);
	kt_gate_wait(&c->look);
	KT_OK(waitid_pid(c->tracee, &si, WCONTINUED | WNOHANG));
	KT_EQ(si.si_pid, c->tracee);
	KT_EQ(si.si_code, CLD_CONTINUED);
	kt_gate_open(&c->looked);
	kt_park();
}

KT_CASE(ptrace_wait_continued, "ptrace.wait.continued",
	"Verify that WCONTINUED takes one mark of the whole process, so that a tracer which waits "
	"with it leaves nothing to the real parent",
	KT_STORES(call, SYS_waitid, 2, offsetof(siginfo_t, si_pid), 1, KT_NOT_FIRST(1)),
	KT_CHANGES_ARG(call, SYS_waitid, 3, WCONTINUED, WSTOPPED))
{
	struct continued *c = kt_shared(sizeof(*c));
	siginfo_t si;

	c->tracee = kt_child(kt_body_park, NULL);
	kt_child(continued_tracer, c);
	kt_gate_wait(&c->stopped);
	KT_SYS(kill(c->tracee, SIGCONT));
	KT_OK(waitid_pid(c->tracee, &si, WCONTINUED | WNOHANG | WNOWAIT));
	KT_EQ(si.si_pid, c->tracee);
	KT_EQ(si.si_code, CLD_CONTINUED);
	kt_gate_open(&c->look);
	kt_gate_wait(&c->looked);
	KT_OK(waitid_pid(c->tracee, &si, WCONTINUED | WNOHANG));
	KT_EQ(si.si_pid, 0);
}

KT_PROGRAM
