/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.h - the pinned walk: component by component, a descriptor in hand at
 * every step, /proc/self read as the tracee would. For names that one openat2
 * cannot resolve in the tracee's stead.
 */
#ifndef BELAY_SANDBOX_WALK_H
#define BELAY_SANDBOX_WALK_H

#include "sandbox/supervise/resolve.h"

/*
 * Walk `path`, from the root or from the directory `base` (left open). Without
 * `magic` a magic link is -ELOOP. Fills held, fd, parent, name, type, link and foreign of *out; its path is the caller's.
 */
int walk_path(const struct resolve_ctx *ctx, int base, const char *path, enum resolve_want want,
	      bool nofollow, bool magic, struct pin *out);

bool walk_is_procfs(int fd);

/*
 * Whose /proc directory holds the object of this descriptor: the pid, 0 for
 * an object of procfs that belongs to no process, -ENOENT outside procfs.
 */
pid_t walk_proc_owner(int fd);

#endif
