/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobs.c - which jobs there are and what each may take, and the table of engines. It
 * knows the language of none of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/jobs/jobs.h"

const struct jobs_engine jobs_engines[] = {
	/* Slurm's MaxArraySize, if a site left it alone. */
	{.name = "slurm", .max = 1000, .write = jobs_write_slurm},
	/* Jobs of one matrix, by the documentation of both. */
	{.name = "github", .max = 256, .write = jobs_write_github},
	{.name = "gitlab", .max = 200, .write = jobs_write_gitlab},
	{.name = "lava", .max = 1000, .apart = true, .url = true, .device = true,
	 .write = jobs_write_lava},
	{0},
};

/*
 * What the whole kernel tests of one cell take under emulation, in minutes of a
 * processor; see "What 1,000 cells cost" in doc/jobs.md.
 */
static const struct {
	const char *arch;
	unsigned minutes;
} jobs_measured[] = {
	{"amd64", 4},
	{"i386", 4},
	{"arm64", 5},
	{"armhf", 5},
};

#define JOBS_UNMEASURED 10 /* an architecture that is new in the tables */
#define JOBS_MARGIN 4	   /* a node may be slower, and busy */
#define JOBS_SETUP 10	   /* minutes: packages, images, a boot that is given up */
#define JOBS_IMAGE_MB 330  /* three times what an ABI's programs take (qemu.c) */
#define JOBS_HOST_MB 1536  /* QEMU's translated code (900 MB were seen), kmatrix, apt */

bool jobs_word_ok(const char *word)
{
	return *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789_.,:@%+=/*?[]!^~-")];
}

static unsigned jobs_cell_minutes(const char *arch)
{
	for (size_t i = 0; i < sizeof(jobs_measured) / sizeof(jobs_measured[0]); i++)
		if (!strcmp(jobs_measured[i].arch, arch))
			return jobs_measured[i].minutes;
	return JOBS_UNMEASURED;
}

static bool jobs_named(const char *const *list, const char *word)
{
	for (size_t i = 0; list && list[i]; i++)
		if (!strcmp(list[i], word))
			return true;
	return !list || !list[0];
}

static bool jobs_kernel_wanted(const struct jobs_wanted *w, const struct kernel *k)
{
	if (w->kernels && w->kernels[0])
		return jobs_named(w->kernels, k->id);
	return w->all || k->is_default;
}

static struct jobs_one *jobs_add(struct jobs *jobs, const struct tables *tables,
				 const struct kernel *k, char *name)
{
	const struct machine *m = tables_machine(tables, k->arch);
	struct jobs_one *job;

	jobs->v = buf_realloc(jobs->v, jobs->count + 1, sizeof(*jobs->v));
	job = &jobs->v[jobs->count++];
	*job = (struct jobs_one){
		.name = name,
		.kernel = k,
		.minutes = JOBS_SETUP,
		.megabytes = JOBS_HOST_MB + (m ? (unsigned)strtoul(m->memory, NULL, 10) : 0),
	};
	return job;
}

static void jobs_add_abi(struct jobs_one *job, const char *abi)
{
	job->abis = buf_realloc(job->abis, job->nabis + 1, sizeof(*job->abis));
	job->abis[job->nabis++] = abi;
	job->megabytes += JOBS_IMAGE_MB;
	job->minutes += JOBS_MARGIN * jobs_cell_minutes(job->kernel->arch);
}

static void jobs_plan_kernel(struct jobs *jobs, const struct tables *tables,
			     const struct kernel *k)
{
	const struct jobs_wanted *w = jobs->wanted;
	struct jobs_one *job = NULL;

	for (size_t i = 0; i < tables->nabis; i++) {
		const struct abi_row *abi = &tables->abis[i];

		if (!abi_row_runs_on(abi, k->arch) || !jobs_named(w->abis, abi->id))
			continue;
		if (!job || w->by_cell)
			job = jobs_add(jobs, tables, k,
				       w->by_cell ? buf_asprintf("%s-%s", k->id, abi->id)
						  : buf_strdup(k->id));
		jobs_add_abi(job, abi->id);
	}
}

static int jobs_check_word(const char *option, const char *word, struct why *why)
{
	if (!word || jobs_word_ok(word))
		return 0;
	return why_set(why, EINVAL, "%s '%s' cannot go into a job: only letters, digits and "
		       "_.,:@%%+=/*?[]!^~- can", option, word);
}

static int jobs_check_words(const struct jobs *jobs, struct why *why)
{
	const struct jobs_wanted *w = jobs->wanted;
	int err = jobs_check_word("--builds", w->builds, why);

	if (!err)
		err = jobs_check_word("--user", w->user, why);
	if (!err)
		err = jobs_check_word("--url", w->url, why);
	if (!err)
		err = jobs_check_word("--device", w->device, why);
	for (size_t i = 0; w->tests && w->tests[i] && !err; i++)
		err = jobs_check_word("--test", w->tests[i], why);
	for (size_t i = 0; i < jobs->count && !err; i++)
		err = jobs_check_word("kernel", jobs->v[i].name, why);
	return err;
}

int jobs_plan(const struct jobs_wanted *w, const struct tables *tables, struct jobs *out,
	      struct why *why)
{
	struct jobs jobs = {.wanted = w};
	int err;

	for (size_t i = 0; i < tables->nkernels; i++)
		if (jobs_kernel_wanted(w, &tables->kernels[i]))
			jobs_plan_kernel(&jobs, tables, &tables->kernels[i]);
	err = jobs_check_words(&jobs, why);
	if (!err && !jobs.count)
		err = why_set(why, EINVAL, "no kernel that was named runs any ABI that was named");
	if (err)
		jobs_free(&jobs);
	else
		*out = jobs;
	return err;
}

void jobs_free(struct jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++) {
		free(jobs->v[i].name);
		free(jobs->v[i].abis);
	}
	free(jobs->v);
	jobs->v = NULL;
	jobs->count = 0;
}

void jobs_arguments_common(const struct jobs *jobs, struct buf *out)
{
	const struct jobs_wanted *w = jobs->wanted;

	for (size_t i = 0; w->tests && w->tests[i]; i++)
		buf_printf(out, " --test '%s'", w->tests[i]);
	if (w->user)
		buf_printf(out, " --user '%s'", w->user);
	if (w->builds)
		buf_printf(out, " --builds '%s'", w->builds);
}

void jobs_arguments(const struct jobs *jobs, const struct jobs_one *job, struct buf *out)
{
	buf_printf(out, "--kernel '%s'", job->kernel->id);
	/* Always by name: a node with other tables must not run other cells. */
	for (size_t i = 0; i < job->nabis; i++)
		buf_printf(out, " --abi '%s'", job->abis[i]);
	jobs_arguments_common(jobs, out);
}

unsigned jobs_max_minutes(const struct jobs *jobs)
{
	unsigned max = 0;

	for (size_t i = 0; i < jobs->count; i++)
		if (jobs->v[i].minutes > max)
			max = jobs->v[i].minutes;
	return max;
}

unsigned jobs_max_megabytes(const struct jobs *jobs)
{
	unsigned max = 0;

	for (size_t i = 0; i < jobs->count; i++)
		if (jobs->v[i].megabytes > max)
			max = jobs->v[i].megabytes;
	return max;
}
