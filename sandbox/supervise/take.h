/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * take.h - a duplicate of a descriptor of a tracee, as the calling thread has
 * it: a thread can have a table of its own (unshare(CLONE_FILES), or clone
 * without that flag), and outlive the leader of its group.
 */
#ifndef BELAY_SANDBOX_TAKE_H
#define BELAY_SANDBOX_TAKE_H

struct tracee;

/* The caller's to close. -EBADF: it has none; else as take_by_leader(). */
int take_fd(struct tracee *t, int fd);

/*
 * How it is done where the kernel has pidfds of leaders alone (before 6.9):
 * what the leader has under that number, if it is the very file that the thread
 * has. -EPERM where it is not.
 */
int take_by_leader(struct tracee *t, int fd);

#endif
