/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_run.c - `kmatrix run`: fill a matrix, keep it in the store, show it.
 */
#include "config.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/campaign.h"
#include "harness/cli.h"
#include "harness/matrix.h"
#include "harness/progress.h"
#include "harness/relies_record.h"

enum {
	OPT_IMAGE = 'k', OPT_STORE = 'o', OPT_QUIET = 'q', OPT_VARIABLE = 'v',
	OPT_KERNEL = 256, OPT_ABI, OPT_TEST, OPT_NATIVE, OPT_QEMU_USER, OPT_BUILDS, OPT_ACCEL,
	OPT_USER, OPT_REBOOTS, OPT_NO_RETRY, OPT_JOBS, OPT_WORK, OPT_COLOR,
};

static const struct cli_option run_options[] = {
	{"kernel", OPT_KERNEL, "ID", "boot this kernel of the table (kmatrix kernels)"},
	{"image", OPT_IMAGE, "PATH", "boot this kernel image of your own"},
	{"abi", OPT_ABI, "ABI", "only cells of this ABI"},
	{"test", OPT_TEST, "PATTERN", "only contracts, or program:case, that fit; again: more"},
	{"native", OPT_NATIVE, NULL, "the running kernel"},
	{"qemu-user", OPT_QEMU_USER, NULL, "the emulators of single programs"},
	{"builds", OPT_BUILDS, "DIR", "where DIR/<abi>/ are built (build)"},
	{"store", OPT_STORE, "FILE", "the store to write (" CLI_STORE ")"},
	{"variable", OPT_VARIABLE, "NAME=VALUE", "a configuration variable of the tests in guests"},
	{"accel", OPT_ACCEL, "HOW", "auto, tcg or kvm"},
	{"user", OPT_USER, "USER", "who runs the tests in guests: root or nobody"},
	{"reboots", OPT_REBOOTS, "N", "boot a guest that died again so often (3)"},
	{"no-retry", OPT_NO_RETRY, NULL, "do not run once more what failed"},
	{"jobs", OPT_JOBS, "N", "so many side by side (2)"},
	{"work", OPT_WORK, "DIR", "keep consoles and streams there"},
	{"quiet", OPT_QUIET, NULL, "no progress"},
	{"color", OPT_COLOR, "WHEN", "auto, always or never"},
	{0},
};

/* A signal wants the end: what runs is stopped, what is answered is kept. */
static volatile sig_atomic_t run_stop;

static void run_on_signal(int sig)
{
	run_stop = sig;
}

static void run_catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa = {.sa_handler = run_on_signal};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
}

struct run {
	struct cli_list kernels, images, abis, tests, variables;
	char *patterns; /* the tests, as cases_wanted() takes them */
	struct campaign campaign;
	struct target_env env;
	const char *builds, *store, *work, *color;
	bool quiet;
	struct report_style style;
};

/* ---- the command line ---- */

static int run_variable(struct run *r, const char *value)
{
	size_t name = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "0123456789_");

	/* The guest's init and Kyua take it as one word. */
	if (!name || value[name] != '=' || strpbrk(value, " \t\n'\"\\$`;&|<>()*?[]#~")) {
		cli_error("--variable '%s' is no NAME=VALUE without blanks and quotes", value);
		return CLI_BAD;
	}
	cli_list_add(&r->variables, buf_asprintf("test_suites.belay.%s", value));
	return 0;
}

static int run_word(const char *option, const char *value, const char *const *words, size_t count,
		    unsigned *out)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(value, words[i])) {
			*out = (unsigned)i;
			return 0;
		}
	}
	cli_unknown(option, value, words, count);
	return CLI_BAD;
}

