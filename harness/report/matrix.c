/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * matrix.c - sort a run into rows and columns. It writes nothing.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/report/matrix.h"

/* "ptrace.seize.no_stop" -> "ptrace.seize", "kernel-tests/x_test:case" -> what is before ':'. */
static size_t matrix_area(const char *id)
{
	const char *sep = strchr(id, ':');

	if (!sep) {
		sep = strchr(id, '.');
		if (sep && strchr(sep + 1, '.'))
			sep = strchr(sep + 1, '.');
	}
	return sep ? (size_t)(sep - id) : strlen(id);
}

static int matrix_row_compare(const void *a, const void *b)
{
	const struct matrix_row *x = a, *y = b;
	bool plain_x = strchr(x->id, ':'), plain_y = strchr(y->id, ':');
	size_t len = x->area_len < y->area_len ? x->area_len : y->area_len;
	int order = plain_x - plain_y;

	/* By area first, so that "a.b.x" and "a.b_c.x" do not mix. */
	if (!order)
		order = memcmp(x->id, y->id, len);
	if (!order)
		order = (x->area_len > y->area_len) - (x->area_len < y->area_len);
	return order ? order : strcmp(x->id, y->id);
}

/* A result of some cell on its way to a row. */
struct matrix_item {
	char *id;
	size_t cell;
	const struct result *result;
};

static int matrix_item_compare(const void *a, const void *b)
{
	const struct matrix_item *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	if (!order)
		order = (x->cell > y->cell) - (x->cell < y->cell);
	/* The cases of one cell are in one array, and stay in its order. */
	return order ? order : (x->result > y->result) - (x->result < y->result);
}

/* A row of the `count` items that carry its name, which it takes over from the first. */
static struct matrix_row matrix_row(const struct matrix_item *items, size_t count, size_t cells)
{
	struct matrix_row row = {.id = items[0].id, .area_len = matrix_area(items[0].id)};
	size_t i = 0;

	row.label = row.id + row.area_len + (row.id[row.area_len] != '\0');
	row.at = buf_realloc(NULL, cells, sizeof(*row.at));
	row.cases = buf_realloc(NULL, count, sizeof(*row.cases));
	row.first = buf_realloc(NULL, cells + 1, sizeof(*row.first));
	for (size_t c = 0; c < cells; c++) {
		row.at[c] = NULL;
		row.first[c] = i;
		for (; i < count && items[i].cell == c; i++) {
			row.cases[i] = items[i].result;
			if (!row.at[c] || status_is_worse(row.cases[i]->status, row.at[c]->status))
				row.at[c] = row.cases[i];
		}
	}
	row.first[cells] = i;
	return row;
}

void matrix_make(const struct store_run *run, struct matrix *out)
{
	struct matrix m = {.run = run};
	struct matrix_item *items = NULL;
	size_t count = 0, cap = 0, rows_cap = 0;

	for (size_t c = 0; c < run->count; c++) {
		for (size_t i = 0; i < run->cells[c].results.count; i++) {
			const struct result *r = &run->cells[c].results.v[i];

			items = buf_grow(items, count, &cap, sizeof(*items));
			items[count++] = (struct matrix_item){result_row(r), c, r};
		}
	}
	if (count)
		qsort(items, count, sizeof(*items), matrix_item_compare);
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && !strcmp(items[i + n].id, items[i].id); n++)
			;
		m.rows = buf_grow(m.rows, m.count, &rows_cap, sizeof(*m.rows));
		m.rows[m.count++] = matrix_row(&items[i], n, run->count);
		for (size_t k = 1; k < n; k++)
			free(items[i + k].id);
	}
	free(items);
	if (m.count)
		qsort(m.rows, m.count, sizeof(*m.rows), matrix_row_compare);
	sound_make(run, &m.sound);
	*out = m;
}

void matrix_free(struct matrix *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->rows[i].id);
		free(m->rows[i].at);
		free(m->rows[i].cases);
		free(m->rows[i].first);
	}
	free(m->rows);
	sound_free(&m->sound);
	*m = (struct matrix){0};
}

int matrix_verdict(const struct store_run *run)
{
	int verdict = run->ended && run->count ? 0 : 2;

	for (size_t c = 0; c < run->count; c++) {
		const struct results *results = &run->cells[c].results;

		if (!results->count)
			verdict = 2;
		for (size_t i = 0; i < results->count; i++) {
			enum status_class class = status_class(results->v[i].status);

			if (class == STATUS_CLASS_MISSING)
				verdict = 2;
			else if (class == STATUS_CLASS_FAILURE && !verdict)
				verdict = 1;
		}
	}
	return verdict;
}
