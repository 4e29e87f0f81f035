/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * identity.h - act as the tracee would: its umask, and where the supervisor
 * has privileges, its user, groups and capabilities for files.
 */
#ifndef BELAY_SANDBOX_IDENTITY_H
#define BELAY_SANDBOX_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/supervise/procfs.h"

struct identity {
	bool privileged;	/* has capabilities: must not lend them */
	unsigned int changed;	/* CHANGED_*: what identity_leave() undoes */
	mode_t umask;		/* in force now */
	struct procfs_status own;
	uint64_t cap_permitted, cap_inheritable;
};

enum { CHANGED_GROUPS = 1, CHANGED_IDS = 2, CHANGED_CAPS = 4 };

/* Learn who the supervisor is. 0 or -errno. */
int identity_init(struct identity *id);

/*
 * Become the thread, for this thread of ours alone, until identity_leave().
 * `creates`: its umask matters. 0, or -errno: then nothing may be done for it.
 */
int identity_enter(struct identity *id, pid_t tid, bool creates);

/* Back to the supervisor's own. -errno: it cannot, and must end. */
int identity_leave(struct identity *id);

#endif
