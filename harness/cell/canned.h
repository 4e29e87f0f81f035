/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canned.h - streams made by tests, with the words of the runner itself.
 */
#ifndef BELAY_HARNESS_CANNED_H
#define BELAY_HARNESS_CANNED_H

#include "harness/base/buf.h"

/* A case that has begun. */
void canned_begin(struct buf *stream, const char *abi, const char *program, const char *name);
/* One that has ended, too; `reason` and `output` may be "". */
void canned_case(struct buf *stream, const char *abi, const char *program, const char *name,
		 const char *word, const char *reason, const char *output);
/* A list of cases, each "program:case" or "program:case contract", ended by NULL. */
void canned_list(struct buf *stream, const char *abi, const char *const *lines);

#endif
