/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_html_reasons.c - what is not green, in groups of one status and reason: the
 * part of the page that is read first, with a script or without.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/intern.h"
#include "harness/report/report_html.h"

/* Groups that are told, and rows that each one names; the filters show all. */
#define REASONS_GROUPS_MAX 200
#define REASONS_NAMES_MAX 12

/* One result that is not green. */
struct reason {
	size_t order;  /* of its status in report_order */
	size_t number; /* of its text */
	size_t row, cell;
};

struct reasons {
	const struct matrix *m;
	struct reason *v;
	size_t count, cap;
};

static int reason_compare(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

/* Skips are no news; known bugs are. */
static bool reason_is_told(enum status s)
{
	return status_class(s) != STATUS_CLASS_GOOD || s == STATUS_XFAIL;
}

static void reasons_collect(struct reasons *all, struct intern *texts)
{
	const struct matrix *m = all->m;
	size_t order[STATUS_COUNT];

	for (size_t i = 0; i < STATUS_COUNT; i++)
		order[report_order[i]] = i;
	for (size_t i = 0; i < m->count; i++) {
		for (size_t c = 0; c < m->run->count; c++) {
			const struct result *r = m->rows[i].at[c];

			if (!r || !reason_is_told(r->status))
				continue;
			all->v = buf_grow(all->v, all->count, &all->cap, sizeof(*all->v));
			all->v[all->count++] = (struct reason){
				order[r->status],
				intern_add(texts, r->reason, strlen(r->reason)), i, c,
			};
		}
	}
	if (all->count)
		qsort(all->v, all->count, sizeof(*all->v), reason_compare);
}

/* " in 1-3, 7": the cells of one row, `n` items of it. */
static void reasons_cells(const struct reason *v, size_t n, struct buf *out)
{
	buf_puts(out, " <span class=in>in ");
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && v[k].cell == v[k - 1].cell + 1; k++)
			;
		buf_printf(out, "%s%zu", i ? ", " : "", v[i].cell + 1);
		if (k > i + 1)
			buf_printf(out, "-%zu", v[k - 1].cell + 1);
	}
	buf_puts(out, "</span>");
}

static void reasons_row(const struct matrix *m, const struct reason *v, size_t n, struct buf *out)
{
	const char *id = m->rows[v->row].id;

	buf_puts(out, "<li><a href=\"#at=");
	report_html_uri(out, id);
	buf_printf(out, "&amp;cell=%zu\">", v->cell + 1);
	report_html_text(out, id);
	buf_puts(out, "</a>");
	if (m->run->count > 1)
		reasons_cells(v, n, out);
	buf_puts(out, "\n");
}

/* The items of one group. */
static void reasons_group(const struct matrix *m, const struct reason *v, size_t n,
			  struct buf *out)
{
	const struct result *r = m->rows[v->row].at[v->cell];
	size_t rows = 0;

	buf_puts(out, "<li>");
	report_html_chip(out, r->status);
	buf_printf(out, "<b>%s</b> ", status_word(r->status));
	report_html_text(out, r->reason[0] ? r->reason : "no reason given");
	buf_puts(out, "<ul>");
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i; k < n && v[k].row == v[i].row; k++)
			;
		if (rows++ < REASONS_NAMES_MAX)
			reasons_row(m, &v[i], k - i, out);
	}
	if (rows > REASONS_NAMES_MAX)
		buf_printf(out, "<li>and %zu more", rows - REASONS_NAMES_MAX);
	buf_puts(out, "</ul>\n");
}

void report_html_reasons(const struct matrix *m, struct buf *out)
{
	struct reasons all = {.m = m};
	struct intern texts = {0};
	size_t groups = 0;

	reasons_collect(&all, &texts);
	if (all.count)
		buf_puts(out, "<section id=reasons><h2 id=reasons-title>What is not green</h2>\n"
			 "<ul class=reasons tabindex=0 aria-labelledby=reasons-title>\n");
	for (size_t i = 0, k; i < all.count; i = k) {
		for (k = i; k < all.count && all.v[k].order == all.v[i].order &&
			    all.v[k].number == all.v[i].number;
		     k++)
			;
		if (groups++ < REASONS_GROUPS_MAX)
			reasons_group(m, &all.v[i], k - i, out);
	}
	if (groups > REASONS_GROUPS_MAX)
		buf_printf(out, "<li>and %zu more reasons, which the table below has",
			   groups - REASONS_GROUPS_MAX);
	if (all.count)
		buf_puts(out, "</ul></section>\n");
	intern_free(&texts);
	free(all.v);
}
