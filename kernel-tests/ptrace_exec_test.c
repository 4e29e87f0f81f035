/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exec_test.c - execve of a tracee with one thread. What more threads make
 * of it is ptrace_exec_threads_test.c; set-user-ID programs are ptrace_exec_suid_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

KT_EXEC_MAIN(exit_code)
{
	_exit(atoi(arg));
}

/* Once more. */
KT_EXEC_MAIN(exec_again)
{
	KT_OK(kt_exec("exit_code", arg));
}

static void exec_body(void *unused)
{
	(void)unused;
	KT_OK(kt_exec("exit_code", "6"));
}

static void exec_when_open(void *gate)
{
	kt_gate_wait(gate);
	KT_OK(kt_exec("exit_code", "6"));
}

static void expect_sigtrap(pid_t pid)
{
	siginfo_t si;

	KT_WAIT(pid, "signal(SIGTRAP)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGTRAP);
	KT_EQ(si.si_code, SI_USER);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
}

/* 8 if a SIGTRAP is pending, else 9. */
KT_EXEC_MAIN(pending_sigtrap)
{
	sigset_t pending;

	(void)arg;
	KT_SYS(sigpending(&pending));
	_exit(sigismember(&pending, SIGTRAP) ? 8 : 9);
}

static void exec_masked(void *unused)
{
	sigset_t trap;

	(void)unused;
	sigemptyset(&trap);
	sigaddset(&trap, SIGTRAP);
	KT_SYS(sigprocmask(SIG_BLOCK, &trap, NULL));
	KT_OK(kt_exec("pending_sigtrap", ""));
}

KT_CASE(ptrace_exec_legacy_sigtrap, "ptrace.exec.legacy_sigtrap",
	"Verify that without PTRACE_O_TRACEEXEC a tracee that was not seized gets an ordinary "
	"SIGTRAP with si_code SI_USER after execve, which stays pending and stops nothing if it "
	"is blocked",
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 0x80),
	KT_REPORTS("exited(8)", W_EXITCODE(9, 0)))
{
	struct kt_gate *go = kt_shared(sizeof(*go));
	pid_t pid = kt_child_traceme(exec_body, NULL);

	KT_OK(kt_cont(pid, 0));
	expect_sigtrap(pid);

	pid = kt_child(exec_when_open, go);
	KT_OK(kt_attach(pid));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_cont(pid, 0));
	kt_gate_open(go);
	expect_sigtrap(pid);

	pid = kt_child_traceme(exec_masked, NULL);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(8)");
}

KT_CASE(ptrace_exec_seize_silent, "ptrace.exec.seize_silent",
	"Verify that without PTRACE_O_TRACEEXEC an execve of a seized tracee gives no stop and no "
	"signal",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, 0, PTRACE_O_TRACEEXEC))
{
	pid_t pid = kt_child_stopped(exec_body, NULL, 0);

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
	pid = kt_child_stopped(exec_masked, NULL, 0);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(9)");
}

/* Its first own call; this descriptor is the case's pipe, far from where that has it. */
#define PIPE_FD 100

KT_EXEC_MAIN(write_byte)
{
	(void)arg;
	_exit(write(PIPE_FD, "x", 1) == 1 ? 6 : 1);
}

static void exec_writer(void *fd)
{
	KT_SYS(dup2(*(int *)fd, PIPE_FD));
	KT_OK(kt_exec("write_byte", ""));
}

KT_CASE(ptrace_exec_event, "ptrace.exec.event",
	"Verify that PTRACE_O_TRACEEXEC gives PTRACE_EVENT_EXEC before the new program has run, "
	"with the pid as message, and no SIGTRAP, to seized tracees and others",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1), KT_ANSWERS(call, SYS_read, 1),
	KT_REPORTS("EVENT_EXEC", W_STOPCODE(SIGTRAP)))
{
	for (int seized = 0; seized < 2; seized++) {
		int *fds = kt_shared(2 * sizeof(*fds));
		pid_t pid;
		char c;

		KT_SYS(pipe2(fds, O_CLOEXEC | O_NONBLOCK));
		if (seized) {
			pid = kt_child_stopped(exec_writer, &fds[1], PTRACE_O_TRACEEXEC);
		} else {
			pid = kt_child_traceme(exec_writer, &fds[1]);
			KT_OK(kt_setoptions(pid, PTRACE_O_TRACEEXEC));
		}
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "EVENT_EXEC");
		KT_EQ(KT_MESSAGE(pid), pid);
		KT_ERR(EAGAIN, kt_raw(SYS_read, fds[0], &c, 1));
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(6)");
		KT_EQ(kt_raw(SYS_read, fds[0], &c, 1), 1);
		close(fds[0]);
		close(fds[1]);
	}
}

