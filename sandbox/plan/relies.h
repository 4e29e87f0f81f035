/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relies.h - the promises of the kernel that belay stands on, backend by backend and
 * layer by layer. kmatrix puts them to the test; what it finds ends its matrix.
 */
#ifndef BELAY_SANDBOX_RELIES_H
#define BELAY_SANDBOX_RELIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One interface that a backend or layer uses. */
struct relies_part {
	const char *what; /* the backend or layer */
	const char *kind; /* "backend" or "layer" */
	const char *name;
	/*
	 * belay finds out that it is missing and does without. Without a part that
	 * is not optional it does not start, or has not got the layer at all.
	 */
	bool optional;
	const char *does; /* in a few words */
};

struct relies_row {
	const struct relies_part *part;
	const char *contract; /* id in contracts.tsv; "prefix.*" is a family */
	const char *abis;     /* "all", or names parted by commas */
	const char *why;      /* what belay makes of it */
	const char *where;    /* the file that does */
};

/* The rows one after the other, part by part; false after the last. */
bool relies_at(size_t i, struct relies_row *out);

/* For people, and as JSON: {"relies":[{"what":..,...},...]}. */
void relies_print(FILE *out);
void relies_print_json(FILE *out);

#endif
