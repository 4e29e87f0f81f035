/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_setns_test.c - setns(2) with the descriptor of a namespace: who may enter
 * which. With a pidfd it is pidfd_setns_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

static long enter(int fd, int type)
{
	return kt_raw(SYS_setns, fd, type);
}

/* A child in new namespaces, parked; with its mounts private and its ids mapped. */
static void ready_and_park(void *ready)
{
	kt_gate_open(ready);
	kt_park();
}

static pid_t start_parked(int flags)
{
	struct kt_gate *ready = kt_shared(sizeof(*ready));
	pid_t pid = kt_ns_child(flags, ready_and_park, ready);

	kt_gate_wait(ready);
	return pid;
}

static void enter_uts(void *fd)
{
	ino_t before = kt_ns_id(0, "uts");

	KT_ERR(EINVAL, enter(*(int *)fd, CLONE_NEWNET));
	KT_EQ(kt_ns_id(0, "uts"), before);
	KT_OK(enter(*(int *)fd, CLONE_NEWUTS));
	KT_REQUIRE(KT_SEEN("uts", kt_ns_id(0, "uts")) != before);
	KT_OK(enter(*(int *)fd, 0));
}

/* A user namespace, in which both have every right. */
static void type_body(void *unused)
{
	int fd = kt_ns_open(start_parked(CLONE_NEWUTS), "uts");

	(void)unused;
	KT_WAIT(kt_child(enter_uts, &fd), "exited(0)");
}

KT_CASE(ns_setns_type, "ns.setns.type",
	"Verify that setns enters the namespace of a descriptor, if its type is the one asked for "
	"or none is, and else fails with EINVAL",
	KT_CHANGES_ARG(call, SYS_setns, 1, CLONE_NEWNET, 0), KT_ANSWERS(call, SYS_setns, 0),
	KT_ANSWERS(call, SYS_setns, 0, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWUTS));
	KT_WAIT(kt_ns_child(0, type_body, NULL), "exited(0)");
}

KT_CASE(ns_setns_bad, "ns.setns.bad",
	"Verify that setns fails with EINVAL for a descriptor of something else than a namespace, "
	"and with EBADF for none",
	KT_ANSWERS(call, SYS_setns, 0), KT_ANSWERS(call, SYS_setns, -EINVAL, KT_NOT_FIRST(1)))
{
	int file = KT_SYS(open("/dev/null", O_RDONLY | O_CLOEXEC));

	KT_ERR(EINVAL, enter(file, 0));
	KT_ERR(EBADF, enter(-1, 0));
}

struct thread_tries {
	int user, mnt;
	_Atomic int done;
};

static void thread_body(void *arg)
{
	struct thread_tries *t = arg;

	KT_ERR(EINVAL, enter(t->user, CLONE_NEWUSER));
	KT_ERR(EINVAL, enter(t->mnt, CLONE_NEWNS));
	t->done = 1;
	kt_park();
}

static void enter_with_threads(void *arg)
{
	struct thread_tries *t = arg;

	kt_thread(thread_body, t);
	KT_AWAIT(t->done);
	KT_ERR(EINVAL, enter(t->user, CLONE_NEWUSER));
	KT_ERR(EINVAL, enter(t->mnt, CLONE_NEWNS));
}

static void enter_alone(void *arg)
{
	const struct thread_tries *t = arg;

	KT_OK(enter(t->user, CLONE_NEWUSER));
	KT_OK(enter(t->mnt, CLONE_NEWNS));
}

/* Below a user namespace in which the caller has every right. */
static void open_targets(struct thread_tries *t)
{
	pid_t member = start_parked(CLONE_NEWUSER | CLONE_NEWNS);

	t->user = kt_ns_open(member, "user");
	t->mnt = kt_ns_open(member, "mnt");
}

