/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text.c - the matrix for people: which cells there are, and at its end what the
 * letters mean and one line that counts. In between are the grid and the reasons. It
 * must stay readable with a dozen cells at 80 columns and without colours.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/report/report_text.h"

static const char *const text_colors[STATUS_COUNT] = {
	[STATUS_PASS] = "32",	 [STATUS_FAIL] = "1;31",    [STATUS_SKIP] = "33",
	[STATUS_XFAIL] = "36",	 [STATUS_XPASS] = "1;35",   [STATUS_TIMEOUT] = "1;31",
	[STATUS_BROKEN] = "1;31", [STATUS_CRASHED] = "1;31", [STATUS_LOST] = "1;35",
	[STATUS_NA] = "2",	 [STATUS_NOBUILD] = "1;35", [STATUS_NOBOOT] = "1;35",
	[STATUS_FLAKY] = "1;31",
};

void text_status(struct text *t, enum status s, const char *what)
{
	if (t->style->color)
		buf_printf(t->out, "\033[%sm%s\033[0m", text_colors[s], what);
	else
		buf_puts(t->out, what);
}

void text_bold(struct text *t, const char *what)
{
	buf_puts(t->out, t->style->color ? "\033[1m" : "");
	report_safe(t->out, what);
	buf_puts(t->out, t->style->color ? "\033[0m" : "");
}

bool text_same_area(const struct matrix_row *a, const struct matrix_row *b)
{
	return a->area_len == b->area_len && !memcmp(a->id, b->id, a->area_len);
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
