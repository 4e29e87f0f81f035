/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target.c - what all targets share: what is left to be run. Pure.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/run/target.h"

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
	job->steps[job->count++] = (struct job_step){
		.abi = c->abi, .program = program, .cases = cases, .list = c->borrowed};
}

/* The name of a program that changes the guest for good begins with z. */
static bool target_is_last(const char *program)
{
	const char *slash = strrchr(program, '/');

	return (slash ? slash[1] : *program) == 'z';
}

static void target_steps(const struct target_env *env, const struct target *t, bool last,
			 struct target_job *job)
{
	for (size_t c = 0; c < t->count; c++) {
		const struct suite_tree *tree = suite_tree(env->suite, t->cells[c].abi);

		for (size_t i = 0; tree->programs && tree->programs[i]; i++)
			if (target_is_last(tree->programs[i]) == last)
				target_step(job, tree, &t->cells[c], tree->programs[i]);
	}
}

void target_job_make(const struct target_env *env, const struct target *t, struct target_job *out)
{
	struct target_job job = {0};

	target_steps(env, t, false, &job);
	target_steps(env, t, true, &job);
	*out = job;
}

size_t target_doubts(const struct target *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct cell again;

		n += cell_again(&t->cells[i], &again);
		cell_free(&again);
	}
	return n;
}

size_t target_again(const struct target *t, struct target *again)
{
	size_t n = 0;

	*again = *t;
	again->cells = buf_realloc(NULL, t->count, sizeof(*again->cells));
	for (size_t i = 0; i < t->count; i++)
		n += cell_again(&t->cells[i], &again->cells[i]);
	return n;
}

void target_agree(struct target *t, struct target *again)
{
	for (size_t i = 0; i < t->count; i++) {
		cell_agree(&t->cells[i], &again->cells[i]);
		cell_free(&again->cells[i]);
	}
	free(again->cells);
	again->cells = NULL;
	again->count = 0;
}

char *target_summary(const struct target *t)
{
	struct buf text = {0};

	for (enum status s = 0; s < STATUS_COUNT; s++) {
		size_t n = 0;

		for (size_t i = 0; i < t->count; i++)
			n += cell_count(&t->cells[i], s);
		if (n)
			buf_printf(&text, "%s%zu %s", text.len ? ", " : "", n, status_word(s));
	}
	return text.p ? text.p : buf_strdup("no case");
}

void target_job_free(struct target_job *j)
{
	for (size_t i = 0; i < j->count; i++)
		free((void *)(uintptr_t)j->steps[i].cases);
	free(j->steps);
	*j = (struct target_job){0};
}
