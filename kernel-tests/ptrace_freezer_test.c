/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_freezer_test.c - a tracee and the cgroup v2 freezer: who waits for whom.
 * In a cgroup of the case's own, below a mount that nobody else sees.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_guard.h"

#define ROOT  "cgroup"
#define GROUP ROOT "/kt"

/* At any end of the case. A group goes away only when its processes have. */
static void remove_group(void)
{
	char path[64];

	kt_guard_sweep();
	snprintf(path, sizeof(path), GROUP ".%d", (int)getpid());
	rmdir(path);
}

/* 0 or -errno. */
static int write_file(const char *name, const char *text)
{
	char path[96];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), GROUP ".%d/%s", (int)getpid(), name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}

/* The number behind `key` in cgroup.events. */
static int event(const char *key)
{
	char path[96], line[64];
	size_t n = strlen(key);
	int value = -1;
	FILE *f;

	snprintf(path, sizeof(path), GROUP ".%d/cgroup.events", (int)getpid());
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, n) == 0 && line[n] == ' ')
			value = atoi(line + n);
	if (f)
		fclose(f);
	return value;
}

/* A group that can be frozen, or skip. */
static void make_group(void)
{
	char path[64];

	KT_NEEDS(kt_probe_root());
	if (unshare(CLONE_NEWNS) < 0)
		atf_tc_skip("no mount namespace of our own: %s", kt_errno_name(errno));
	KT_SYS(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	KT_SYS(mkdir(ROOT, 0700));
	if (mount("none", ROOT, "cgroup2", 0, NULL) < 0)
		atf_tc_skip("no cgroup v2 to mount: %s", kt_errno_name(errno));
	snprintf(path, sizeof(path), GROUP ".%d", (int)getpid());
	if (mkdir(path, 0700) < 0)
		atf_tc_skip("no cgroup of our own: %s", kt_errno_name(errno));
	atexit(remove_group);
	if (event("frozen") < 0)
		atf_tc_skip("the cgroup has no freezer (5.2)");
}

static void move(pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	KT_EQ(write_file("cgroup.procs", text), 0);
}

KT_CASE(ptrace_freezer_stopped_counts, "ptrace.freezer.stopped_counts",
	"Verify that a tracee in a ptrace-stop counts as frozen when its cgroup is, and answers "
	"its tracer all the same",
	KT_ANSWERS(ptrace, PTRACE_PEEKDATA, -ESRCH, KT_NOT_FIRST(1)), KT_SEES("frozen", 0))
{
	static const unsigned long marker = 0x1234567;
	unsigned long word = 0;
	pid_t pid;

	make_group();
	pid = kt_child_stopped(kt_body_park, NULL, 0);
	move(pid);
	KT_OK(kt_peek(pid, &marker, &word));
	KT_EQ(write_file("cgroup.freeze", "1"), 0);
	KT_AWAIT(event("frozen") == 1);
	KT_EQ(KT_SEEN("frozen", event("frozen")), 1);
	KT_OK(kt_peek(pid, &marker, &word));
	KT_EQ(word, marker);
	KT_EQ(write_file("cgroup.freeze", "0"), 0);
	KT_AWAIT(event("frozen") == 0);
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_freezer_resumed_freezes, "ptrace.freezer.resumed_freezes",
	"Verify that a tracee which its tracer resumes in a frozen cgroup runs nothing of its own "
	"until it is thawed",
	KT_SEES("counter", 1))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid;

	make_group();
	pid = kt_child_stopped(kt_body_spin, counter, 0);
	move(pid);
	KT_EQ(write_file("cgroup.freeze", "1"), 0);
	KT_AWAIT(event("frozen") == 1);
	KT_OK(kt_cont(pid, 0));
	/* Asleep in the freezer, at the end of its way back to user mode. */
	KT_AWAIT(kt_proc_state(pid) == 'S' && event("frozen") == 1);
	KT_EQ(KT_SEEN("counter", *counter), 0);
	KT_EQ(write_file("cgroup.freeze", "0"), 0);
	KT_AWAIT_SPINNING(counter);
}

KT_CASE(ptrace_freezer_interrupt, "ptrace.freezer.interrupt",
	"Verify that PTRACE_INTERRUPT and SIGKILL reach a tracee that is frozen",
	KT_REPORTS("killed(SIGKILL)", 0))
{
	pid_t pid;

	make_group();
	pid = kt_child_seized(kt_body_park, NULL, 0);
	KT_AWAIT_PARKED(pid);
	move(pid);
	KT_EQ(write_file("cgroup.freeze", "1"), 0);
	KT_AWAIT(event("frozen") == 1);
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_PROGRAM
