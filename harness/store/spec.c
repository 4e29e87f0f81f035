/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spec.c - take a [STORE][#RUN][:KERNEL[/ABI]] apart. It looks at no file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/store/spec.h"

#define SPEC_FORM "[STORE][#RUN][:KERNEL[/ABI]]"

/* "kernel/abi"; the id of a kernel has no slash. */
static bool spec_cells(const char *text, struct spec *s)
{
	size_t len = strcspn(text, "/");

	if (!len || (text[len] && (!text[len + 1] || strchr(text + len + 1, '/'))))
		return false;
	s->kernel = buf_strndup(text, len);
	s->abi = text[len] ? buf_strdup(text + len + 1) : NULL;
	return true;
}

/* What is behind '#': digits up to `end`. */
static bool spec_run(const char *text, const char *end, struct spec *s)
{
	int64_t run = 0;

	for (; text < end; text++) {
		if (*text < '0' || *text > '9' || run > INT64_MAX / 10 - 1)
			return false;
		run = run * 10 + (*text - '0');
	}
	s->run = run;
	return run > 0;
}

int spec_parse(const char *text, struct spec *out, struct why *why)
{
	/* Names of files may hold either sign: the last one counts. */
	const char *colon = strrchr(text, ':'), *hash = strrchr(text, '#');
	const char *end = text + strlen(text);
	struct spec s = {0};
	bool ok = true;

	if (!*text)
		return why_set(why, EINVAL, "'' names no results; %s would", SPEC_FORM);
	if (hash && colon && colon < hash)
		colon = NULL;
	if (colon) {
		ok = spec_cells(colon + 1, &s);
		end = colon;
	}
	if (ok && hash) {
		ok = spec_run(hash + 1, end, &s);
		end = hash;
	}
	if (!ok) {
		spec_free(&s);
		return why_set(why, EINVAL, "'%s' is no %s", text, SPEC_FORM);
	}
	if (!colon && !hash) {
		s.word = buf_strdup(text);
		spec_cells(text, &s);
	} else if (end > text) {
		s.store = buf_strndup(text, (size_t)(end - text));
	}
	*out = s;
	return 0;
}

void spec_free(struct spec *s)
{
	free(s->store);
	free(s->kernel);
	free(s->abi);
	free(s->word);
	*s = (struct spec){0};
}
