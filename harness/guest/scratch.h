/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scratch.h - the directories that cases work in: made for one of them, and gone
 * after it, with everything that it mounted or left there.
 */
#ifndef BELAY_HARNESS_GUEST_SCRATCH_H
#define BELAY_HARNESS_GUEST_SCRATCH_H

#include <sys/types.h>

struct scratch {
	char *base; /* of the whole run; "/tmp/kt.abc123" */
	/* Of one case, each below base: its directory, and the file of its result. */
	char *work, *result;
};

/* Below $TMPDIR or /tmp. -errno. */
int scratch_open(struct scratch *s);
/* Remove it all. -errno when something stays. */
int scratch_close(struct scratch *s);

/* For one case, of this user. -errno; -EEXIST when the last one is still there. */
int scratch_make(const struct scratch *s, uid_t uid, gid_t gid);
/* -errno when something stays. It leaves no mount, and follows none. */
int scratch_clear(const struct scratch *s);

#endif
