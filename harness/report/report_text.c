/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text.c - the matrix for people: one letter per status, contracts down,
 * cells across; then what is not a pass, by reason. It must stay readable with a
 * dozen cells at 80 columns and without colours.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/intern.h"
#include "harness/report/report.h"

static const char *const text_colors[STATUS_COUNT] = {
	[STATUS_PASS] = "32",	 [STATUS_FAIL] = "1;31",    [STATUS_SKIP] = "33",
	[STATUS_XFAIL] = "36",	 [STATUS_XPASS] = "1;35",   [STATUS_TIMEOUT] = "1;31",
	[STATUS_BROKEN] = "1;31", [STATUS_CRASHED] = "1;31", [STATUS_LOST] = "1;35",
	[STATUS_NA] = "2",	 [STATUS_NOBUILD] = "1;35", [STATUS_NOBOOT] = "1;35",
	[STATUS_FLAKY] = "1;31",
};

/* So many rows that are alike become one. */
#define TEXT_ALIKE_MIN 4

struct text {
	const struct matrix *m;
	const struct report_style *style;
	struct buf *out;
};

static void text_status(struct text *t, enum status s, const char *what)
{
	if (t->style->color)
		buf_printf(t->out, "\033[%sm%s\033[0m", text_colors[s], what);
	else
		buf_puts(t->out, what);
}

static void text_bold(struct text *t, const char *what)
{
	buf_puts(t->out, t->style->color ? "\033[1m" : "");
	report_safe(t->out, what);
	buf_puts(t->out, t->style->color ? "\033[0m" : "");
}

/* ---- the cells and their totals ---- */

static char *text_cell_name(const struct cell *c)
{
	return buf_asprintf("%s/%s", c->kernel, c->abi);
}

/* How many cases have each status, on more lines when one is too short. */
static void text_totals(struct text *t, const struct cell *c, int indent)
{
	size_t column = (size_t)indent;

	if (!c->results.count)
		text_status(t, STATUS_LOST, "  no results");
	for (enum status s = 0; s < STATUS_COUNT && c->results.count; s++) {
		size_t n = cell_count(c, s);
		char *words;

		if (!n && s != STATUS_PASS)
			continue;
		words = buf_asprintf("%zu %s", n, status_word(s));
		if (column > (size_t)indent && column + 2 + strlen(words) > t->style->width) {
			buf_printf(t->out, "\n%*s", indent, "");
			column = (size_t)indent;
		}
		buf_puts(t->out, "  ");
		text_status(t, s, words);
		column += 2 + strlen(words);
		free(words);
	}
}

static void text_cells(struct text *t)
{
	const struct store_run *run = t->m->run;
	int name_width = 0, version_width = 0, accel_width = 0;

	for (size_t i = 0; i < run->count; i++) {
		char *name = text_cell_name(&run->cells[i]);
		int len = (int)strlen(name), version = (int)strcspn(run->cells[i].version, " ");
		int accel = (int)strlen(run->cells[i].accel);

		name_width = len > name_width ? len : name_width;
		version_width = version > version_width ? version : version_width;
		accel_width = accel > accel_width ? accel : accel_width;
		free(name);
	}
	for (size_t i = 0; i < run->count; i++) {
		const struct cell *c = &run->cells[i];
		char *name = text_cell_name(c);
		char *line = buf_asprintf("%2zu  %-*s  %-*.*s  %-*s", i + 1, name_width, name,
					  version_width, (int)strcspn(c->version, " "), c->version,
					  accel_width, c->accel);

		report_safe(t->out, line);
		text_totals(t, c, (int)strlen(line));
		buf_puts(t->out, "\n");
		free(line);
		free(name);
	}
	buf_puts(t->out, "\n");
}

/* ---- the grid ---- */

