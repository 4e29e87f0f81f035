/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_shell.c - `kmatrix shell`: boot a kernel for a person, with the tests in it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/boot/rooms.h"
#include "harness/boot/shell.h"
#include "harness/run/request.h"
#include "harness/verbs/cli.h"
#include "harness/verbs/known.h"
#include "harness/verbs/session.h"

enum {
	OPT_IMAGE = 'k', OPT_QUIET = 'q',
	OPT_ABI = 256, OPT_BUILDS, OPT_ACCEL, OPT_USER,
};

static const struct cli_option shell_options[] = {
	{"image", OPT_IMAGE, "PATH", "boot this kernel image of your own"},
	{"abi", OPT_ABI, "ABI", "put in the tests of this ABI (the kernel's own)"},
	{"builds", OPT_BUILDS, "DIR", "where DIR/<abi>/ are built (build)"},
	{"accel", OPT_ACCEL, "HOW", "auto, tcg or kvm"},
	{"user", OPT_USER, "USER", "whose prompt it is: root or nobody"},
	{"quiet", OPT_QUIET, NULL, "do not say what is being done"},
	{0},
};

struct shell_verb {
	struct request request;
	const struct tables *tables;
	const struct machine *machine;
	struct kernel_image image;
	char *userland, *builds;
	struct job_step *steps;
	size_t nsteps, cap;
	char **programs[16]; /* of as many ABIs */
	size_t nprograms;
	bool quiet;
};

static void shell_say(void *arg, const char *line)
{
	const struct shell_verb *v = arg;

	if (!v->quiet)
		cli_error("%s", line);
}

/* The kernel that was named, by the table or by its path. */
static int shell_kernel(struct shell_verb *v, struct why *why)
{
	char *arch = NULL;
	int err;

	if (v->request.images.count) {
		err = kernel_image_read(v->request.images.v[0], &arch, &v->image, why);
		if (err)
			return err;
		v->machine = tables_machine(v->tables, arch);
		err = v->machine ? 0 : why_set(why, EINVAL, "'%s' is a kernel for %s, which no line "
					       "of machines.tsv boots", v->request.images.v[0],
					       arch);
		free(arch);
	} else {
		const struct kernel *k = tables_kernel(v->tables, v->request.kernels.v[0]);

		v->machine = tables_machine(v->tables, k->arch);
		err = fetch_kernel(k, shell_say, v, &v->image, why);
	}
	return err ? err : fetch_userland(v->machine, shell_say, v, &v->userland, why);
}

/* The programs of one ABI into the guest. `must`: they were named. */
static int shell_programs(struct shell_verb *v, const struct abi_row *abi, bool must,
			  struct why *why)
{
	char *dir = buf_asprintf("%s/%s", v->builds, abi->id), **programs = NULL;
	const char **rooms = rooms_of(v->request.suites.v);
	int err = 0;

	if (!abi_row_runs_on(abi, v->machine->arch))
		err = why_set(why, EINVAL, "no kernel of %s runs programs of %s", v->machine->arch,
			      abi->id);
	else
		err = guest_programs(dir, rooms, &programs, why);
	free(rooms);
	free(dir);
	if (err)
		return must ? err : 0;
	v->programs[v->nprograms++] = programs;
	for (size_t i = 0; programs[i]; i++) {
		v->steps = buf_grow(v->steps, v->nsteps, &v->cap, sizeof(*v->steps));
		v->steps[v->nsteps++] = (struct job_step){
			.abi = abi->id, .program = programs[i]};
	}
	return 0;
}

static int shell_all_programs(struct shell_verb *v, struct why *why)
{
	const struct request_list *abis = &v->request.abis;
	size_t max = sizeof(v->programs) / sizeof(v->programs[0]);
	int err = 0;

	for (size_t i = 0; i < abis->count && i < max && !err; i++)
		err = shell_programs(v, tables_abi(v->tables, abis->v[i]), true, why);
	for (size_t i = 0; i < v->tables->nabis && !abis->count && !err; i++)
		if (!strcmp(v->tables->abis[i].archs[0], v->machine->arch))
			return shell_programs(v, &v->tables->abis[i], false, why);
	return err;
}

