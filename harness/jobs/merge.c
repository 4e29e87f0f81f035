/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * merge.c - the rules by which runs become one. Every choice is by value, so that no
 * order of the stores shows in what comes out. It opens no store.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/jobs/merge.h"
#include "harness/run/target.h"

/* ---- words that may differ: "7.2.22" and "8.2.1" are "7.2.22, 8.2.1" ---- */

static int merge_word_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct merge_words {
	char **v;
	size_t count, cap;
};

/* The words of a text that this made before, too, so that merging again adds nothing. */
static void merge_words_add(struct merge_words *w, const char *text)
{
	while (*text) {
		const char *end = strstr(text, ", ");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		w->v = buf_grow(w->v, w->count, &w->cap, sizeof(*w->v));
		w->v[w->count++] = buf_strndup(text, len);
		text += len + (end ? 2 : 0);
	}
}

/* What they are together, to be freed; the list is empty then. */
static char *merge_words_join(struct merge_words *w)
{
	struct buf out = {0};

	if (w->count)
		qsort(w->v, w->count, sizeof(*w->v), merge_word_compare);
	buf_puts(&out, "");
	for (size_t i = 0; i < w->count; i++)
		if (!i || strcmp(w->v[i], w->v[i - 1]))
			buf_printf(&out, "%s%s", i ? ", " : "", w->v[i]);
	for (size_t i = 0; i < w->count; i++)
		free(w->v[i]);
	free(w->v);
	*w = (struct merge_words){0};
	return out.p ? out.p : buf_strdup("");
}

/* ---- cases ---- */

static bool merge_is_answer(const struct result *r)
{
	return status_class(r->status) != STATUS_CLASS_MISSING;
}

/* Bytes first, then what is longer; NULL is empty. */
static int merge_bytes_compare(const struct result *a, const struct result *b)
{
	size_t len = a->output_len < b->output_len ? a->output_len : b->output_len;
	int order = len ? memcmp(a->output, b->output, len) : 0;

	return order ? order : (a->output_len > b->output_len) - (a->output_len < b->output_len);
}

/*
 * By case; within one, answers before what is none, then the worst first, then by every
 * word of it: the first of several is the one that stays.
 */
static int merge_result_compare(const void *x, const void *y)
{
	const struct result *a = *(const struct result *const *)x;
	const struct result *b = *(const struct result *const *)y;
	int order = strcmp(a->program, b->program);

	if (!order)
		order = strcmp(a->name, b->name);
	if (!order)
		order = merge_is_answer(b) - merge_is_answer(a);
	if (!order)
		order = (b->status == STATUS_FLAKY) - (a->status == STATUS_FLAKY);
	if (!order)
		order = status_is_worse(b->status, a->status) -
			status_is_worse(a->status, b->status);
	if (!order)
		order = (int)a->status - (int)b->status;
	if (!order)
		order = strcmp(a->reason, b->reason);
	if (!order)
		order = merge_bytes_compare(a, b);
	if (!order)
		order = strcmp(b->contract, a->contract); /* one before none */
	return order ? order : (a->us > b->us) - (a->us < b->us);
}

static bool merge_same_case(const struct result *a, const struct result *b)
{
	return !strcmp(a->program, b->program) && !strcmp(a->name, b->name);
}

/* "fail (1 != 2), pass": what each of the answers said, once. */
static char *merge_reason(struct result *const *v, size_t count)
{
	struct buf out = {0};
	const struct result *last = NULL;

	buf_puts(&out, "runs disagree: ");
	for (size_t i = 0; i < count && merge_is_answer(v[i]); i++) {
		if (last && last->status == v[i]->status)
			continue;
		buf_printf(&out, "%s%s", last ? ", " : "", status_word(v[i]->status));
		if (v[i]->reason[0])
			buf_printf(&out, " (%s)", v[i]->reason);
		last = v[i];
	}
	return out.p;
}

