/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_bisect.c - `kmatrix bisect TEST`: which kernel of the table broke a promise; and
 * `kmatrix bisect --step`, one step of `git bisect run`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/word.h"
#include "harness/compare/bisect.h"
#include "harness/run/host.h"
#include "harness/verbs/bisect_run.h"
#include "harness/verbs/cli.h"
#include "harness/verbs/known.h"

enum {
	OPT_IMAGE = 'k', OPT_STORE = 'o', OPT_VARIABLE = 'v',
	OPT_STEP = 256, OPT_FIXED, OPT_WITH, OPT_ARCH, OPT_ABI, OPT_RUN, OPT_BUILDS, OPT_ACCEL,
	OPT_USER,
};

static const struct cli_option bisect_options[] = {
	{"arch", OPT_ARCH, "ARCH", "the table's kernels of this architecture (this machine's)"},
	{"abi", OPT_ABI, "ABI", "in cells of this ABI (the architecture's own; all with --step)"},
	{"run", OPT_RUN, NULL, "boot the kernels that the store has no answer of"},
	{"store", OPT_STORE, "FILE", "the store to read, and to write with --run (" CLI_STORE ")"},
	{"step", OPT_STEP, NULL, "judge one kernel for git bisect run: 0, 1 or 125"},
	{"image", OPT_IMAGE, "PATH", "with --step: the kernel to judge"},
	{"fixed", OPT_FIXED, NULL, "with --step: look for where it was mended"},
	{"builds", OPT_BUILDS, "DIR", "as of kmatrix run"},
	{"variable", OPT_VARIABLE, "NAME=VALUE", "as of kmatrix run"},
	{"accel", OPT_ACCEL, "HOW", "as of kmatrix run"},
	{"user", OPT_USER, "USER", "as of kmatrix run"},
	{"with", OPT_WITH, "PROGRAM", "run this instead of kmatrix, with the words of kmatrix run"},
	{0},
};

struct bisect {
	const char *test, *store, *arch, *abi, *image, *with;
	bool step, fixed, run;
	struct cli_list pass; /* words for kmatrix run */
};

static void bisect_pass(struct bisect *b, const char *option, const char *value)
{
	cli_list_add(&b->pass, option);
	cli_list_add(&b->pass, value);
}

static int bisect_option(struct bisect *b, int opt, const char *value)
{
	switch (opt) {
	case OPT_IMAGE:
		b->image = value;
		break;
	case OPT_STORE:
		b->store = value;
		break;
	case OPT_STEP:
		b->step = true;
		break;
	case OPT_FIXED:
		b->fixed = true;
		break;
	case OPT_RUN:
		b->run = true;
		break;
	case OPT_WITH:
		b->with = value;
		break;
	case OPT_ARCH:
		b->arch = value;
		break;
	case OPT_ABI:
		b->abi = value;
		break;
	case OPT_BUILDS:
		bisect_pass(b, "--builds", value);
		break;
	case OPT_VARIABLE:
		bisect_pass(b, "--variable", value);
		break;
	case OPT_ACCEL:
		bisect_pass(b, "--accel", value);
		break;
	case OPT_USER:
		bisect_pass(b, "--user", value);
		break;
	case CLI_WORD:
		if (b->test)
			return cli_error("kmatrix bisect takes one TEST, '%s' is one more", value);
		b->test = value;
		break;
	}
	return 0;
}

static void bisect_words(const struct bisect *b, struct cli_list *out)
{
	cli_list_add(out, "run");
	cli_list_add(out, "--quiet");
	for (size_t i = 0; i < b->pass.count; i++)
		cli_list_add(out, b->pass.v[i]);
	cli_list_add(out, "--test");
	cli_list_add(out, b->test);
	if (b->abi) {
		cli_list_add(out, "--abi");
		cli_list_add(out, b->abi);
	}
}

static int bisect_one_step(const struct bisect *b)
{
	struct cli_list words = {0};
	int answer;

	bisect_words(b, &words);
	cli_list_add(&words, "--image");
	cli_list_add(&words, b->image);
	answer = bisect_step(b->with, &words, b->test, b->fixed);
	free(words.v);
	return answer;
}

/* ---- the table's kernels ---- */

struct bisect_kernel {
	const char *id;
	char *version; /* NULL: the store knows nothing of it */
	enum bisect_answer answer;
	char *says; /* status and reason */
};

static void bisect_forget(struct bisect_kernel *k)
{
	free(k->version);
	free(k->says);
	k->version = k->says = NULL;
}

