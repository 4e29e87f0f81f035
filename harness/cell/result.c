/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result.c - lists of results. What a status means is decided elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/cell/result.h"

struct result *results_add(struct results *list, const char *program, const char *name,
			   const char *contract, enum status status, const char *reason)
{
	struct result *r;

	list->v = buf_grow(list->v, list->count, &list->cap, sizeof(*list->v));
	r = &list->v[list->count++];
	*r = (struct result){
		.program = buf_strdup(program),
		.name = buf_strdup(name),
		.contract = buf_strdup(contract ? contract : ""),
		.status = status,
		.reason = buf_strdup(reason ? reason : ""),
		.attempts = 1,
		.us = -1,
	};
	return r;
}

struct result *results_find(const struct results *list, const char *program, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		struct result *r = &list->v[i];

		if (!strcmp(r->name, name) && !strcmp(r->program, program))
			return r;
	}
	return NULL;
}

static int result_compare(const void *a, const void *b)
{
	const struct result *x = a, *y = b;
	int order = strcmp(x->program, y->program);

	return order ? order : strcmp(x->name, y->name);
}

void results_sort(struct results *list)
{
	if (list->count)
		qsort(list->v, list->count, sizeof(*list->v), result_compare);
}

void results_free(struct results *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->v[i].program);
		free(list->v[i].name);
		free(list->v[i].contract);
		free(list->v[i].reason);
		free(list->v[i].output);
	}
	free(list->v);
	*list = (struct results){0};
}

void result_set_reason(struct result *r, const char *reason)
{
	char *copy = buf_strdup(reason ? reason : "");

	free(r->reason);
	r->reason = copy;
}

void result_set_output(struct result *r, const void *bytes, size_t len)
{
	char *copy = len ? buf_strndup(bytes, len) : NULL;

	free(r->output);
	r->output = copy;
	r->output_len = len;
}

char *result_row(const struct result *r)
{
	return r->contract[0] ? buf_strdup(r->contract)
			      : buf_asprintf("%s:%s", r->program, r->name);
}
