/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * take.c - take a descriptor with pidfd_getfd. A pidfd of a process means the
 * table of its leader, and one of a thread (6.9) that of the thread. It must
 * not use or judge what it takes.
 */
#include "sandbox/supervise/take.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/supervise/sys.h"
#include "sandbox/supervise/tracee.h"

/* What the thread itself has under that number, by name; it need not be a file. */
static int stat_own(pid_t tid, int fd, struct stat *st)
{
	char name[48];

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)tid, fd);
	return stat(name, st) < 0 ? -errno : 0;
}

/*
 * Is what was taken what the thread has? The table of a stopped thread is its
 * own affair, so what is the same afterwards was taken from the right one.
 * Where there is no kcmp the same inode has to do: that is
 * one socket, or a file that a process of the sandbox has open anyway.
 */
static bool is_own(pid_t tid, int fd, int taken)
{
	long same = syscall(SYS_kcmp, getpid(), tid, KCMP_FILE, taken, fd);
	struct stat own, st;

	if (same >= 0 || errno == EBADF)
		return same == 0;
	return fstat(taken, &st) == 0 && stat_own(tid, fd, &own) == 0 &&
	       st.st_dev == own.st_dev && st.st_ino == own.st_ino;
}

static int take_from_process(struct tracee *t, int fd)
{
	int pidfd = tracee_pidfd(t);

	return pidfd < 0 ? pidfd : sys_pidfd_getfd(pidfd, fd);
}

int take_by_leader(struct tracee *t, int fd)
{
	int taken = take_from_process(t, fd);
	struct stat st;

	if (taken >= 0 && is_own(t->tid, fd, taken))
		return taken;
	if (taken >= 0)
		close(taken);
	return stat_own(t->tid, fd, &st) == -ENOENT ? -EBADF : -EPERM;
}

int take_fd(struct tracee *t, int fd)
{
	int pidfd, taken;

	if (fd < 0)
		return -EBADF;
	if (t->tid == t->process->tgid)
		return take_from_process(t, fd);
	pidfd = sys_pidfd_open(t->tid, SYS_PIDFD_THREAD);
	if (pidfd == -EINVAL)
		return take_by_leader(t, fd);
	if (pidfd < 0)
		return pidfd;
	taken = sys_pidfd_getfd(pidfd, fd);
	close(pidfd);
	return taken;
}