static void mt_body(void *arg)
{
	struct thread_tries *t = arg;

	open_targets(t);
	KT_WAIT(kt_child(enter_with_threads, t), "exited(0)");
	KT_WAIT(kt_child(enter_alone, t), "exited(0)");
}

KT_CASE(ns_setns_mt, "ns.setns.mt",
	"Verify that setns to another user or mount namespace fails with EINVAL in a process of "
	"more than one thread, in each of them",
	KT_ANSWERS(call, SYS_setns, 0), KT_ANSWERS(call, SYS_setns, 0, KT_WHEN(1, CLONE_NEWNS)),
	KT_ANSWERS(call, SYS_setns, -EPERM, KT_NOT_FIRST(2)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWUSER | CLONE_NEWNS));
	KT_WAIT(kt_ns_child(0, mt_body, kt_shared(sizeof(struct thread_tries))), "exited(0)");
}

/* A process of its own, that shares the directories of its creator. */
static void enter_with_shared_fs(void *arg)
{
	const struct thread_tries *t = arg;
	long pid = kt_raw(SYS_clone, CLONE_FS | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		kt_park();
	KT_OK(pid);
	KT_ERR(EINVAL, enter(t->user, CLONE_NEWUSER));
	KT_ERR(EINVAL, enter(t->mnt, CLONE_NEWNS));
	KT_OK(kt_raw(SYS_unshare, CLONE_FS));
	KT_OK(enter(t->user, CLONE_NEWUSER));
	KT_OK(enter(t->mnt, CLONE_NEWNS));
}

static void shared_fs_body(void *unused)
{
	struct thread_tries t = { 0 };

	(void)unused;
	open_targets(&t);
	KT_WAIT(kt_child(enter_with_shared_fs, &t), "exited(0)");
}

static const char *probe_clone_fs(void)
{
	long pid = syscall(SYS_clone, CLONE_FS | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return pid < 0 ? "needs clone with CLONE_FS alone (qemu-user?)" : NULL;
}

KT_CASE(ns_setns_shared_fs, "ns.setns.shared_fs",
	"Verify that setns to another user or mount namespace fails with EINVAL for a process that "
	"shares its root and working directory with another, until it has its own",
	KT_CHANGES_ARG(call, SYS_clone, 0, CLONE_FS, 0), KT_ANSWERS(call, SYS_unshare, 0),
	KT_ANSWERS(call, SYS_setns, 0, KT_WHEN(1, CLONE_NEWNS)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWUSER | CLONE_NEWNS));
	KT_NEEDS(probe_clone_fs());
	KT_WAIT(kt_ns_child(0, shared_fs_body, NULL), "exited(0)");
}

/* From a user namespace: its own, and the one outside, whose descriptor it got. */
static void enter_above(void *arg)
{
	const int *fds = arg; /* user and uts of outside */

	KT_ERR(EINVAL, enter(kt_ns_open(0, "user"), CLONE_NEWUSER));
	KT_ERR(EPERM, enter(fds[0], CLONE_NEWUSER));
	KT_ERR(EPERM, enter(fds[1], CLONE_NEWUTS));
}

KT_CASE(ns_setns_above, "ns.setns.above",
	"Verify that no process leaves its user namespace: setns to one above, or to a namespace "
	"that belongs there, fails with EPERM, and to its own with EINVAL",
	KT_ANSWERS(call, SYS_setns, 0, KT_NOT_FIRST(1)), KT_ANSWERS(call, SYS_setns, 0),
	KT_ANSWERS(call, SYS_setns, 0, KT_NOT_FIRST(2)))
{
	int *fds = kt_shared(2 * sizeof(*fds));

	KT_NEEDS(kt_probe_ns(CLONE_NEWUSER));
	fds[0] = kt_ns_open(0, "user");
	fds[1] = kt_ns_open(0, "uts");
	KT_WAIT(kt_ns_child(CLONE_NEWUSER, enter_above, fds), "exited(0)");
}

KT_PROGRAM
