/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_jobs.c - `kmatrix jobs`: the cells of the table as jobs of an engine, written
 * out. It runs nothing and submits nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/jobs/jobs.h"
#include "harness/verbs/cli.h"
#include "harness/verbs/known.h"

enum {
	OPT_OUTPUT = 'o', OPT_FOR = 256, OPT_KERNEL, OPT_DEFAULT, OPT_ALL, OPT_ABI, OPT_TEST, OPT_PER,
	OPT_USER, OPT_BUILDS, OPT_URL, OPT_DEVICE,
};

static const struct cli_option jobs_options[] = {
	{"for", OPT_FOR, "ENGINE", "slurm, github, gitlab or lava"},
	{"output", OPT_OUTPUT, "FILE", "write it there (-); lava: into this directory"},
	{"kernel", OPT_KERNEL, "ID", "this kernel of the table (kmatrix kernels)"},
	{"default", OPT_DEFAULT, NULL, "the kernels that run without being named; so it is"},
	{"all", OPT_ALL, NULL, "every kernel of the table"},
	{"abi", OPT_ABI, "ABI", "only cells of this ABI"},
	{"test", OPT_TEST, "PATTERN", "only contracts, or program:case, that fit; again: more"},
	{"per", OPT_PER, "WHAT", "a job for each: kernel or cell (kernel)"},
	{"user", OPT_USER, "USER", "who runs the tests in guests: root or nobody"},
	{"builds", OPT_BUILDS, "DIR", "where DIR/<abi>/ are built, seen from a job"},
	{"url", OPT_URL, "URL", "lava: below it are the images"},
	{"device", OPT_DEVICE, "TYPE", "lava: the type of board (qemu)"},
	{0},
};

struct jobs_request {
	struct cli_list kernels, abis, tests;
	struct jobs_wanted wanted;
	const char *engine, *output, *per;
	bool defaults;
};

static void jobs_option(struct jobs_request *r, int opt, const char *value)
{
	switch (opt) {
	case OPT_OUTPUT:
		r->output = value;
		break;
	case OPT_FOR:
		r->engine = value;
		break;
	case OPT_KERNEL:
		cli_list_add(&r->kernels, value);
		break;
	case OPT_DEFAULT:
		r->defaults = true;
		break;
	case OPT_ALL:
		r->wanted.all = true;
		break;
	case OPT_ABI:
		cli_list_add(&r->abis, value);
		break;
	case OPT_TEST:
		cli_list_add(&r->tests, value);
		break;
	case OPT_PER:
		r->per = value;
		break;
	case OPT_USER:
		r->wanted.user = value;
		break;
	case OPT_BUILDS:
		r->wanted.builds = value;
		break;
	case OPT_URL:
		r->wanted.url = value;
		break;
	case OPT_DEVICE:
		r->wanted.device = value;
		break;
	}
}

/* The engine that was named, or NULL with a message. */
static const struct jobs_engine *jobs_engine_named(const char *name)
{
	struct cli_list names = {0};
	const struct jobs_engine *e;

	for (e = jobs_engines; e->name && (!name || strcmp(e->name, name)); e++)
		cli_list_add(&names, e->name);
	if (!name)
		cli_error("--for ENGINE is missing; kmatrix jobs --help lists them");
	else if (!e->name)
		cli_unknown("engine", name, names.v, names.count);
	free(names.v);
	return e->name ? e : NULL;
}

/* That the words name what there is, and do not contradict each other. */
static int jobs_check(struct jobs_request *r, const struct jobs_engine *e, const struct tables *t)
{
	static const char *const pers[] = {"kernel", "cell"}, *const users[] = {"root", "nobody"};
	struct cli_list fit = {0};
	int rc = known_kernels(t, r->kernels.v, r->kernels.count, &fit);

	free(r->kernels.v);
	r->kernels = fit;
	if (!rc)
		rc = known_abis(t, r->abis.v, r->abis.count);
	if (rc)
		return rc;
	if (strcmp(r->per, pers[0]) && strcmp(r->per, pers[1]))
		return cli_unknown("--per", r->per, pers, 2);
	if (r->wanted.user && strcmp(r->wanted.user, users[0]) && strcmp(r->wanted.user, users[1]))
		return cli_unknown("--user", r->wanted.user, users, 2);
	if ((r->kernels.count > 0) + r->wanted.all + r->defaults > 1)
		return cli_error("--kernel, --default and --all: only one of them");
	if (e->url && !r->wanted.url)
		return cli_error("--for %s needs --url URL: where its devices find the images", e->name);
	if ((!e->url && r->wanted.url) || (!e->device && r->wanted.device))
		return cli_error("--%s is not for %s", r->wanted.url ? "url" : "device", e->name);
	return 0;
}

