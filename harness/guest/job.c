/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.c - read a job. It runs nothing and looks at no file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/guest/job.h"

#define JOB_SCALE_MAX 1000

static void job_word(struct job_words *w, char *word)
{
	w->v = buf_grow(w->v, w->count + 1, &w->cap, sizeof(*w->v));
	w->v[w->count++] = word;
	w->v[w->count] = NULL;
}

static void job_words_free(struct job_words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->v[i]);
	free(w->v);
}

void job_free(struct job_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct job_abi *abi = &plan->abis[i];

		for (size_t k = 0; k < abi->count; k++) {
			free(abi->programs[k].name);
			job_words_free(&abi->programs[k].cases);
		}
		free(abi->programs);
		free(abi->id);
		free(abi->dir);
	}
	free(plan->abis);
	free(plan->user);
	job_words_free(&plan->config);
	*plan = (struct job_plan){0};
}

/* Cut the next word off; NULL when none is left. */
static char *job_next(char **rest)
{
	char *word = *rest, *blank;

	if (!word || !*word)
		return NULL;
	blank = strchr(word, ' ');
	if (blank)
		*blank++ = '\0';
	*rest = blank;
	return *word ? word : NULL;
}

static const char *job_scale(const char *word, unsigned *out)
{
	char *end;
	unsigned long n;

	if (!word || strspn(word, "0123456789") != strlen(word))
		return "no number";
	n = strtoul(word, &end, 10);
	if (*end || n < 1 || n > JOB_SCALE_MAX)
		return "a scale is from 1 to 1000";
	*out = (unsigned)n;
	return NULL;
}

static const char *job_run(struct job_plan *plan, char *rest)
{
	struct job_abi *abi = plan->count ? &plan->abis[plan->count - 1] : NULL;
	char *name = job_next(&rest), *word;
	struct job_program *p;

	if (!abi)
		return "a program before the first ABI";
	if (!name || *name == '/' || strstr(name, ".."))
		return "no program's name";
	abi->programs = buf_grow(abi->programs, abi->count, &abi->cap, sizeof(*abi->programs));
	p = &abi->programs[abi->count++];
	*p = (struct job_program){.name = buf_strdup(name)};
	while ((word = job_next(&rest)))
		job_word(&p->cases, buf_strdup(word));
	return rest ? "two blanks" : NULL;
}

/* What is wrong with the line, or NULL. */
static const char *job_line(struct job_plan *plan, char *line)
{
	char *rest = line, *verb = job_next(&rest), *word;

	if (!verb)
		return "an empty line";
	if (!strcmp(verb, "stream"))
		return NULL;
	if (!strcmp(verb, "run"))
		return job_run(plan, rest);
	if (!strcmp(verb, "list")) {
		if (!plan->count)
			return "a list before the first ABI";
		plan->abis[plan->count - 1].list = true;
		plan->abis[plan->count - 1].list_only = rest != NULL;
		return rest && strcmp(rest, "only") ? "it takes no word but 'only'" : NULL;
	}
	if (!strcmp(verb, "mark")) {
		plan->mark = true;
		return rest ? "it takes no word" : NULL;
	}
	if (!strcmp(verb, "config")) {
		if (!rest || !strchr(rest, '=') || *rest == '=')
			return "no NAME=VALUE";
		job_word(&plan->config, buf_strdup(rest));
		return NULL;
	}
	word = job_next(&rest);
	if (!strcmp(verb, "scale"))
		return rest ? "more than one number" : job_scale(word, &plan->scale);
	if (!strcmp(verb, "user")) {
		if (!word || rest)
			return "no user's name";
		free(plan->user);
		plan->user = buf_strdup(word);
		return NULL;
	}
	if (!strcmp(verb, "abi")) {
		if (!word || !rest || *rest != '/')
			return "no ABI and absolute directory";
		plan->abis = buf_grow(plan->abis, plan->count, &plan->cap, sizeof(*plan->abis));
		plan->abis[plan->count++] = (struct job_abi){.id = buf_strdup(word),
							     .dir = buf_strdup(rest)};
		return NULL;
	}
	return "unknown word";
}

int job_parse(const char *text, size_t len, struct job_plan *out, char **error)
{
	struct job_plan plan = {.scale = 1};
	const char *p = text, *end = text + len;

	for (unsigned n = 1; p < end; n++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end;
		char *line = buf_strndup(p, (size_t)(stop - p));
		const char *bad = job_line(&plan, line);

		free(line);
		if (bad) {
			*error = buf_asprintf("line %u of the job, '%.*s': %s", n,
					      (int)(stop - p), p, bad);
			job_free(&plan);
			return -EINVAL;
		}
		p = nl ? nl + 1 : end;
	}
	*out = plan;
	return 0;
}
