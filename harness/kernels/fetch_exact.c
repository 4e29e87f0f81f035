/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch_exact.c - a kernel of the cache by the version that a cell was run on. It asks
 * no mirror.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "harness/kernels/cache.h"

/* Of versions of packages and of releases, and nothing that a pattern is made of. */
#define EXACT_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+~:-_"

/* "RELEASE (VERSION)" as the pattern of its place below kernels/ARCH; NULL for another text. */
static char *exact_pattern(const char *dir, const char *version)
{
	size_t release = strspn(version, EXACT_LETTERS), package;
	const char *open = version + release;

	if (!release || strncmp(open, " (", 2))
		return NULL;
	package = strspn(open + 2, EXACT_LETTERS);
	if (!package || strcmp(open + 2 + package, ")"))
		return NULL;
	return buf_asprintf("%s/*_%.*s/vmlinuz-%.*s", dir, (int)package, open + 2, (int)release,
			    version);
}

int fetch_exact(const struct kernel *k, const char *version, struct kernel_image *out,
		struct why *why)
{
	char *where = buf_asprintf("kernels/%s", k->arch), *dir = NULL, *pattern = NULL;
	glob_t g = {0};
	int rc = cache_hold(why);

	if (!rc)
		rc = cache_dir(where, &dir, why);
	if (!rc) {
		pattern = exact_pattern(dir, version);
		if (!pattern || glob(pattern, 0, NULL, &g) || !g.gl_pathc)
			rc = why_set(why, ENOENT, "%s is not in the cache any more: %s", k->id,
				     version);
	}
	if (!rc) {
		char *entry = buf_strndup(g.gl_pathv[0],
					  (size_t)(strrchr(g.gl_pathv[0], '/') - g.gl_pathv[0]));

		rc = cache_check(entry, why);
		free(entry);
	}
	if (!rc) {
		out->path = buf_strdup(g.gl_pathv[0]);
		out->version = buf_strdup(version);
	}
	globfree(&g);
	free(pattern);
	free(dir);
	free(where);
	return rc;
}
