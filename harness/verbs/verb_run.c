/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_run.c - `kmatrix run`: fill a matrix, keep it in the store, show it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/compare/baseline_file.h"
#include "harness/report/matrix.h"
#include "harness/run/campaign.h"
#include "harness/run/progress.h"
#include "harness/run/request.h"
#include "harness/run/resume.h"
#include "harness/sound/relies_record.h"
#include "harness/verbs/cli.h"
#include "harness/verbs/known.h"
#include "harness/verbs/session.h"

enum {
	OPT_IMAGE = 'k', OPT_STORE = 'o', OPT_QUIET = 'q', OPT_VARIABLE = 'v',
	OPT_KERNEL = 256, OPT_ALL, OPT_ABI, OPT_TEST, OPT_SUITE, OPT_NATIVE, OPT_QEMU_USER, OPT_BUILDS,
	OPT_ACCEL, OPT_USER, OPT_REBOOTS, OPT_NO_RETRY, OPT_RESUME, OPT_JOBS, OPT_WORK, OPT_COLOR,
	OPT_BASELINE,
};

/* Those that a request knows (request.h) are what a run is asked for, the others how. */
static const struct cli_option run_options[] = {
	{"kernel", OPT_KERNEL, "ID", "boot this kernel of the table, or those that fit a pattern"},
	{"all", OPT_ALL, NULL, "boot every kernel of the table"},
	{"image", OPT_IMAGE, "PATH", "boot this kernel image of your own"},
	{"abi", OPT_ABI, "ABI", "only cells of this ABI"},
	{"test", OPT_TEST, "PATTERN", "only contracts, or program:case, that fit; again: more"},
	{"suite", OPT_SUITE, "NAME", "kernel-tests (it is, unless named), arch, sandbox or all; again: more"},
	{"native", OPT_NATIVE, NULL, "the running kernel"},
	{"qemu-user", OPT_QEMU_USER, NULL, "the emulators of single programs"},
	{"builds", OPT_BUILDS, "DIR", "where DIR/<abi>/ are built (build)"},
	{"store", OPT_STORE, "FILE", "the store to write (" CLI_STORE ")"},
	{"variable", OPT_VARIABLE, "NAME=VALUE", "a configuration variable of the tests in guests"},
	{"accel", OPT_ACCEL, "HOW", "auto, tcg or kvm"},
	{"user", OPT_USER, "USER", "who runs the tests in guests: root or nobody"},
	{"reboots", OPT_REBOOTS, "N", "boot a guest that died again so often (3)"},
	{"no-retry", OPT_NO_RETRY, NULL, "do not run once more what failed"},
	{"resume", OPT_RESUME, NULL, "go on with the newest run of the store, which was cut off"},
	{"jobs", OPT_JOBS, "N", "so many side by side (2)"},
	{"work", OPT_WORK, "DIR", "keep consoles and streams there"},
	{"quiet", OPT_QUIET, NULL, "no progress"},
	{"baseline", OPT_BASELINE, "FILE", "do not count what this baseline accepts"},
	{"color", OPT_COLOR, "WHEN", "auto, always or never"},
	{0},
};

struct run {
	struct request request;
	const char *named; /* an option of the command line that is part of a request */
	bool resume;
	struct campaign campaign;
	struct target_env env;
	const char *store, *work, *color, *baseline_path;
	struct baseline baseline;
	bool quiet;
	struct report_style style;
	struct suite suite;
	char *patterns; /* the tests, as cases_wanted() takes them */
	struct cli_list config; /* the variables, as the runner takes them */
};

/* ---- the command line ---- */

/* The request's name of an option, or NULL: it asks for nothing. --all has its value, too. */
static const char *run_asks(int opt, const char **value)
{
	const struct cli_option *o = run_options;

	if (opt == OPT_ALL) {
		opt = OPT_KERNEL;
		*value = "*";
	}
	while (o->code != opt)
		o++;
	for (size_t i = 0; request_names[i]; i++)
		if (!strcmp(o->name, request_names[i]))
			return o->name;
	return NULL;
}

