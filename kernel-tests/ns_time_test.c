/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_time_test.c - time namespaces: who is in one, and from when on.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

#define LATER 1000000 /* seconds: no case takes so long */

static long now(clockid_t clock)
{
	struct timespec ts;

	KT_SYS(clock_gettime(clock, &ts));
	return (long)ts.tv_sec;
}

/* In a process with every right where it is: a time namespace for its children. */
static void new_time(void)
{
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWTIME));
	KT_OK(kt_ns_write(0, "timens_offsets", "monotonic 1000000 0\n"));
	KT_OK(kt_ns_write(0, "timens_offsets", "boottime 1000000 0\n"));
}

struct clocks {
	long monotonic, boottime, realtime;
};

static void read_clocks(void *arg)
{
	struct clocks *c = arg;

	c->monotonic = now(CLOCK_MONOTONIC);
	c->boottime = now(CLOCK_BOOTTIME);
	c->realtime = now(CLOCK_REALTIME);
}

static void shift_children(void *arg)
{
	struct clocks *before = arg, *after = before + 1, *child = before + 2;

	read_clocks(before);
	new_time();
	read_clocks(after);
	KT_REQUIRE(KT_SEEN("own clock", after->monotonic) < before->monotonic + LATER);
	KT_REQUIRE(after->boottime < before->boottime + LATER);
	KT_REQUIRE(kt_ns_id(0, "time") != kt_ns_id(0, "time_for_children"));
	KT_WAIT(kt_child(read_clocks, child), "exited(0)");
	KT_REQUIRE(KT_SEEN("child's clock", child->monotonic) >= before->monotonic + LATER);
	KT_REQUIRE(child->boottime >= before->boottime + LATER);
	KT_REQUIRE(child->realtime < before->realtime + LATER);
}

KT_CASE(ns_time_children, "ns.time.children",
	"Verify that unshare of the time namespace shifts the monotonic and boot time clocks of "
	"children to come, not of the caller, and never the real time",
	KT_SEES("own clock", 2000000000), KT_SEES("child's clock", 0),
	KT_ANSWERS(call, SYS_unshare, -EPERM))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWTIME));
	KT_WAIT(kt_ns_child(0, shift_children, kt_shared(3 * sizeof(struct clocks))), "exited(0)");
}

static void shift_too_late(void *unused)
{
	(void)unused;
	new_time();
	KT_OK(kt_ns_write(0, "timens_offsets", "monotonic 2000000 0\n"));
	kt_child(kt_body_park, NULL);
	KT_ERR(EACCES, KT_SEEN("write", kt_ns_write(0, "timens_offsets", "monotonic 1 0\n")));
}

KT_CASE(ns_time_frozen, "ns.time.frozen",
	"Verify that the offsets of a time namespace can be changed until the first process is in "
	"it, and then a write fails with EACCES",
	KT_SEES("write", 0), KT_SEES("write", -EPERM))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWTIME));
	KT_WAIT(kt_ns_child(0, shift_too_late, NULL), "exited(0)");
}

/* The new image: 0 when it is in the namespace that is for its children, too. */
KT_EXEC_MAIN(compare_time)
{
	(void)arg;
	_exit(kt_ns_id(0, "time") == kt_ns_id(0, "time_for_children") ? 0 : 1);
}

static void exec_in_time(void *unused)
{
	(void)unused;
	new_time();
	KT_OK(kt_exec("compare_time", ""));
}

KT_CASE(ns_time_exec, "ns.time.exec",
	"Verify that a process enters the time namespace for its children by execve since Linux "
	"6.2, and did not before",
	KT_SEES("entered", 2))
{
	bool entered = kt_kernel_has(KT_CHANGE_TIMENS_EXEC);
	int status;

	KT_NEEDS(kt_probe_ns(CLONE_NEWTIME));
	status = KT_WAIT_STATUS(kt_ns_child(0, exec_in_time, NULL));
	KT_EQ(KT_SEEN("entered", status), entered ? W_EXITCODE(0, 0) : W_EXITCODE(1, 0));
}

/* A child that shares the memory of the caller until it has called execve. */
static long vfork_compare(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		KT_OK(kt_exec("compare_time", ""));
	return pid < 0 ? -errno : pid;
}

static void vfork_in_time(void *unused)
{
	long pid;

	(void)unused;
	new_time();
	pid = KT_SEEN("vfork", vfork_compare());
	if (!kt_kernel_has(KT_CHANGE_TIMENS_EXEC)) {
		KT_ERR(EINVAL, pid);
		return;
	}
	KT_WAIT((pid_t)KT_OK(pid), "exited(0)");
}

KT_CASE(ns_time_vfork_exec, "ns.time.vfork_exec",
	"Verify that the child of a vfork enters the time namespace by execve, and that before "
	"Linux 6.2 such a vfork fails with EINVAL",
	KT_SEES("vfork", -EAGAIN))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWTIME));
	KT_WAIT(kt_ns_child(0, vfork_in_time, NULL), "exited(0)");
}

static char stack[16 * 1024] __attribute__((aligned(16)));

static int park_thread(void *unused)
{
	(void)unused;
	kt_park();
}

static void thread_in_time(void *unused)
{
	int tid;

	(void)unused;
	new_time();
	tid = clone(park_thread, stack + sizeof(stack),
		    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			    CLONE_SYSVSEM,
		    NULL);
	tid = KT_SEEN("clone", tid < 0 ? -errno : tid);
	if (!kt_kernel_has(KT_CHANGE_TIMENS_EXEC)) {
		KT_ERR(EINVAL, tid);
		return;
	}
	KT_OK(tid);
	KT_EQ(kt_ns_id(tid, "time"), kt_ns_id(0, "time"));
}

KT_CASE(ns_time_thread, "ns.time.thread",
	"Verify that a new thread is in the time namespace of its process, whatever is for "
	"children, and that before Linux 6.2 there could be none then: clone fails with EINVAL",
	KT_SEES("clone", -EPERM))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWTIME));
	KT_WAIT(kt_ns_child(0, thread_in_time, NULL), "exited(0)");
}

KT_PROGRAM
