/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * suite.h - the test programs that were built, ABI by ABI, and the cases in them:
 * what a cell is asked for.
 */
#ifndef BELAY_HARNESS_SUITE_H
#define BELAY_HARNESS_SUITE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/cell/cell.h"
#include "harness/run.h"
#include "harness/run/host.h"

struct suite_tree {
	const struct abi_row *abi;
	char *dir;	 /* builds/<abi> */
	char **programs; /* of guest_programs(); NULL: there is no build */
	bool starts;	 /* the running kernel runs this ABI's programs */
	bool borrowed;	 /* `cases` are those of another ABI's build */
	struct results cases;
};

struct suite {
	char *builds;
	const char **rooms; /* of rooms_of() */
	size_t stale; /* programs that the builds' own makefiles no longer name: left out */
	char *srcdir; /* that the builds were made from; NULL: they do not say */
	struct suite_tree *trees; /* one per row of abis.tsv, in its order */
	size_t count;
};

/*
 * Look at the builds below `builds`, those of `abis` (NULL-terminated; NULL: all) and
 * what else is needed for them, in the rooms of these suites (rooms_of()). A program
 * lists its cases itself where it runs: directly, else under qemu-user; else the list is
 * borrowed from an ABI whose programs run. -ENOENT when nothing is built.
 */
int suite_load(const char *builds, char *const *suites, const char *const *abis,
	       const struct tables *tables, const char *workdir, host_watch *watch, void *arg,
	       struct suite *out, struct why *why);
void suite_free(struct suite *s);

const struct suite_tree *suite_tree(const struct suite *s, const char *abi);

/*
 * Ask a cell for the cases of its ABI that `pattern` (cases.h) wants. What other
 * ABIs have and this one has no program for is there as nobuild.
 */
void suite_ask(const struct suite *s, const char *pattern, struct cell *c);

/*
 * What tells the programs of these ABIs (NULL: all) from any other build of them: a
 * word. To be freed.
 */
char *suite_identity(const struct suite *s, const char *const *abis);

#endif