static int shell_boot(struct shell_verb *v, const char *workdir, struct why *why)
{
	char *builds = v->request.builds ? buf_strdup(v->request.builds)
					 : session_builds(v->tables);
	struct job job = {.user = v->request.user, .shell = true};
	struct boot boot = {.workdir = workdir, .accel = v->request.accel, .interactive = true};
	bool up = false;
	int err;

	v->builds = realpath(builds, NULL);
	if (!v->builds)
		v->builds = buf_strdup(builds);
	err = shell_kernel(v, why);
	if (!err)
		err = shell_all_programs(v, why);
	job.steps = v->steps;
	job.nsteps = v->nsteps;
	boot.machine = v->machine;
	boot.kernel = &v->image;
	boot.known_good = v->request.kernels.count > 0;
	boot.userland = v->userland;
	boot.builds = v->builds;
	if (!err && isatty(STDIN_FILENO))
		shell_say(v, "exit, poweroff, or Ctrl-A x ends it");
	if (!err)
		err = shell_run(&boot, &job, &session_stop, &up, why);
	if (!err && !up && !session_stop)
		err = why_set(why, EIO, "%s did not boot", v->image.version);
	free(builds);
	return err;
}

static int shell_check(const struct shell_verb *v)
{
	const struct tables *t = v->tables;
	const struct request *q = &v->request;
	int rc;

	if (q->kernels.count + q->images.count != 1)
		return cli_error("kmatrix shell takes one kernel: an id of kmatrix kernels, or -k PATH");
	rc = known_kernels(t, (const char *const *)q->kernels.v, q->kernels.count, NULL);
	return rc ? rc : known_abis(t, (const char *const *)q->abis.v, q->abis.count);
}

static int shell_with(struct shell_verb *v)
{
	struct session session;
	struct why why;
	int rc = shell_check(v);

	if (rc)
		return rc;
	if (session_begin(NULL, &session, &why))
		return cli_error("%s", why.text);
	rc = shell_boot(v, session.workdir, &why);
	session_end(&session);
	if (session_stop)
		return cli_error("stopped by a signal (%s)", strsignal(session_stop));
	return rc ? cli_error("%s", why.text) : CLI_OK;
}

static int shell_main(const struct cli_verb *self, int argc, char **argv)
{
	struct shell_verb v = {0};
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	struct tables *tables = NULL;
	struct why why;
	int opt, rc = 0;

	(void)argc;
	request_init(&v.request);
	while (!rc && (opt = cli_next(&cli, self, &value)) > CLI_END) {
		const struct cli_option *o = shell_options;

		if (opt == OPT_QUIET) {
			v.quiet = true;
			continue;
		}
		while (o->name && o->code != opt)
			o++;
		if (request_set(&v.request, opt == CLI_WORD ? "kernel" : o->name, value, &why))
			rc = cli_error("%s", why.text);
	}
	if (!rc && opt == CLI_BAD)
		rc = CLI_INFRASTRUCTURE;
	if (!rc && opt != CLI_HELP) {
		if (tables_load(NULL, &tables, &why)) {
			rc = cli_error("%s", why.text);
		} else {
			v.tables = tables;
			rc = shell_with(&v);
		}
		tables_free(tables);
	}
	for (size_t i = 0; i < v.nprograms; i++)
		guest_programs_free(v.programs[i]);
	kernel_image_free(&v.image);
	free(v.steps);
	free(v.userland);
	free(v.builds);
	request_free(&v.request);
	return rc;
}

const struct cli_verb verb_shell = {
	.name = "shell",
	.words = "KERNEL",
	.summary = "Boot a kernel and get a prompt in it",
	.options = shell_options,
	.run = shell_main,
};
