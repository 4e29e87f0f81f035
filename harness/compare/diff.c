/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff.c - pair cells and classify cases. How it is told is not its business.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/compare/diff.h"
#include "harness/compare/reason.h"

static const struct {
	const char *word, *meaning;
} diff_table[DIFF_CLASSES] = {
	[DIFF_REGRESSED]    = {"regressed", "the promise held in A and is broken in B"},
	[DIFF_FAILING]	    = {"failing", "broken in B; A had nothing to compare with"},
	[DIFF_VANISHED]	    = {"vanished", "A has this case, B does not"},
	[DIFF_INCOMPARABLE] = {"incomparable", "one side has no answer"},
	[DIFF_CHANGED]	    = {"changed", "another answer, neither kept nor broken by it"},
	[DIFF_REASON]	    = {"reason", "the same answer for another reason"},
	[DIFF_FIXED]	    = {"fixed", "the promise was broken in A and holds in B"},
	[DIFF_GONE]	    = {"gone", "tested in A, not there to be tested in B"},
	[DIFF_APPEARED]	    = {"appeared", "not there in A; it is in B, and keeps its promise"},
	[DIFF_NEW]	    = {"new", "B has this case, A does not"},
	[DIFF_SAME]	    = {"same", "the same in both"},
};

const char *diff_class_word(enum diff_class c)
{
	return diff_table[c].word;
}

const char *diff_class_meaning(enum diff_class c)
{
	return diff_table[c].meaning;
}

/* ---- one case ---- */

/* What a status says about the promise. */
enum diff_says {
	SAYS_NOTHING, /* no such case */
	SAYS_KEPT,    /* also: a known bug that did not show */
	SAYS_KNOWN,   /* broken as documented */
	SAYS_BROKEN,
	SAYS_ABSENT,  /* nothing there to be tested */
	SAYS_UNKNOWN, /* asked for, not answered */
};

static enum diff_says diff_says(const struct result *r)
{
	if (!r)
		return SAYS_NOTHING;
	switch (r->status) {
	case STATUS_PASS:
	case STATUS_XPASS:
		return SAYS_KEPT;
	case STATUS_XFAIL:
		return SAYS_KNOWN;
	case STATUS_SKIP:
		return SAYS_ABSENT;
	case STATUS_NA:
		return SAYS_NOTHING;
	default:
		return status_class(r->status) == STATUS_CLASS_MISSING ? SAYS_UNKNOWN : SAYS_BROKEN;
	}
}

/* A complaint of the kernel is told by a row that is not there without one. */
static bool diff_is_splat(const struct result *r)
{
	return r && !strcmp(r->program, CELL_KERNEL_PROGRAM);
}

enum diff_class diff_classify(const struct result *a, const struct result *b)
{
	/* A is the line, B the column. */
#define REGR DIFF_REGRESSED
#define FAIL DIFF_FAILING
#define VANI DIFF_VANISHED
#define INCO DIFF_INCOMPARABLE
#define CHNG DIFF_CHANGED
#define FIXD DIFF_FIXED
#define GONE DIFF_GONE
#define APPE DIFF_APPEARED
#define NEW_ DIFF_NEW
	static const enum diff_class table[6][6] = {
		/*		    nothing kept  known broken absent unknown */
		[SAYS_NOTHING] = { CHNG,   NEW_, NEW_, FAIL,  NEW_,  INCO },
		[SAYS_KEPT]    = { VANI,   CHNG, REGR, REGR,  GONE,  INCO },
		[SAYS_KNOWN]   = { VANI,   FIXD, CHNG, REGR,  GONE,  INCO },
		[SAYS_BROKEN]  = { VANI,   FIXD, CHNG, CHNG,  GONE,  INCO },
		[SAYS_ABSENT]  = { VANI,   APPE, APPE, FAIL,  CHNG,  INCO },
		[SAYS_UNKNOWN] = { INCO,   INCO, INCO, INCO,  INCO,  INCO },
	};
#undef REGR
#undef FAIL
#undef VANI
#undef INCO
#undef CHNG
#undef FIXD
#undef GONE
#undef APPE
#undef NEW_
	enum diff_says x = diff_says(a), y = diff_says(b);

	if (x == SAYS_NOTHING && y == SAYS_NOTHING)
		return DIFF_SAME;
	if (!a && diff_is_splat(b))
		return DIFF_REGRESSED;
	if (!b && diff_is_splat(a))
		return DIFF_FIXED;
	if (a && b && a->status == b->status && x != SAYS_UNKNOWN)
		return reason_same(a->reason, b->reason) ? DIFF_SAME : DIFF_REASON;
	if (x == SAYS_ABSENT && b && b->status == STATUS_NA)
		return DIFF_CHANGED;
	/* It may have failed before, but did not take the kernel along. */
	if (x == SAYS_BROKEN && b && b->status == STATUS_CRASHED)
		return DIFF_REGRESSED;
	return table[x][y];
}

