/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_listen_test.c - PTRACE_LISTEN: a stopped tracee that stays stopped and
 * still tells what happens to its group.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* A seized, parked tracee in the group-stop of SIGSTOP. */
static pid_t stopped_child(void)
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, 0);

	KT_SYS(kill(pid, SIGSTOP));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_cont(pid, SIGSTOP));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	return pid;
}

static pid_t listening_child(void)
{
	pid_t pid = stopped_child();

	KT_OK(kt_listen(pid));
	return pid;
}

KT_CASE(ptrace_listen_needs_seize, "ptrace.listen.needs_seize",
	"Verify that PTRACE_LISTEN of a group-stopped tracee that was not seized fails with EIO",
	KT_ANSWERS(ptrace, PTRACE_LISTEN, 0))
{
	pid_t pid = kt_child_traceme(kt_body_park, NULL);
	siginfo_t si;

	KT_OK(kt_cont(pid, SIGSTOP));
	KT_WAIT(pid, "signal(SIGSTOP)");
	/* It is the group-stop. */
	KT_ERR(EINVAL, kt_getsiginfo(pid, &si));
	KT_ERR(EIO, kt_listen(pid));
}

KT_CASE(ptrace_listen_running, "ptrace.listen.running",
	"Verify that PTRACE_LISTEN of a running tracee fails with ESRCH",
	KT_ANSWERS(ptrace, PTRACE_LISTEN, -EIO))
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, 0);

	KT_AWAIT_PARKED(pid);
	KT_ERR(ESRCH, kt_listen(pid));
}

static void fork_body(void *unused)
{
	(void)unused;
	if (KT_SYS(fork()) == 0)
		_exit(0);
	kt_park();
}

KT_CASE(ptrace_listen_signal_stop, "ptrace.listen.signal_stop",
	"Verify that PTRACE_LISTEN fails with EIO in a signal-delivery-stop, a syscall-stop and an "
	"event stop other than PTRACE_EVENT_STOP",
	KT_ANSWERS(ptrace, PTRACE_LISTEN, 0, KT_NOT_FIRST(2)))
{
	pid_t pid = kt_child_stopped(fork_body, NULL, PTRACE_O_TRACEFORK | PTRACE_O_TRACESYSGOOD);

	KT_SYS(kill(pid, SIGUSR1));
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_ERR(EIO, kt_listen(pid));
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_ERR(EIO, kt_listen(pid));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_FORK");
	KT_ERR(EIO, kt_listen(pid));
}

KT_CASE(ptrace_listen_sigtrap_stop, "ptrace.listen.sigtrap_stop",
	"Verify that PTRACE_LISTEN is allowed in the trap of PTRACE_INTERRUPT and leaves the "
	"tracee stopped",
	KT_ANSWERS(ptrace, PTRACE_LISTEN, -EIO))
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	KT_OK(kt_listen(pid));
	KT_EQ(kt_proc_state(pid), 't');
	KT_WAIT_NONE(pid);
	KT_ERR(ESRCH, kt_cont(pid, 0));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
}

KT_CASE(ptrace_listen_invisible, "ptrace.listen.invisible",
	"Verify that a listening tracee has nothing to report, and requests on it fail with "
	"ESRCH",
	KT_ANSWERS(ptrace, PTRACE_PEEKDATA, 0))
{
	static const unsigned long word = 1;
	pid_t pid = listening_child();
	unsigned long out;
	siginfo_t si;

	KT_WAIT_NONE(pid);
	KT_ERR(ESRCH, kt_peek(pid, &word, &out));
	KT_ERR(ESRCH, kt_getsiginfo(pid, &si));
	KT_ERR(ESRCH, kt_cont(pid, 0));
	KT_ERR(ESRCH, kt_listen(pid));
	KT_WAIT_NONE(pid);
}

