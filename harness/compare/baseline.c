/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline.c - read, write and apply what is known not to pass. It touches no file.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "harness/compare/baseline.h"

/* ---- the text ---- */

static const char baseline_head[] =
	"# What is known not to pass: CONTRACT CELLS STATUS[,STATUS...] REASON\n"
	"# kmatrix(1) tells the rules; `kmatrix baseline --check` tells what no longer applies.\n";

/* "fail,timeout"; 0 for what is none. A status that is good needs no excuse. */
static unsigned baseline_statuses(const char *text, size_t len)
{
	char *list = buf_strndup(text, len), *save = NULL;
	unsigned statuses = 0;
	bool bad = false;

	for (char *w = strtok_r(list, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		enum status s;

		if (status_parse(w, &s) || status_class(s) == STATUS_CLASS_GOOD)
			bad = true;
		else
			statuses |= 1U << s;
	}
	free(list);
	return bad ? 0 : statuses;
}

static struct baseline_entry *baseline_append(struct baseline *b)
{
	b->v = buf_grow(b->v, b->count, &b->cap, sizeof(*b->v));
	b->v[b->count] = (struct baseline_entry){0};
	return &b->v[b->count++];
}

/* One line that is no comment; what is above it becomes its comment. */
static int baseline_line(struct baseline *b, const char *p, size_t len, struct buf *comment,
			 const char *name, unsigned line, struct why *why)
{
	const char *end = p + len, *field[3];
	size_t flen[3];
	struct baseline_entry *e;
	unsigned statuses;

	for (int i = 0; i < 3; i++) {
		field[i] = p;
		while (p < end && *p != ' ' && *p != '\t')
			p++;
		flen[i] = (size_t)(p - field[i]);
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
	}
	while (end > p && strchr(" \t\r", end[-1]))
		end--;
	if (p >= end)
		return why_set(why, EINVAL, "%s:%u: an entry is CONTRACT CELLS STATUS REASON, and "
			       "each of them is needed", name, line);
	statuses = baseline_statuses(field[2], flen[2]);
	if (!statuses)
		return why_set(why, EINVAL, "%s:%u: '%.*s' is no status that needs an excuse: fail, "
			       "timeout, broken, xpass, flaky, crashed, lost, nobuild or noboot, "
			       "parted by commas", name, line, (int)flen[2], field[2]);
	e = baseline_append(b);
	e->contract = buf_strndup(field[0], flen[0]);
	e->cells = buf_strndup(field[1], flen[1]);
	e->statuses = statuses;
	e->reason = buf_strndup(p, (size_t)(end - p));
	e->comment = buf_strdup(comment->p ? comment->p : "");
	e->line = line;
	buf_free(comment);
	return 0;
}

int baseline_parse(const char *text, const char *name, struct baseline *out, struct why *why)
{
	struct baseline b = {0};
	struct buf comment = {0};
	unsigned line = 0;
	int err = 0;

	for (const char *p = text; *p && !err;) {
		size_t len = strcspn(p, "\n"), blank = strspn(p, " \t\r");

		line++;
		if (blank >= len) {
			/* An empty line parts the file's own comment from those of entries. */
			if (!b.count && !b.head && comment.len) {
				b.head = buf_strdup(comment.p);
				buf_free(&comment);
			}
		} else if (p[blank] == '#') {
			buf_printf(&comment, "%.*s\n", (int)len, p);
		} else {
			err = baseline_line(&b, p + blank, len - blank, &comment, name, line, why);
		}
		p += len + (p[len] == '\n');
	}
	if (!b.head)
		b.head = buf_strdup(text[0] ? "" : baseline_head);
	b.tail = buf_strdup(comment.p ? comment.p : "");
	buf_free(&comment);
	if (err) {
		baseline_free(&b);
		return err;
	}
	*out = b;
	return 0;
}

void baseline_free(struct baseline *b)
{
	for (size_t i = 0; i < b->count; i++) {
		free(b->v[i].contract);
		free(b->v[i].cells);
		free(b->v[i].reason);
		free(b->v[i].comment);
	}
	free(b->v);
	free(b->head);
	free(b->tail);
	*b = (struct baseline){0};
}

static int baseline_compare(const void *p, const void *q)
{
	const struct baseline_entry *x = p, *y = q;
	int order = strcmp(x->contract, y->contract);

	if (!order)
		order = strcmp(x->cells, y->cells);
	if (!order)
		order = (x->statuses > y->statuses) - (x->statuses < y->statuses);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

void baseline_write(struct baseline *b, struct buf *out)
{
	buf_puts(out, b->head);
	if (b->head[0])
		buf_puts(out, "\n");
	if (b->count)
		qsort(b->v, b->count, sizeof(*b->v), baseline_compare);
	for (size_t i = 0; i < b->count; i++) {
		const struct baseline_entry *e = &b->v[i];
		bool comma = false;

		buf_printf(out, "%s%s %s ", e->comment, e->contract, e->cells);
		for (enum status s = 0; s < STATUS_COUNT; s++) {
			if (e->statuses & (1U << s)) {
				buf_printf(out, "%s%s", comma ? "," : "", status_word(s));
				comma = true;
			}
		}
		buf_printf(out, " %s\n", e->reason);
	}
	buf_puts(out, b->tail);
}

bool baseline_add(struct baseline *b, const char *contract, const char *cells, unsigned statuses,
		  const char *reason)
{
	struct baseline_entry *e;

	for (size_t i = 0; i < b->count; i++) {
		e = &b->v[i];
		if (strcmp(e->contract, contract) || strcmp(e->cells, cells))
			continue;
		if ((e->statuses & statuses) == statuses)
			return false;
		e->statuses |= statuses;
		free(e->reason);
		e->reason = buf_strdup(reason);
		return true;
	}
	e = baseline_append(b);
	e->contract = buf_strdup(contract);
	e->cells = buf_strdup(cells);
	e->statuses = statuses;
	e->reason = buf_strdup(reason);
	e->comment = buf_strdup("");
	return true;
}

char *baseline_literal(const char *name)
{
	struct buf out = {0};

	if (!*name || *name == '#')
		return NULL;
	for (const char *p = name; *p; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f) {
			buf_free(&out);
			return NULL;
		}
		if (strchr("*?[\\", *p))
			buf_puts(&out, "\\");
		buf_add(&out, p, 1);
	}
	return out.p;
}

/* ---- what it means for a run ---- */

bool baseline_cell_fits(const char *pattern, const struct cell *c)
{
	char *plain = buf_asprintf("%s/%s", c->kernel, c->abi);
	char *full = buf_asprintf("%s/%s/%s", c->kernel, c->abi, c->user);
	bool fits = !fnmatch(pattern, plain, 0) || !fnmatch(pattern, full, 0);

	free(plain);
	free(full);
	return fits;
}

static bool baseline_fits(const struct baseline_entry *e, const struct cell *c,
			  const struct result *r)
{
	char *row = result_row(r);
	bool fits = !fnmatch(e->contract, row, 0) && baseline_cell_fits(e->cells, c);

	free(row);
	return fits;
}

const struct baseline_entry *baseline_find(const struct baseline *b, const struct cell *c,
					   const struct result *r)
{
	for (size_t i = 0; i < b->count; i++)
		if ((b->v[i].statuses & (1U << r->status)) && baseline_fits(&b->v[i], c, r))
			return &b->v[i];
	return NULL;
}

enum baseline_state baseline_state(const struct baseline_entry *e, const struct store_run *run)
{
	enum baseline_state state = BASELINE_UNASKED;

	for (size_t c = 0; c < run->count; c++) {
		const struct results *results = &run->cells[c].results;

		for (size_t i = 0; i < results->count; i++) {
			const struct result *r = &results->v[i];

			if (!baseline_fits(e, &run->cells[c], r))
				continue;
			if (e->statuses & (1U << r->status))
				return BASELINE_APPLIES;
			if (status_class(r->status) != STATUS_CLASS_GOOD)
				state = BASELINE_OTHER;
			else if (state == BASELINE_UNASKED)
				state = BASELINE_STALE;
		}
	}
	return state;
}

int baseline_verdict(const struct baseline *b, const struct store_run *run)
{
	int verdict = run->ended && run->count ? 0 : 2;

	for (size_t c = 0; c < run->count; c++) {
		const struct results *results = &run->cells[c].results;

		if (!results->count)
			verdict = 2;
		for (size_t i = 0; i < results->count; i++) {
			enum status_class class = status_class(results->v[i].status);

			if (class == STATUS_CLASS_GOOD ||
			    baseline_find(b, &run->cells[c], &results->v[i]))
				continue;
			if (class == STATUS_CLASS_MISSING)
				verdict = 2;
			else if (!verdict)
				verdict = 1;
		}
	}
	return verdict;
}

/* An entry that speaks of this case, whatever its status is. */
static const struct baseline_entry *baseline_speaks(const struct baseline *b, const struct cell *c,
						    const struct result *r)
{
	for (size_t i = 0; i < b->count; i++)
		if (baseline_fits(&b->v[i], c, r))
			return &b->v[i];
	return NULL;
}

static enum status baseline_first(unsigned statuses)
{
	enum status s = 0;

	while (!(statuses & (1U << s)))
		s++;
	return s;
}

void baseline_expect(const struct baseline *b, const struct store_run *run, struct store_run *out)
{
	*out = (struct store_run){.id = run->id, .ended = true, .count = run->count};
	out->cells = buf_realloc(NULL, run->count + 1, sizeof(*out->cells));
	for (size_t c = 0; c < run->count; c++) {
		const struct cell *from = &run->cells[c];
		struct cell *to = &out->cells[c];

		cell_init(to, from->kernel, from->abi);
		cell_set(&to->version, from->version);
		cell_set(&to->accel, from->accel);
		cell_set(&to->qemu, from->qemu);
		cell_set(&to->user, from->user);
		for (size_t i = 0; i < from->results.count; i++) {
			const struct result *r = &from->results.v[i];
			const struct baseline_entry *e = baseline_find(b, from, r);
			enum status s = r->status;
			const char *reason = r->reason;

			if (!e && (e = baseline_speaks(b, from, r))) {
				s = baseline_first(e->statuses);
				reason = e->reason;
			} else if (!e && status_class(s) != STATUS_CLASS_GOOD) {
				s = STATUS_PASS;
				reason = "";
			}
			results_add(&to->results, r->program, r->name, r->contract, s, reason);
		}
	}
}