/* The cells' numbers above their columns, the tens on a line of their own. */
static void text_grid_head(struct text *t, int label_width)
{
	size_t count = t->m->run->count;

	if (count > 9) {
		buf_printf(t->out, "%*s", label_width, "");
		for (size_t i = 1; i <= count; i++)
			if (i % 10 == 0)
				buf_printf(t->out, " %zu", i / 10);
			else
				buf_puts(t->out, "  ");
		while (t->out->len && t->out->p[t->out->len - 1] == ' ')
			t->out->len--;
		buf_puts(t->out, "\n");
	}
	buf_printf(t->out, "%*s", label_width, "");
	for (size_t i = 1; i <= count; i++)
		buf_printf(t->out, " %zu", i % 10);
	buf_puts(t->out, "\n");
}

static void text_grid_row(struct text *t, const struct matrix_row *row, const char *name,
			  int label_width)
{
	struct buf label = {0};
	int len;

	buf_puts(&label, "  ");
	report_safe(&label, name);
	len = (int)label.len;
	buf_puts(t->out, label.p);
	/* A name too long for the screen gets a line to itself. */
	if (len > label_width)
		buf_printf(t->out, "\n%*s", label_width, "");
	else
		buf_printf(t->out, "%*s", label_width - len, "");
	for (size_t c = 0; c < t->m->run->count; c++) {
		char letter[2] = " ";

		buf_puts(t->out, " ");
		if (!row->at[c]) {
			buf_puts(t->out, letter);
			continue;
		}
		letter[0] = status_letter(row->at[c]->status);
		text_status(t, row->at[c]->status, letter);
	}
	while (t->out->p[t->out->len - 1] == ' ')
		t->out->len--;
	buf_puts(t->out, "\n");
	buf_free(&label);
}

static bool text_same_area(const struct matrix_row *a, const struct matrix_row *b)
{
	return a->area_len == b->area_len && !memcmp(a->id, b->id, a->area_len);
}

/* The same answers in all cells. */
static bool text_is_alike(const struct text *t, const struct matrix_row *a,
			  const struct matrix_row *b)
{
	for (size_t c = 0; c < t->m->run->count; c++)
		if (!a->at[c] != !b->at[c] || (a->at[c] && a->at[c]->status != b->at[c]->status))
			return false;
	return true;
}

/* Nothing but passes and skips. */
static bool text_is_quiet(const struct text *t, const struct matrix_row *row)
{
	for (size_t c = 0; c < t->m->run->count; c++) {
		const struct result *r = row->at[c];

		if (r && r->status != STATUS_PASS && r->status != STATUS_SKIP &&
		    r->status != STATUS_NA)
			return false;
	}
	return true;
}

/*
 * The rows from `first` on that are of one area: each by its name, but quiet rows that are
 * alike in one line at the end, or what matters would stand between thousands of dots.
 * Returns the row after them.
 */
static size_t text_grid_area(struct text *t, size_t first, int label_width)
{
	const struct matrix_row *rows = t->m->rows;
	size_t end = first, *alike;

	while (end < t->m->count && text_same_area(&rows[end], &rows[first]))
		end++;
	/* By row: how many are like it, if it is the first of them; 0: told by another. */
	alike = buf_realloc(NULL, end - first, sizeof(*alike));
	for (size_t i = first; i < end; i++)
		alike[i - first] = 1;
	for (size_t i = first; i < end; i++) {
		if (!alike[i - first] || t->style->all || !text_is_quiet(t, &rows[i]))
			continue;
		for (size_t k = i + 1; k < end; k++) {
			if (alike[k - first] && text_is_alike(t, &rows[i], &rows[k])) {
				alike[i - first]++;
				alike[k - first] = 0;
			}
		}
		/* Of a few, the names are worth their lines. */
		for (size_t k = i + 1; k < end && alike[i - first] < TEXT_ALIKE_MIN; k++)
			if (!alike[k - first] && text_is_alike(t, &rows[i], &rows[k]))
				alike[k - first] = 1;
		if (alike[i - first] < TEXT_ALIKE_MIN)
			alike[i - first] = 1;
	}
	for (size_t i = first; i < end; i++)
		if (alike[i - first] == 1)
			text_grid_row(t, &rows[i], rows[i].label[0] ? rows[i].label : rows[i].id,
				      label_width);
	for (size_t i = first; i < end; i++) {
		char *name = buf_asprintf("(%zu alike)", alike[i - first]);

		if (alike[i - first] > 1)
			text_grid_row(t, &rows[i], name, label_width);
		free(name);
	}
	free(alike);
	return end;
}

