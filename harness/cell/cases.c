/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cases.c - read the list of cases. It runs nothing.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/cell/cases.h"

static void cases_line(const char *p, const char *end, struct results *out)
{
	const char *colon = memchr(p, ':', (size_t)(end - p)), *stop;
	char *program, *name, *contract;

	if (!colon || colon == p || memchr(p, ' ', (size_t)(colon - p)))
		return;
	stop = memchr(colon, ' ', (size_t)(end - colon));
	if (stop == colon + 1 || (!stop && end == colon + 1) || (stop && stop + 1 == end) ||
	    (stop && memchr(stop + 1, ' ', (size_t)(end - stop - 1))))
		return;
	program = buf_strndup(p, (size_t)(colon - p));
	name = buf_strndup(colon + 1, (size_t)((stop ? stop : end) - colon - 1));
	contract = stop ? buf_strndup(stop + 1, (size_t)(end - stop - 1)) : NULL;
	results_add(out, program, name, contract, STATUS_LOST, "");
	free(program);
	free(name);
	free(contract);
}

void cases_parse(const char *text, size_t len, struct results *out)
{
	const char *p = text, *all_end = text + len;

	while (p < all_end) {
		const char *nl = memchr(p, '\n', (size_t)(all_end - p));
		const char *end = nl ? nl : all_end;

		cases_line(p, end, out);
		p = end + 1;
	}
}

static bool cases_fit(const char *pattern, const struct result *r)
{
	const char *base = strrchr(r->program, '/');
	char *ident;
	bool fits;

	base = base ? base + 1 : r->program;
	ident = buf_asprintf("%s:%s", base, r->name);
	fits = !fnmatch(pattern, r->contract, 0) || !fnmatch(pattern, r->program, 0) ||
	       !fnmatch(pattern, base, 0) || !fnmatch(pattern, ident, 0);
	free(ident);
	return fits;
}

bool cases_wanted(const char *patterns, const struct result *r)
{
	bool wanted = !patterns;

	while (!wanted && patterns) {
		const char *blank = strchr(patterns, ' ');
		char *one = blank ? buf_strndup(patterns, (size_t)(blank - patterns)) :
				    buf_strdup(patterns);

		wanted = cases_fit(one, r);
		free(one);
		patterns = blank ? blank + 1 : NULL;
	}
	return wanted;
}
