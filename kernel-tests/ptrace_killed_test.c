/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_killed_test.c - a tracee that is killed in a stop before its call does
 * not execute that call any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"
#include "kernel-tests/kt_stops.h"

static int pipe_fds[2];

static void write_body(void *unused)
{
	(void)unused;
	syscall(SYS_write, pipe_fds[1], "x", 1);
	kt_park();
}

static void filtered_write_body(void *unused)
{
	KT_FILTER({ SYS_write, KT_ANY_ARG, 0, SECCOMP_RET_TRACE });
	write_body(unused);
}

/* In the stop before its write(2) to the pipe. */
static pid_t about_to_write(const char *stop)
{
	pid_t pid;

	KT_SYS(pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK));
	if (*stop == 's') {
		pid = kt_child_stopped(write_body, NULL, PTRACE_O_TRACESYSGOOD);
		KT_OK(kt_syscall(pid, 0));
	} else {
		pid = kt_child_seized(filtered_write_body, NULL, PTRACE_O_TRACESECCOMP);
	}
	KT_WAIT(pid, stop);
	KT_EQ(KT_CALL(pid, *stop == 's' ? CALL_ENTRY : CALL_SECCOMP).nr, SYS_write);
	return pid;
}

static long read_pipe(void)
{
	char byte;

	return kt_raw(SYS_read, pipe_fds[0], &byte, 1);
}

static void check(const char *stop)
{
	pid_t pid = about_to_write(stop);

	/* Nothing is in the way of the call but the kill. */
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT_PARKED(pid);
	KT_EQ(read_pipe(), 1);

	pid = about_to_write(stop);
	KT_SYS(kill(pid, SIGKILL));
	kt_stops_await_killed(pid);
	KT_ERR(EAGAIN, read_pipe());
}

KT_CASE(ptrace_exit_killed_in_sysstop, "ptrace.exit.killed_in_sysstop",
	"Verify that a tracee killed by SIGKILL in a syscall-enter-stop does not execute the call",
	KT_RETURNS(call, SYS_read, 1, KT_NOT_FIRST(1)))
{
	check("syscall");
}

KT_CASE(ptrace_exit_killed_in_seccomp_stop, "ptrace.exit.killed_in_seccomp_stop",
	"Verify that a tracee killed by SIGKILL in PTRACE_EVENT_SECCOMP does not execute the call",
	KT_RETURNS(call, SYS_read, 1, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_seccomp());
	check("EVENT_SECCOMP");
}

KT_PROGRAM