bool diff_in_doubt(const struct result *a, const struct result *b)
{
	enum diff_says x = diff_says(a), y = diff_says(b);

	return y == SAYS_UNKNOWN ||
	       (x == SAYS_UNKNOWN && (y == SAYS_BROKEN || y == SAYS_KNOWN || y == SAYS_NOTHING));
}

/* ---- cells ---- */

static bool diff_one_kernel(const struct store_run *r)
{
	for (size_t i = 1; i < r->count; i++)
		if (strcmp(r->cells[i].kernel, r->cells[0].kernel))
			return false;
	return r->count > 0;
}

/* The counterpart in B, or SIZE_MAX. */
static size_t diff_counterpart(const struct store_run *a, size_t i, const struct store_run *b,
			       bool any_kernel)
{
	const struct cell *x = &a->cells[i];
	bool any_abi = any_kernel && a->count == 1 && b->count == 1;

	for (size_t k = 0; k < b->count; k++) {
		const struct cell *y = &b->cells[k];

		if ((any_kernel || !strcmp(x->kernel, y->kernel)) &&
		    (any_abi || !strcmp(x->abi, y->abi)) && !strcmp(x->user, y->user))
			return k;
	}
	return SIZE_MAX;
}

static void diff_pair_cells(const struct store_run *a, const struct store_run *b,
			    struct diff *d, size_t *ia, size_t *ib)
{
	bool any_kernel = diff_one_kernel(a) && diff_one_kernel(b);
	bool *taken = buf_realloc(NULL, b->count + 1, sizeof(*taken));

	memset(taken, 0, b->count * sizeof(*taken));
	for (size_t i = 0; i < a->count; i++) {
		size_t k = diff_counterpart(a, i, b, any_kernel);

		if (k == SIZE_MAX || taken[k]) {
			d->only_a[d->nonly_a++] = &a->cells[i];
			continue;
		}
		taken[k] = true;
		ia[d->npairs] = i;
		ib[d->npairs] = k;
		d->pairs[d->npairs++] = (struct diff_pair){&a->cells[i], &b->cells[k]};
	}
	for (size_t k = 0; k < b->count; k++)
		if (!taken[k])
			d->only_b[d->nonly_b++] = &b->cells[k];
	free(taken);
}

static int diff_change_compare(const void *p, const void *q)
{
	const struct diff_change *x = p, *y = q;
	int order = (x->class > y->class) - (x->class < y->class);

	/* Rows stand in one array, in their order. */
	if (!order)
		order = (x->row > y->row) - (x->row < y->row);
	return order ? order : (x->pair > y->pair) - (x->pair < y->pair);
}

static void *diff_array(size_t count, size_t size)
{
	return buf_realloc(NULL, count + 1, size);
}

void diff_make(const struct store_run *a, const struct store_run *b, struct diff *out)
{
	size_t *ia = diff_array(a->count, sizeof(*ia)), *ib = diff_array(a->count, sizeof(*ib));
	struct diff d = {
		.pairs = diff_array(a->count, sizeof(*d.pairs)),
		.only_a = diff_array(a->count, sizeof(*d.only_a)),
		.only_b = diff_array(b->count, sizeof(*d.only_b)),
	};
	size_t cap = 0;

	diff_pair_cells(a, b, &d, ia, ib);
	d.all.count = a->count + b->count;
	d.all.cells = diff_array(d.all.count, sizeof(*d.all.cells));
	if (a->count)
		memcpy(d.all.cells, a->cells, a->count * sizeof(*a->cells));
	if (b->count)
		memcpy(d.all.cells + a->count, b->cells, b->count * sizeof(*b->cells));
	matrix_make(&d.all, &d.matrix);
	for (size_t i = 0; i < d.matrix.count; i++) {
		for (size_t k = 0; k < d.npairs; k++) {
			const struct matrix_row *row = &d.matrix.rows[i];
			const struct result *x = row->at[ia[k]], *y = row->at[a->count + ib[k]];
			enum diff_class class = diff_classify(x, y);

			if (!x && !y)
				continue;
			d.changes = buf_grow(d.changes, d.count, &cap, sizeof(*d.changes));
			d.changes[d.count++] = (struct diff_change){row, k, class, x, y};
			d.counts[class]++;
		}
	}
	if (d.count)
		qsort(d.changes, d.count, sizeof(*d.changes), diff_change_compare);
	free(ia);
	free(ib);
	*out = d;
	out->matrix.run = &out->all;
}

void diff_free(struct diff *d)
{
	matrix_free(&d->matrix);
	free(d->all.cells);
	free(d->changes);
	free(d->pairs);
	free(d->only_a);
	free(d->only_b);
	*d = (struct diff){0};
}

int diff_verdict(const struct diff *d)
{
	if (d->counts[DIFF_REGRESSED] || d->counts[DIFF_FAILING] || d->counts[DIFF_VANISHED])
		return 1;
	if (!d->npairs || d->nonly_a)
		return 2;
	for (size_t i = 0; i < d->count; i++)
		if (d->changes[i].class == DIFF_INCOMPARABLE &&
		    diff_in_doubt(d->changes[i].a, d->changes[i].b))
			return 2;
	return 0;
}
