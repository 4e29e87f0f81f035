/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * merge.h - several runs made one: the parts of a matrix that were filled on several
 * machines, joined. Pure. The outcome depends on what the runs hold and on nothing
 * else: not on their order, not on how many there are of the same.
 *
 * A cell is (kernel, abi, user); two of the same have to be of one kernel version and
 * one way of running it, or they are no parts of one matrix. Of one case,
 *   - no answer (lost, noboot, nobuild) gives way to an answer;
 *   - equal answers are one;
 *   - answers that differ are STATUS_FLAKY, with all of them as the reason.
 */
#ifndef BELAY_HARNESS_MERGE_H
#define BELAY_HARNESS_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/run.h"
#include "harness/store/store.h"

struct merge_input {
	const char *name; /* of the store, for messages */
	struct store_run run;
};

/*
 * `out` has the cells in the order of the tables, as one run over all of them has; no
 * command; what begins first and what ends last; and is ended when all are. Runs of
 * different versions of belay: -EINVAL unless `any_version`.
 */
int merge_runs(const struct merge_input *in, size_t count, const struct tables *tables,
	       bool any_version, struct store_run *out, struct why *why);

#endif
