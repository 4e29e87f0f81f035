/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * matrix.h - a run seen as rows and columns: contracts by area down, cells across.
 * Pure; every report is written from it.
 */
#ifndef BELAY_HARNESS_MATRIX_H
#define BELAY_HARNESS_MATRIX_H

#include <stddef.h>

#include "harness/sound/sound.h"
#include "harness/store/store.h"

struct matrix_row {
	char *id;	   /* the contract, or "program:case" of a case without one */
	size_t area_len;   /* how much of it names the area: "ptrace.seize" */
	const char *label; /* the rest, inside id: "no_stop" */
	/* One per cell, the worst of several; NULL: the cell has no such case. */
	const struct result **at;
	/* All of them: those of cell c are cases[first[c]] up to cases[first[c + 1]]. */
	const struct result **cases;
	size_t *first;
};

struct matrix {
	const struct store_run *run; /* outlives the matrix */
	struct matrix_row *rows;     /* contracts by name, then cases without one */
	size_t count;
	struct sound sound; /* the last rows: belay's backends and layers in each cell */
};

void matrix_make(const struct store_run *run, struct matrix *out);
void matrix_free(struct matrix *m);

/*
 * The exit status a run deserves: 0 no failure, 1 failures, 2 something is missing
 * (no boot, lost cases, nothing built, an empty cell, a run that was cut off).
 */
int matrix_verdict(const struct store_run *run);

#endif
