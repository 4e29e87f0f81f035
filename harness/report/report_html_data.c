/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_html_data.c - what the page shows of a cell on demand, once for each text
 * that occurs many times. Outputs of passes stay in the store.
 *
 * {"cells":[[kernel,abi,version,accel,qemu,user]],
 *  "status":{letter:[word,meaning,class]},
 *  "texts":[..], "docs":[[promise,since,until,abis,reference,kind,link]],
 *  "rows":[[id,area length,program,doc or -1,[[cell,case,letter,reason,output,ms]]]],
 *  "sound":[[what,[[word,reason]]]]}
 *
 * Program, case, reason and output are numbers of texts. A passed case without a
 * reason is told only where the cell has several of the contract.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/escape.h"
#include "harness/base/intern.h"
#include "harness/base/json.h"
#include "harness/report/report_html.h"

/* What one case, and what all cases together, may print into the page. */
#define DATA_OUTPUT_MAX ((size_t)4 << 10)
#define DATA_OUTPUTS_MAX ((size_t)2 << 20)

struct data {
	const struct matrix *m;
	const struct report_style *style;
	struct buf *out;
	struct intern texts, docs;
	size_t outputs; /* bytes of output so far */
};

static void data_visible(struct buf *out, const char *text, size_t len)
{
	json_next(out);
	escape_json_visible(out, text, len, ESCAPE_KEEP_LINES);
}

static void data_string(struct buf *out, const char *text)
{
	data_visible(out, text, strlen(text));
}

static void data_number(struct buf *out, int64_t n)
{
	json_next(out);
	buf_printf(out, "%" PRId64, n);
}

static void data_open(struct buf *out)
{
	json_next(out);
	buf_puts(out, "[");
}

static void data_text(struct data *d, const char *text)
{
	data_number(d->out, (int64_t)intern_add(&d->texts, text, strlen(text)));
}

static void data_output(struct data *d, const struct result *r)
{
	size_t len = escape_cut(r->output, r->output_len, DATA_OUTPUT_MAX), known = d->texts.count;
	size_t number;

	if (r->status == STATUS_PASS || !len || d->outputs + len > DATA_OUTPUTS_MAX) {
		data_number(d->out, -1);
		return;
	}
	number = intern_add(&d->texts, r->output, len);
	if (number == known)
		d->outputs += len;
	data_number(d->out, (int64_t)number);
}

static void data_cells(struct data *d)
{
	json_name(d->out, "cells");
	data_open(d->out);
	for (size_t c = 0; c < d->m->run->count; c++) {
		const struct cell *cell = &d->m->run->cells[c];
		const char *const facts[] = {cell->kernel, cell->abi,  cell->version,
					     cell->accel,  cell->qemu, cell->user};

		data_open(d->out);
		for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
			data_string(d->out, facts[i]);
		buf_puts(d->out, "]");
	}
	buf_puts(d->out, "]");
}

static void data_statuses(struct data *d)
{
	static const char *const classes[] = {
		[STATUS_CLASS_GOOD] = "good",
		[STATUS_CLASS_FAILURE] = "failure",
		[STATUS_CLASS_MISSING] = "missing",
	};

	json_name(d->out, "status");
	buf_puts(d->out, "{");
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		enum status s = report_order[i];
		char letter[2] = {status_letter(s), '\0'};

		json_name(d->out, letter);
		buf_puts(d->out, "[");
		data_string(d->out, status_word(s));
		data_string(d->out, status_meaning(s));
		data_string(d->out, classes[status_class(s)]);
		buf_puts(d->out, "]");
	}
	buf_puts(d->out, "}");
}

static void data_case(struct data *d, size_t c, const struct result *r)
{
	char letter[2] = {status_letter(r->status), '\0'};

	data_open(d->out);
	data_number(d->out, (int64_t)c);
	data_text(d, r->name);
	data_string(d->out, letter);
	data_text(d, r->reason);
	data_output(d, r);
	data_number(d->out, r->us < 0 ? -1 : r->us / 1000);
	buf_puts(d->out, "]");
}

static void data_row(struct data *d, const struct matrix_row *row)
{
	const struct catalogue_entry *doc = catalogue_find(d->style->catalogue, row->id);

	json_next(d->out);
	buf_puts(d->out, "\n[");
	data_string(d->out, row->id);
	data_number(d->out, (int64_t)row->area_len);
	data_text(d, row->cases[0]->program);
	/* The catalogue's rows do not move, so the entry's address names it. */
	data_number(d->out, doc ? (int64_t)intern_add(&d->docs, doc->id, strlen(doc->id)) : -1);
	data_open(d->out);
	for (size_t c = 0; c < d->m->run->count; c++) {
		bool several = row->first[c + 1] - row->first[c] > 1;

		for (size_t i = row->first[c]; i < row->first[c + 1]; i++) {
			const struct result *r = row->cases[i];

			if (several || r->status != STATUS_PASS || r->reason[0])
				data_case(d, c, r);
		}
	}
	buf_puts(d->out, "]]");
}

static void data_docs(struct data *d)
{
	json_name(d->out, "docs");
	data_open(d->out);
	for (size_t i = 0; i < d->docs.count; i++) {
		const struct catalogue_entry *e =
			catalogue_find(d->style->catalogue, d->docs.v[i].text);
		const char *const facts[] = {e->promise, e->since, e->until, e->abis,
					     e->reference, e->kind, e->link};

		data_open(d->out);
		for (size_t k = 0; k < sizeof(facts) / sizeof(facts[0]); k++)
			data_string(d->out, facts[k]);
		buf_puts(d->out, "]");
	}
	buf_puts(d->out, "]");
}

static void data_sound(struct data *d)
{
	const struct sound *sound = &d->m->sound;

	json_name(d->out, "sound");
	data_open(d->out);
	for (size_t i = 0; i < sound->count; i++) {
		data_open(d->out);
		data_string(d->out, sound->rows[i].what);
		data_open(d->out);
		for (size_t c = 0; c < sound->cells; c++) {
			char *reason = sound_reason(&sound->rows[i].at[c], 8);

			data_open(d->out);
			data_string(d->out, sound_word(sound->rows[i].at[c].verdict));
			data_string(d->out, reason);
			buf_puts(d->out, "]");
			free(reason);
		}
		buf_puts(d->out, "]]");
	}
	buf_puts(d->out, "]");
}

void report_html_data(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	struct data d = {.m = m, .style = style, .out = out};

	buf_puts(out, "<script type=application/json id=data>{");
	data_cells(&d);
	data_statuses(&d);
	json_name(out, "rows");
	data_open(out);
	for (size_t i = 0; i < m->count; i++)
		data_row(&d, &m->rows[i]);
	buf_puts(out, "]");
	data_docs(&d);
	data_sound(&d);
	json_name(out, "texts");
	data_open(out);
	for (size_t i = 0; i < d.texts.count; i++)
		data_visible(out, d.texts.v[i].text, d.texts.v[i].len);
	buf_puts(out, "]}</script>\n");
	intern_free(&d.texts);
	intern_free(&d.docs);
}
