/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_tap.c - the matrix as TAP version 14: a subtest per cell, a point per row,
 * YAML only below what is no pass. A known bug is a failure that
 * was expected, which TAP calls something that is to be done.
 */
#include <inttypes.h>
#include <string.h>

#include "harness/base/escape.h"
#include "harness/report/report.h"

/* The most of an output that a diagnostic shows: it is read between the points. */
#define TAP_OUTPUT_MAX ((size_t)4 << 10)

/* '#' begins a directive and '\' escapes; both mean themselves behind a '\'. */
static void tap_text(struct buf *out, const char *text)
{
	struct buf seen = {0};

	report_safe(&seen, text);
	for (size_t i = 0; i < seen.len; i++) {
		if (seen.p[i] == '#' || seen.p[i] == '\\')
			buf_puts(out, "\\");
		buf_add(out, &seen.p[i], 1);
	}
	buf_free(&seen);
}

/* A string of JSON is one of YAML 1.2. */
static void tap_yaml(struct buf *out, const char *name, const char *text, size_t len,
		     enum escape_lines lines)
{
	buf_printf(out, "      %s: ", name);
	escape_json_visible(out, text, len, lines);
	buf_puts(out, "\n");
}

static void tap_diagnostic(const struct matrix_row *row, size_t c, struct buf *out)
{
	const struct result *worst = row->at[c];
	size_t len = escape_cut(worst->output, worst->output_len, TAP_OUTPUT_MAX);
	struct buf name = {0};

	buf_puts(out, "      ---\n");
	buf_printf(out, "      status: %s\n", status_word(worst->status));
	tap_yaml(out, "message", worst->reason, strlen(worst->reason), ESCAPE_ONE_LINE);
	buf_printf(&name, "%s:%s", worst->program, worst->name);
	tap_yaml(out, "case", name.p, name.len, ESCAPE_ONE_LINE);
	if (worst->us >= 0)
		buf_printf(out, "      duration_ms: %" PRId64 "\n", worst->us / 1000);
	if (len)
		tap_yaml(out, "output", worst->output, len, ESCAPE_KEEP_LINES);
	buf_puts(out, "      ...\n");
	buf_free(&name);
}

static void tap_point(const struct matrix_row *row, size_t c, size_t number, struct buf *out)
{
	enum status s = row->at[c]->status;
	enum report_kind kind = report_kind(s);

	buf_printf(out, "    %s %zu - ",
		   kind == REPORT_PASSED || kind == REPORT_SKIPPED ? "ok" : "not ok", number);
	tap_text(out, row->id);
	if (kind == REPORT_SKIPPED || kind == REPORT_KNOWN) {
		buf_puts(out, kind == REPORT_KNOWN ? " # TO" "DO known bug: " : " # SKIP ");
		tap_text(out, row->at[c]->reason[0] ? row->at[c]->reason : status_meaning(s));
	}
	buf_puts(out, "\n");
	if (kind != REPORT_PASSED && kind != REPORT_SKIPPED)
		tap_diagnostic(row, c, out);
}

static void tap_cell_name(struct buf *out, const struct cell *c)
{
	struct buf name = {0};

	buf_printf(&name, "%s/%s", c->kernel, c->abi);
	tap_text(out, name.p);
	buf_free(&name);
}

static void tap_cell(const struct matrix *m, size_t c, struct buf *out)
{
	const struct cell *cell = &m->run->cells[c];
	size_t count = 0, number = 0;
	bool good = true;

	for (size_t i = 0; i < m->count; i++) {
		const struct result *worst = m->rows[i].at[c];

		if (!worst)
			continue;
		count++;
		if (report_kind(worst->status) > REPORT_SKIPPED)
			good = false;
	}
	if (count) {
		buf_puts(out, "# Subtest: ");
		tap_cell_name(out, cell);
		buf_printf(out, "\n    1..%zu\n", count);
	}
	for (size_t i = 0; i < m->count; i++)
		if (m->rows[i].at[c])
			tap_point(&m->rows[i], c, ++number, out);
	/* A cell that has nothing is missing, and that is not well. */
	buf_printf(out, "%s %zu - ", good && count ? "ok" : "not ok", c + 1);
	tap_cell_name(out, cell);
	buf_puts(out, "\n  ---\n  version: ");
	escape_json_visible(out, cell->version, strlen(cell->version), ESCAPE_ONE_LINE);
	buf_puts(out, "\n  accel: ");
	escape_json_visible(out, cell->accel, strlen(cell->accel), ESCAPE_ONE_LINE);
	buf_printf(out, "\n  results: %zu\n", count);
	for (size_t i = 0; i < m->sound.count; i++) {
		buf_puts(out, i ? "" : "  sandbox:\n");
		buf_puts(out, "    ");
		escape_json_visible(out, m->sound.rows[i].what, strlen(m->sound.rows[i].what),
				    ESCAPE_ONE_LINE);
		buf_printf(out, ": %s\n", sound_word(m->sound.rows[i].at[c].verdict));
	}
	buf_puts(out, "  ...\n");
}

void report_tap(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	(void)style;
	buf_printf(out, "TAP version 14\n1..%zu\n", m->run->count);
	for (size_t c = 0; c < m->run->count; c++)
		tap_cell(m, c, out);
	if (!m->run->ended)
		buf_puts(out, "Bail out! The run is not at its end\n");
}
