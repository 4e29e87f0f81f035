/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect.h - where in a row of kernels a promise was broken, and whether one kernel keeps
 * it. Pure.
 */
#ifndef BELAY_HARNESS_BISECT_H
#define BELAY_HARNESS_BISECT_H

#include <stddef.h>

#include "harness/store/store.h"

/* The values are the exit statuses that `git bisect run` takes. */
enum bisect_answer { BISECT_GOOD = 0, BISECT_BAD = 1, BISECT_UNSURE = 125 };

const char *bisect_word(enum bisect_answer a);

/*
 * Good: the promise is kept (a known bug that did not show, too). Bad: it is broken, as
 * a known bug is, and when the case had no end or took the kernel down. Else it cannot be
 * said: nothing there to be tested, no answer, two answers, or the test itself went wrong.
 */
enum bisect_answer bisect_status(enum status s);

/*
 * Of the cases of these cells that fit `pattern` (as of cases_wanted()): bad if one is;
 * else unsure if one is lost or the like; else good if one is, whatever was skipped
 * besides. *why is the case that decided and *in its cell; NULL when none fits.
 */
enum bisect_answer bisect_cells(const struct cell *cells, size_t count, const char *pattern,
				const struct result **why, const struct cell **in);

/*
 * Kernels' versions in the order of dpkg: the package's version in parentheses where a
 * version has one, else its first word.
 */
int bisect_version_compare(const char *a, const char *b);

/* How many times the answer turns from good to bad or back; unsure ones are passed over.
 * *at is where the first turn leads to. */
size_t bisect_turns(const enum bisect_answer *answers, size_t count, size_t *at);

#endif
