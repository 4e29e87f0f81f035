/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relies_record.c - find the belay to ask. The answer is the same for every ABI, so any
 * that the running kernel starts will do.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/sound/relies_record.h"

/* In the directory of kmatrix: a build tree, or where both are installed. */
static char *belay_beside_us(void)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return buf_strdup("belay");
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	return buf_asprintf("%s/belay", exe);
}

int relies_record(const struct suite *suite, struct store *s, int64_t run, bool quiet,
		  struct why *why)
{
	struct relies relies = {0};
	struct why no_belay;
	char *path;
	int err;

	for (size_t i = 0; i < suite->count && !relies.count; i++) {
		if (!suite->trees[i].starts)
			continue;
		path = buf_asprintf("%s/belay", suite->trees[i].dir);
		relies_ask(path, &relies, &no_belay);
		free(path);
	}
	if (!relies.count) {
		path = belay_beside_us();
		if (relies_ask(path, &relies, &no_belay) && !quiet)
			fprintf(stderr, "kmatrix: no verdict on the sandbox: %s\n", no_belay.text);
		free(path);
	}
	err = relies.count ? store_put_relies(s, run, &relies, why) : 0;
	relies_free(&relies);
	return err;
}
