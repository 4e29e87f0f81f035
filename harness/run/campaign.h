/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * campaign.h - one `kmatrix run`: which targets and cells there are, and their
 * running side by side.
 */
#ifndef BELAY_HARNESS_CAMPAIGN_H
#define BELAY_HARNESS_CAMPAIGN_H

#include "harness/run/target.h"

struct campaign {
	/* What was asked for. Lists are NULL-terminated; NULL where none was named. */
	const char *const *kernels; /* rows of the table */
	const char *const *images;  /* paths of the user's own kernels */
	const char *const *abis;
	bool native, emulator;
	bool defaults; /* none of the above: everything that runs without being named */
	unsigned jobs; /* targets side by side */
};

/*
 * Which targets, in the order of the matrix: the running kernel, the table's, the
 * user's own, the emulators. -EINVAL for what cannot be: why->text says what.
 */
int campaign_plan(const struct campaign *c, const struct target_env *env, struct target **out,
		  size_t *count, struct why *why);
void campaign_free(struct target *targets, size_t count);

/*
 * Put every cell in the store, lost, then run the targets. Answers are in the store
 * when it returns. An error means that they could not be written.
 */
int campaign_run(const struct campaign *c, const struct target_env *env, struct target *targets,
		 size_t count, struct why *why);

#endif
