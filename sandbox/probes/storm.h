/* SPDX-License-Identifier: BSD-2-Clause */
/* storm.h - what storm.c runs in the sandbox that it kills. */
#ifndef BELAY_SANDBOX_PROBES_STORM_H
#define BELAY_SANDBOX_PROBES_STORM_H

#include <stdbool.h>

#define LOAD_UP 5	/* where each part of the load says that it runs */

/* All that a supervisor could lose, until it is killed; `self` is this program. */
int load_run(const char *self);

/* Wait in a connect to a listener that takes nobody. */
void load_connect(void) __attribute__((noreturn));

/* Whether the file, published by the load, is whole. */
bool load_is_whole(const char *path);

#endif