static int run_option(struct run *r, int opt, const char *value)
{
	static const char *const accels[] = {"auto", "tcg", "kvm"};
	static const char *const users[] = {"root", "nobody"};
	unsigned n = 0;
	int rc = 0;

	switch (opt) {
	case OPT_KERNEL:
		cli_list_add(&r->kernels, value);
		break;
	case OPT_IMAGE:
		cli_list_add(&r->images, value);
		break;
	case OPT_ABI:
		cli_list_add(&r->abis, value);
		break;
	case OPT_TEST:
		cli_list_add(&r->tests, value);
		break;
	case OPT_NATIVE:
		r->campaign.native = true;
		break;
	case OPT_QEMU_USER:
		r->campaign.emulator = true;
		break;
	case OPT_BUILDS:
		r->builds = value;
		break;
	case OPT_STORE:
		r->store = value;
		break;
	case OPT_VARIABLE:
		rc = run_variable(r, value);
		break;
	case OPT_ACCEL:
		rc = run_word("--accel", value, accels, 3, &n);
		r->env.accel = n == 0 ? BOOT_ACCEL_AUTO : n == 1 ? BOOT_ACCEL_TCG : BOOT_ACCEL_KVM;
		break;
	case OPT_USER:
		rc = run_word("--user", value, users, 2, &n);
		r->env.user = users[n];
		break;
	case OPT_REBOOTS:
		rc = cli_number("reboots", value, 0, 100, &r->env.reboots);
		break;
	case OPT_NO_RETRY:
		r->env.retry = false;
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
	struct cli_list kernels = {0}, abis = {0};
	int rc = 0;

	for (size_t i = 0; i < t->nkernels; i++)
		cli_list_add(&kernels, t->kernels[i].id);
	for (size_t i = 0; i < t->nabis; i++)
		cli_list_add(&abis, t->abis[i].id);
	for (size_t i = 0; i < r->kernels.count && !rc; i++)
		if (!tables_kernel(t, r->kernels.v[i]))
			rc = cli_unknown("kernel", r->kernels.v[i], kernels.v, kernels.count);
	for (size_t i = 0; i < r->abis.count && !rc; i++)
		if (!tables_abi(t, r->abis.v[i]))
			rc = cli_unknown("ABI", r->abis.v[i], abis.v, abis.count);
	free(kernels.v);
	free(abis.v);
	return rc;
}

/* kmatrix itself is in build/<abi>/ when it was not installed. */
static char *run_builds(const struct tables *tables)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash, *abi;

	if (n > 0) {
		exe[n] = '\0';
		slash = strrchr(exe, '/');
		*slash = '\0';
		abi = strrchr(exe, '/');
		if (abi && tables_abi(tables, abi + 1)) {
			*abi = '\0';
			return buf_strdup(exe);
		}
	}
	return buf_strdup("build");
}

/* ---- a place for files while it runs ---- */

static int run_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static char *run_workdir(const char *named)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;

	if (named)
		return mkdir(named, 0755) && errno != EEXIST ? NULL : realpath(named, NULL);
	dir = buf_asprintf("%s/kmatrix.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (mkdtemp(dir))
		return dir;
	free(dir);
	return NULL;
}

/* ---- the run ---- */

static bool run_watch(void *arg, const struct buf *stream)
{
	(void)arg;
	(void)stream;
	return !run_stop;
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
	rc = cli_write(&out, matrix_verdict(&run));
	buf_free(&out);
	matrix_free(&matrix);
	store_run_free(&run);
	return rc;
}

/* Everything between an open store and the report. */
static int run_targets(struct run *r, struct why *why)
{
	struct target *targets = NULL;
	size_t count = 0, cases = 0;
	int err = campaign_plan(&r->campaign, &r->env, &targets, &count, why);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < targets[i].count; k++)
			cases += targets[i].cells[k].results.count;
	progress_start(r->quiet, cases, count);
	err = campaign_run(&r->campaign, &r->env, targets, count, why);
	progress_stop();
	campaign_free(targets, count);
	if (!err && !run_stop)
		err = store_end(r->env.store, r->env.run, why);
	return err;
}

