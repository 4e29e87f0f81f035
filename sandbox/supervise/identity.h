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

/* What is known of a thread; good while `at` is the generation of now. */
struct identity_known {
	unsigned long at;	/* 0: nothing */
	mode_t umask;
	bool plain;		/* ids and capabilities are those of the first thread seen */
};

struct identity {
	bool privileged;	/* has capabilities: must not lend them */
	unsigned int changed;	/* CHANGED_*: what identity_leave() undoes */
	mode_t umask;		/* in force now */
	struct procfs_status own;
	/*
	 * Reading /proc/TID/status costs more than the rest of a call. Every
	 * call that changes a umask or credentials passes by the supervisor;
	 * each makes all that is known old, and while one is under way nothing
	 * is known.
	 */
	unsigned long generation;
	unsigned int changing;
	bool have_plain;
	struct procfs_status plain;
	uint64_t cap_permitted, cap_inheritable;
	int (*restored)(void);	/* after ids changed and changed back: 0 or -errno; or NULL */
};

enum { CHANGED_GROUPS = 1, CHANGED_IDS = 2, CHANGED_CAPS = 4 };

/* Learn who the supervisor is. 0 or -errno. */
int identity_init(struct identity *id);

/*
 * Become the thread, for this thread of ours alone, until identity_leave().
 * `creates`: its umask matters. 0, or -errno: then nothing may be done for it.
 */
int identity_enter(struct identity *id, pid_t tid, struct identity_known *known, bool creates);

/* A new thread has its maker's umask and credentials. */
void identity_inherit(const struct identity *id, struct identity_known *child,
		      const struct identity_known *maker);

/* A call that changes a umask or credentials begins, and has ended. */
void identity_changing(struct identity *id);
void identity_changed(struct identity *id);

/* Back to the supervisor's own. -errno: it cannot, and must end. */
int identity_leave(struct identity *id);

#endif
