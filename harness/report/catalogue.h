/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * catalogue.h - what is known of each contract: the table contracts.tsv of the
 * kernel tests. It judges no result.
 */
#ifndef BELAY_HARNESS_CATALOGUE_H
#define BELAY_HARNESS_CATALOGUE_H

#include <stddef.h>

struct catalogue_entry {
	const char *id;	     /* "ptrace.seize.no_stop"; "a.b.*" is a family of cases */
	const char *promise; /* one sentence */
	const char *since, *until; /* kernel versions; "" where there is no limit */
	const char *abis;    /* "all", or names parted by commas */
	const char *reference;
	const char *kind;    /* "required", "known-bug", "record" */
	const char *link;    /* "" for none */
};

struct catalogue;

/* Of the text of a table, which is copied; rows that are none are passed over. */
struct catalogue *catalogue_parse(const char *text, size_t len);
/* The table that is installed, or that of the source tree; NULL when there is none. */
struct catalogue *catalogue_load(void);
void catalogue_free(struct catalogue *c);

/* The row of this contract, else that of its family; NULL: none, or no catalogue. */
const struct catalogue_entry *catalogue_find(const struct catalogue *c, const char *id);

#endif
