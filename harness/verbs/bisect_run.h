/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect_run.h - `kmatrix run` as a program of its own, so that whatever becomes of it
 * does not become of who asked.
 */
#ifndef BELAY_HARNESS_BISECT_RUN_H
#define BELAY_HARNESS_BISECT_RUN_H

#include "harness/verbs/cli.h"

/*
 * Run `program` (NULL: this one) with the words "run ..." to its end, its standard output
 * thrown away. A signal that ends kmatrix ends it, and this returns. 0, or -errno when it
 * could not be run or was killed; its exit status is not looked at.
 */
int bisect_run(const char *program, const struct cli_list *words);

/* `kmatrix bisect --step`: returns 0, 1 or 125, and nothing else. */
int bisect_step(const char *program, const struct cli_list *words, const char *test, bool fixed);

/* From now on a signal that ends a program interrupts bisect_run() instead. */
void bisect_catch_signals(void);

#endif
