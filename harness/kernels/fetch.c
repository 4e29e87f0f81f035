/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch.c - kernels and the userland of guests, from the distribution's packages
 * into the cache. What a package says it depends on leads to the image; its name is
 * not guessed. What the mirror refuses, an older one of the cache stands in for.
 */
#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/kernels/apt.h"
#include "harness/kernels/cache.h"
#include "harness/kernels/package.h"

#define FETCH_DEPTH_MAX 4
#define FETCH_USERLAND "busybox-static"

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

char *fetch_kernel_row(const struct kernel *k)
{
	return buf_asprintf("kernel,%s,%s,%s", k->arch, k->suite, k->package);
}

char *fetch_userland_row(const struct machine *m)
{
	return buf_asprintf("userland,%s,%s", m->arch, m->userland);
}

/* ---- what the mirror has ---- */

struct found {
	char *package, *version, *size;
};

static void found_free(struct found *f)
{
	free(f->package);
	free(f->version);
	free(f->size);
	*f = (struct found){0};
}

static int find_package(struct apt *apt, const char *package, struct found *out, struct why *why)
{
	char *now = buf_strdup(package), *next;
	struct buf record = {0};
	int depth, rc = 0;

	for (depth = 0; depth < FETCH_DEPTH_MAX; depth++) {
		record.len = 0;
		rc = apt_show(apt, now, &record, why);
		if (rc < 0)
			break;
		next = package_next(record.p);
		if (!next) {
			out->version = apt_field(record.p, "Version");
			if (!out->version) {
				rc = why_set(why, EINVAL, "package %s has no version", now);
				break;
			}
			out->size = apt_field(record.p, "Size");
			out->package = now;
			buf_free(&record);
			return 0;
		}
		free(now);
		now = next;
	}
	buf_free(&record);
	if (rc == 0)
		rc = why_set(why, ELOOP, "%s leads from package to package and to no kernel",
			     package);
	free(now);
	return rc;
}

int fetch_newest(const struct kernel *k, run_say *say, void *arg, char **newest, struct why *why)
{
	struct found f = {0};
	struct apt apt;
	int rc = cache_hold(why);

	if (rc == 0)
		rc = apt_open(k->suite, k->arch, false, say, arg, &apt, why);
	if (rc < 0)
		return rc;
	rc = find_package(&apt, k->package, &f, why);
	apt_close(&apt);
	if (rc == 0)
		*newest = buf_asprintf("%s %s", f.package, f.version);
	found_free(&f);
	return rc;
}

/* ---- what the cache has ---- */

/* The kernel of an entry, unchecked: ENTRY/vmlinuz-RELEASE of ".../PACKAGE_VERSION". */
static int entry_kernel(const char *entry, struct kernel_image *out, struct why *why)
{
	char *image = package_match(entry, "vmlinuz-*");
	const char *version = strrchr(entry, '_');

	if (!image || !version)
		return why_set(why, ENOENT, "%s: no kernel image", entry);
	out->path = image;
	out->version =
		buf_asprintf("%s (%s)", strrchr(image, '/') + strlen("/vmlinuz-"), version + 1);
	return 0;
}

int fetch_cached(const struct kernel *k, struct kernel_image *out, struct why *why)
{
	char *row = fetch_kernel_row(k), *entry = NULL;
	int rc = cache_row(row, &entry, why);

	if (rc == 0)
		rc = entry_kernel(entry, out, why);
	free(entry);
	free(row);
	return rc;
}

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

/* ---- from lists to an entry ---- */

struct quest {
	const char *suite, *arch, *package, *base;
	run_say *say;
	void *arg;
	char *entry; /* what these lists lead to, once they have been asked */
	int (*find)(struct apt *apt, struct quest *q, struct why *why);
	/* -EAGAIN: the packages cannot be had. */
	int (*get)(struct apt *apt, const struct quest *q, struct why *why);
	struct found found;
};

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

/* ---- kernels ---- */

static int find_kernel(struct apt *apt, struct quest *q, struct why *why)
{
	int rc;

	found_free(&q->found);
	rc = find_package(apt, q->package, &q->found, why);
	if (rc == 0)
		q->entry = buf_asprintf("%s/%s_%s", q->base, q->found.package, q->found.version);
	return rc;
}

