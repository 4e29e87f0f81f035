/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_trace_flow_test.c - SECCOMP_RET_TRACE and what crosses its way: restarted
 * calls, execve, new processes, and a filter that kills under a tracer.
 */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

#define OPTIONS (PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD)

struct sleeper {
	int pipe[2];
	_Atomic uint32_t word;
	_Atomic long result;
};

static void read_body(void *arg)
{
	struct sleeper *s = arg;
	char byte;
	long rc;

	KT_FILTER({ SYS_read, KT_ANY_ARG, 0, SECCOMP_RET_TRACE });
	rc = syscall(SYS_read, s->pipe[0], &byte, 1);
	atomic_store(&s->result, rc < 0 ? -errno : rc);
}

/* A wait with a timeout is restarted as restart_syscall, with a number of its own. */
static void timeout_body(void *arg)
{
	struct sleeper *s = arg;
	struct timespec hour = { 3600, 0 };
	long rc;

	KT_FILTER({ SYS_futex, KT_ANY_ARG, 0, SECCOMP_RET_TRACE | 1 },
		  { SYS_restart_syscall, KT_ANY_ARG, 0, SECCOMP_RET_TRACE | 2 });
	rc = syscall(SYS_futex, &s->word, FUTEX_WAIT, 0, &hour, NULL, 0);
	atomic_store(&s->result, rc < 0 ? -errno : rc);
}

KT_CASE(seccomp_trace_restart, "seccomp.trace.restart",
	"Verify that a call restarted after a suppressed signal is filtered and reported again, "
	"and that a wait with a timeout comes back as restart_syscall of its ABI",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1))
{
	struct sleeper *s = kt_shared(sizeof(*s));
	unsigned long msg;
	pid_t pid;

	KT_SYS(pipe(s->pipe));
	pid = kt_child_seized(read_body, s, OPTIONS);
	KT_WAIT(pid, "EVENT_SECCOMP");
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(kt_proc_blocked_in(pid, SYS_read));
	KT_SYS(kill(pid, SIGUSR1));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_SECCOMP");
	KT_EQ(KT_CALL(pid, CALL_SECCOMP).nr, SYS_read);
	KT_EQ(KT_CALL(pid, CALL_SECCOMP).args[0], s->pipe[0]);
	KT_SYS(write(s->pipe[1], "x", 1));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(s->result, 1);

	pid = kt_child_seized(timeout_body, s, OPTIONS);
	KT_WAIT(pid, "EVENT_SECCOMP");
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(kt_proc_blocked_in(pid, SYS_futex));
	KT_SYS(kill(pid, SIGUSR1));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_SECCOMP");
	KT_OK(kt_geteventmsg(pid, &msg));
	KT_EQ(msg, 2);
	KT_EQ(KT_CALL(pid, CALL_SECCOMP).nr, abi_native()->nr_restart);
}

/* This program again after its execve: nothing is left but to say so. */
#define REBORN "KT_TRACE_FLOW_REBORN"

__attribute__((constructor)) static void reborn(void)
{
	if (getenv(REBORN))
		_exit(9);
}

static void exec_body(void *unused)
{
	char *argv[] = { "reborn", NULL }, *envp[] = { REBORN "=1", NULL };

	(void)unused;
	KT_FILTER({ SYS_execve, KT_ANY_ARG, 0, SECCOMP_RET_TRACE });
	if (syscall(SYS_execve, "/proc/self/exe", argv, envp) < 0 && errno == KT_ERRNO)
		_exit(5);
}

KT_CASE(seccomp_trace_execve, "seccomp.trace.execve",
	"Verify that a traced execve gives PTRACE_EVENT_SECCOMP and then PTRACE_EVENT_EXEC, and "
	"that a skipped one executes nothing",
	KT_REPORTS("EVENT_EXEC", W_STOPCODE(SIGTRAP)))
{
	pid_t pid = kt_child_seized(exec_body, NULL, OPTIONS | PTRACE_O_TRACEEXEC);
	struct call c;

	KT_WAIT(pid, "EVENT_SECCOMP");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_EXEC");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(9)");

	pid = kt_child_seized(exec_body, NULL, OPTIONS | PTRACE_O_TRACEEXEC);
	KT_WAIT(pid, "EVENT_SECCOMP");
	c = KT_CALL(pid, CALL_SECCOMP);
	KT_OK(call_skip(&kt_io, pid, &c, -KT_ERRNO));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(5)");
}

static void fork_body(void *unused)
{
	(void)unused;
	KT_FILTER({ SYS_getppid, KT_ANY_ARG, 0, SECCOMP_RET_TRACE | 3 });
	if (KT_SYS(fork()) == 0)
		syscall(SYS_getppid);
	else
		kt_park();
}

KT_CASE(seccomp_trace_clone_child, "seccomp.trace.clone_child",
	"Verify that a child attached at its birth begins with PTRACE_EVENT_STOP and then gives "
	"the events of the filter that it has inherited",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1, KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child_seized(fork_body, NULL, OPTIONS | PTRACE_O_TRACEFORK), child;
	unsigned long msg;

	KT_WAIT(pid, "EVENT_FORK");
	KT_OK(kt_geteventmsg(pid, &msg));
	child = (pid_t)msg;
	KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "EVENT_SECCOMP");
	KT_OK(kt_geteventmsg(child, &msg));
	KT_EQ(msg, 3);
	KT_OK(kt_cont(child, 0));
	KT_WAIT(child, "exited(0)");
}

static void killed_body(void *unused)
{
	(void)unused;
	KT_FILTER({ SYS_getppid, KT_ANY_ARG, 0, SECCOMP_RET_KILL_THREAD });
	syscall(SYS_getppid);
}

KT_CASE(seccomp_kill_exit_event, "seccomp.kill.exit_event",
	"Verify that a tracee which its filter kills passes PTRACE_EVENT_EXIT with SIGSYS as its "
	"exit status and then ends by SIGSYS",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1))
{
	pid_t pid = kt_child_seized(killed_body, NULL, PTRACE_O_TRACEEXIT);
	unsigned long msg;

	KT_WAIT(pid, "EVENT_EXIT");
	KT_OK(kt_geteventmsg(pid, &msg));
	/* Without the core flag, which depends on the machine's core pattern. */
	KT_EQ(msg & ~0x80UL, SIGSYS);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "killed(SIGSYS)");
}

KT_PROGRAM