static void text_grid(struct text *t)
{
	int room = (int)t->style->width - 2 * (int)t->m->run->count, label_width = 20;

	for (size_t i = 0; i < t->m->count; i++) {
		int len = (int)strlen(t->m->rows[i].label) + 2;

		if (len > label_width && len <= room)
			label_width = len;
	}
	text_grid_head(t, label_width);
	for (size_t i = 0; i < t->m->count;) {
		char *area = buf_strndup(t->m->rows[i].id, t->m->rows[i].area_len);

		text_bold(t, area);
		buf_puts(t->out, "\n");
		free(area);
		i = text_grid_area(t, i, label_width);
	}
	buf_puts(t->out, "\n");
}

/* ---- what is not a pass, by reason ---- */

/* Words one after the other, broken at the width of the screen. */
static void text_wrap(struct text *t, struct buf *line, int indent, const char *word)
{
	if (line->len > (size_t)indent && line->len + 1 + strlen(word) > t->style->width) {
		buf_add(t->out, line->p, line->len);
		buf_puts(t->out, "\n");
		line->len = 0;
		buf_printf(line, "%*s", indent, "");
	}
	if (line->len > (size_t)indent)
		buf_puts(line, " ");
	report_safe(line, word);
}

static void text_wrap_end(struct text *t, struct buf *line)
{
	buf_add(t->out, line->p, line->len);
	buf_puts(t->out, "\n");
	buf_free(line);
}

static bool text_has(const struct matrix_row *row, size_t c, enum status s, const char *reason)
{
	return row->at[c] && row->at[c]->status == s && !strcmp(row->at[c]->reason, reason);
}

/* Whether two rows have this status and reason in the same cells. */
static bool text_same_cells(struct text *t, size_t a, size_t b, enum status s, const char *reason)
{
	for (size_t c = 0; c < t->m->run->count; c++)
		if (text_has(&t->m->rows[a], c, s, reason) !=
		    text_has(&t->m->rows[b], c, s, reason))
			return false;
	return true;
}

/* "1-3,7" */
static char *text_cell_set(struct text *t, const struct matrix_row *row, enum status s,
			   const char *reason)
{
	size_t count = t->m->run->count;
	struct buf set = {0};

	for (size_t c = 0; c < count; c++) {
		size_t first = c;

		if (!text_has(row, c, s, reason))
			continue;
		while (c + 1 < count && text_has(row, c + 1, s, reason))
			c++;
		buf_printf(&set, "%s%zu", set.len ? "," : "", first + 1);
		if (c > first)
			buf_printf(&set, "-%zu", c + 1);
	}
	return set.p;
}

/* The end (exclusive) of an area when all its rows are in the set of row `first`, else 0. */
static size_t text_whole_area(struct text *t, size_t i, size_t first, enum status s,
			      const char *reason)
{
	size_t n = i;

	if (i && text_same_area(&t->m->rows[i], &t->m->rows[i - 1]))
		return 0;
	while (n < t->m->count && text_same_area(&t->m->rows[n], &t->m->rows[i])) {
		if (!text_same_cells(t, n, first, s, reason))
			return 0;
		n++;
	}
	return n - i > 1 ? n : 0;
}

/* The rows that have this reason in exactly the cells where row `first` has it. */
static void text_group(struct text *t, size_t first, enum status s, const char *reason, bool *told)
{
	char *set = text_cell_set(t, &t->m->rows[first], s, reason);
	struct buf line = {0};
	int indent = 8;

	buf_printf(&line, "%*s", indent, "");
	if (t->m->run->count > 1) {
		char *in = buf_asprintf("in %s:", set);

		text_wrap(t, &line, indent, in);
		free(in);
	}
	for (size_t i = 0; i < t->m->count; i++) {
		const struct matrix_row *row = &t->m->rows[i];
		size_t whole;

		if (!text_same_cells(t, i, first, s, reason))
			continue;
		whole = text_whole_area(t, i, first, s, reason);
		if (whole) {
			char *area = buf_asprintf("%.*s%c*", (int)row->area_len, row->id,
						  row->id[row->area_len]);

			text_wrap(t, &line, indent, area);
			free(area);
			for (; i < whole; i++)
				told[i] = true;
			i--;
			continue;
		}
		text_wrap(t, &line, indent, row->id);
		told[i] = true;
	}
	text_wrap_end(t, &line);
	free(set);
}