static int run_in(struct run *r, const char *command, struct why *why)
{
	char *builds = r->builds ? buf_strdup(r->builds) : run_builds(r->env.tables);
	char *real = realpath(builds, NULL);
	struct suite suite = {0};
	int err, rc = CLI_INFRASTRUCTURE;

	err = real ? suite_load(real, r->abis.v, r->env.tables, r->env.workdir, run_watch, NULL,
				&suite, why)
		   : why_set(why, ENOENT, "no builds in '%s': %s; ci/build-abis makes them, "
			     "--builds names another place", builds, strerror(errno));
	r->env.suite = &suite;
	if (!err)
		err = store_open(r->store, true, &r->env.store, why);
	if (!err) {
		err = store_begin(r->env.store, command, NULL, &r->env.run, why);
		if (!err)
			err = relies_record(&suite, r->env.store, r->env.run, r->quiet, why);
		if (!err)
			err = run_targets(r, why);
		if (!err)
			rc = run_show(r, why);
		store_close(r->env.store);
	}
	if (err)
		cli_error("%s", why->text);
	else if (run_stop)
		rc = cli_error("stopped by a signal (%s); what was answered is in '%s'",
			       strsignal(run_stop), r->store);
	suite_free(&suite);
	free(real);
	free(builds);
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

static int run_with(struct run *r, struct tables *tables, char **argv)
{
	char *workdir, *command;
	struct why why;
	int rc;

	r->env.tables = tables;
	if (run_check(r))
		return CLI_INFRASTRUCTURE;
	workdir = run_workdir(r->work);
	if (!workdir)
		return cli_error("no directory to work in: '%s': %s",
				 r->work ? r->work : "$TMPDIR", strerror(errno));
	run_catch_signals();
	r->env.workdir = workdir;
	command = run_command(argv);
	rc = run_in(r, command, &why);
	free(command);
	if (!r->work)
		nftw(workdir, run_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(workdir);
	return rc;
}

/* The patterns of --test as one text; NULL when there are none. */
static char *run_patterns(const struct cli_list *tests)
{
	char *all = NULL;

	for (size_t i = 0; i < tests->count; i++) {
		char *more = all ? buf_asprintf("%s %s", all, tests->v[i]) :
				   buf_strdup(tests->v[i]);

		free(all);
		all = more;
	}
	return all;
}

static int run_main(const struct cli_verb *self, int argc, char **argv)
{
	struct run r = {
		.store = CLI_STORE,
		.campaign = {.jobs = 2},
		.env = {.reboots = 3, .retry = true, .accel = BOOT_ACCEL_AUTO, .stop = &run_stop},
	};
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	struct tables *tables;
	struct why why;
	int opt, rc = 0;

	(void)argc;
	while (!rc && (opt = cli_next(&cli, self, &value)) > CLI_END)
		rc = run_option(&r, opt, value);
	if (!rc && opt == CLI_HELP)
		return CLI_OK;
	if (rc || opt == CLI_BAD || cli_style(r.color, &r.style))
		return CLI_INFRASTRUCTURE;
	if (tables_load(NULL, &tables, &why))
		return cli_error("%s", why.text);
	r.campaign.kernels = r.kernels.v;
	r.campaign.images = r.images.v;
	r.campaign.abis = r.abis.v;
	r.campaign.defaults = !r.kernels.count && !r.images.count && !r.campaign.native &&
			      !r.campaign.emulator;
	r.env.config = r.variables.v;
	r.env.pattern = r.patterns = run_patterns(&r.tests);
	rc = run_with(&r, tables, argv);
	for (size_t i = 0; i < r.variables.count; i++)
		free((void *)(uintptr_t)r.variables.v[i]);
	free(r.patterns);
	free(r.tests.v);
	free(r.variables.v);
	free(r.kernels.v);
	free(r.images.v);
	free(r.abis.v);
	tables_free(tables);
	return rc;
}

const struct cli_verb verb_run = {
	.name = "run",
	.summary = "Run the kernel tests: on the running kernel, on booted ones, under qemu-user",
	.options = run_options,
	.run = run_main,
};
