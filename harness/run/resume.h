/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resume.h - go on with a run that was cut off: whether that can be, and which of its
 * answers stay. It runs nothing and stores nothing.
 */
#ifndef BELAY_HARNESS_RESUME_H
#define BELAY_HARNESS_RESUME_H

#include "harness/run/target.h"
#include "harness/store/store.h"

/* That the run was cut off, and left what is needed; else -EINVAL. `store` is its path. */
int resume_check(const struct store_run *run, const char *store, struct why *why);

/*
 * Nobody else goes on with this run while the descriptor is open; the kernel closes it
 * however we end. Close it behind the store: SQLite's own locks on that file go with
 * it. -EBUSY when it is taken.
 */
int resume_claim(const char *store, int64_t run, int *fd, struct why *why);

/*
 * Put what the run knows into the cells that were planned for it anew; they keep
 * their ids. -EINVAL when the run has cells that the plan has not.
 */
int resume_take(const struct store_run *run, struct target *targets, size_t count,
		struct why *why);

#endif