/* Every row with this status and reason, in groups of the same cells. */
static void text_reason(struct text *t, enum status s, const char *reason)
{
	size_t count = t->m->run->count;
	bool *told = buf_realloc(NULL, t->m->count, sizeof(*told));
	struct buf line = {0};
	char *words = buf_strdup(reason[0] ? reason : "no reason given"), *save = NULL;

	memset(told, 0, t->m->count * sizeof(*told));
	buf_puts(&line, "    ");
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		text_wrap(t, &line, 4, w);
	text_wrap_end(t, &line);
	for (size_t i = 0; i < t->m->count; i++)
		for (size_t c = 0; c < count && !told[i]; c++)
			if (text_has(&t->m->rows[i], c, s, reason))
				text_group(t, i, s, reason, told);
	free(told);
	free(words);
}

static void text_reasons(struct text *t)
{
	for (size_t k = 0; k < STATUS_COUNT; k++) {
		enum status s = report_order[k];
		struct intern told = {0};

		for (size_t i = 0; i < t->m->count && s != STATUS_PASS; i++) {
			for (size_t c = 0; c < t->m->run->count; c++) {
				const struct result *r = t->m->rows[i].at[c];

				size_t before = told.count;

				if (!r || r->status != s ||
				    intern_add(&told, r->reason, strlen(r->reason)) < before)
					continue;
				if (!before) {
					text_status(t, s, status_word(s));
					buf_puts(t->out, "\n");
				}
				text_reason(t, s, r->reason);
			}
		}
		if (told.count)
			buf_puts(t->out, "\n");
		intern_free(&told);
	}
}

/* ---- the end: legend and one line that counts ---- */

static void text_legend(struct text *t)
{
	bool seen[STATUS_COUNT] = {false}, blank = false;

	for (size_t i = 0; i < t->m->count; i++) {
		for (size_t c = 0; c < t->m->run->count; c++) {
			if (t->m->rows[i].at[c])
				seen[t->m->rows[i].at[c]->status] = true;
			else
				blank = true;
		}
	}
	for (enum status s = 0; s < STATUS_COUNT; s++) {
		char letter[2] = {status_letter(s), '\0'};

		if (!seen[s])
			continue;
		buf_puts(t->out, "  ");
		text_status(t, s, letter);
		buf_printf(t->out, "  %-8s  %s\n", status_word(s), status_meaning(s));
	}
	if (blank)
		buf_puts(t->out, "     (blank)   no such case in this cell\n");
	buf_puts(t->out, "\n");
}

static void text_sum(struct text *t)
{
	const struct store_run *run = t->m->run;
	size_t passed = 0, failed = 0, skipped = 0, missing = 0;

	for (size_t c = 0; c < run->count; c++) {
		for (size_t i = 0; i < run->cells[c].results.count; i++) {
			enum status s = run->cells[c].results.v[i].status;

			if (status_class(s) == STATUS_CLASS_FAILURE)
				failed++;
			else if (status_class(s) == STATUS_CLASS_MISSING)
				missing++;
			else if (s == STATUS_SKIP || s == STATUS_NA)
				skipped++;
			else
				passed++;
		}
	}
	if (!run->ended)
		text_status(t, STATUS_LOST,
			    "This run is not at its end: it is still going on, or was cut off.\n");
	buf_printf(t->out, "%zu cell%s: %zu passed, %zu failed, %zu skipped, %zu missing\n",
		   run->count, run->count == 1 ? "" : "s", passed, failed, skipped, missing);
}

void report_text(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	struct text t = {m, style, out};

	text_cells(&t);
	if (m->count) {
		text_grid(&t);
		text_reasons(&t);
		text_legend(&t);
		if (!style->narrowed)
			report_sound_text(m, style, out);
	}
	text_sum(&t);
}
