/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_yama_test.c - what the scopes 1 and 2 of Yama allow. Scope 3, from
 * which there is no way back, is in zyama3_test.c. Everybody here who is
 * not to have CAP_SYS_PTRACE gives it up.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_yama.h"

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER	   0x59616d61
#define PR_SET_PTRACER_ANY ((unsigned long)-1)
#endif

/* In shared memory: a target, which names its tracer when it is told whom. */
struct target {
	pid_t pid, grandchild;
	struct kt_gate ready;
	_Atomic unsigned long named, wanted;
};

static void be_target(void *arg)
{
	struct target *t = arg;

	kt_cred_unprivileged();
	KT_OK(kt_raw(SYS_prctl, PR_SET_PTRACER, 0, 0, 0, 0));
	t->named = t->wanted = 0;
	kt_gate_mark(&t->ready);
	for (;;) {
		unsigned long wanted;

		KT_AWAIT(t->wanted != t->named);
		wanted = t->wanted;
		KT_OK(kt_raw(SYS_prctl, PR_SET_PTRACER, wanted, 0, 0, 0));
		t->named = wanted;
	}
}

static struct target *new_target(void)
{
	struct target *t = kt_shared(sizeof(*t));

	t->pid = kt_child(be_target, t);
	KT_AWAIT(kt_gate_is_open(&t->ready));
	return t;
}

static void name_tracer(struct target *t, unsigned long whom)
{
	t->wanted = whom;
	KT_AWAIT(t->named == whom);
}

static long open_mem(pid_t pid)
{
	char path[64];
	long fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = kt_raw(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd > 2)
		close((int)fd);
	return fd;
}

/* A process of the same user that is no ancestor. */
static void trace_in_vain(void *pid)
{
	kt_cred_unprivileged();
	KT_ERR(EPERM, kt_seize(*(pid_t *)pid, 0));
	KT_ERR(EPERM, kt_attach(*(pid_t *)pid));
	KT_ERR(EACCES, open_mem(*(pid_t *)pid));
}

static void trace(void *pid)
{
	kt_cred_unprivileged();
	KT_OK(open_mem(*(pid_t *)pid));
	KT_OK(kt_seize(*(pid_t *)pid, 0));
}

static void trace_once_named(void *arg)
{
	struct target *t = arg;

	KT_AWAIT(t->named == (unsigned long)getpid());
	trace(&t->pid);
}

static void name_nobody_and_park(void *unused)
{
	(void)unused;
	KT_OK(kt_raw(SYS_prctl, PR_SET_PTRACER, 0, 0, 0, 0));
	kt_park();
}

static void be_child_of_target(void *arg)
{
	struct target *t = arg;

	t->grandchild = kt_child(name_nobody_and_park, NULL);
	KT_AWAIT_PARKED(t->grandchild);
	kt_gate_mark(&t->ready);
	kt_park();
}

/* An ancestor: of its child, and of that one's child. */
static void trace_descendants(void *arg)
{
	struct target *t = arg;

	kt_cred_unprivileged();
	t->pid = kt_child(be_child_of_target, t);
	KT_AWAIT(kt_gate_is_open(&t->ready));
	KT_OK(kt_seize(t->grandchild, PTRACE_O_EXITKILL));
	KT_OK(kt_seize(t->pid, PTRACE_O_EXITKILL));
}

KT_CASE(access_yama_scope1, "access.yama.scope1",
	"Verify that with kernel.yama.ptrace_scope 1 an unprivileged process can trace its "
	"descendants, and another process of its user only if that has named it by PR_SET_PTRACER",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM), KT_ANSWERS(ptrace, PTRACE_SEIZE, 0),
	KT_ANSWERS(call, SYS_openat, 9))
{
	struct target *t, *family;
	pid_t tracer;

	KT_NEEDS(kt_probe_unprivileged_child());
	kt_yama_need(1);
	family = kt_shared(sizeof(*family));
	KT_WAIT(kt_child(trace_descendants, family), "exited(0)");

	t = new_target();
	KT_WAIT(kt_child(trace_in_vain, &t->pid), "exited(0)");
	tracer = kt_child(trace_once_named, t);
	name_tracer(t, (unsigned long)tracer);
	KT_WAIT(kt_child(trace_in_vain, &t->pid), "exited(0)");
	KT_WAIT(tracer, "exited(0)");
}

