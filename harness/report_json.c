/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_json.c - the matrix for programs. Members are only ever added.
 */
#include "config.h"

#include <string.h>

#include "harness/report.h"
#include "harness/utf8.h"

static void json_string(struct buf *out, const char *text)
{
	buf_puts(out, "\"");
	while (*text) {
		size_t len = utf8_length(text);

		if (!len) {
			buf_puts(out, "\\ufffd"); /* a byte that is no UTF-8 */
			text++;
		} else if (*text == '"' || *text == '\\') {
			buf_printf(out, "\\%c", *text++);
		} else if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			buf_printf(out, "\\u%04x", (unsigned char)*text++);
		} else {
			buf_add(out, text, len);
			text += len;
		}
	}
	buf_puts(out, "\"");
}

static void json_member(struct buf *out, const char *name, const char *value, bool last)
{
	buf_printf(out, "\"%s\":", name);
	json_string(out, value);
	buf_puts(out, last ? "}" : ",");
}

static void json_result(struct buf *out, const char *row, const struct cell *c,
			const struct result *r, bool *first)
{
	buf_puts(out, *first ? "\n{" : ",\n{");
	*first = false;
	json_member(out, "contract", row, false);
	json_member(out, "kernel", c->kernel, false);
	json_member(out, "abi", c->abi, false);
	json_member(out, "status", status_word(r->status), false);
	json_member(out, "reason", r->reason, true);
}

void report_json(const struct matrix *m, struct buf *out)
{
	bool first = true;

	buf_puts(out, "{\"cells\":[");
	for (size_t c = 0; c < m->run->count; c++) {
		const struct cell *cell = &m->run->cells[c];

		buf_puts(out, c ? ",\n{" : "\n{");
		json_member(out, "kernel", cell->kernel, false);
		json_member(out, "abi", cell->abi, false);
		json_member(out, "version", cell->version, false);
		json_member(out, "accel", cell->accel, true);
	}
	buf_puts(out, "],\n\"results\":[");
	for (size_t i = 0; i < m->count; i++)
		for (size_t c = 0; c < m->run->count; c++)
			if (m->rows[i].at[c])
				json_result(out, m->rows[i].id, &m->run->cells[c],
					    m->rows[i].at[c], &first);
	buf_puts(out, "]}\n");
}
