/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff_text.c - a diff for people: what was compared, how much changed in each area,
 * then the cases, the worst first, those with one transition and reason together.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/compare/diff_report.h"
#include "harness/compare/reason.h"
#include "harness/report/wrap.h"

/* Between kernels of different age there are hundreds of these. */
#define TEXT_FEW 20

struct text {
	const struct diff *d;
	const struct diff_style *s;
	struct buf *out;
};

static void text_class(struct text *t, enum diff_class c, const char *what)
{
	const char *color = c <= DIFF_VANISHED ? "1;31" : c == DIFF_INCOMPARABLE ? "1;35" :
			    c == DIFF_FIXED ? "32" : c == DIFF_SAME ? "2" : "36";

	if (t->s->style.color)
		buf_printf(t->out, "\033[%sm%s\033[0m", color, what);
	else
		buf_puts(t->out, what);
}

/* "3 regressed  1 fixed" behind what is on the line already; more lines when one is short. */
static void text_counts(struct text *t, const size_t *counts, size_t column)
{
	size_t at = column;

	for (enum diff_class c = 0; c < DIFF_CLASSES; c++) {
		char *words = buf_asprintf("%zu %s", counts[c], diff_class_word(c));

		if (counts[c]) {
			if (at > column && at + 2 + strlen(words) > t->s->style.width) {
				buf_printf(t->out, "\n%*s", (int)column, "");
				at = column;
			}
			buf_puts(t->out, "  ");
			text_class(t, c, words);
			at += 2 + strlen(words);
		}
		free(words);
	}
	buf_puts(t->out, "\n");
}

/* ---- what was compared ---- */

/* "kernel/abi", with the user where it is not root. */
static char *text_cell(const struct cell *c)
{
	bool root = !c->user[0] || !strcmp(c->user, "root");

	return buf_asprintf("%s/%s%s%s", c->kernel, c->abi, root ? "" : "/", root ? "" : c->user);
}

/* "x", or "x -> y" where they differ. */
static void text_both(struct wrap *w, const char *a, const char *b)
{
	wrap_word(w, a[0] ? a : "?");
	if (strcmp(a, b)) {
		wrap_word(w, "->");
		wrap_word(w, b[0] ? b : "?");
	}
}

static void text_pair(struct text *t, size_t k)
{
	const struct diff_pair *p = &t->d->pairs[k];
	char *first = buf_asprintf("%2zu  ", k + 1), *a = text_cell(p->a), *b = text_cell(p->b);
	size_t counts[DIFF_CLASSES] = {0};
	struct wrap w;

	wrap_begin(&w, t->out, t->s->style.width, 4, first);
	text_both(&w, a, b);
	wrap_word(&w, "");
	text_both(&w, p->a->version, p->b->version);
	if (strcmp(p->a->accel, p->b->accel)) {
		wrap_word(&w, "");
		text_both(&w, p->a->accel, p->b->accel);
	}
	wrap_end(&w);
	for (size_t i = 0; i < t->d->count; i++)
		if (t->d->changes[i].pair == k)
			counts[t->d->changes[i].class]++;
	buf_puts(t->out, "  ");
	text_counts(t, counts, 2);
	free(first);
	free(a);
	free(b);
}

static void text_unpaired(struct text *t, const char *head, const struct cell **cells, size_t count)
{
	struct wrap w;

	if (!count)
		return;
	wrap_begin(&w, t->out, t->s->style.width, 4, head);
	for (size_t i = 0; i < count; i++) {
		char *name = text_cell(cells[i]);

		wrap_word(&w, name);
		free(name);
	}
	wrap_end(&w);
}

static void text_head(struct text *t)
{
	bool other = strcmp(t->s->belay_a, t->s->belay_b);

	for (int i = 0; i < 2; i++) {
		buf_puts(t->out, i ? " B  " : " A  ");
		report_safe(t->out, i ? t->s->name_b : t->s->name_a);
		if (other) {
			buf_puts(t->out, "  belay ");
			report_safe(t->out, i ? t->s->belay_b : t->s->belay_a);
		}
		buf_puts(t->out, "\n");
	}
	buf_puts(t->out, "\n");
	for (size_t k = 0; k < t->d->npairs; k++)
		text_pair(t, k);
	text_unpaired(t, "only in A: ", t->d->only_a, t->d->nonly_a);
	text_unpaired(t, "only in B: ", t->d->only_b, t->d->nonly_b);
	buf_puts(t->out, "\n");
}

/* ---- areas ---- */

static bool text_same_area(const struct matrix_row *a, const struct matrix_row *b)
{
	return a->area_len == b->area_len && !memcmp(a->id, b->id, a->area_len);
}

