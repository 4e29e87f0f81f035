/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline.h - what is known not to pass, as a text that people review: one line each,
 *
 *	CONTRACT CELLS STATUS[,STATUS...] REASON
 *
 * parted by blanks. CONTRACT and CELLS ("kernel/abi" or "kernel/abi/user") are patterns
 * of fnmatch(3), REASON is the rest of the line: why it is accepted, and by whom. A line
 * that begins with '#' belongs to the entry below it. An entry excuses the statuses that
 * it names and no others: no crash and no lost case is good because a failure was known.
 * Pure.
 */
#ifndef BELAY_HARNESS_BASELINE_H
#define BELAY_HARNESS_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/buf.h"
#include "harness/store/store.h"

struct baseline_entry {
	char *contract, *cells, *reason;
	unsigned statuses; /* bit 1 << enum status for each that is named */
	char *comment;	   /* the lines above it, "" for none */
	unsigned line;	   /* where it stands; 0: not in the file yet */
};

struct baseline {
	char *head; /* comments up to the first empty line */
	struct baseline_entry *v;
	size_t count, cap;
	char *tail; /* comments behind the last entry */
};

/* `name` is the file's, for the message. -EINVAL with its line for what is no entry. */
int baseline_parse(const char *text, const char *name, struct baseline *out, struct why *why);
void baseline_free(struct baseline *b);

/* The text again: sorted by contract, then cells, so that a change is a line of a diff. */
void baseline_write(struct baseline *b, struct buf *out);

/* Add these statuses with this reason; to the entry of the same contract and cells if
 * there is one. True when that changed anything. */
bool baseline_add(struct baseline *b, const char *contract, const char *cells, unsigned statuses,
		  const char *reason);
/* A pattern that means this name and no other, to be freed; NULL for a name that cannot
 * stand in a line: a store may come from anywhere. */
char *baseline_literal(const char *name);
/* Whether a pattern of cells means this one. */
bool baseline_cell_fits(const char *pattern, const struct cell *c);
/* The entry that excuses this result, or NULL. */
const struct baseline_entry *baseline_find(const struct baseline *b, const struct cell *c,
					   const struct result *r);

enum baseline_state {
	BASELINE_APPLIES, /* some result has a status that it names */
	BASELINE_OTHER,	  /* none has, but not all are good either */
	BASELINE_STALE,	  /* everything that it speaks of is good now */
	BASELINE_UNASKED, /* the run has no such case */
};

enum baseline_state baseline_state(const struct baseline_entry *e, const struct store_run *run);

/* matrix_verdict() without what the baseline excuses. */
int baseline_verdict(const struct baseline *b, const struct store_run *run);

/*
 * The run as the baseline expects it to be: what is excused stays, what is good stays,
 * anything else should have passed.
 */
void baseline_expect(const struct baseline *b, const struct store_run *run, struct store_run *out);

#endif