/* The newest answer of the store to every kernel, and the names of all its cases. */
static int bisect_ask(const struct bisect *b, struct store *store, struct bisect_kernel *v,
		      size_t count, struct cli_list *names, struct why *why)
{
	struct store_entry *entries;
	size_t nentries;
	int err = store_runs(store, &entries, &nentries, why);

	if (err)
		return err;
	for (size_t i = nentries; i > 0 && !err; i--) {
		struct store_run run;

		err = store_load(store, entries[i - 1].run.id, &run, why);
		if (err)
			break;
		for (size_t c = 0; c < run.count; c++) {
			const struct cell *cell = &run.cells[c], *in;
			const struct result *r;

			for (size_t n = 0; n < cell->results.count; n++)
				cli_list_add(names, result_row(&cell->results.v[n]));
			for (size_t k = 0; k < count; k++) {
				enum bisect_answer a;

				if (v[k].version || strcmp(v[k].id, cell->kernel) ||
				    strcmp(b->abi, cell->abi))
					continue;
				a = bisect_cells(cell, 1, b->test, &r, &in);
				if (!r)
					continue;
				v[k].answer = a;
				v[k].version = buf_strdup(cell->version);
				v[k].says = buf_asprintf("%s%s%s", status_word(r->status),
							 r->reason[0] ? ": " : "", r->reason);
			}
		}
		store_run_free(&run);
	}
	store_runs_free(entries, nentries);
	return err;
}

static int bisect_by_version(const void *p, const void *q)
{
	const struct bisect_kernel *x = p, *y = q;

	if (!x->version || !y->version)
		return !x->version - !y->version;
	return bisect_version_compare(x->version, y->version);
}

static void bisect_line(struct buf *out, const char *head, const struct bisect_kernel *k)
{
	char *line = buf_asprintf("%s%s  %s  %s", head, k->id, k->version[0] ? k->version : "?",
				  k->says);

	report_safe(out, line);
	buf_puts(out, "\n");
	free(line);
}

/* What the row of answers says; the exit status. */
static int bisect_conclude(const struct bisect_kernel *v, size_t count, struct buf *out)
{
	enum bisect_answer *answers = buf_realloc(NULL, count + 1, sizeof(*answers));
	size_t at = 0, turns, before, unsure = 0;
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		answers[i] = v[i].answer;
		unsure += answers[i] == BISECT_UNSURE;
	}
	turns = bisect_turns(answers, count, &at);
	buf_puts(out, "\n");
	if (unsure == count) {
		buf_puts(out, "No kernel has an answer.\n");
		rc = 2;
	} else if (!turns) {
		for (at = 0; answers[at] == BISECT_UNSURE; at++)
			;
		buf_printf(out, "No change: every kernel with an answer is %s.\n",
			   bisect_word(answers[at]));
		rc = 1;
	} else {
		for (before = at - 1; answers[before] == BISECT_UNSURE; before--)
			;
		bisect_line(out, answers[at] == BISECT_BAD ? "last good:  " : "last bad:   ",
			    &v[before]);
		bisect_line(out, answers[at] == BISECT_BAD ? "first bad:  " : "first good: ",
			    &v[at]);
		if (at - before > 1)
			buf_printf(out, "Between them %zu cannot say.\n", at - before - 1);
		if (turns > 1) {
			buf_printf(out, "Not monotone: it turns %zu times; this is the first.\n",
				   turns);
			rc = 2;
		}
	}
	free(answers);
	return rc;
}

static int bisect_show(struct bisect_kernel *v, size_t count)
{
	struct buf out = {0};
	size_t known = 0;
	int rc;

	qsort(v, count, sizeof(*v), bisect_by_version);
	for (size_t i = 0; i < count; i++) {
		char *head = buf_asprintf("%-6s  ", bisect_word(v[i].answer));

		if (v[i].version) {
			bisect_line(&out, head, &v[i]);
			known++;
		} else {
			buf_printf(&out, "-       %s  the store has no answer; --run boots it\n",
				   v[i].id);
		}
		free(head);
	}
	rc = bisect_conclude(v, known, &out);
	rc = cli_write(&out, rc);
	buf_free(&out);
	return rc;
}

static int bisect_read(const struct bisect *b, struct bisect_kernel *v, size_t count, struct why *why)
{
	struct cli_list names = {0};
	struct store *store;
	size_t known = 0;
	int err;

	/* With --run there may be no store yet. */
	if (b->run && access(b->store, F_OK) && errno == ENOENT)
		return 0;
	err = store_open(b->store, false, &store, why);
	if (err)
		return err;
	err = bisect_ask(b, store, v, count, &names, why);
	store_close(store);
	for (size_t i = 0; i < count; i++)
		known += v[i].version != NULL;
	if (!err && !known && !b->run) {
		const char *near = word_nearest(b->test, names.v, names.count);

		err = why_set(why, ENOENT, "store '%s' has no answer of '%s' by a kernel of %s with "
			      "%s; %s%s%s", b->store, b->test, b->arch, b->abi,
			      near && strcmp(near, b->test) ? "did you mean '" : "--run boots them",
			      near && strcmp(near, b->test) ? near : "",
			      near && strcmp(near, b->test) ? "'?" : "");
	}
	for (size_t i = 0; i < names.count; i++)
		free((void *)(uintptr_t)names.v[i]);
	free(names.v);
	return err;
}

