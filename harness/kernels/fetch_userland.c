/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch_userland.c - busybox and all it depends on, from the distribution's packages into
 * the cache: one entry for each list of versions.
 */
#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/kernels/cache.h"
#include "harness/kernels/package.h"
#include "harness/kernels/quest.h"

#define FETCH_USERLAND "busybox-static"

char *fetch_userland_row(const struct machine *m)
{
	return buf_asprintf("userland,%s,%s", m->arch, m->userland);
}

/* FNV-1a: names a list of versions, guards nothing. */
static uint64_t list_hash(const struct buf *list)
{
	uint64_t h = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < list->len; i++)
		h = (h ^ (unsigned char)list->p[i]) * 0x100000001b3;
	return h;
}

static int find_userland(struct apt *apt, struct quest *q, struct why *why)
{
	struct buf list = {0};
	int rc = apt_closure(apt, FETCH_USERLAND, &list, why);

	if (rc == 0)
		q->entry = buf_asprintf("%s/%016llx", q->base,
					(unsigned long long)list_hash(&list));
	buf_free(&list);
	return rc;
}

static int get_userland(struct apt *apt, const struct quest *q, struct why *why)
{
	const char *entry = q->entry;
	char *work = NULL, *debs = NULL, *pattern;
	struct why ignored;
	glob_t g = {0};
	int rc;

	rc = apt_download_closure(apt, FETCH_USERLAND, strrchr(entry, '/') + 1, &debs, why);
	if (rc < 0)
		return -EAGAIN;
	rc = cache_stage(entry, &work, why);
	pattern = buf_asprintf("%s/*.deb", debs);
	if (rc == 0 && glob(pattern, 0, NULL, &g) != 0)
		rc = why_set(why, ENOENT, "apt-get left no package in %s", debs);
	for (size_t i = 0; rc == 0 && i < g.gl_pathc; i++)
		rc = package_unpack(g.gl_pathv[i], work, why);
	globfree(&g);
	if (rc == 0)
		rc = cache_commit(work, entry, why);
	else if (work)
		cache_remove(work, &ignored);
	if (rc == 0)
		apt_downloaded(apt);
	free(pattern);
	free(work);
	free(debs);
	return rc;
}

int fetch_userland(const struct machine *m, run_say *say, void *arg, char **root, struct why *why)
{
	char *row = fetch_userland_row(m), *place = buf_asprintf("userland/%s-%s", m->userland, m->arch);
	char *offline = buf_asprintf(
		"no userland of %s for %s in the cache, and nothing is fetched offline", m->userland,
		m->arch);
	struct quest q = {.suite = m->userland, .arch = m->arch, .place = place, .offline = offline,
			  .say = say, .arg = arg, .find = find_userland, .get = get_userland};
	int rc = quest_run(&q, row, root, why);

	free(offline);
	free(place);
	free(row);
	return rc;
}
