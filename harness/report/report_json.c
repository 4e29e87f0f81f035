/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_json.c - everything that is known of a run, for programs. The schema is
 * doc/kmatrix-report.schema.json; members are only ever added to it.
 */
#include <string.h>

#include "harness/base/escape.h"
#include "harness/base/json.h"
#include "harness/report/report.h"

#define REPORT_JSON_FORMAT 1

static void json_run(const struct matrix *m, struct buf *out)
{
	const struct store_run *run = m->run;

	json_name(out, "run");
	buf_puts(out, "{");
	json_int(out, "id", run->id);
	json_string(out, "command", run->command ? run->command : "");
	json_string(out, "belay_version", run->belay_version ? run->belay_version : "");
	json_time(out, "started", run->started);
	if (run->finished)
		json_time(out, "finished", run->finished);
	json_bool(out, "ended", run->ended);
	json_int(out, "verdict", matrix_verdict(run));
	buf_puts(out, "}");
}

static void json_cell(const struct cell *c, struct buf *out)
{
	json_next(out);
	buf_puts(out, "\n{");
	json_string(out, "kernel", c->kernel);
	json_string(out, "abi", c->abi);
	json_string(out, "version", c->version);
	json_string(out, "accel", c->accel);
	json_string(out, "qemu", c->qemu);
	json_string(out, "user", c->user);
	json_name(out, "counts");
	buf_puts(out, "{");
	for (enum status s = 0; s < STATUS_COUNT; s++)
		if (cell_count(c, s))
			json_int(out, status_word(s), (int64_t)cell_count(c, s));
	buf_puts(out, "}}");
}

static void json_case(const struct result *r, struct buf *out)
{
	json_next(out);
	buf_puts(out, "{");
	json_string(out, "program", r->program);
	json_string(out, "case", r->name);
	json_string(out, "status", status_word(r->status));
	json_string(out, "reason", r->reason);
	if (r->us >= 0)
		json_seconds(out, "seconds", r->us);
	if (r->output_len) {
		size_t len = escape_cut(r->output, r->output_len, REPORT_OUTPUT_MAX);

		json_name(out, "output");
		escape_json(out, r->output, len);
		if (len < r->output_len)
			json_int(out, "output_bytes", (int64_t)r->output_len);
	}
	buf_puts(out, "}");
}

static void json_result(const struct matrix *m, const struct matrix_row *row, size_t c,
			struct buf *out)
{
	json_next(out);
	buf_puts(out, "\n{");
	json_string(out, "contract", row->id);
	json_string(out, "kernel", m->run->cells[c].kernel);
	json_string(out, "abi", m->run->cells[c].abi);
	json_string(out, "status", status_word(row->at[c]->status));
	json_string(out, "reason", row->at[c]->reason);
	json_name(out, "cases");
	buf_puts(out, "[");
	for (size_t i = row->first[c]; i < row->first[c + 1]; i++)
		json_case(row->cases[i], out);
	buf_puts(out, "]}");
}

static void json_sound(const struct matrix *m, const struct sound_row *row, size_t c,
		       struct buf *out)
{
	const struct sound_cell *cell = &row->at[c];

	json_next(out);
	buf_puts(out, "\n{");
	json_string(out, "what", row->what);
	json_string(out, "kind", row->kind);
	json_string(out, "kernel", m->run->cells[c].kernel);
	json_string(out, "abi", m->run->cells[c].abi);
	json_string(out, "verdict", sound_word(cell->verdict));
	json_name(out, "causes");
	buf_puts(out, "[");
	for (size_t i = 0; i < cell->count; i++) {
		const struct sound_cause *cause = &cell->causes[i];

		json_next(out);
		buf_puts(out, "{");
		json_string(out, "contract", cause->reliance->contract);
		json_string(out, "part", cause->reliance->part);
		if (cause->result) {
			json_string(out, "status", status_word(cause->result->status));
			json_string(out, "reason", cause->result->reason);
		}
		buf_puts(out, "}");
	}
	buf_puts(out, "]}");
}

void report_json(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	(void)style;
	buf_puts(out, "{");
	json_int(out, "format", REPORT_JSON_FORMAT);
	json_run(m, out);
	buf_puts(out, ",\n\"cells\":[");
	for (size_t c = 0; c < m->run->count; c++)
		json_cell(&m->run->cells[c], out);
	buf_puts(out, "],\n\"results\":[");
	for (size_t i = 0; i < m->count; i++)
		for (size_t c = 0; c < m->run->count; c++)
			if (m->rows[i].at[c])
				json_result(m, &m->rows[i], c, out);
	buf_puts(out, "],\n\"sound\":[");
	for (size_t i = 0; i < m->sound.count; i++)
		for (size_t c = 0; c < m->run->count; c++)
			json_sound(m, &m->sound.rows[i], c, out);
	buf_puts(out, "]}\n");
}
