/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff.h - two runs, or parts of them, compared case by case. Every case of either side
 * gets a class, and every cell without a counterpart is named: nothing is left out. Pure.
 */
#ifndef BELAY_HARNESS_DIFF_H
#define BELAY_HARNESS_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/report/matrix.h"

/* In the order in which they are told. */
enum diff_class {
	DIFF_REGRESSED,	   /* the promise held, or the bug was a known one; now it fails */
	DIFF_FAILING,	   /* there was nothing to compare with; now it fails */
	DIFF_VANISHED,	   /* B has no such case */
	DIFF_INCOMPARABLE, /* one side has no answer */
	DIFF_CHANGED,	   /* another answer, no better and no worse */
	DIFF_REASON,	   /* the same answer for another reason */
	DIFF_FIXED,	   /* the promise was broken and holds */
	DIFF_GONE,	   /* was tested, is skipped: the interface is not there */
	DIFF_APPEARED,	   /* was skipped, is there and keeps its promise */
	DIFF_NEW,	   /* A had no such case */
	DIFF_SAME,
	DIFF_CLASSES
};

const char *diff_class_word(enum diff_class c);
const char *diff_class_meaning(enum diff_class c);

/* The class of one case; NULL: that side has no such case. */
enum diff_class diff_classify(const struct result *a, const struct result *b);
/* Whether B, being so, may be worse than A for all that is known. */
bool diff_in_doubt(const struct result *a, const struct result *b);

/* A cell of A and its counterpart in B. */
struct diff_pair {
	const struct cell *a, *b;
};

struct diff_change {
	const struct matrix_row *row;
	size_t pair;
	enum diff_class class;
	const struct result *a, *b;
};

struct diff {
	struct diff_pair *pairs;
	size_t npairs;
	const struct cell **only_a, **only_b;
	size_t nonly_a, nonly_b;
	struct diff_change *changes; /* by class, then row, then pair; DIFF_SAME too */
	size_t count;
	size_t counts[DIFF_CLASSES];
	/* Inside: both sides' cells as the columns of one matrix. */
	struct store_run all;
	struct matrix matrix;
};

/*
 * Cells are pairs when kernel, ABI and user are the same. Where each side has one kernel
 * only, these may differ, and where each has one cell only, so may the ABIs. Both runs
 * outlive the diff.
 */
void diff_make(const struct store_run *a, const struct store_run *b, struct diff *out);
void diff_free(struct diff *d);

/* 0 nothing regressed or vanished, and what is new does not fail; 1 something did; 2 it
 * cannot be said: cases without an answer, or cells of A without a counterpart. */
int diff_verdict(const struct diff *d);

#endif
