/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolve.h - from an operand to the object itself: a pinned descriptor and
 * its canonical path. The checked object is the used object: what is judged is
 * the path of the descriptor that is held, and that descriptor is what the
 * performers use.
 */
#ifndef BELAY_SANDBOX_RESOLVE_H
#define BELAY_SANDBOX_RESOLVE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "sandbox/supervise/request.h"

/* What the call wants to hold. */
enum resolve_want {
	RESOLVE_OBJECT,	/* the object; it must exist */
	RESOLVE_NAME,	/* the parent and a last component, never followed */
	RESOLVE_CREATE	/* the object, or where O_CREAT would make it */
};

/* A canonical path can be a directory of PATH_MAX and one more name. */
#define PIN_PATH_MAX (PATH_MAX + NAME_MAX + 2)

struct pin {
	int fd;		/* O_PATH descriptor of the object, or -1: no such object held */
	int parent;	/* O_PATH descriptor of the directory, with `name`; or -1 */
	bool link;	/* fd is a symbolic link itself */
	bool nameless;	/* pipe, socket, memfd ...: no path to judge */
	bool foreign;	/* reached through /proc of a process that is not inside */
	unsigned int held;	/* bits 1 << policy_op: a process of the sandbox has it open so */
	bool in_procfs;	/* set where the path names the supervisor's pid */
	pid_t proc_pid;	/* object lies in /proc/PID of this process, or 0 */
	mode_t type;	/* S_IFMT of fd's object; 0 while unknown */
	char name[NAME_MAX + 2]; /* last component as given, with one trailing slash if any */
	char path[PIN_PATH_MAX]; /* canonical; what the policy sees */
};

#define PIN_INIT_FDS(p) ((p)->fd = -1, (p)->parent = -1)

/* In whose view names are resolved, and how. */
struct resolve_ctx {
	pid_t tid, tgid;	/* the tracee: its cwd, descriptors and /proc/self */
	pid_t supervisor;	/* our own thread group */
	bool (*inside)(void *arg, pid_t pid); /* is it of the sandbox? */
	void *arg;
	dev_t procfs;		/* the one whose numbers are ours, 0: any is */
	int8_t have_openat2;	/* -1 not yet known; tests set 0 */
	int8_t protected_symlinks; /* the sysctl, -1 not yet read */
};

/*
 * Open where the operand starts, the tracee's cwd or descriptor: *base is -1
 * for an absolute path. -EBADF and the like.
 */
int resolve_open_base(const struct resolve_ctx *ctx, const struct operand *op, uint64_t resolve,
		      int *base);

/*
 * Resolve `op` from `base`, which stays open. `nofollow`: a last symbolic link
 * is the object itself; `resolve`: RESOLVE_* flags of openat2. 0, or the
 * -errno that the kernel would give for this path; the pin is then empty.
 */
int resolve_operand(struct resolve_ctx *ctx, const struct operand *op, int base,
		    enum resolve_want want, bool nofollow, uint64_t resolve, struct pin *out);

void pin_close(struct pin *p);

/* Does any component of the path spell this number? */
bool resolve_path_names_pid(const char *path, pid_t pid);

#endif