static int run_option(struct run *r, int opt, const char *value)
{
	const char *name = run_asks(opt, &value);
	struct why why;
	int rc = 0;

	if (name) {
		r->named = opt == OPT_ALL ? "all" : name;
		if (request_set(&r->request, name, value ? value : "", &why)) {
			cli_error("%s", why.text);
			rc = CLI_BAD;
		}
		return rc;
	}
	switch (opt) {
	case OPT_STORE:
		r->store = value;
		break;
	case OPT_RESUME:
		r->resume = true;
		break;
	case OPT_JOBS:
		rc = cli_number("jobs", value, 1, PROGRESS_SLOTS, &r->campaign.jobs);
		break;
	case OPT_WORK:
		r->work = value;
		break;
	case OPT_QUIET:
		r->quiet = true;
		break;
	case OPT_BASELINE:
		r->baseline_path = value;
		break;
	case OPT_COLOR:
		r->color = value;
		break;
	}
	return rc;
}

/* That every kernel and ABI is one of the tables. */
static int run_check(const struct run *r)
{
	const struct tables *t = r->env.tables;
	const struct request *q = &r->request;
	int rc = known_kernels(t, (const char *const *)q->kernels.v, q->kernels.count, NULL);

	return rc ? rc : known_abis(t, (const char *const *)q->abis.v, q->abis.count);
}

/* The kernels by their ids, where they were named by patterns. */
static int run_expand(struct run *r)
{
	struct request_list *names = &r->request.kernels, given = *names;
	struct cli_list fit = {0};
	struct why why;
	int rc = known_kernels(r->env.tables, (const char *const *)given.v, given.count, &fit);

	if (!rc) {
		*names = (struct request_list){0};
		for (size_t i = 0; i < fit.count; i++)
			request_set(&r->request, "kernel", fit.v[i], &why);
		for (size_t i = 0; i < given.count; i++)
			free(given.v[i]);
		free(given.v);
	}
	free(fit.v);
	return rc;
}

/* What the request means for the campaign. */
static void run_apply(struct run *r)
{
	const struct request *q = &r->request;
	struct buf patterns = {0};

	r->campaign.kernels = (const char *const *)q->kernels.v;
	r->campaign.images = (const char *const *)q->images.v;
	r->campaign.abis = (const char *const *)q->abis.v;
	r->campaign.native = q->native;
	r->campaign.emulator = q->emulator;
	r->campaign.defaults = !q->kernels.count && !q->images.count && !q->native && !q->emulator;
	r->env.accel = q->accel;
	r->env.user = q->user;
	r->env.reboots = q->reboots;
	r->env.retry = !q->no_retry;
	for (size_t i = 0; i < q->variables.count; i++)
		cli_list_add(&r->config, buf_strdup(q->variables.v[i]));
	r->env.config = r->config.v;
	for (size_t i = 0; i < q->tests.count; i++)
		buf_printf(&patterns, "%s%s", i ? " " : "", q->tests.v[i]);
	r->env.pattern = r->patterns = patterns.p;
}

/* ---- the run ---- */

static bool run_watch(void *arg, const struct buf *stream)
{
	(void)arg;
	(void)stream;
	return !session_stop;
}

static int run_show(const struct run *r, struct why *why)
{
	struct store_run run;
	struct matrix matrix;
	struct buf out = {0};
	int rc = store_load(r->env.store, r->env.run, &run, why);

	if (rc)
		return cli_error("%s", why->text);
	matrix_make(&run, &matrix);
	report_text(&matrix, &r->style, &out);
	rc = cli_write(&out, r->baseline_path ?
			     baseline_judge(&r->baseline, r->baseline_path, &run) :
			     matrix_verdict(&run));
	buf_free(&out);
	matrix_free(&matrix);
	store_run_free(&run);
	return rc;
}

