/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_request_test.c - what holds for ptrace requests in general: who may
 * ask, of whom, when, and what is no request.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

#define R(name) { PTRACE_##name, #name }
/* Every request that needs a stopped tracee and that all of our ABIs have. */
static const struct {
	long request;
	const char *name;
} stop_requests[] = {
	R(PEEKTEXT),	R(PEEKDATA),	R(PEEKUSR),	R(POKETEXT),
	R(POKEDATA),	R(POKEUSR),	R(CONT),	R(SYSCALL),
	R(SINGLESTEP),	R(DETACH),	R(SETOPTIONS),	R(GETEVENTMSG),
	R(GETSIGINFO),	R(SETSIGINFO),	R(GETREGSET),	R(SETREGSET),
	R(PEEKSIGINFO),	R(GETSIGMASK),	R(SETSIGMASK),	R(LISTEN),
	R(GET_SYSCALL_INFO), R(SET_SYSCALL_INFO),
	{ KT_PTRACE_UNKNOWN, "unknown" },
};
#undef R
#define REQUESTS (sizeof(stop_requests) / sizeof(stop_requests[0]))

static void all_refused(pid_t tid)
{
	for (size_t i = 0; i < REQUESTS; i++) {
		long rc = kt_ptrace(stop_requests[i].request, tid, 0, 0);

		KT_REQUIRE_MSG(rc == -ESRCH, "%s: %s, expected ESRCH", stop_requests[i].name,
			       rc < 0 ? kt_errno_name((int)-rc) : "success");
	}
}

KT_CASE(ptrace_cmd_needs_stop, "ptrace.cmd.needs_stop",
	"Verify that every request that needs a stop fails with ESRCH for a running or sleeping "
	"tracee and for a process that the caller does not trace",
	KT_ANSWERS(ptrace, PTRACE_GETSIGMASK, 0, KT_NOT_FIRST(2)))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t spins = kt_child_seized(kt_body_spin, counter, 0);
	pid_t sleeps = kt_child_seized(kt_body_park, NULL, 0);
	pid_t untraced = kt_child(kt_body_park, NULL);

	KT_AWAIT_SPINNING(counter);
	all_refused(spins);
	KT_AWAIT_PARKED(sleeps);
	all_refused(sleeps);
	all_refused(untraced);
	all_refused(getppid());
	/* None of them has done anything all the same. */
	KT_SENTINEL(spins, KT_RUNNING);
	KT_SENTINEL(sleeps, KT_RUNNING);
	KT_EQ(kt_proc_tracer(untraced), 0);
}

static void all_refused_of(void *tid)
{
	all_refused(*(pid_t *)tid);
	KT_ERR(ESRCH, kt_interrupt(*(pid_t *)tid));
}

KT_CASE(ptrace_cmd_other_thread, "ptrace.cmd.other_thread",
	"Verify that every request fails with ESRCH in a thread of the tracer that is not the one "
	"that traces",
	KT_ANSWERS(ptrace, PTRACE_INTERRUPT, 0, KT_NOT_FIRST(1)))
{
	struct kt_worker *w = kt_worker_start();
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	kt_worker_run(w, all_refused_of, &pid);
	kt_worker_end(w);
	KT_EQ(kt_proc_state(pid), 't');
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_cmd_unknown, "ptrace.cmd.unknown",
	"Verify that an unknown request for a stopped tracee fails with EIO and leaves it stopped",
	KT_ANSWERS(ptrace, KT_PTRACE_UNKNOWN, -ENOSYS))
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	KT_ERR(EIO, kt_ptrace(KT_PTRACE_UNKNOWN, pid, 0, 0));
	KT_ERR(EIO, kt_ptrace(-1, pid, 0, 0));
	KT_EQ(kt_proc_state(pid), 't');
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_cmd_bad_signal, "ptrace.cmd.bad_signal",
	"Verify that restarting or detaching a tracee with a number that is no signal fails with "
	"EIO and leaves it stopped",
	KT_ANSWERS(ptrace, PTRACE_DETACH, 0))
{
	const long restarts[] = { PTRACE_CONT, PTRACE_SYSCALL, PTRACE_DETACH };
	const uintptr_t bad[] = { 65, 1000, UINTPTR_MAX };
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	for (size_t r = 0; r < sizeof(restarts) / sizeof(restarts[0]); r++)
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			KT_ERR(EIO, kt_ptrace(restarts[r], pid, 0, bad[i]));
			KT_EQ(kt_proc_state(pid), 't');
		}
	KT_EQ(kt_proc_tracer(pid), getpid());
	KT_SENTINEL(pid, PTRACE_CONT);
}

static void fork_and_signal(void *unused)
{
	(void)unused;
	if (KT_SYS(syscall(SYS_clone, 0, 0, 0, 0, 0)) == 0)
		_exit(0);
	KT_SYS(raise(SIGUSR1));
}

KT_CASE(ptrace_cmd_eventmsg_elsewhere, "ptrace.cmd.eventmsg_elsewhere",
	"Verify that PTRACE_GETEVENTMSG in a stop that is no event gives 0 since 5.18, and the "
	"message of the last event before",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1, KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child_seized(fork_and_signal, NULL, PTRACE_O_TRACECLONE);
	unsigned long child, message = 1;

	KT_WAIT(pid, "EVENT_CLONE");
	KT_OK(kt_geteventmsg(pid, &child));
	KT_WAIT((pid_t)child, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_geteventmsg(pid, &message));
	KT_EQ(message, kt_kernel_has(KT_CHANGE_EVENTMSG_CLEARED) ? 0 : child);
}

KT_CASE(ptrace_cmd_esrch_after_death, "ptrace.cmd.esrch_after_death",
	"Verify that requests fail with ESRCH from the moment a stopped tracee is killed, unless "
	"it has stopped again in PTRACE_EVENT_EXIT",
	KT_ANSWERS(ptrace, PTRACE_GETSIGINFO, 0, KT_NOT_FIRST(1)))
{
	unsigned long message;
	siginfo_t si;
	pid_t pid;

	for (int i = 0; i < 20; i++) {
		pid = kt_child_stopped(kt_body_park, NULL, 0);
		KT_SYS(kill(pid, SIGKILL));
		KT_ERR(ESRCH, kt_getsiginfo(pid, &si));
		KT_ERR(ESRCH, kt_cont(pid, 0));
		KT_WAIT(pid, "killed(SIGKILL)");
		KT_ERR(ESRCH, kt_getsiginfo(pid, &si));
		KT_ERR(ESRCH, kt_seize(pid, 0));
	}
	for (int i = 0; i < 20; i++) {
		long rc;

		pid = kt_child_stopped(kt_body_park, NULL, PTRACE_O_TRACEEXIT);
		KT_SYS(kill(pid, SIGKILL));
		rc = kt_geteventmsg(pid, &message);
		KT_REQUIRE(rc == -ESRCH || (rc == 0 && message == SIGKILL));
		KT_WAIT(pid, "EVENT_EXIT");
		KT_OK(kt_geteventmsg(pid, &message));
		KT_EQ(message, SIGKILL);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "killed(SIGKILL)");
	}
}

KT_PROGRAM