static int jobs_write_file(const char *path, const struct buf *text)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return cli_error("cannot write '%s': %s", path, strerror(errno));
	fwrite(text->p, 1, text->len, f);
	if (ferror(f) | fclose(f))
		return cli_error("cannot write '%s': %s", path, strerror(errno));
	return CLI_OK;
}

/* One file per job, named by it. */
static int jobs_write_directory(const char *dir, const struct jobs_engine *e,
				const struct jobs *jobs)
{
	int rc = CLI_OK;

	if (mkdir(dir, 0777) && errno != EEXIST)
		return cli_error("cannot make directory '%s': %s", dir, strerror(errno));
	for (size_t i = 0; i < jobs->count && !rc; i++) {
		char *path = buf_asprintf("%s/%s.yaml", dir, jobs->v[i].name);
		struct buf text = {0};

		e->write(jobs, i, i + 1, &text);
		rc = jobs_write_file(path, &text);
		buf_free(&text);
		free(path);
	}
	return rc;
}

static int jobs_emit(const struct jobs_request *r, const struct jobs_engine *e,
		     const struct jobs *jobs)
{
	bool to_stdout = !strcmp(r->output, "-");
	struct buf text = {0};
	int rc;

	if (jobs->count > e->max)
		return cli_error("%zu jobs; %s takes %zu at once: choose fewer, or --per kernel",
				 jobs->count, e->name, e->max);
	if (e->apart && !to_stdout)
		return jobs_write_directory(r->output, e, jobs);
	e->write(jobs, 0, jobs->count, &text);
	rc = to_stdout ? cli_write(&text, CLI_OK) : jobs_write_file(r->output, &text);
	buf_free(&text);
	return rc;
}

static int jobs_with(struct jobs_request *r, const struct tables *tables)
{
	const struct jobs_engine *e = jobs_engine_named(r->engine);
	struct jobs jobs;
	struct why why;
	int rc;

	if (!e || jobs_check(r, e, tables))
		return CLI_INFRASTRUCTURE;
	r->wanted.kernels = r->kernels.v;
	r->wanted.abis = r->abis.v;
	r->wanted.tests = r->tests.v;
	r->wanted.by_cell = !strcmp(r->per, "cell");
	if (jobs_plan(&r->wanted, tables, &jobs, &why))
		return cli_failed(&why);
	rc = jobs_emit(r, e, &jobs);
	jobs_free(&jobs);
	return rc;
}

static int jobs_main(const struct cli_verb *self, int argc, char **argv)
{
	struct jobs_request r = {.output = "-", .per = "kernel"};
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	struct tables *tables;
	struct why why;
	int opt, rc;

	(void)argc;
	while ((opt = cli_next(&cli, self, &value)) > CLI_END)
		jobs_option(&r, opt, value);
	if (opt == CLI_HELP) {
		rc = CLI_OK;
	} else if (opt == CLI_BAD) {
		rc = CLI_INFRASTRUCTURE;
	} else if (tables_load(NULL, &tables, &why)) {
		rc = cli_failed(&why);
	} else {
		rc = jobs_with(&r, tables);
		tables_free(tables);
	}
	free(r.kernels.v);
	free(r.abis.v);
	free(r.tests.v);
	return rc;
}

const struct cli_verb verb_jobs = {
	.name = "jobs",
	.summary = "Write the cells as jobs of Slurm, GitHub, GitLab or LAVA",
	.options = jobs_options,
	.run = jobs_main,
};