/* The builds, and paths that mean the same from wherever the run is resumed. */
static int run_suite(struct run *r, struct why *why)
{
	struct request *q = &r->request;
	char *builds = q->builds ? buf_strdup(q->builds) : session_builds(r->env.tables);
	char *real = realpath(builds, NULL);
	int err = real ? suite_load(real, q->suites.v, r->campaign.abis, r->env.tables, r->env.workdir,
				    run_watch, NULL, &r->suite, why)
		       : why_set(why, ENOENT, "no builds in '%s': %s; ci/build-abis makes them, "
				 "--builds names another place", builds, strerror(errno));

	if (!err) {
		char *programs = suite_identity(&r->suite, r->campaign.abis);

		if (r->resume && strcmp(programs, q->programs ? q->programs : ""))
			err = why_set(why, EINVAL, "run %lld of '%s' cannot be resumed: the test "
				      "programs in '%s' are another build than then",
				      (long long)r->env.run, r->store, real);
		free(q->builds);
		free(q->programs);
		q->builds = buf_strdup(real);
		q->programs = programs;
	}
	if (!err && r->suite.stale && !r->quiet)
		cli_error("%zu programs in '%s' are left out: its makefiles do not make them",
			  r->suite.stale, real);
	for (size_t i = 0; i < q->images.count && !err; i++) {
		char *path = realpath(q->images.v[i], NULL);

		if (path) {
			free(q->images.v[i]);
			q->images.v[i] = path;
		}
	}
	free(real);
	free(builds);
	return err;
}

/* Begin a run in the store, or go on with the one that `old` is. */
static int run_begin(struct run *r, const struct store_run *old, const char *command,
		     struct target *targets, size_t count, int *claim, struct why *why)
{
	struct buf asked = {0};
	int err = 0;

	/* Not before all else is right: a refused run leaves no store behind. */
	if (!r->env.store)
		err = store_open(r->store, true, &r->env.store, why);
	if (err)
		return err;
	if (old) {
		err = resume_take(old, targets, count, why);
		/* Killed before it could ask: then it is asked now. */
		if (!err && !old->relies.count)
			err = relies_record(&r->suite, r->env.store, r->env.run, r->quiet, why);
		return err;
	}
	request_text(&r->request, &asked);
	err = store_begin(r->env.store, command, asked.p, &r->env.run, why);
	buf_free(&asked);
	if (!err)
		err = resume_claim(r->store, r->env.run, claim, why);
	return err ? err : relies_record(&r->suite, r->env.store, r->env.run, r->quiet, why);
}

/* Everything between the request and the report. */
static int run_targets(struct run *r, const struct store_run *old, const char *command, int *claim,
		       struct why *why)
{
	struct target *targets = NULL;
	size_t count = 0, cases = 0;
	int err;

	err = run_suite(r, why);
	r->env.suite = &r->suite;
	if (!err)
		err = campaign_plan(&r->campaign, &r->env, &targets, &count, why);
	if (!err)
		err = run_begin(r, old, command, targets, count, claim, why);
	if (!err) {
		for (size_t i = 0; i < count; i++)
			cases += target_left(&targets[i]);
		progress_start(r->quiet, cases, count);
		err = campaign_run(&r->campaign, &r->env, targets, count, why);
		progress_stop();
	}
	campaign_free(targets, count);
	if (!err && !session_stop)
		err = store_end(r->env.store, r->env.run, why);
	return err;
}

/* The run to go on with. `*over`: it is at its end. */
static int run_load(struct run *r, struct store_run *old, int *claim, bool *over, struct why *why)
{
	int err = store_load(r->env.store, 0, old, why);

	if (err)
		return err;
	r->env.run = old->id;
	*over = old->ended;
	if (old->ended)
		return 0;
	err = resume_check(old, r->store, why);
	if (!err)
		err = resume_claim(r->store, old->id, claim, why);
	if (!err) {
		request_free(&r->request);
		err = request_parse(old->asked, &r->request, why);
	}
	return err;
}