/* `count` results of one case, sorted, become one. */
static void merge_case(struct result *const *v, size_t count, struct results *out)
{
	const struct result *first = v[0];
	bool agree = true;
	struct result *r;

	/* What is flaky already stays as it is: it sorts first. */
	for (size_t i = 1; i < count && first->status != STATUS_FLAKY; i++)
		agree &= !merge_is_answer(v[i]) || v[i]->status == first->status;
	r = results_add(out, first->program, first->name, first->contract, first->status,
			first->reason);
	r->us = first->us;
	result_set_output(r, first->output, first->output_len);
	for (size_t i = 0; i < count; i++)
		if (v[i]->attempts > r->attempts)
			r->attempts = v[i]->attempts;
	if (!agree) {
		r->status = STATUS_FLAKY;
		free(r->reason);
		r->reason = merge_reason(v, count);
	}
}

/* ---- cells ---- */

/* A cell and where it came from. */
struct merge_cell {
	const struct cell *cell;
	const struct merge_input *from;
	size_t kernel, abi; /* their places in the tables */
};

/* As campaign_plan() has them: the running kernel, the table's, own ones, the emulators. */
static size_t merge_kernel_place(const struct tables *t, const char *id)
{
	if (!strcmp(id, TARGET_RUNNING))
		return 0;
	if (!strcmp(id, TARGET_EMULATOR))
		return t->nkernels + 2;
	for (size_t i = 0; i < t->nkernels; i++)
		if (!strcmp(t->kernels[i].id, id))
			return i + 1;
	return t->nkernels + 1;
}

static size_t merge_abi_place(const struct tables *t, const char *id)
{
	for (size_t i = 0; i < t->nabis; i++)
		if (!strcmp(t->abis[i].id, id))
			return i;
	return t->nabis;
}

static int merge_cell_compare(const void *x, const void *y)
{
	const struct merge_cell *a = x, *b = y;
	int order = (a->kernel > b->kernel) - (a->kernel < b->kernel);

	if (!order)
		order = strcmp(a->cell->kernel, b->cell->kernel);
	if (!order)
		order = (a->abi > b->abi) - (a->abi < b->abi);
	if (!order)
		order = strcmp(a->cell->abi, b->cell->abi);
	return order ? order : strcmp(a->cell->user, b->cell->user);
}

/*
 * The one value of a column that may not differ, or NULL with why. A cell that never
 * came to life says nothing.
 */
static const char *merge_only(const struct merge_cell *v, size_t count, size_t offset,
			      const char *what, struct why *why)
{
	const struct merge_cell *found = NULL;
	const char *value = "";

	for (size_t i = 0; i < count; i++) {
		const char *word = *(char *const *)((const char *)v[i].cell + offset);

		if (!word[0] || (found && !strcmp(word, value)))
			continue;
		if (found) {
			why_set(why, EINVAL, "cell %s/%s (%s) is not of one %s: '%s' in '%s', '%s' "
				"in '%s'; leave one store out, and compare them apart",
				v[i].cell->kernel, v[i].cell->abi, v[i].cell->user, what, value,
				found->from->name, word, v[i].from->name);
			return NULL;
		}
		found = &v[i];
		value = word;
	}
	return value;
}

static void merge_cell_results(const struct merge_cell *v, size_t count, struct results *out)
{
	struct result **all = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < v[i].cell->results.count; k++) {
			all = buf_grow(all, n, &cap, sizeof(*all));
			all[n++] = &v[i].cell->results.v[k];
		}
	}
	if (n)
		qsort(all, n, sizeof(*all), merge_result_compare);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && merge_same_case(all[i], all[end]); end++)
			;
		merge_case(all + i, end - i, out);
	}
	free(all);
}

/* `count` cells of one name become the next of `out`. */
static int merge_cells(const struct merge_cell *v, size_t count, struct store_run *out,
		       struct why *why)
{
	const char *version = merge_only(v, count, offsetof(struct cell, version), "version", why);
	const char *accel = version ? merge_only(v, count, offsetof(struct cell, accel),
						 "acceleration", why) : NULL;
	struct merge_words qemu = {0};
	struct cell *c = &out->cells[out->count];
	char *words;

	if (!accel)
		return -EINVAL;
	cell_init(c, v[0].cell->kernel, v[0].cell->abi);
	out->count++;
	cell_set(&c->user, v[0].cell->user);
	cell_set(&c->version, version);
	cell_set(&c->accel, accel);
	for (size_t i = 0; i < count; i++)
		merge_words_add(&qemu, v[i].cell->qemu);
	words = merge_words_join(&qemu);
	cell_set(&c->qemu, words);
	free(words);
	merge_cell_results(v, count, &c->results);
	return 0;
}

