/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_proc.c - /proc, read defensively: the process may go away at any moment.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_kernel.h"
#include "kernel-tests/kt_proc.h"

#define LOOKS 50	/* at a state that may be a lock's */

/* The start of /proc/TID/NAME as a string; false when it cannot be read. */
static bool proc_read(pid_t tid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n <= 0)
		return false;
	buf[n] = '\0';
	return true;
}

/* Of `tid` itself: the name can be another's (proc.stress.alias). */
static bool proc_stat_read(pid_t tid, char *buf, size_t size)
{
	return proc_read(tid, "stat", buf, size) && atoi(buf) == tid;
}

/* Field 3 and 4: what follows the last ')', for the name may hold anything. */
static bool proc_stat(pid_t tid, char *state, int *ppid)
{
	char buf[512], *p;

	if (!proc_stat_read(tid, buf, sizeof(buf)))
		return false;
	p = strrchr(buf, ')');
	return p && sscanf(p + 1, " %c %d", state, ppid) == 2;
}

/*
 * With PREEMPT_RT a task that a lock has woken shows R until it has that lock, though
 * it has reported a stop before (5.10.223, 6.12.117). It is given time for that.
 */
char kt_proc_state(pid_t tid)
{
	char state = 'R';
	int ppid;

	for (int i = 0; i < LOOKS && state == 'R'; i++) {
		if (i == 1 && !kt_kernel_is_rt())
			break;
		if (i > 0)
			usleep(1000);
		if (!proc_stat(tid, &state, &ppid))
			return 0;
	}
	return state;
}

pid_t kt_proc_ppid(pid_t pid)
{
	char state;
	int ppid;

	return proc_stat(pid, &state, &ppid) ? ppid : 0;
}

bool kt_proc_is_kthread(pid_t pid)
{
	const unsigned long pf_kthread = 0x00200000;
	unsigned long flags;
	char buf[512], *p;

	if (!proc_stat_read(pid, buf, sizeof(buf)))
		return false;
	p = strrchr(buf, ')');
	return p && sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %lu", &flags) == 1 &&
	       (flags & pf_kthread);
}

pid_t kt_proc_number(pid_t tid)
{
	char buf[512];

	return proc_read(tid, "stat", buf, sizeof(buf)) ? atoi(buf) : 0;
}

/* A number of /proc/TID/status; 0 when it has none. */
static int status_number(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? atoi(p + strlen(key)) : 0;
}

pid_t kt_proc_tracer(pid_t tid)
{
	char buf[1024];

	if (!proc_read(tid, "status", buf, sizeof(buf)) || status_number(buf, "\nPid:") != tid)
		return 0;
	return status_number(buf, "\nTracerPid:");
}

/* The number in /proc/TID/syscall; false when there is none to be had. */
static bool proc_syscall(const char *tid, long *nr)
{
	char path[64], buf[256] = "", *end;
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/syscall", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	*nr = strtol(buf, &end, 10);
	return n > 0 && end != buf;
}

/*
 * Whether the file can be trusted: our own read of it must be told as such. Arm
 * kernels before 5.15 know the number of a call only while it is traced.
 */
static bool syscall_is_told(void)
{
	static int told = -1;
	long nr;

	if (told < 0)
		told = proc_syscall("self", &nr) && nr == SYS_read;
	return told;
}

bool kt_proc_blocked_in(pid_t tid, long nr)
{
	char state = kt_proc_state(tid), name[16];
	long got;

	if (state != 'S' && state != 'D')
		return false;
	if (!syscall_is_told())
		return true;
	snprintf(name, sizeof(name), "%d", (int)tid);
	return proc_syscall(name, &got) && got == nr;
}

/*
 * The pause is for the processor's sake, not what the condition is reached by:
 * on a loaded machine the one that is waited for needs the time.
 */
void kt_proc_poll(const char *file, int line, const char *what, unsigned int tries)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	kt_case_check_deadline(file, line, what);
	kt_fail_from_record();
	if (tries < 20)
		sched_yield();
	else
		ppoll(NULL, 0, &pause, NULL);
}
