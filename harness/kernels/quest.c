/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quest.c - ask the mirror, or do without: lists that are old, suites that move to the
 * archives, entries that were damaged, a disk that is full.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "harness/kernels/cache.h"
#include "harness/kernels/quest.h"

static enum fetch_when fetch_when = FETCH_DAILY;

void fetch_set(enum fetch_when when)
{
	fetch_when = when;
	apt_lists_now(when == FETCH_NOW);
}

static bool is_offline(void)
{
	const char *own = getenv("BELAY_OFFLINE");

	return fetch_when == FETCH_OFFLINE || (own && *own);
}

/* ---- what the cache has ---- */

/* 0: it is whole. -ENOENT: it has to be fetched; what is damaged is said. */
static int entry_check(const char *entry, run_say *say, void *arg, struct why *why)
{
	struct why bad;
	int rc = cache_check(entry, &bad);

	if (rc == -EBADMSG && say)
		say(arg, bad.text);
	return rc < 0 ? why_set(why, ENOENT, "%s", bad.text) : 0;
}

/* What the row had before, after `why` says what went wrong or that nobody may ask. */
static int row_fallback(const char *row, run_say *say, void *arg, char **entry, struct why *why)
{
	struct why none;
	char *found;
	int rc = cache_row(row, &found, &none);

	if (rc < 0)
		return rc;
	rc = entry_check(found, NULL, NULL, &none);
	if (rc < 0) {
		if (is_offline())
			why_set(why, ENOENT, "%s", none.text);
		free(found);
		return rc;
	}
	if (!is_offline() && say) {
		say(arg, why->text);
		say(arg, "the one in the cache is taken");
	}
	*entry = found;
	return 0;
}

/* Not every program says why it cannot write: with less than this the disk is full. */
#define FETCH_ROOM_MIN (64u << 10)

/* A full disk is told as such, with what helps. */
static void explain(struct why *why)
{
	bool told = strstr(why->text, "No space left") || strstr(why->text, "enough free space");
	struct why ignored;
	struct statvfs vfs;
	char *dir;

	if (cache_dir("rows", &dir, &ignored) < 0)
		return;
	if (statvfs(dir, &vfs) == 0 &&
	    (told || (unsigned long long)vfs.f_bavail * vfs.f_frsize < FETCH_ROOM_MIN)) {
		*strrchr(dir, '/') = '\0';
		why_set(why, ENOSPC,
			"no space left in %s: kmatrix fetch --prune removes what is superseded, "
			"BELAY_CACHE names another place",
			dir);
	}
	free(dir);
}

/* ---- what the mirror has ---- */

/* The entry's own name, which has package and version. */
static const char *quest_name(const struct quest *q)
{
	return strrchr(q->entry, '/') + 1;
}

/* -EAGAIN: these lists lead to what cannot be had. */
static int quest_try(struct apt *apt, struct quest *q, struct why *why)
{
	int rc;

	free(q->entry);
	q->entry = NULL;
	rc = q->find(apt, q, why);
	if (rc < 0)
		return rc;
	rc = entry_check(q->entry, q->say, q->arg, why);
	if (rc == 0)
		return 0;
	if (apt_is_gone(apt, quest_name(q)))
		return why_set(why, EAGAIN, "%s has left the mirror", quest_name(q));
	return q->get(apt, q, why);
}

/* What the suite had before its updates; `name` is the update that cannot be had. */
static int quest_released(struct apt *apt, struct quest *q, const char *name, struct why *why)
{
	struct why bad;
	struct apt released;
	int rc = apt_open(q->suite, q->arch, true, q->say, q->arg, &released, &bad);

	if (rc == 0) {
		rc = quest_try(&released, q, &bad);
		apt_close(&released);
	}
	/* If that brings nothing either, it is not the updates: `why` says what it is. */
	return rc == 0 ? apt_set_gone(apt, name, why) : rc;
}

/*
 * Old lists name what has left the mirror since. New ones may do so too, where a suite
 * is on its way to the archives: then what it had before its updates. That it is so is
 * remembered with the lists, not asked each time.
 */
static int quest_do(struct quest *q, struct why *why)
{
	struct apt apt;
	char *name;
	int rc = apt_open(q->suite, q->arch, false, q->say, q->arg, &apt, why);

	if (rc < 0)
		return rc;
	rc = quest_try(&apt, q, why);
	if (rc == -EAGAIN && !apt_is_gone(&apt, quest_name(q))) {
		rc = apt_update(&apt, true, why);
		if (rc == 0)
			rc = quest_try(&apt, q, why);
	}
	if (rc == -EAGAIN) {
		name = buf_strdup(quest_name(q));
		rc = quest_released(&apt, q, name, why);
		free(name);
	}
	apt_close(&apt);
	return rc;
}

/* The newest one's entry, whole, made when it is not there. */
static int quest_mirror(struct quest *q, char **entry, struct why *why)
{
	int rc = cache_dir(q->place, &q->base, why);

	if (rc == 0)
		rc = quest_do(q, why);
	if (rc == 0)
		*entry = q->entry;
	else
		free(q->entry);
	free(q->base);
	q->base = q->entry = NULL;
	return rc;
}

int quest_run(struct quest *q, const char *row, char **entry, struct why *why)
{
	char *found = NULL;
	int rc = cache_hold(why);

	if (rc == 0) {
		rc = is_offline() ? why_set(why, ENETUNREACH, "%s", q->offline)
				  : quest_mirror(q, &found, why);
		if (rc == 0)
			rc = cache_point(row, found, why);
		else if (row_fallback(row, q->say, q->arg, &found, why) == 0)
			rc = 0;
	}
	if (rc == 0) {
		*entry = found;
	} else {
		explain(why);
		free(found);
	}
	return rc;
}
