/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text_grid.c - one letter per status, contracts down, cells across. Of rows that
 * say the same it shows one.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/report/report_text.h"

/* So many rows that are alike become one. */
#define TEXT_ALIKE_MIN 4

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

void text_grid(struct text *t)
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
