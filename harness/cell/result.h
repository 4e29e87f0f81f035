/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result.h - what is known of one case, and lists of it. Pure.
 */
#ifndef BELAY_HARNESS_RESULT_H
#define BELAY_HARNESS_RESULT_H

#include <stddef.h>
#include <stdint.h>

#include "harness/cell/status.h"

struct result {
	char *program;	/* "kernel-tests/attach_test" */
	char *name;	/* the case; "ptrace_seize_no_stop" */
	char *contract; /* "ptrace.seize.no_stop"; "" when the case carries none */
	enum status status;
	char *reason; /* "" when there is nothing to say */
	unsigned attempts; /* how often it was run for this answer */
	int64_t us;   /* how long it took; -1 where nobody knows */
	char *output; /* what the case printed, NULL for nothing; not a string */
	size_t output_len;
};

struct results {
	struct result *v;
	size_t count, cap;
};

/* A new one at the end, with copies of the words; NULL contract means none. */
struct result *results_add(struct results *list, const char *program, const char *name,
			   const char *contract, enum status status, const char *reason);
struct result *results_find(const struct results *list, const char *program, const char *name);
/* By program, then name. */
void results_sort(struct results *list);
void results_free(struct results *list);

void result_set_reason(struct result *r, const char *reason);
void result_set_output(struct result *r, const void *bytes, size_t len);

/* The row it belongs to in a matrix: its contract, or "program:case". To be freed. */
char *result_row(const struct result *r);

#endif
