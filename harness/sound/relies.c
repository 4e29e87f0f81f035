/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relies.c - the list of what belay relies on. It starts nothing and reads nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/sound/relies.h"

void relies_add(struct relies *list, const char *what, const char *kind, const char *part,
		bool optional, const char *contract, const char *abis, const char *why)
{
	list->v = buf_grow(list->v, list->count, &list->cap, sizeof(*list->v));
	list->v[list->count++] = (struct reliance){
		.what = buf_strdup(what),
		.kind = buf_strdup(kind),
		.part = buf_strdup(part),
		.optional = optional,
		.contract = buf_strdup(contract),
		.abis = buf_strdup(abis),
		.why = buf_strdup(why),
	};
}

void relies_free(struct relies *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->v[i].what);
		free(list->v[i].kind);
		free(list->v[i].part);
		free(list->v[i].contract);
		free(list->v[i].abis);
		free(list->v[i].why);
	}
	free(list->v);
	*list = (struct relies){0};
}

bool reliance_is_for(const struct reliance *r, const char *abi)
{
	size_t len = strlen(abi);

	if (!strcmp(r->abis, "all"))
		return true;
	for (const char *at = r->abis; *at; at += strspn(at, ",")) {
		size_t word = strcspn(at, ",");

		if (word == len && !memcmp(at, abi, len))
			return true;
		at += word;
	}
	return false;
}

bool reliance_names(const struct reliance *r, const char *contract)
{
	size_t len = strlen(r->contract);

	if (len > 2 && !strcmp(r->contract + len - 2, ".*"))
		return !strncmp(r->contract, contract, len - 1);
	return !strcmp(r->contract, contract);
}
