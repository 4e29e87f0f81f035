/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target.c - what all targets share: what is left to be run. Pure.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "harness/buf.h"
#include "harness/target.h"

size_t target_left(const struct target *t)
{
	size_t n = 0;

	for (size_t c = 0; c < t->count; c++)
		n += cell_count(&t->cells[c], STATUS_LOST);
	return n;
}

/* Whether every case that this program has is to be run, so that none need be named. */
static bool target_whole(const struct suite_tree *tree, const struct cell *c, const char *program)
{
	for (size_t i = 0; i < tree->cases.count; i++) {
		const struct result *all = &tree->cases.v[i], *r;

		if (strcmp(all->program, program))
			continue;
		r = results_find(&c->results, program, all->name);
		if (!r || r->status != STATUS_LOST)
			return false;
	}
	return true;
}

static void target_step(struct target_job *job, const struct suite_tree *tree,
			const struct cell *c, const char *program)
{
	const char **cases = NULL;
	size_t count = 0, cap = 0;

	if (!target_whole(tree, c, program)) {
		for (size_t i = 0; i < c->results.count; i++) {
			const struct result *r = &c->results.v[i];

			if (r->status != STATUS_LOST || strcmp(r->program, program))
				continue;
			cases = buf_grow(cases, count + 1, &cap, sizeof(*cases));
			cases[count++] = r->name;
			cases[count] = NULL;
		}
		if (!count)
			return;
	}
	job->steps = buf_grow(job->steps, job->count, &job->cap, sizeof(*job->steps));
	job->steps[job->count++] = (struct job_step){c->abi, program, cases};
}

void target_job_make(const struct target_env *env, const struct target *t, struct target_job *out)
{
	struct target_job job = {0};

	for (size_t c = 0; c < t->count; c++) {
		const struct suite_tree *tree = suite_tree(env->suite, t->cells[c].abi);

		for (size_t i = 0; tree->programs && tree->programs[i]; i++)
			target_step(&job, tree, &t->cells[c], tree->programs[i]);
	}
	*out = job;
}

void target_job_free(struct target_job *j)
{
	for (size_t i = 0; i < j->count; i++)
		free((void *)(uintptr_t)j->steps[i].cases);
	free(j->steps);
	*j = (struct target_job){0};
}