static int bisect_boot(const struct bisect *b, struct bisect_kernel *v, size_t count)
{
	struct cli_list words = {0};
	bool any = false;
	int err = 0;

	bisect_words(b, &words);
	cli_list_add(&words, "--store");
	cli_list_add(&words, b->store);
	for (size_t i = 0; i < count; i++) {
		if (v[i].version && v[i].answer != BISECT_UNSURE)
			continue;
		cli_list_add(&words, "--kernel");
		cli_list_add(&words, v[i].id);
		bisect_forget(&v[i]);
		any = true;
	}
	if (any) {
		bisect_catch_signals();
		err = bisect_run(b->with, &words);
	}
	free(words.v);
	return err;
}

/* Of which there is one in each suite; a flavour besides it (rt, cloud) differs by more
 * than its age. */
static const char *bisect_package(const struct tables *t, const char *arch)
{
	const char *package = "";

	for (size_t i = 0; i < t->nkernels; i++) {
		const struct kernel *k = &t->kernels[i];

		if (!strcmp(k->arch, arch) && (!*package || k->is_default))
			package = k->package;
	}
	return package;
}

static int bisect_table(struct bisect *b, const struct tables *t)
{
	struct bisect_kernel *v = buf_realloc(NULL, t->nkernels + 1, sizeof(*v));
	struct cli_list archs = {0}, abis = {0};
	struct why why;
	size_t count = 0;
	int rc;

	for (size_t i = 0; i < t->nmachines; i++)
		cli_list_add(&archs, t->machines[i].arch);
	if (!b->arch)
		b->arch = host_arch();
	rc = known_words("architecture", (const char *[]){b->arch ? b->arch : ""}, 1, &archs);
	for (size_t i = 0; i < t->nabis && !rc; i++) {
		if (!abi_row_runs_on(&t->abis[i], b->arch))
			continue;
		cli_list_add(&abis, t->abis[i].id);
		if (!b->abi && !strcmp(t->abis[i].archs[0], b->arch))
			b->abi = t->abis[i].id;
	}
	if (!rc)
		rc = known_words("ABI", (const char *[]){b->abi ? b->abi : ""}, 1, &abis);
	for (size_t i = 0; i < t->nkernels && !rc; i++)
		if (!strcmp(t->kernels[i].arch, b->arch) &&
		    !strcmp(t->kernels[i].package, bisect_package(t, b->arch)))
			v[count++] = (struct bisect_kernel){.id = t->kernels[i].id,
							    .answer = BISECT_UNSURE};
	if (!rc && bisect_read(b, v, count, &why))
		rc = cli_error("%s", why.text);
	if (!rc && b->run && bisect_boot(b, v, count))
		rc = cli_error("kmatrix run was stopped, or could not be started");
	if (!rc && b->run && bisect_read(b, v, count, &why))
		rc = cli_error("%s", why.text);
	if (!rc)
		rc = bisect_show(v, count);
	for (size_t i = 0; i < count; i++)
		bisect_forget(&v[i]);
	free(v);
	free(archs.v);
	free(abis.v);
	return rc;
}

/* That the options go together; else a message. */
static int bisect_valid(const struct bisect *b)
{
	if (!b->test)
		return cli_error("kmatrix bisect needs a TEST: a contract, or a pattern of them");
	if (b->step && !b->image)
		return cli_error("--step needs the kernel to judge: -k PATH");
	if (b->step && (b->run || b->arch))
		return cli_error("--step judges one kernel: without --run and --arch");
	if (!b->step && (b->image || b->fixed))
		return cli_error("--image and --fixed are for --step");
	return 0;
}

static int bisect_main(const struct cli_verb *self, int argc, char **argv)
{
	struct bisect b = {.store = CLI_STORE};
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	struct tables *tables;
	struct why why;
	int opt, rc = 0;

	/* Whatever goes wrong from here on, git must not take it for bad. */
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		b.step |= !strcmp(argv[i], "--step");
	if (b.step)
		bisect_catch_signals();
	while (!rc && (opt = cli_next(&cli, self, &value)) > CLI_END)
		rc = bisect_option(&b, opt, value);
	if (!rc && opt == CLI_HELP)
		return CLI_OK;
	if (rc || opt == CLI_BAD || bisect_valid(&b)) {
		rc = b.step ? BISECT_UNSURE : CLI_INFRASTRUCTURE;
	} else if (b.step) {
		rc = bisect_one_step(&b);
	} else if (tables_load(NULL, &tables, &why)) {
		rc = cli_error("%s", why.text);
	} else {
		rc = bisect_table(&b, tables);
		tables_free(tables);
	}
	free(b.pass.v);
	return rc;
}

const struct cli_verb verb_bisect = {
	.name = "bisect",
	.summary = "Find the kernel that broke a promise, or judge one for git bisect run",
	.words = "TEST",
	.options = bisect_options,
	.run = bisect_main,
};