KT_CASE(ptrace_listen_sigcont, "ptrace.listen.sigcont",
	"Verify that SIGCONT ends listening with PTRACE_EVENT_STOP carrying SIGTRAP, followed by "
	"the signal-delivery-stop of SIGCONT",
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_STOPCODE(SIGCONT | PTRACE_EVENT_STOP << 8)))
{
	pid_t pid = listening_child();

	KT_SYS(kill(pid, SIGCONT));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGCONT)");
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_listen_interrupt, "ptrace.listen.interrupt",
	"Verify that PTRACE_INTERRUPT of a listening tracee gives PTRACE_EVENT_STOP with the stop "
	"signal again",
	KT_REPORTS("EVENT_STOP(SIGSTOP)", W_STOPCODE(SIGTRAP | PTRACE_EVENT_STOP << 8),
		   KT_NOT_FIRST(1)))
{
	pid_t pid = listening_child();

	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_listen(pid));
	KT_WAIT_NONE(pid);
}

KT_CASE(ptrace_listen_missed_event, "ptrace.listen.missed_event",
	"Verify that a SIGCONT which comes between the group-stop and PTRACE_LISTEN is reported at "
	"once after PTRACE_LISTEN",
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_STOPCODE(SIGSTOP | PTRACE_EVENT_STOP << 8)))
{
	pid_t pid = stopped_child();

	KT_SYS(kill(pid, SIGCONT));
	KT_EQ(kt_proc_state(pid), 't');
	KT_OK(kt_listen(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGCONT)");
}

KT_CASE(ptrace_listen_other_signals_held, "ptrace.listen.other_signals_held",
	"Verify that other signals are not reported while a tracee listens, and are after SIGCONT",
	KT_REPORTS("EVENT_STOP(SIGSTOP)", W_STOPCODE(SIGUSR1), KT_NOT_FIRST(1)))
{
	pid_t pid = listening_child();
	int usr1 = 0;

	KT_SYS(kill(pid, SIGUSR1));
	/* The interrupt is the sentinel: SIGUSR1 would have come before it. */
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_listen(pid));
	KT_SYS(kill(pid, SIGCONT));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	for (int i = 0; i < 2; i++) {
		KT_OK(kt_cont(pid, 0));
		usr1 += kt_status_decode(KT_WAIT_STATUS(pid)).value == SIGUSR1;
	}
	KT_EQ(usr1, 1);
}

KT_CASE(ptrace_listen_sigkill, "ptrace.listen.sigkill",
	"Verify that SIGKILL ends a listening tracee",
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, SIGTERM)))
{
	pid_t pid = listening_child();

	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_CASE(ptrace_listen_detach, "ptrace.listen.detach",
	"Verify that PTRACE_DETACH fails with ESRCH while listening, and after PTRACE_INTERRUPT "
	"leaves the process stopped",
	KT_ANSWERS(ptrace, PTRACE_DETACH, 0))
{
	pid_t pid = listening_child();

	KT_ERR(ESRCH, kt_detach(pid, 0));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_detach(pid, 0));
	KT_AWAIT(kt_proc_state(pid) == 'T');
	KT_EQ(kt_proc_tracer(pid), 0);
}

KT_CASE(ptrace_listen_repeat, "ptrace.listen.repeat",
	"Verify that a hundred cycles of stopping, listening and continuing lose no event",
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_STOPCODE(SIGSTOP | PTRACE_EVENT_STOP << 8),
		   KT_NOT_FIRST(99)))
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, 0);

	for (int i = 0; i < 100; i++) {
		KT_SYS(kill(pid, SIGSTOP));
		KT_WAIT(pid, "signal(SIGSTOP)");
		KT_OK(kt_cont(pid, SIGSTOP));
		KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
		KT_OK(kt_listen(pid));
		KT_SYS(kill(pid, SIGCONT));
		KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "signal(SIGCONT)");
		KT_OK(kt_cont(pid, SIGCONT));
	}
	KT_SENTINEL(pid, KT_RUNNING);
}

KT_PROGRAM
