/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * speak.h - the runner's words on the stream; harness/run.h has the format, and
 * harness/cell/stream.c reads it. Nothing is judged here.
 */
#ifndef BELAY_HARNESS_GUEST_SPEAK_H
#define BELAY_HARNESS_GUEST_SPEAK_H

#include <stdint.h>

#include "harness/base/buf.h"

struct speak {
	int fd;
	struct buf text;   /* not written yet */
	char *abi, *program; /* of the last KT-PROG; NULL before it */
	uint32_t sum;	   /* of what was said since the block began */
};

/* A list of cases: begin, one line each (contract NULL: none), end. */
void speak_list(struct speak *s, const char *abi);
void speak_listed(struct speak *s, const char *program, const char *name, const char *contract);
void speak_list_end(struct speak *s);

/* What runs now; to be flushed before it does. */
void speak_case(struct speak *s, const char *abi, const char *program, const char *name);
/* What came of it. `reason` is one line or "". It goes out with what is said next. */
void speak_end(struct speak *s, const struct buf *output, const char *word, int64_t us,
	       const char *reason);

/* Write what was said. -errno when nobody can hear it. */
int speak_flush(struct speak *s);
void speak_free(struct speak *s);

#endif
