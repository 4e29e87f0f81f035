/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.h - the one line for the user: what is wrong, first without a place,
 * then with it. Used inside policy/ alone.
 */
#ifndef BELAY_SANDBOX_POLICY_ERROR_H
#define BELAY_SANDBOX_POLICY_ERROR_H

#include <stddef.h>

#include "sandbox/policy/policy.h"

/* Set the text; returns -EINVAL for the caller to return. Control bytes become '?'. */
int error_set(struct policy_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int error_memory(struct policy_error *err); /* returns -ENOMEM */

/* Put "FILE:LINE: " (or "FILE: ") before the text. */
void error_place(struct policy_error *err, struct policy_origin at);

/*
 * The word of `words` (NULL-terminated) nearest to `word` by edits, or NULL
 * when none is near enough to be meant.
 */
const char *error_nearest(const char *word, size_t len, const char *const *words);

#endif
