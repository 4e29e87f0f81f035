/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_traceme_test.c - PTRACE_TRACEME: what it does not do, and with whose
 * rights it traces.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"

static void traceme_twice(void *unused)
{
	(void)unused;
	KT_OK(kt_traceme());
	KT_ERR(EPERM, kt_traceme());
}

static void traceme_when_traced(void *unused)
{
	(void)unused;
	KT_ERR(EPERM, kt_traceme());
}

KT_CASE(ptrace_traceme_twice, "ptrace.traceme.twice",
	"Verify that a second PTRACE_TRACEME fails with EPERM, also in a task that was seized",
	KT_ANSWERS(ptrace, PTRACE_TRACEME, 0, KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child(traceme_twice, NULL);

	KT_WAIT(pid, "exited(0)");
	pid = kt_child_seized(traceme_when_traced, NULL, 0);
	KT_WAIT(pid, "exited(0)");
}

static void traceme_then_signal(void *gate)
{
	KT_OK(kt_traceme());
	kt_gate_open(gate);
	KT_SYS(raise(SIGUSR1));
	_exit(5);
}

KT_EXEC_MAIN(exit_code)
{
	_exit(atoi(arg));
}

static void traceme_then_exec(void *gate)
{
	KT_OK(kt_traceme());
	kt_gate_open(gate);
	KT_OK(kt_exec("exit_code", "6"));
}

KT_CASE(ptrace_traceme_no_stop, "ptrace.traceme.no_stop",
	"Verify that PTRACE_TRACEME does not stop the caller, but its next signal or execve does",
	KT_REPORTS("signal(SIGTRAP)", W_EXITCODE(6, 0)))
{
	struct kt_gate *ran = kt_shared(2 * sizeof(*ran));
	pid_t pid = kt_child(traceme_then_signal, &ran[0]);

	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_REQUIRE(kt_gate_is_open(&ran[0]));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(5)");

	pid = kt_child(traceme_then_exec, &ran[1]);
	KT_WAIT(pid, "signal(SIGTRAP)");
	KT_REQUIRE(kt_gate_is_open(&ran[1]));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
}

/* The effective user that an execve has given us. */
KT_EXEC_MAIN(effective_user)
{
	(void)arg;
	_exit(geteuid() == 0 ? 10 : geteuid() == KT_CRED_ID ? 11 : 12);
}

struct suid {
	char path[KT_EXEC_PATH]; /* a set-user-ID root copy of this program */
	bool trace;
};

static void exec_suid_as_nobody(void *arg)
{
	struct suid *s = arg;

	KT_SYS(setresgid(KT_CRED_ID, KT_CRED_ID, KT_CRED_ID));
	KT_SYS(setresuid(KT_CRED_ID, KT_CRED_ID, KT_CRED_ID));
	if (s->trace)
		KT_OK(kt_traceme());
	KT_OK(kt_exec_path(s->path, "effective_user", ""));
}

KT_CASE(ptrace_traceme_cred_snapshot, "ptrace.traceme.cred_snapshot",
	"Verify that PTRACE_TRACEME traces with the rights of its caller: below a tracer that is "
	"root, a set-user-ID program gains no privilege",
	KT_REPORTS("exited(11)", W_EXITCODE(10, 0)))
{
	struct suid *s = kt_shared(sizeof(*s));
	pid_t pid;
	int fd, status;

	KT_NEEDS(kt_probe_root());
	fd = kt_exec_suid_copy(s->path);
	pid = kt_child(exec_suid_as_nobody, s);
	status = KT_WAIT_STATUS(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 11)
		atf_tc_skip("set-user-ID programs have no effect here (nosuid, no_new_privs)");
	KT_STATUS(status, "exited(10)");

	s->trace = true;
	pid = kt_child(exec_suid_as_nobody, s);
	KT_WAIT(pid, "signal(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(11)");
	close(fd);
}

KT_PROGRAM
