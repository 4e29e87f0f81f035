/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline_file.h - baselines as files, and what verbs say about them.
 */
#ifndef BELAY_HARNESS_BASELINE_FILE_H
#define BELAY_HARNESS_BASELINE_FILE_H

#include "harness/compare/baseline.h"

/* A file that is not there is -ENOENT. */
int baseline_load(const char *path, struct baseline *out, struct why *why);
/* The old file stays until the new one is whole on the disk. */
int baseline_save(const char *path, struct baseline *b, struct why *why);

/*
 * Which entries no longer apply to the run, a line each, and with `all` those that the
 * run says nothing about. Returns how many no longer apply.
 */
size_t baseline_tell(const struct baseline *b, const char *path, const struct store_run *run,
		     bool all, struct buf *out);

/*
 * The exit status of the run, where what the baseline excuses does not count. Standard
 * error is told what no longer applies.
 */
int baseline_judge(const struct baseline *b, const char *path, const struct store_run *run);

#endif
