/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_pid_test.c - pid namespaces: who is in one, with what pid, and how it
 * ends. Signals to process 1, and its tracing, are ns_pid_init_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_ns.h"

/* A line of /proc/PID/status without its name; the /proc of the case. */
static void status_line(pid_t pid, const char *name, char out[80])
{
	char path[64], line[128];
	FILE *f;

	out[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		KT_FAIL("%s: %s", path, kt_errno_name(errno));
	while (fgets(line, sizeof(line), f)) {
		size_t n = strlen(name);

		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, name, n) == 0 && strncmp(line + n, ":\t", 2) == 0)
			snprintf(out, 80, "%.79s", line + n + 2);
	}
	fclose(f);
}

/* What a process finds of itself: nothing is left to the one that it tells. */
struct self {
	_Atomic int told;
	pid_t pid, ppid, pgid, sid;
};

static void tell(struct self *s)
{
	s->pid = getpid();
	s->ppid = getppid();
	s->pgid = getpgrp();
	s->sid = getsid(0);
	s->told = 1;
}

static void tell_and_park(void *arg)
{
	tell(arg);
	kt_park();
}

static void unshare_and_fork(void *arg)
{
	struct self *s = arg; /* two of them, and this process */
	pid_t before = getpid(), child;

	KT_OK(kt_raw(SYS_unshare, CLONE_NEWPID));
	KT_EQ(KT_SEEN("own pid", getpid()), before);
	child = kt_child(tell_and_park, &s[0]);
	KT_AWAIT(s[0].told);
	KT_EQ(KT_SEEN("child's pid", s[0].pid), 1);
	KT_EQ(s[0].ppid, 0);
	kt_child(tell_and_park, &s[1]);
	KT_AWAIT(s[1].told);
	KT_EQ(s[1].pid, 2);
	KT_EQ(s[1].ppid, 0);
	KT_EQ(kt_ns_id(child, "pid"), kt_ns_id(0, "pid_for_children"));
	KT_REQUIRE(kt_ns_id(0, "pid") != kt_ns_id(0, "pid_for_children"));
}

KT_CASE(ns_pid_unshare_children, "ns.pid.unshare_children",
	"Verify that unshare of the pid namespace moves the children to come and not the caller: "
	"the first is process 1, whose parent has no pid there",
	KT_ANSWERS(call, SYS_unshare, 0, KT_WHEN(0, CLONE_NEWPID)), KT_SEES("own pid", 1),
	KT_SEES("child's pid", 2))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_WAIT(kt_ns_child(0, unshare_and_fork, kt_shared(2 * sizeof(struct self))), "exited(0)");
}

static void unshare_again(void *unused)
{
	(void)unused;
	kt_ns_unshare(CLONE_NEWPID);
	KT_ERR(EINVAL, kt_raw(SYS_unshare, CLONE_NEWPID));
	kt_child(kt_body_park, NULL);
	KT_ERR(EINVAL, kt_raw(SYS_unshare, CLONE_NEWPID));
}

