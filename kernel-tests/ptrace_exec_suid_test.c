/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exec_suid_test.c - execve of a tracee that would give it privileges. With
 * whose rights PTRACE_TRACEME traces is ptrace_traceme_test.c.
 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"

/* 10 for root and 11 for nobody, effectively; 20 more with the file's capability. */
KT_EXEC_MAIN(rights)
{
	int code = geteuid() == 0 ? 10 : geteuid() == KT_CRED_ID ? 11 : 12;

	(void)arg;
	_exit(code + (geteuid() != 0 && !kt_probe_cap(CAP_CHOWN) ? 20 : 0));
}

/* A program that gives rights, who executes it, and how it is traced. */
struct scene {
	char path[KT_EXEC_PATH];
	struct kt_gate go;
	pid_t pid;
	bool attach;
	unsigned long options;
	const char *end; /* of the tracee */
};

static void become_nobody(void)
{
	KT_SYS(setresgid(KT_CRED_ID, KT_CRED_ID, KT_CRED_ID));
	KT_SYS(setresuid(KT_CRED_ID, KT_CRED_ID, KT_CRED_ID));
	/* The change of user has taken it away, and nobody may not trace such a process. */
	KT_SYS(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static void nobody_body(void *arg)
{
	struct scene *s = arg;

	become_nobody();
	kt_gate_wait(&s->go);
	KT_OK(kt_exec_path(s->path, "rights", ""));
}

static void trace_to_end(struct scene *s)
{
	if (s->attach) {
		KT_OK(kt_attach(s->pid));
		KT_WAIT(s->pid, "signal(SIGSTOP)");
		KT_OK(kt_setoptions(s->pid, s->options));
		KT_OK(kt_cont(s->pid, 0));
	} else {
		KT_OK(kt_seize(s->pid, s->options));
	}
	kt_gate_open(&s->go);
	if (s->options & PTRACE_O_TRACEEXEC) {
		KT_WAIT(s->pid, "EVENT_EXEC");
		KT_OK(kt_cont(s->pid, 0));
	} else if (s->attach) {
		KT_WAIT(s->pid, "signal(SIGTRAP)");
		KT_OK(kt_cont(s->pid, 0));
	}
	KT_WAIT(s->pid, s->end);
}

/* A tracer that is as unprivileged as its tracee. */
static void tracer_body(void *arg)
{
	struct scene *s = arg;

	become_nobody();
	s->pid = kt_child(nobody_body, s);
	trace_to_end(s);
}

static void expect_end(const char *path, bool attach, unsigned long options, bool root,
		       const char *end)
{
	struct scene *s = kt_shared(sizeof(*s));

	snprintf(s->path, sizeof(s->path), "%s", path);
	s->attach = attach;
	s->options = options | PTRACE_O_EXITKILL;
	s->end = end;
	printf("%s, options 0x%lx, by %s\n", attach ? "attached" : "seized", s->options,
	       root ? "root" : "nobody");
	if (root) {
		s->pid = kt_child(nobody_body, s);
		trace_to_end(s);
	} else {
		KT_WAIT(kt_child(tracer_body, s), "exited(0)");
	}
}

/* Without a tracer; skips the case where such a program gives nothing. */
static void expect_gain(const char *path, int gained, const char *why_not)
{
	struct scene *s = kt_shared(sizeof(*s));
	pid_t pid;
	int status;

	snprintf(s->path, sizeof(s->path), "%s", path);
	pid = kt_child(nobody_body, s);
	kt_gate_open(&s->go);
	status = KT_WAIT_STATUS(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 11)
		atf_tc_skip("%s", why_not);
	KT_EQ(status, W_EXITCODE(gained, 0));
}

/* By an unprivileged tracer nothing is gained, by one with CAP_SYS_PTRACE all. */
static void expect_of_tracers(const char *path, const char *gained)
{
	const char *by_root = kt_probe_cap(CAP_SYS_PTRACE) ? "exited(11)" : gained;

	expect_end(path, false, 0, false, "exited(11)");
	expect_end(path, false, PTRACE_O_TRACEEXEC, false, "exited(11)");
	expect_end(path, true, 0, false, "exited(11)");
	expect_end(path, true, PTRACE_O_TRACEEXEC, false, "exited(11)");
	expect_end(path, false, 0, true, by_root);
	expect_end(path, true, PTRACE_O_TRACEEXEC, true, by_root);
}

KT_CASE(ptrace_exec_suid_no_priv, "ptrace.exec.suid_no_priv",
	"Verify that a set-user-ID program gives its rights to a tracee only if the tracer has "
	"CAP_SYS_PTRACE; else it runs as the tracee's own user",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0),
	KT_REPORTS("exited(10)", W_EXITCODE(11, 0), KT_NOT_FIRST(1)))
{
	char path[KT_EXEC_PATH];

	KT_NEEDS(kt_probe_root());
	kt_exec_suid_copy(path);
	expect_gain(path, 10, "set-user-ID programs have no effect here (nosuid, no_new_privs)");
	expect_of_tracers(path, "exited(10)");
}

KT_CASE(ptrace_exec_fscaps_no_priv, "ptrace.exec.fscaps_no_priv",
	"Verify that the capabilities of a file are given to a tracee only if the tracer has "
	"CAP_SYS_PTRACE",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0),
	KT_REPORTS("exited(31)", W_EXITCODE(11, 0), KT_NOT_FIRST(1)))
{
	/* Little-endian on disk; all that these ABIs are. */
	const struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data[0].permitted = 1U << CAP_CHOWN,
	};
	const size_t size = XATTR_CAPS_SZ_2;
	char path[KT_EXEC_PATH];

	KT_NEEDS(kt_probe_root());
	KT_NEEDS(kt_probe_cap(CAP_CHOWN));
	kt_exec_suid_copy(path);
	KT_SYS(chmod(path, 0755));
	if (setxattr(path, "security.capability", &caps, size, 0) < 0)
		atf_tc_skip("no file capabilities here: %s", kt_errno_name(errno));
	expect_gain(path, 31, "file capabilities have no effect here (nosuid, no_new_privs)");
	expect_of_tracers(path, "exited(31)");
}

KT_PROGRAM