/* Download, unpack, keep the image as ENTRY/vmlinuz-RELEASE. -EAGAIN: it cannot be had. */
static int get_kernel(struct apt *apt, const struct quest *q, struct why *why)
{
	const struct found *f = &q->found;
	const char *entry = q->entry;
	char *tree = NULL, *keep = NULL, *deb = NULL, *image = NULL, *release = NULL, *to = NULL;
	struct why ignored;
	int rc = apt_download(apt, f->package, f->version, f->size, &deb, why);

	if (rc < 0)
		return -EAGAIN;
	to = buf_asprintf("%s.tree", entry);
	rc = cache_stage(to, &tree, why);
	free(to);
	to = NULL;
	if (rc == 0)
		rc = cache_stage(entry, &keep, why);
	if (rc == 0)
		rc = package_unpack(deb, tree, why);
	if (rc == 0)
		rc = package_image(tree, f->package, &image, &release, why);
	if (rc == 0) {
		to = buf_asprintf("%s/vmlinuz-%s", keep, release);
		if (rename(image, to) < 0)
			rc = why_set(why, errno, "cannot rename %s to %s: %s", image, to,
				     strerror(errno));
	}
	if (rc == 0)
		rc = cache_commit(keep, entry, why);
	else if (keep)
		cache_remove(keep, &ignored);
	if (tree)
		cache_remove(tree, &ignored);
	if (rc == 0)
		apt_downloaded(apt);
	free(tree);
	free(keep);
	free(deb);
	free(image);
	free(release);
	free(to);
	return rc;
}

/* The newest one's entry, whole, made when it is not there. */
static int kernel_from_mirror(const struct kernel *k, run_say *say, void *arg, char **entry,
			      struct why *why)
{
	char *base = NULL, *where = buf_asprintf("kernels/%s", k->arch);
	struct quest q = {.suite = k->suite, .arch = k->arch, .package = k->package, .say = say,
			.arg = arg, .find = find_kernel, .get = get_kernel};
	int rc = cache_dir(where, &base, why);

	free(where);
	if (rc < 0)
		return rc;
	q.base = base;
	rc = quest_do(&q, why);
	if (rc == 0)
		*entry = q.entry;
	else
		free(q.entry);
	found_free(&q.found);
	free(base);
	return rc;
}

int fetch_kernel(const struct kernel *k, run_say *say, void *arg, struct kernel_image *out,
		 struct why *why)
{
	char *row = fetch_kernel_row(k), *entry = NULL;
	int rc = cache_hold(why);

	if (rc == 0) {
		rc = is_offline() ? why_set(why, ENETUNREACH,
					    "not in the cache, and nothing is fetched offline")
				  : kernel_from_mirror(k, say, arg, &entry, why);
		if (rc == 0)
			rc = cache_point(row, entry, why);
		else if (row_fallback(row, say, arg, &entry, why) == 0)
			rc = 0;
	}
	if (rc == 0)
		rc = entry_kernel(entry, out, why);
	else
		explain(why);
	free(entry);
	free(row);
	return rc;
}

void kernel_image_free(struct kernel_image *image)
{
	free(image->path);
	free(image->version);
	*image = (struct kernel_image){0};
}

/* ---- the userland ---- */

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

static int userland_from_mirror(const struct machine *m, run_say *say, void *arg, char **entry,
				struct why *why)
{
	char *base = NULL, *where = buf_asprintf("userland/%s-%s", m->userland, m->arch);
	struct quest q = {.suite = m->userland, .arch = m->arch, .say = say, .arg = arg,
			.find = find_userland, .get = get_userland};
	int rc = cache_dir(where, &base, why);

	free(where);
	if (rc < 0)
		return rc;
	q.base = base;
	rc = quest_do(&q, why);
	if (rc == 0)
		*entry = q.entry;
	else
		free(q.entry);
	free(base);
	return rc;
}

int fetch_userland(const struct machine *m, run_say *say, void *arg, char **root, struct why *why)
{
	char *row = fetch_userland_row(m), *entry = NULL;
	int rc = cache_hold(why);

	if (rc == 0) {
		rc = is_offline() ? why_set(why, ENETUNREACH,
					    "no userland of %s for %s in the cache, and nothing "
					    "is fetched offline",
					    m->userland, m->arch)
				  : userland_from_mirror(m, say, arg, &entry, why);
		if (rc == 0)
			rc = cache_point(row, entry, why);
		else if (row_fallback(row, say, arg, &entry, why) == 0)
			rc = 0;
	}
	if (rc < 0)
		explain(why);
	else
		*root = entry;
	free(row);
	return rc;
}
