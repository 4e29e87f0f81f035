/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_fetch.c - `kmatrix fetch`: get kernels and the userland of their guests into
 * the cache ahead of a run, and remove what is superseded. It boots nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/kernels/apt.h"
#include "harness/kernels/cache.h"
#include "harness/run.h"
#include "harness/verbs/cli.h"
#include "harness/verbs/known.h"

enum {
	FETCH_QUIET = 'q',
	FETCH_ALL = 256, FETCH_DEFAULT, FETCH_REFRESH, FETCH_OPT_OFFLINE, FETCH_PRUNE,
};

static const struct cli_option fetch_options[] = {
	{"all", FETCH_ALL, NULL, "every kernel of the table"},
	{"default", FETCH_DEFAULT, NULL, "those that run boots without being told"},
	{"refresh", FETCH_REFRESH, NULL, "ask the mirror, though its lists are not a day old"},
	{"offline", FETCH_OPT_OFFLINE, NULL, "check what the cache has, ask nobody"},
	{"prune", FETCH_PRUNE, NULL, "then remove what no line of the tables leads to"},
	{"quiet", FETCH_QUIET, NULL, "no progress"},
	{0},
};

struct fetch {
	const struct tables *tables;
	struct cli_list words;
	bool all, defaults, refresh, offline, prune, quiet;
	const char *now; /* what is being fetched */
	bool *machines;  /* whose userland is there, or failed */
	int failures;
};

static void fetch_say(void *arg, const char *line)
{
	const struct fetch *f = arg;

	if (!f->quiet)
		fprintf(stderr, "%s: %s\n", f->now, line);
}

static bool fetch_wanted(const struct fetch *f, const struct cli_list *named,
			 const struct kernel *k)
{
	bool wanted = f->all || (f->defaults && k->is_default);

	for (size_t i = 0; i < named->count; i++)
		wanted |= named->v[i] == k->id;
	return wanted;
}

static void fetch_one(struct fetch *f, const struct kernel *k)
{
	const struct machine *m = tables_machine(f->tables, k->arch);
	bool *done = &f->machines[m - f->tables->machines];
	struct kernel_image image;
	struct why why;
	char *root;

	f->now = k->id;
	if (fetch_kernel(k, fetch_say, f, &image, &why) < 0) {
		cli_error("%s: %s", k->id, why.text);
		f->failures++;
	} else {
		printf("%-24s  %s\n", k->id, image.version);
		fflush(stdout);
		kernel_image_free(&image);
	}
	if (*done)
		return;
	*done = true;
	f->now = m->arch;
	if (fetch_userland(m, fetch_say, f, &root, &why) < 0) {
		cli_error("userland of %s: %s", m->arch, why.text);
		f->failures++;
	} else {
		free(root);
	}
}

/* All that the tables may lead to is kept, fetched or not. */
static int fetch_prune(struct fetch *f)
{
	const struct tables *t = f->tables;
	struct cli_list rows = {0}, roots = {0};
	uint64_t freed = 0;
	struct why why;
	int rc;

	for (size_t i = 0; i < t->nkernels; i++) {
		cli_list_add(&rows, fetch_kernel_row(&t->kernels[i]));
		cli_list_add(&roots, buf_asprintf("%s-%s", t->kernels[i].suite,
						  t->kernels[i].arch));
	}
	for (size_t i = 0; i < t->nmachines; i++) {
		cli_list_add(&rows, fetch_userland_row(&t->machines[i]));
		cli_list_add(&roots, buf_asprintf("%s-%s", t->machines[i].userland,
						  t->machines[i].arch));
	}
	for (size_t i = 0, n = roots.count; i < n; i++)
		cli_list_add(&roots, buf_asprintf("%s" APT_RELEASED, roots.v[i]));
	f->now = "prune";
	rc = cache_prune(rows.v, roots.v, fetch_say, f, &freed, &why);
	for (size_t i = 0; i < rows.count; i++)
		free((void *)(uintptr_t)rows.v[i]);
	for (size_t i = 0; i < roots.count; i++)
		free((void *)(uintptr_t)roots.v[i]);
	free(rows.v);
	free(roots.v);
	if (rc < 0)
		return cli_error("not pruned: %s", why.text);
	printf("%.1f MB freed\n", (double)freed / 1e6);
	return CLI_OK;
}

static int fetch_do(struct fetch *f)
{
	bool any = f->all || f->defaults || f->words.count;
	struct cli_list named = {0};

	if (f->refresh && f->offline)
		return cli_error("--refresh asks the mirror, --offline asks nobody: one of both");
	if (f->refresh || f->offline)
		fetch_set(f->refresh ? FETCH_NOW : FETCH_OFFLINE);
	if (!any && !f->prune)
		return cli_error("fetch what? name kernels of the table, or --default, --all");
	if (known_kernels(f->tables, f->words.v, f->words.count, &named)) {
		free(named.v);
		return CLI_INFRASTRUCTURE;
	}
	f->machines = buf_realloc(NULL, f->tables->nmachines + 1, sizeof(*f->machines));
	memset(f->machines, 0, f->tables->nmachines * sizeof(*f->machines));
	for (size_t i = 0; i < f->tables->nkernels; i++)
		if (fetch_wanted(f, &named, &f->tables->kernels[i]))
			fetch_one(f, &f->tables->kernels[i]);
	free(named.v);
	free(f->machines);
	if (f->prune && fetch_prune(f))
		f->failures++;
	if (fflush(stdout) || ferror(stdout))
		return cli_error("cannot write to standard output: %s", strerror(errno));
	return f->failures ? CLI_INFRASTRUCTURE : CLI_OK;
}

static int fetch_main(const struct cli_verb *self, int argc, char **argv)
{
	struct cli cli = {.argv = argv + 1};
	struct fetch f = {0};
	const char *value = NULL;
	struct tables *tables;
	struct why why;
	int opt, rc;

	(void)argc;
	while ((opt = cli_next(&cli, self, &value)) > CLI_END) {
		if (opt == CLI_WORD)
			cli_list_add(&f.words, value);
		f.refresh |= opt == FETCH_REFRESH;
		f.offline |= opt == FETCH_OPT_OFFLINE;
		f.all |= opt == FETCH_ALL;
		f.defaults |= opt == FETCH_DEFAULT;
		f.prune |= opt == FETCH_PRUNE;
		f.quiet |= opt == FETCH_QUIET;
	}
	if (opt == CLI_HELP || opt == CLI_BAD) {
		free(f.words.v);
		return opt == CLI_HELP ? CLI_OK : CLI_INFRASTRUCTURE;
	}
	if (tables_load(NULL, &tables, &why)) {
		free(f.words.v);
		return cli_error("%s", why.text);
	}
	f.tables = tables;
	rc = fetch_do(&f);
	tables_free(tables);
	free(f.words.v);
	return rc;
}

const struct cli_verb verb_fetch = {
	.name = "fetch",
	.summary = "Get kernels and the userland of guests into the cache",
	.words = "[KERNEL]...",
	.options = fetch_options,
	.run = fetch_main,
};
