/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text_reasons.c - what is not a pass, by status and reason, with the contracts
 * and cells of each. An area that has it whole is one word.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/intern.h"
#include "harness/report/report_text.h"
#include "harness/report/wrap.h"

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
	struct wrap line;

	wrap_begin(&line, t->out, t->style->width, 8, "        ");
	if (t->m->run->count > 1) {
		char *in = buf_asprintf("in %s:", set);

		wrap_word(&line, in);
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

			wrap_word(&line, area);
			free(area);
			for (; i < whole; i++)
				told[i] = true;
			i--;
			continue;
		}
		wrap_word(&line, row->id);
		told[i] = true;
	}
	wrap_end(&line);
	free(set);
}

/* Every row with this status and reason, in groups of the same cells. */
static void text_reason(struct text *t, enum status s, const char *reason)
{
	size_t count = t->m->run->count;
	bool *told = buf_realloc(NULL, t->m->count, sizeof(*told));
	struct wrap line;

	memset(told, 0, t->m->count * sizeof(*told));
	wrap_begin(&line, t->out, t->style->width, 4, "    ");
	wrap_words(&line, reason[0] ? reason : "no reason given");
	wrap_end(&line);
	for (size_t i = 0; i < t->m->count; i++)
		for (size_t c = 0; c < count && !told[i]; c++)
			if (text_has(&t->m->rows[i], c, s, reason))
				text_group(t, i, s, reason, told);
	free(told);
}

void text_reasons(struct text *t)
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