static void text_area(struct text *t, const size_t *counts, const struct matrix_row *row, int width)
{
	struct buf name = {0};
	char *area = buf_strndup(row->id, row->area_len);
	size_t told[DIFF_CLASSES] = {0};
	bool any = false;

	report_safe(&name, area);
	for (enum diff_class c = 0; c < DIFF_SAME; c++) {
		told[c] = counts[c];
		any |= counts[c] > 0;
	}
	if (any) {
		buf_printf(t->out, "  %-*s", width, name.p);
		if ((int)name.len > width)
			buf_printf(t->out, "\n  %*s", width, "");
		text_counts(t, told, (size_t)width + 2);
	}
	buf_free(&name);
	free(area);
}

static void text_areas(struct text *t)
{
	const struct matrix *m = &t->d->matrix;
	size_t (*counts)[DIFF_CLASSES] = buf_realloc(NULL, m->count + 1, sizeof(*counts));
	int width = 12;

	memset(counts, 0, (m->count + 1) * sizeof(*counts));
	for (size_t i = 0; i < t->d->count; i++)
		counts[t->d->changes[i].row - m->rows][t->d->changes[i].class]++;
	for (size_t i = 0; i < m->count; i++) {
		int len = (int)m->rows[i].area_len;

		width = len > width && len <= 28 ? len : width;
	}
	for (size_t i = 0, first = 0; i < m->count; i++) {
		if (i > first)
			for (enum diff_class c = 0; c < DIFF_CLASSES; c++)
				counts[first][c] += counts[i][c];
		if (i + 1 == m->count || !text_same_area(&m->rows[i + 1], &m->rows[first])) {
			text_area(t, counts[first], &m->rows[first], width);
			first = i + 1;
		}
	}
	free(counts);
}

/* ---- cases ---- */

/* The reason that explains the change. */
static const char *text_reason(const struct diff_change *c)
{
	bool of_a = c->class == DIFF_FIXED || c->class == DIFF_APPEARED ||
		    c->class == DIFF_VANISHED ||
		    (c->class == DIFF_INCOMPARABLE && c->b &&
		     status_class(c->b->status) != STATUS_CLASS_MISSING);
	const struct result *r = (of_a || !c->b) && c->a ? c->a : c->b;

	return r->reason;
}

struct text_item {
	const struct diff_change *change;
	char *reason; /* in its normal form */
};

static int text_status_order(const struct result *x, const struct result *y)
{
	if (!x || !y)
		return !y - !x;
	return status_is_worse(y->status, x->status) - status_is_worse(x->status, y->status);
}

/* Those of one group are neighbours: the worst transition first. */
static int text_item_group(const struct text_item *x, const struct text_item *y)
{
	int order = text_status_order(x->change->b, y->change->b);

	if (!order)
		order = text_status_order(x->change->a, y->change->a);
	return order ? order : strcmp(x->reason, y->reason);
}

static int text_item_compare(const void *p, const void *q)
{
	const struct text_item *x = p, *y = q;
	int order = text_item_group(x, y);

	/* The order of changes: by row, then pair. */
	return order ? order : (x->change > y->change) - (x->change < y->change);
}

/* A row of a group and the pairs in which it is: "1-3,7". */
struct text_row {
	const struct matrix_row *row;
	char *set;
};

static int text_row_compare(const void *p, const void *q)
{
	const struct text_row *x = p, *y = q;
	int order = strcmp(x->set, y->set);

	return order ? order : (x->row > y->row) - (x->row < y->row);
}

/* The items of one row, which are `count` pairs in their order, as a set. */
static char *text_set(const struct text_item *items, size_t count)
{
	struct buf set = {0};

	for (size_t i = 0; i < count; i++) {
		size_t first = items[i].change->pair, last = first;

		while (i + 1 < count && items[i + 1].change->pair == last + 1) {
			i++;
			last++;
		}
		buf_printf(&set, "%s%zu", set.len ? "," : "", first + 1);
		if (last > first)
			buf_printf(&set, "-%zu", last + 1);
	}
	return set.p;
}

/* How many rows from `i` on are the whole of an area, or 0. */
static size_t text_whole_area(struct text *t, const struct text_row *rows, size_t i, size_t count)
{
	const struct matrix_row *all = t->d->matrix.rows, *row = rows[i].row;
	size_t n = 0;

	if (row > all && text_same_area(row, row - 1))
		return 0;
	while (row + n < all + t->d->matrix.count && text_same_area(row + n, row)) {
		if (i + n >= count || rows[i + n].row != row + n)
			return 0;
		n++;
	}
	return n > 1 ? n : 0;
}

/* Rows that are in the same pairs. */
static void text_rows(struct text *t, const struct text_row *rows, size_t count)
{
	struct wrap w;
	char *in = t->d->npairs > 1 ? buf_asprintf("        in %s: ", rows[0].set)
				    : buf_strdup("        ");

	wrap_begin(&w, t->out, t->s->style.width, 8, in);
	for (size_t i = 0; i < count;) {
		size_t whole = text_whole_area(t, rows, i, count);
		const struct matrix_row *row = rows[i].row;
		char *area = whole ? buf_asprintf("%.*s%c*", (int)row->area_len, row->id,
						  row->id[row->area_len]) : NULL;

		wrap_word(&w, area ? area : row->id);
		free(area);
		i += whole ? whole : 1;
	}
	wrap_end(&w);
	free(in);
}

