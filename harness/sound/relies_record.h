/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relies_record.h - keep with a run what the sandbox that was built with it relies on.
 */
#ifndef BELAY_HARNESS_RELIES_RECORD_H
#define BELAY_HARNESS_RELIES_RECORD_H

#include <stdbool.h>

#include "harness/run/suite.h"
#include "harness/store/store.h"

/*
 * Ask the belay that was built with the tests, else the one beside kmatrix. Without one
 * the run has no verdict on the sandbox: its report says so, and standard error why,
 * unless `quiet`. An error is one of the store.
 */
int relies_record(const struct suite *suite, struct store *s, int64_t run, bool quiet,
		  struct why *why);

#endif
