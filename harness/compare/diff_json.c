/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff_json.c - a diff for programs. Members are only ever added.
 */
#include "harness/base/buf.h"
#include "harness/base/json.h"
#include "harness/compare/diff_report.h"

static void json_member(struct buf *out, const char *name, const char *value)
{
	if (value) {
		json_string(out, name, value);
	} else {
		json_name(out, name);
		buf_puts(out, "null");
	}
}

static void json_cell(struct buf *out, const struct cell *c)
{
	buf_puts(out, "{");
	json_member(out, "kernel", c->kernel);
	json_member(out, "abi", c->abi);
	json_member(out, "version", c->version);
	json_member(out, "accel", c->accel);
	json_member(out, "user", c->user);
	buf_puts(out, "}");
}

static void json_cells(struct buf *out, const char *name, const struct cell **cells, size_t count)
{
	buf_printf(out, ",\n\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, i ? ",\n" : "\n");
		json_cell(out, cells[i]);
	}
	buf_puts(out, "]");
}

static void json_change(struct buf *out, const struct diff_change *c)
{
	buf_puts(out, "{");
	json_member(out, "contract", c->row->id);
	buf_printf(out, ",\"cell\":%zu", c->pair);
	json_member(out, "class", diff_class_word(c->class));
	json_member(out, "from", c->a ? status_word(c->a->status) : NULL);
	json_member(out, "to", c->b ? status_word(c->b->status) : NULL);
	json_member(out, "from_reason", c->a ? c->a->reason : NULL);
	json_member(out, "to_reason", c->b ? c->b->reason : NULL);
	buf_puts(out, "}");
}

void diff_json(const struct diff *d, const struct diff_style *style, struct buf *out)
{
	bool first = true;

	buf_puts(out, "{");
	json_member(out, "a", style->name_a);
	json_member(out, "b", style->name_b);
	json_member(out, "belay_a", style->belay_a);
	json_member(out, "belay_b", style->belay_b);
	buf_printf(out, ",\"verdict\":%d,\n\"cells\":[", diff_verdict(d));
	for (size_t i = 0; i < d->npairs; i++) {
		buf_puts(out, i ? ",\n{\"a\":" : "\n{\"a\":");
		json_cell(out, d->pairs[i].a);
		buf_puts(out, ",\"b\":");
		json_cell(out, d->pairs[i].b);
		buf_puts(out, "}");
	}
	buf_puts(out, "]");
	json_cells(out, "only_a", d->only_a, d->nonly_a);
	json_cells(out, "only_b", d->only_b, d->nonly_b);
	buf_puts(out, ",\n\"counts\":{");
	for (enum diff_class c = 0; c < DIFF_CLASSES; c++)
		buf_printf(out, "%s\"%s\":%zu", c ? "," : "", diff_class_word(c), d->counts[c]);
	buf_puts(out, "},\n\"changes\":[");
	for (size_t i = 0; i < d->count; i++) {
		enum diff_class c = d->changes[i].class;

		if (style->only ? !style->chosen[c] : c == DIFF_SAME && !style->chosen[c])
			continue;
		buf_puts(out, first ? "\n" : ",\n");
		first = false;
		json_change(out, &d->changes[i]);
	}
	buf_puts(out, "]}\n");
}
