/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_ns_test.c - who may trace whom across user and pid namespaces, and
 * after execve of a file that cannot be read.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_ns.h"

/* In shared memory: one in a user namespace, and one of the same user outside. */
struct sides {
	pid_t outside, inside;
	struct kt_gate entered, leave, traced;
};

static void enter_userns(void)
{
	char why[80];

	if (unshare(CLONE_NEWUSER) == 0)
		return;
	snprintf(why, sizeof(why), "no user namespace for an unprivileged user: %s",
		 kt_errno_name(errno));
	kt_skip(why);
}

/* It has every capability in there, and none outside. */
static void be_inside(void *arg)
{
	struct sides *s = arg;

	s->inside = getpid();
	enter_userns();
	kt_gate_mark(&s->entered);
	KT_AWAIT(kt_gate_is_open(&s->leave));
	KT_ERR(EPERM, kt_seize(s->outside, 0));
	KT_ERR(EPERM, kt_attach(s->outside));
}

/* Not a parent: the owner of the namespace is the user, not the process. */
static void trace_inside(void *arg)
{
	struct sides *s = arg;

	kt_cred_unprivileged();
	KT_OK(kt_seize(s->inside, 0));
	kt_gate_mark(&s->traced);
}

static void trace_inside_as_other(void *arg)
{
	const struct kt_ids other = { { 11001, 11001, 11001 }, { 11001, 11001, 11001 } };

	kt_cred_become(&other);
	KT_ERR(EPERM, kt_seize(((struct sides *)arg)->inside, 0));
}

static void start_both(void *arg)
{
	struct sides *s = arg;

	kt_cred_unprivileged();
	s->outside = kt_child(kt_body_park, NULL);
	KT_WAIT(kt_child(be_inside, s), "exited(0)");
}

KT_CASE(access_userns_owner, "access.userns_owner",
	"Verify that the user who created a user namespace may trace a process inside, that other "
	"users may not, and that a process inside can trace none outside, not even of its own user",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM), KT_ANSWERS(ptrace, PTRACE_SEIZE, 0),
	KT_ANSWERS(ptrace, PTRACE_ATTACH, 0))
{
	struct sides *s = kt_shared(sizeof(*s));
	pid_t first;

	KT_NEEDS(kt_probe_unprivileged_child());
	first = kt_child(start_both, s);
	KT_AWAIT(kt_gate_is_open(&s->entered));
	if (!kt_probe_root())
		KT_WAIT(kt_child(trace_inside_as_other, s), "exited(0)");
	KT_WAIT(kt_child(trace_inside, s), "exited(0)");
	KT_REQUIRE(kt_gate_is_open(&s->traced));
	kt_gate_mark(&s->leave);
	KT_WAIT(first, "exited(0)");
}

static void trace_invisible(void *pid)
{
	KT_EQ(syscall(SYS_getpid), 1);
	KT_ERR(ESRCH, kt_seize(*(pid_t *)pid, 0));
	KT_ERR(ESRCH, kt_attach(*(pid_t *)pid));
}

KT_CASE(access_pidns_invisible, "access.pidns_invisible",
	"Verify that a process which has no pid in the pid namespace of the caller cannot be "
	"traced: ESRCH",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0), KT_ANSWERS(ptrace, PTRACE_ATTACH, -EPERM))
{
	pid_t *pid = kt_shared(sizeof(*pid));

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	*pid = kt_child(kt_body_park, NULL);
	KT_WAIT(kt_ns_child(CLONE_NEWPID, trace_invisible, pid), "exited(0)");
	KT_OK(kt_seize(*pid, PTRACE_O_EXITKILL));
}

KT_EXEC_MAIN(stop_here)
{
	(void)arg;
	raise(SIGSTOP);
	kt_park();
}

/* A copy of this program with that mode, as a path for this process and its children. */
static void copy_program(mode_t mode, char path[32])
{
	int self = KT_SYS(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	int copy = KT_SYS(memfd_create("program", 0));

	while (KT_SYS(sendfile(copy, self, NULL, 1 << 20)) > 0)
		;
	close(self);
	KT_SYS(fchmod(copy, mode));
	snprintf(path, 32, "/proc/self/fd/%d", copy);
}

/* What everybody may execute, and may read or not, be it the owner. */
enum { READABLE = 0555, UNREADABLE = 0111 };

static void execute(void *path)
{
	KT_OK(kt_exec_path(path, "stop_here", ""));
}

static void execute_as_nobody(void *mode)
{
	char path[32];

	copy_program(*(mode_t *)mode, path);
	kt_cred_unprivileged();
	execute(path);
}

/* The tracer has CAP_SYS_PTRACE in the namespace of them both. */
static void execute_and_trace_in_userns(void *mode)
{
	char path[32];
	pid_t pid;

	copy_program(*(mode_t *)mode, path);
	kt_cred_unprivileged();
	enter_userns();
	pid = kt_child(execute, path);
	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	if (*(mode_t *)mode == READABLE)
		KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	else
		KT_ERR(EPERM, kt_seize(pid, PTRACE_O_EXITKILL));
}

static void trace_as_nobody(void *pid)
{
	kt_cred_unprivileged();
	KT_OK(kt_seize(*(pid_t *)pid, PTRACE_O_EXITKILL));
}

static void trace_in_vain_as_nobody(void *pid)
{
	kt_cred_unprivileged();
	KT_ERR(EPERM, kt_seize(*(pid_t *)pid, PTRACE_O_EXITKILL));
	KT_ERR(EPERM, kt_attach(*(pid_t *)pid));
}

KT_CASE(access_exec_unreadable, "access.exec_unreadable",
	"Verify that execve of a file that its user cannot read makes a process that this user "
	"cannot trace, not even with every capability in a user namespace",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0), KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM),
	KT_ANSWERS(ptrace, PTRACE_ATTACH, 0))
{
	mode_t mode;
	pid_t pid;

	KT_NEEDS(kt_probe_unprivileged_child());
	mode = UNREADABLE;
	pid = kt_child(execute_as_nobody, &mode);
	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_WAIT(kt_child(trace_in_vain_as_nobody, &pid), "exited(0)");
	KT_WAIT(kt_child(execute_and_trace_in_userns, &mode), "exited(0)");

	mode = READABLE;
	pid = kt_child(execute_as_nobody, &mode);
	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_WAIT(kt_child(trace_as_nobody, &pid), "exited(0)");
	KT_WAIT(kt_child(execute_and_trace_in_userns, &mode), "exited(0)");
}

KT_PROGRAM
