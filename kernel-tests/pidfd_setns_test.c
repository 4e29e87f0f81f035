/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pidfd_setns_test.c - setns(2) with a pidfd: several namespaces of a process
 * entered in one call, or none.
 */
#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"
#include "kernel-tests/kt_pidfd.h"

/* Two processes in one user namespace that lets them make and enter others. */
struct meeting {
	int pidfd; /* of `member`, in the process that enters */
	pid_t member;
};

#define THREE (CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)

static const char *const three[] = { "uts", "ipc", "net" };

/* With its own pidfd a process stays where it is, or may not even do that. */
static const char *probe_setns(void)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	long rc = syscall(SYS_setns, fd, CLONE_NEWUTS);
	int err = errno;

	close(fd);
	return rc < 0 && err == EINVAL ? "needs setns with a pidfd (Linux 5.8)" : NULL;
}

static void in_new_three(void *ready)
{
	kt_ns_unshare(THREE);
	kt_gate_open(ready);
	kt_park();
}

static void start_member(struct meeting *m)
{
	struct kt_gate *ready = kt_shared(sizeof(*ready));

	m->member = kt_child(in_new_three, ready);
	kt_gate_wait(ready);
	m->pidfd = (int)KT_OK(kt_pidfd_open(m->member, 0));
	for (size_t i = 0; i < 3; i++)
		KT_REQUIRE(kt_ns_id(0, three[i]) != kt_ns_id(m->member, three[i]));
}

static void enter_all(void *unused)
{
	struct meeting m;

	(void)unused;
	start_member(&m);
	KT_OK(kt_raw(SYS_setns, m.pidfd, THREE));
	for (size_t i = 0; i < 3; i++)
		KT_EQ(kt_ns_id(0, three[i]), kt_ns_id(m.member, three[i]));
	KT_ERR(EINVAL, kt_raw(SYS_setns, m.pidfd, 0));
	KT_ERR(EINVAL, kt_raw(SYS_setns, m.pidfd, CLONE_NEWUTS | CLONE_VM));
	KT_KILL(m.member);
	KT_ERR(ESRCH, kt_raw(SYS_setns, m.pidfd, CLONE_NEWUTS));
}

KT_CASE(pidfd_setns, "pidfd.setns",
	"Verify that setns with a pidfd enters all the namespaces of the process which the flags "
	"name in one call, and fails with EINVAL for no flag or another one and with ESRCH when it "
	"is dead",
	KT_CHANGES_ARG(call, SYS_setns, 1, CLONE_NEWNET, 0), KT_ANSWERS(call, SYS_setns, 0),
	KT_CHANGES_ARG(call, SYS_setns, 1, CLONE_VM, 0, KT_WHEN(1, CLONE_NEWUTS | CLONE_VM)))
{
	KT_NEEDS(probe_setns());
	KT_NEEDS(kt_probe_ns(THREE));
	KT_WAIT(kt_ns_child(0, enter_all, NULL), "exited(0)");
}

/*
 * Process 1 of a pid namespace below that of the target: whatever else could be
 * entered, no process enters a pid namespace above its own.
 */
static void enter_too_much(void *arg)
{
	const struct meeting *m = arg;
	ino_t before[3];
	long rc;

	for (size_t i = 0; i < 3; i++)
		before[i] = kt_ns_id(0, three[i]);
	/* EPERM where that one belongs to a user namespace above, too. */
	rc = kt_raw(SYS_setns, m->pidfd, THREE | CLONE_NEWPID);
	KT_REQUIRE_MSG(rc == -EINVAL || rc == -EPERM, "answer %ld", rc);
	for (size_t i = 0; i < 3; i++)
		KT_EQ(KT_SEEN("namespace", kt_ns_id(0, three[i])), before[i]);
	/* And without that one it may. */
	KT_OK(kt_raw(SYS_setns, m->pidfd, THREE));
}

static void start_both(void *unused)
{
	struct meeting m;

	(void)unused;
	start_member(&m);
	KT_WAIT(kt_ns_child(CLONE_NEWPID, enter_too_much, &m), "exited(0)");
}

KT_CASE(pidfd_setns_atomic, "pidfd.setns.atomic",
	"Verify that setns with a pidfd that cannot enter one of the namespaces enters none of "
	"them",
	KT_CHANGES_ARG(call, SYS_setns, 1, CLONE_NEWPID, 0, KT_WHEN(1, THREE | CLONE_NEWPID)),
	KT_SEES("namespace", 1))
{
	KT_NEEDS(probe_setns());
	KT_NEEDS(kt_probe_ns(THREE | CLONE_NEWPID));
	KT_WAIT(kt_ns_child(0, start_both, NULL), "exited(0)");
}

KT_PROGRAM