/* ---- runs ---- */

static bool merge_same_relies(const struct relies *a, const struct relies *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; i < a->count && same; i++) {
		const struct reliance *x = &a->v[i], *y = &b->v[i];

		same = x->optional == y->optional && !strcmp(x->what, y->what) &&
		       !strcmp(x->kind, y->kind) && !strcmp(x->part, y->part) &&
		       !strcmp(x->contract, y->contract) && !strcmp(x->abis, y->abis) &&
		       !strcmp(x->why, y->why);
	}
	return same;
}

/* What belay said it relies on: the same in every run that knows. Of several versions
 * there is no one answer, and none is kept. */
static int merge_relies(const struct merge_input *in, size_t count, bool any_version,
			struct relies *out, struct why *why)
{
	const struct merge_input *from = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!in[i].run.relies.count)
			continue;
		if (!from) {
			from = &in[i];
			continue;
		}
		if (merge_same_relies(&from->run.relies, &in[i].run.relies))
			continue;
		if (any_version)
			return 0;
		return why_set(why, EINVAL, "in '%s' belay relies on other contracts than in '%s': "
			       "tests that differ are no parts of one matrix; --force merges them",
			       from->name, in[i].name);
	}
	for (size_t i = 0; from && i < from->run.relies.count; i++) {
		const struct reliance *r = &from->run.relies.v[i];

		relies_add(out, r->what, r->kind, r->part, r->optional, r->contract, r->abis,
			   r->why);
	}
	return 0;
}

static int merge_frame(const struct merge_input *in, size_t count, bool any_version,
		       struct store_run *out, struct why *why)
{
	struct merge_words versions = {0};

	*out = (struct store_run){.started = in[0].run.started, .ended = true};
	for (size_t i = 0; i < count; i++) {
		const struct store_run *r = &in[i].run;

		if (strcmp(r->belay_version, in[0].run.belay_version) && !any_version) {
			free(merge_words_join(&versions));
			return why_set(why, EINVAL, "'%s' is a run of belay %s, '%s' one of %s: "
				       "tests that differ are no parts of one matrix; --force "
				       "merges them", in[0].name, in[0].run.belay_version,
				       in[i].name, r->belay_version);
		}
		merge_words_add(&versions, r->belay_version);
		if (r->started < out->started)
			out->started = r->started;
		if (r->finished > out->finished)
			out->finished = r->finished;
		out->ended &= r->ended;
	}
	if (!out->ended)
		out->finished = 0;
	out->belay_version = merge_words_join(&versions);
	out->command = buf_strdup("");
	out->asked = buf_strdup("");
	return 0;
}

int merge_runs(const struct merge_input *in, size_t count, const struct tables *tables,
	       bool any_version, struct store_run *out, struct why *why)
{
	struct merge_cell *cells = NULL;
	size_t ncells = 0, cap = 0;
	struct store_run run;
	int err = merge_frame(in, count, any_version, &run, why);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < in[i].run.count; k++) {
			const struct cell *c = &in[i].run.cells[k];

			cells = buf_grow(cells, ncells, &cap, sizeof(*cells));
			cells[ncells++] = (struct merge_cell){
				.cell = c,
				.from = &in[i],
				.kernel = merge_kernel_place(tables, c->kernel),
				.abi = merge_abi_place(tables, c->abi),
			};
		}
	}
	if (ncells)
		qsort(cells, ncells, sizeof(*cells), merge_cell_compare);
	run.cells = buf_realloc(NULL, ncells, sizeof(*run.cells));
	for (size_t i = 0, end; i < ncells && !err; i = end) {
		for (end = i + 1; end < ncells && !merge_cell_compare(&cells[i], &cells[end]); end++)
			;
		err = merge_cells(cells + i, end - i, &run, why);
	}
	free(cells);
	if (!err)
		err = merge_relies(in, count, any_version, &run.relies, why);
	if (err)
		store_run_free(&run);
	else
		*out = run;
	return err;
}