static void failing_thread(void *unused)
{
	char *const none[] = { NULL };
	pid_t tid = kt_gettid();

	(void)unused;
	KT_ERR(ENOENT, kt_raw(SYS_execve, "/nonexistent", none, none));
	KT_ERR(EACCES, kt_raw(SYS_execve, "/proc/self", none, none));
	KT_ERR(EFAULT, kt_raw(SYS_execve, 1, none, none));
	KT_EQ(kt_gettid(), tid);
	_exit(7);
}

static void failing_body(void *from_thread)
{
	if (!from_thread)
		failing_thread(NULL);
	kt_thread(failing_thread, NULL);
	kt_park();
}

KT_CASE(ptrace_exec_failed, "ptrace.exec.failed",
	"Verify that an execve that fails gives no PTRACE_EVENT_EXEC, ends no other thread and "
	"changes no tid",
	KT_REPORTS("exited(7)", KT_EVENT_STATUS(PTRACE_EVENT_EXEC)))
{
	pid_t pid = kt_child_stopped(failing_body, NULL, PTRACE_O_TRACEEXEC), tid;

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");

	pid = kt_child_stopped(failing_body, "", PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_CLONE");
	tid = KT_MESSAGE(pid);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(tid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(tid, 0));
	KT_WAIT(tid, "exited(7)");
	KT_WAIT(pid, "exited(7)");
}

static void exec_again_body(void *unused)
{
	(void)unused;
	KT_OK(kt_exec("exec_again", "6"));
}

KT_CASE(ptrace_exec_options_persist, "ptrace.exec.options_persist",
	"Verify that a tracee keeps its options, and stays seized, over one execve and the next",
	KT_REPORTS("EVENT_EXEC", W_EXITCODE(6, 0), KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, PTRACE_INTERRUPT, -EIO, KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child_stopped(exec_again_body, NULL,
				     PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT);
	struct kt_seq seq = { 0 };

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_EXEC");
	/* Only for a seized tracee. */
	KT_OK(kt_interrupt(pid));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_RUN(&seq, pid, PTRACE_CONT);
	KT_SEQ(&seq, "EVENT_EXEC EVENT_EXIT exited(6)");
}

/* From a stop in user mode to the entry of its execve, whatever calls come before. */
static void run_to_execve(pid_t pid)
{
	for (;;) {
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		if (KT_CALL(pid, CALL_ENTRY).nr == SYS_execve)
			return;
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
	}
}

static pid_t signal_in_event(void)
{
	pid_t pid = kt_child_stopped(exec_body, NULL, PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD);

	run_to_execve(pid);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "EVENT_EXEC");
	KT_SYS(kill(pid, SIGINT));
	return pid;
}

KT_CASE(ptrace_exec_sigint_before_exit_stop, "ptrace.exec.sigint_before_exit_stop",
	"Verify that after PTRACE_CONT in PTRACE_EVENT_EXEC a pending signal is reported and no "
	"syscall-exit-stop, and after PTRACE_SYSCALL first the syscall-exit-stop and then the "
	"signal",
	KT_CHANGES_ARG(ptrace, PTRACE_CONT, 0, ~0UL, PTRACE_SYSCALL))
{
	pid_t pid = signal_in_event();

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGINT)");
	KT_OK(kt_cont(pid, SIGINT));
	KT_WAIT(pid, "killed(SIGINT)");

	pid = signal_in_event();
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_EXIT).result, 0);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGINT)");
}

KT_PROGRAM