/* No kt_child: that names a tracer itself. */
static void fork_with_any(void *arg)
{
	struct target *t = arg;
	pid_t pid;

	kt_cred_unprivileged();
	KT_OK(kt_raw(SYS_prctl, PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0));
	pid = KT_SYS(fork());
	if (pid != 0) {
		t->grandchild = pid;
		kt_gate_mark(&t->ready);
	}
	kt_park();
}

KT_EXEC_MAIN(stop_here)
{
	(void)arg;
	raise(SIGSTOP);
	kt_park();
}

static void exec_with_any(void *unused)
{
	(void)unused;
	kt_cred_unprivileged();
	KT_OK(kt_raw(SYS_prctl, PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0));
	KT_OK(kt_exec("stop_here", ""));
}

KT_CASE(access_yama_scope1_any, "access.yama.scope1_any",
	"Verify that with scope 1 PR_SET_PTRACER_ANY lets everybody of the same user trace, until "
	"PR_SET_PTRACER 0; that execve keeps it and that a child does not inherit it",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM), KT_ANSWERS(ptrace, PTRACE_SEIZE, 0))
{
	struct target *t, *forked;
	pid_t pid;

	KT_NEEDS(kt_probe_unprivileged_child());
	kt_yama_need(1);
	t = new_target();
	name_tracer(t, PR_SET_PTRACER_ANY);
	KT_WAIT(kt_child(trace, &t->pid), "exited(0)");
	name_tracer(t, 0);
	KT_WAIT(kt_child(trace_in_vain, &t->pid), "exited(0)");

	forked = kt_shared(sizeof(*forked));
	pid = kt_child(fork_with_any, forked);
	KT_AWAIT(kt_gate_is_open(&forked->ready));
	KT_WAIT(kt_child(trace_in_vain, &forked->grandchild), "exited(0)");
	KT_WAIT(kt_child(trace, &pid), "exited(0)");

	pid = kt_child(exec_with_any, NULL);
	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_WAIT(kt_child(trace, &pid), "exited(0)");
}

static void be_traced_by_parent(void *answer)
{
	*(_Atomic long *)answer = kt_traceme();
}

static void have_traced_child(void *answer)
{
	kt_cred_unprivileged();
	KT_WAIT(kt_child(be_traced_by_parent, answer), "exited(0)");
}

KT_CASE(access_yama_traceme, "access.yama.traceme",
	"Verify that with scope 1 PTRACE_TRACEME works as without Yama",
	KT_ANSWERS(ptrace, PTRACE_TRACEME, -EPERM))
{
	_Atomic long *answer = kt_shared(sizeof(*answer));

	KT_NEEDS(kt_probe_unprivileged_child());
	kt_yama_need(1);
	*answer = -1;
	KT_WAIT(kt_child(have_traced_child, (void *)answer), "exited(0)");
	KT_EQ(*answer, 0);
}

static void trace_own_child_in_vain(void *answer)
{
	pid_t pid;

	kt_cred_unprivileged();
	pid = kt_child(kt_body_park, NULL);
	KT_ERR(EPERM, kt_seize(pid, 0));
	KT_ERR(EPERM, kt_attach(pid));
	KT_WAIT(kt_child(be_traced_by_parent, answer), "exited(0)");
}

KT_CASE(access_yama_scope2, "access.yama.scope2",
	"Verify that with scope 2 only CAP_SYS_PTRACE lets a process trace, be it by PTRACE_SEIZE "
	"or by PTRACE_TRACEME of its child, and PR_SET_PTRACER does not",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0), KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM),
	KT_ANSWERS(ptrace, PTRACE_TRACEME, 0), KT_ANSWERS(ptrace, PTRACE_TRACEME, -EPERM))
{
	_Atomic long *answer = kt_shared(sizeof(*answer));
	struct target *t;

	KT_NEEDS(kt_probe_unprivileged_child());
	kt_yama_need(2);
	KT_NEEDS(kt_probe_cap(CAP_SYS_PTRACE));
	t = new_target();
	name_tracer(t, PR_SET_PTRACER_ANY);
	KT_WAIT(kt_child(trace_in_vain, &t->pid), "exited(0)");
	KT_WAIT(kt_child(trace_own_child_in_vain, (void *)answer), "exited(0)");
	KT_EQ(*answer, -EPERM);
	KT_OK(kt_seize(t->pid, PTRACE_O_EXITKILL));
	KT_WAIT(kt_child(be_traced_by_parent, (void *)answer), "exited(0)");
	KT_EQ(*answer, 0);
}

KT_PROGRAM
