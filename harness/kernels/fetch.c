/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch.c - kernels from the distribution's packages into the cache. What a package says
 * it depends on leads to the image; its name is not guessed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/kernels/cache.h"
#include "harness/kernels/package.h"
#include "harness/kernels/quest.h"

#define FETCH_DEPTH_MAX 4

char *fetch_kernel_row(const struct kernel *k)
{
	return buf_asprintf("kernel,%s,%s,%s", k->arch, k->suite, k->package);
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

/* ---- kernels ---- */

struct fetch_kernel {
	const char *package;
	struct found found;
};

static int find_kernel(struct apt *apt, struct quest *q, struct why *why)
{
	struct fetch_kernel *f = q->own;
	int rc;

	found_free(&f->found);
	rc = find_package(apt, f->package, &f->found, why);
	if (rc == 0)
		q->entry = buf_asprintf("%s/%s_%s", q->base, f->found.package, f->found.version);
	return rc;
}

/* Download, unpack, keep the image as ENTRY/vmlinuz-RELEASE. -EAGAIN: it cannot be had. */
static int get_kernel(struct apt *apt, const struct quest *q, struct why *why)
{
	const struct found *f = &((struct fetch_kernel *)q->own)->found;
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

int fetch_kernel(const struct kernel *k, run_say *say, void *arg, struct kernel_image *out,
		 struct why *why)
{
	char *row = fetch_kernel_row(k), *place = buf_asprintf("kernels/%s", k->arch), *entry;
	struct fetch_kernel own = {.package = k->package};
	struct quest q = {.suite = k->suite, .arch = k->arch, .place = place, .say = say, .arg = arg,
			  .offline = "not in the cache, and nothing is fetched offline",
			  .own = &own, .find = find_kernel, .get = get_kernel};
	int rc = quest_run(&q, row, &entry, why);

	if (rc == 0) {
		rc = entry_kernel(entry, out, why);
		free(entry);
	}
	found_free(&own.found);
	free(place);
	free(row);
	return rc;
}

void kernel_image_free(struct kernel_image *image)
{
	free(image->path);
	free(image->version);
	*image = (struct kernel_image){0};
}