static int run_in(struct run *r, const char *command, struct why *why)
{
	struct store_run old = {0};
	bool over = false;
	int err = 0, rc = CLI_INFRASTRUCTURE, claim = -1;

	/* What is wrong with a store that is there is known before anything is run. */
	if (r->resume || access(r->store, F_OK) == 0)
		err = store_open(r->store, !r->resume || access(r->store, F_OK) == 0,
				 &r->env.store, why);
	if (!err && r->resume)
		err = run_load(r, &old, &claim, &over, why);
	if (!err && over) {
		cli_error("run %lld of '%s' is at its end: nothing to resume", (long long)old.id,
			  r->store);
		rc = run_show(r, why);
	} else if (!err && run_check(r)) {
		/* It has said why. */
	} else {
		run_apply(r);
		if (!err)
			err = run_targets(r, r->resume ? &old : NULL, command, &claim, why);
		if (!err)
			rc = run_show(r, why);
		if (session_stop)
			rc = r->env.run ? cli_error("stopped by a signal (%s); what was answered is "
						    "in '%s': kmatrix run --resume goes on",
						    strsignal(session_stop), r->store)
					: cli_error("stopped by a signal (%s) before anything was run",
						    strsignal(session_stop));
		else if (err)
			cli_error("%s", why->text);
	}
	store_close(r->env.store);
	if (claim >= 0)
		close(claim);
	store_run_free(&old);
	suite_free(&r->suite);
	return rc;
}

static char *run_command(char **argv)
{
	struct buf line = {0};

	buf_puts(&line, "kmatrix");
	for (; *argv; argv++)
		buf_printf(&line, " %s", *argv);
	return line.p;
}

static int run_with(struct run *r, char **argv)
{
	struct session session;
	struct why why;
	char *command;
	int rc;

	if (!r->resume && (run_expand(r) || run_check(r)))
		return CLI_INFRASTRUCTURE;
	if (session_begin(r->work, &session, &why))
		return cli_error("%s", why.text);
	r->env.workdir = session.workdir;
	r->env.keep = session.keep;
	command = run_command(argv);
	rc = run_in(r, command, &why);
	free(command);
	session_end(&session);
	return rc;
}

static int run_main(const struct cli_verb *self, int argc, char **argv)
{
	struct run r = {
		.store = CLI_STORE,
		.campaign = {.jobs = 2},
		.env = {.stop = &session_stop},
	};
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	struct tables *tables = NULL;
	struct why why;
	int opt, rc = 0;

	(void)argc;
	request_init(&r.request);
	while (!rc && (value = NULL, opt = cli_next(&cli, self, &value)) > CLI_END)
		rc = run_option(&r, opt, value);
	if (!rc && opt == CLI_HELP)
		rc = CLI_OK;
	else if (rc || opt == CLI_BAD || cli_style(r.color, &r.style))
		rc = CLI_INFRASTRUCTURE;
	else if (r.resume && r.named)
		rc = cli_error("--resume takes what the run was asked for from the store; leave "
			       "out --%s", r.named);
	else if (r.baseline_path && baseline_load(r.baseline_path, &r.baseline, &why))
		rc = cli_error("%s", why.text);
	else if (tables_load(NULL, &tables, &why))
		rc = cli_error("%s", why.text);
	else {
		r.env.tables = tables;
		rc = run_with(&r, argv);
		tables_free(tables);
	}
	for (size_t i = 0; i < r.config.count; i++)
		free((void *)(uintptr_t)r.config.v[i]);
	free(r.config.v);
	free(r.patterns);
	baseline_free(&r.baseline);
	request_free(&r.request);
	return rc;
}

const struct cli_verb verb_run = {
	.name = "run",
	.summary = "Run the kernel tests: on the running kernel, on booted ones, under qemu-user",
	.options = run_options,
	.run = run_main,
};