KT_CASE(ns_pid_unshare_twice, "ns.pid.unshare_twice",
	"Verify that a second unshare of the pid namespace by the same process fails with EINVAL",
	KT_ANSWERS(call, SYS_unshare, 0), KT_ANSWERS(call, SYS_unshare, 0, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_WAIT(kt_child(unshare_again, NULL), "exited(0)");
}

/* fork as clone(2), through the seam. */
static long fork_raw(void)
{
	long pid = kt_raw(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		kt_park();
	return pid;
}

static void fork_after_init(void *unused)
{
	pid_t init;

	(void)unused;
	kt_ns_unshare(CLONE_NEWPID);
	init = kt_child(kt_body_park, NULL);
	KT_KILL(init);
	KT_ERR(ENOMEM, fork_raw());
}

KT_CASE(ns_pid_init_gone, "ns.pid.init_gone",
	"Verify that fork into a pid namespace whose process 1 is gone fails with ENOMEM",
	KT_ANSWERS(call, SYS_clone, -EAGAIN))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_WAIT(kt_child(fork_after_init, NULL), "exited(0)");
}

/* Process 1 with a child in a pid namespace below: three levels. */
struct levels {
	struct self outer, inner;
};

static void outer_body(void *arg)
{
	struct levels *l = arg;

	kt_ns_child(CLONE_NEWPID, tell_and_park, &l->inner);
	tell_and_park(&l->outer);
}

#define NONE -1

/* The line has these ids, from the namespace of the case down; NONE after the last. */
static void ids_are(pid_t pid, const char *name, pid_t a, pid_t b, pid_t c)
{
	char line[80], expected[80];
	int n = snprintf(expected, sizeof(expected), "%d\t%d", (int)a, (int)b);

	if (c != NONE)
		snprintf(expected + n, sizeof(expected) - (size_t)n, "\t%d", (int)c);
	status_line(pid, name, line);
	KT_REQUIRE_MSG(KT_SEEN("ids", strcmp(line, expected)) == 0,
		       "%s is \"%s\", expected \"%s\"", name, line, expected);
}

KT_CASE(ns_pid_nspid, "ns.pid.nspid",
	"Verify that NSpid, NStgid, NSpgid and NSsid of /proc/PID/status tell the ids in each "
	"namespace, outermost first, and 0 for a session from outside",
	KT_SEES("ids", 1), KT_SEES("ids", 1, KT_NOT_FIRST(5)))
{
	static const char *const names[] = { "NSpid", "NStgid", "NSpgid" };
	struct levels *l = kt_shared(sizeof(*l));
	pid_t init, pid;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	init = kt_ns_child(CLONE_NEWPID, outer_body, l);
	KT_AWAIT(l->inner.told && l->outer.told);
	pid = kt_ns_child_of(init);
	for (size_t i = 0; i < 3; i++) {
		ids_are(init, names[i], init, 1, NONE);
		ids_are(pid, names[i], pid, 2, 1);
	}
	ids_are(init, "NSsid", getsid(0), 0, NONE);
	ids_are(pid, "NSsid", getsid(0), 0, 0);
}

/* In process 1: some pids, and that they are taken. */
static void choose_pids(void *unused)
{
	long pid = kt_ns_fork_as(77), next;

	(void)unused;
	if (pid == 0)
		kt_park();
	if (pid == -ENOSYS || pid == -E2BIG)
		kt_skip("needs clone3 with set_tid (Linux 5.5)");
	KT_EQ(KT_OK(pid), 77);
	KT_ERR(EEXIST, kt_ns_fork_as(77));
	KT_ERR(EINVAL, kt_ns_fork_as(0));
	KT_ERR(EINVAL, kt_ns_fork_as(-1));
	KT_OK(next = kt_ns_fork_as(76));
	if (next == 0)
		kt_park();
	KT_EQ(next, 76);
}

KT_CASE(ns_pid_set_tid, "ns.pid.set_tid",
	"Verify that clone3 with set_tid gives the child that pid, and fails with EEXIST for one "
	"that is taken and with EINVAL for one that is none",
	KT_RETURNS(call, SYS_clone3, 78), KT_ANSWERS(call, SYS_clone3, -EINVAL, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_clone3, -ENOMEM, KT_NOT_FIRST(2)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_WAIT(kt_ns_child(CLONE_NEWPID, choose_pids, NULL), "exited(0)");
}

static void choose_without_right(void *arg)
{
	const struct self *s = arg;
	long pid;

	kt_cred_unprivileged();
	/* A pid that is free: that of a process which the case has reaped. */
	pid = kt_ns_fork_as(s->pid);
	if (pid == 0)
		kt_park();
	if (pid == -ENOSYS || pid == -E2BIG)
		kt_skip("needs clone3 with set_tid (Linux 5.5)");
	KT_ERR(EPERM, pid);
}

KT_CASE(ns_pid_set_tid_perm, "ns.pid.set_tid.perm",
	"Verify that clone3 with set_tid fails with EPERM without CAP_SYS_ADMIN or "
	"CAP_CHECKPOINT_RESTORE in the user namespace of the pid namespace",
	KT_RETURNS(call, SYS_clone3, 78), KT_ANSWERS(call, SYS_clone3, -EEXIST))
{
	struct self *s = kt_shared(sizeof(*s));

	s->pid = kt_child(kt_body_park, NULL);
	KT_KILL(s->pid);
	KT_WAIT(kt_child(choose_without_right, s), "exited(0)");
}

/* Members keep the end of a pipe open; it is the process that starts them which is traced. */
struct members {
	int ends[2];
	_Atomic int count;
};

static void member(void *arg)
{
	((struct members *)arg)->count++;
	kt_park();
}

static void lead_members(void *arg)
{
	for (int i = 0; i < 3; i++)
		kt_child(member, arg);
	kt_park();
}

KT_CASE(ns_pid_init_kill, "ns.pid.init_kill",
	"Verify that SIGKILL from outside ends process 1, and that all members are gone when it is "
	"reported",
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, SIGTERM)), KT_SEES("members", -EAGAIN))
{
	struct members *m = kt_shared(sizeof(*m));
	pid_t init;
	char c;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_SYS(pipe2(m->ends, O_CLOEXEC | O_NONBLOCK));
	init = kt_ns_child(CLONE_NEWPID, lead_members, m);
	KT_SYS(close(m->ends[1]));
	KT_AWAIT(m->count == 3);
	KT_ERR(EAGAIN, kt_raw(SYS_read, m->ends[0], &c, 1));
	KT_SYS(kill(init, SIGKILL));
	KT_WAIT(init, "killed(SIGKILL)");
	KT_EQ(KT_SEEN("members", kt_raw(SYS_read, m->ends[0], &c, 1)), 0);
}