static void text_transition(struct text *t, const struct diff_change *c)
{
	const char *reason = text_reason(c);
	struct wrap w;

	wrap_begin(&w, t->out, t->s->style.width, 4, "    ");
	if (c->class != DIFF_REASON) {
		char *to = buf_asprintf("%s%s", c->b ? status_word(c->b->status) : "(none)",
					reason[0] ? ":" : "");

		wrap_word(&w, c->a ? status_word(c->a->status) : "(none)");
		wrap_word(&w, "->");
		wrap_word(&w, to);
		wrap_words(&w, reason);
		free(to);
	} else {
		wrap_word(&w, status_word(c->a->status));
		wrap_words(&w, "in A:");
		wrap_words(&w, c->a->reason[0] ? c->a->reason : "(no reason)");
		wrap_end(&w);
		wrap_begin(&w, t->out, t->s->style.width, 4, "    ");
		wrap_word(&w, status_word(c->b->status));
		wrap_words(&w, "in B:");
		wrap_words(&w, reason[0] ? reason : "(no reason)");
	}
	wrap_end(&w);
}

/* Items with one transition and reason. */
static void text_group(struct text *t, const struct text_item *items, size_t count)
{
	struct text_row *rows = buf_realloc(NULL, count, sizeof(*rows));
	size_t n = 0;

	text_transition(t, items[0].change);
	for (size_t i = 0, first = 0; i < count; i++) {
		if (i + 1 < count && items[i + 1].change->row == items[first].change->row)
			continue;
		rows[n++] = (struct text_row){items[first].change->row,
					      text_set(items + first, i + 1 - first)};
		first = i + 1;
	}
	qsort(rows, n, sizeof(*rows), text_row_compare);
	for (size_t i = 0, first = 0; i < n; i++) {
		if (i + 1 < n && !strcmp(rows[i + 1].set, rows[first].set))
			continue;
		text_rows(t, rows + first, i + 1 - first);
		first = i + 1;
	}
	for (size_t i = 0; i < n; i++)
		free(rows[i].set);
	free(rows);
}

static bool text_listed(struct text *t, enum diff_class c)
{
	if (t->s->only || t->s->chosen[c])
		return t->s->chosen[c];
	if (c == DIFF_GONE || c == DIFF_APPEARED || c == DIFF_NEW)
		return t->d->counts[c] <= TEXT_FEW;
	return c != DIFF_SAME;
}

/* `changes` are those of one class. */
static void text_changes(struct text *t, const struct diff_change *changes, size_t count)
{
	struct text_item *items = buf_realloc(NULL, count, sizeof(*items));
	enum diff_class class = changes[0].class;

	for (size_t i = 0; i < count; i++)
		items[i] = (struct text_item){&changes[i], reason_normal(text_reason(&changes[i]))};
	qsort(items, count, sizeof(*items), text_item_compare);
	buf_puts(t->out, "\n");
	text_class(t, class, diff_class_word(class));
	buf_printf(t->out, ": %s\n", diff_class_meaning(class));
	for (size_t i = 0, first = 0; i < count; i++) {
		if (i + 1 < count && !text_item_group(&items[i + 1], &items[first]))
			continue;
		text_group(t, items + first, i + 1 - first);
		first = i + 1;
	}
	for (size_t i = 0; i < count; i++)
		free(items[i].reason);
	free(items);
}

static void text_sum(struct text *t)
{
	static const char *const verdicts[] = {
		"Nothing regressed or vanished.",
		"Something regressed, vanished, or is new and fails.",
		"It cannot be said: answers or cells are missing.",
	};
	struct wrap w;
	bool hidden = false;

	buf_puts(t->out, "\n");
	wrap_begin(&w, t->out, t->s->style.width, 4, "not listed:");
	w.words = 1;
	for (enum diff_class c = 0; c < DIFF_SAME; c++) {
		char *words = buf_asprintf("%zu %s", t->d->counts[c], diff_class_word(c));

		if (t->d->counts[c] && !text_listed(t, c)) {
			wrap_word(&w, words);
			hidden = true;
		}
		free(words);
	}
	if (hidden) {
		wrap_words(&w, "(--all lists them)");
		wrap_end(&w);
	} else {
		buf_free(&w.line);
	}
	buf_printf(t->out, "%s\n", verdicts[diff_verdict(t->d)]);
}

void diff_text(const struct diff *d, const struct diff_style *style, struct buf *out)
{
	struct text t = {d, style, out};

	text_head(&t);
	text_areas(&t);
	for (size_t i = 0, first = 0; i < d->count; i++) {
		if (i + 1 < d->count && d->changes[i + 1].class == d->changes[first].class)
			continue;
		if (text_listed(&t, d->changes[first].class))
			text_changes(&t, d->changes + first, i + 1 - first);
		first = i + 1;
	}
	text_sum(&t);
}
