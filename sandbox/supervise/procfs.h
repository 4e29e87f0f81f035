/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs.h - what /proc says about a thread. Reads only.
 *
 * The kernel can tie the name /proc/TID to another process for as long as that one
 * lives (doc/kernel-differences.md). It does so while a thread of that number
 * executes a program; so a tracee that was asked for its stat or status once has its
 * name to itself until it ends or executes a program. Those tell the number: -ESTALE
 * where it is another. Nothing else may be asked about a tracee before. In a pid
 * namespace of the sandbox's own, where every process has the same rules, only what is
 * done with somebody's credentials asks first: it is told the files of another process
 * of the sandbox at worst.
 */
#ifndef BELAY_SANDBOX_PROCFS_H
#define BELAY_SANDBOX_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define PROCFS_GROUPS_MAX 256

/* From /proc/TID/status. A thread with more groups cannot be read: -E2BIG. */
struct procfs_status {
	pid_t tgid, ppid;
	mode_t umask;
	uid_t fsuid;
	gid_t fsgid;
	uint64_t cap_effective;
	size_t ngroups;
	gid_t groups[PROCFS_GROUPS_MAX];
};
int procfs_status(pid_t tid, struct procfs_status *out);

/* From /proc/TID/status: its signals, bit 0 for signal 1; pending on it or its process. */
struct procfs_signals {
	uint64_t pending, blocked, ignored, caught;
};
int procfs_signals(pid_t tid, struct procfs_signals *out);

/* The thread group of a thread, also of a dying one; -ESRCH. */
pid_t procfs_tgid(pid_t tid);

/* From /proc/TID/stat. */
struct procfs_stat {
	char state;
	pid_t ppid, pgrp, session;
	unsigned int tty;	/* device number as the kernel encodes it; 0: none */
};
int procfs_stat(pid_t tid, struct procfs_stat *out);

/* AT_BASE in /proc/TID/auxv as a program of 64 or 32 bits has it; 0 where there is none. */
int procfs_base(pid_t tid, bool wide, uint64_t *base);

/*
 * The path of the file mapped at `addr`, from /proc/TID/maps; -ENOENT where none
 * is, -EINVAL for a name with a newline, which that file cannot tell exactly.
 */
int procfs_mapped(pid_t tid, uint64_t addr, char *out, size_t size);

/*
 * Open /proc/TID/NAME (cwd, exe, fd/3 ...) as an O_PATH descriptor, following
 * the magic link. -errno.
 */
int procfs_open(pid_t tid, const char *name);
int procfs_open_fd(pid_t tid, int fd);

/* Text of /proc/TID/NAME into buf, with NUL: its length, or -errno; -E2BIG if cut. */
ssize_t procfs_read(pid_t tid, const char *name, char *buf, size_t size);

/* The same to be read line by line, the caller's to close; NULL with errno. */
FILE *procfs_lines(pid_t tid, const char *name);

/* The canonical path of a descriptor of ours: its length, or -errno. */
ssize_t procfs_fd_path(int fd, char *buf, size_t size);

/* "/proc/self/fd/N", the name by which a pinned object is used. */
#define PROCFS_FD_NAME 32
const char *procfs_fd_name(int fd, char buf[PROCFS_FD_NAME]);

#endif
