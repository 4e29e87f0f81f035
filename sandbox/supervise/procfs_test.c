/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs_test.c - what is read of a task is the task's own.
 */
#include <atf-c.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/supervise/procfs.h"

static pid_t child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int all(pid_t pid)
{
	struct procfs_signals signals;
	struct procfs_status status;
	struct procfs_stat stat;
	pid_t tgid = procfs_tgid(pid);
	int rc = procfs_status(pid, &status);

	ATF_CHECK_EQ(rc, procfs_signals(pid, &signals));
	ATF_CHECK_EQ(rc, procfs_stat(pid, &stat));
	ATF_CHECK_EQ(rc < 0 ? rc : pid, tgid);
	return rc;
}

ATF_TC(own_number);
ATF_TC_HEAD(own_number, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that what /proc says by a task's number is refused when it is of "
			  "another task");
}
ATF_TC_BODY(own_number, tc)
{
	char one[32], other[32];
	pid_t a = child(), b = child();

	ATF_CHECK_EQ(0, all(a));
	ATF_CHECK_EQ(0, all(b));
	snprintf(one, sizeof(one), "/proc/%d", (int)a);
	snprintf(other, sizeof(other), "/proc/%d", (int)b);
	/* Stands for what a race in the kernel does (doc/kernel-differences.md). */
	if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(one, other, NULL, MS_BIND, NULL) < 0) {
		end(a);
		end(b);
		atf_tc_skip("may not mount");
	}
	ATF_CHECK_EQ(0, all(a));
	ATF_CHECK_EQ(-ESTALE, all(b));
	end(a);
	end(b);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, own_number);
	return atf_no_error();
}