/* Field 9 of /proc/PID/stat has PF_EXITING. */
static bool is_exiting(pid_t pid)
{
	unsigned long flags = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %lu", &flags) != 1)
		flags = 0;
	fclose(f);
	return flags & 4;
}

struct zap {
	struct kt_gate exit;
	_Atomic int here;
};

static void zap_member(void *arg)
{
	((struct zap *)arg)->here = 1;
	kt_park();
}

static void zap_init(void *arg)
{
	struct zap *z = arg;

	kt_child(zap_member, z);
	kt_gate_wait(&z->exit);
	_exit(7);
}

KT_CASE(ns_pid_exit_zap, "ns.pid.exit_zap",
	"Verify that process 1 which exits kills all members, but ends only when a tracer outside "
	"has reaped those that it traces",
	KT_SEES("process 1", 'Z'), KT_REPORTS("killed(SIGKILL)", 0))
{
	struct zap *z = kt_shared(sizeof(*z));
	pid_t init, pid;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	init = kt_ns_child(CLONE_NEWPID, zap_init, z);
	KT_AWAIT(z->here);
	pid = kt_ns_child_of(init);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	kt_gate_open(&z->exit);
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	/* It sleeps for good, or is a zombie if it waits for nobody. */
	KT_AWAIT(is_exiting(init) && (kt_proc_state(init) == 'S' || kt_proc_state(init) == 'Z'));
	KT_EQ(KT_SEEN("process 1", kt_proc_state(init)), 'S');
	KT_WAIT_NONE(init);
	KT_WAIT(pid, "killed(SIGKILL)");
	KT_WAIT(init, "exited(7)");
}

static void kill_by_number(void *arg)
{
	siginfo_t info = {.si_signo = SIGKILL, .si_code = SI_QUEUE};
	pid_t pid = *(pid_t *)arg;

	KT_EQ(syscall(SYS_getpid), 1);
	KT_ERR(ESRCH, kt_raw(SYS_kill, pid, SIGKILL));
	KT_ERR(ESRCH, kt_raw(SYS_kill, -pid, SIGKILL));
	KT_ERR(ESRCH, kt_raw(SYS_tkill, pid, SIGKILL));
	KT_ERR(ESRCH, kt_raw(SYS_tgkill, pid, pid, SIGKILL));
	KT_ERR(ESRCH, kt_raw(SYS_rt_sigqueueinfo, pid, SIGKILL, &info));
	KT_ERR(ESRCH, kt_raw(SYS_rt_tgsigqueueinfo, pid, pid, SIGKILL, &info));
}

KT_CASE(ns_pid_kill_numbers, "ns.pid.kill_numbers",
	"Verify that in a pid namespace the numbers that a process and its group have only outside "
	"are none to kill, tkill, tgkill, rt_sigqueueinfo and rt_tgsigqueueinfo: ESRCH",
	KT_ANSWERS(call, SYS_kill, 0), KT_ANSWERS(call, SYS_kill, -EPERM, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_tkill, 0), KT_ANSWERS(call, SYS_tgkill, 0),
	KT_ANSWERS(call, SYS_rt_sigqueueinfo, 0), KT_ANSWERS(call, SYS_rt_tgsigqueueinfo, 0))
{
	pid_t *pid = kt_shared(sizeof(*pid));

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	*pid = kt_child(kt_body_park, NULL);
	KT_SYS(setpgid(*pid, *pid));
	KT_WAIT(kt_ns_child(CLONE_NEWPID, kill_by_number, pid), "exited(0)");
	KT_WAIT_NONE(*pid);
}

KT_PROGRAM
