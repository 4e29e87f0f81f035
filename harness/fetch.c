/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch.c - kernels and the userland of guests, from the distribution's packages
 * into the cache. A directory appears there when it is complete, never before.
 * What a package says it depends on leads to the image; its name is not guessed.
 */
#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/apt.h"
#include "harness/spawn.h"

#define FETCH_DEPTH_MAX 4

static int remove_tree(const char *path, struct why *why)
{
	struct args a = {0};
	int rc;

	args_split(&a, "rm -rf --");
	args_add(&a, path);
	rc = spawn_run(&a, NULL, why);
	args_free(&a);
	return rc;
}

/* An empty directory, whatever was there before. */
static int fresh_dir(const char *path, struct why *why)
{
	int rc = remove_tree(path, why);

	if (rc == 0 && mkdir(path, 0755) < 0)
		rc = why_set(why, errno, "cannot create %s: %s", path, strerror(errno));
	return rc;
}

static int move(const char *from, const char *to, struct why *why)
{
	if (rename(from, to) == 0)
		return 0;
	return why_set(why, errno, "cannot rename %s to %s: %s", from, to, strerror(errno));
}

/* The first path that matches, or NULL. */
static char *first_match(const char *dir, const char *pattern)
{
	char *full = buf_asprintf("%s/%s", dir, pattern), *found = NULL;
	glob_t g;

	if (glob(full, 0, NULL, &g) == 0) {
		found = buf_strdup(g.gl_pathv[0]);
		globfree(&g);
	}
	free(full);
	return found;
}

/* Everything in a package but kernel modules, which no guest loads. */
static int unpack(const char *deb, const char *dir, struct why *why)
{
	static const char script[] = "dpkg-deb --fsys-tarfile \"$1\" | "
				     "tar -x -C \"$2\" --no-same-owner --exclude='*.ko' "
				     "--exclude='*.ko.xz'";
	struct args a = {0};
	int rc;

	args_add(&a, "sh");
	args_add(&a, "-c");
	args_add(&a, script);
	args_add(&a, "sh");
	args_add(&a, deb);
	args_add(&a, dir);
	rc = spawn_run(&a, NULL, why);
	args_free(&a);
	return rc;
}

/*
 * The package that holds the image: a meta package depends on the newest
 * linux-image-*, which from 7.0 on is empty too and depends on a linux-binary-*.
 */
static char *next_package(const char *record)
{
	static const char *const prefixes[] = {"linux-binary-", "linux-image-"};
	char *depends = apt_field(record, "Depends"), *name = NULL;
	const char *p;
	size_t i;

	for (i = 0; depends && !name && i < 2; i++) {
		for (p = depends; *p; p += *p == ',') {
			p += strspn(p, " ");
			if (strncmp(p, prefixes[i], strlen(prefixes[i])) == 0) {
				name = buf_strndup(p, strcspn(p, " ,|(:"));
				break;
			}
			p += strcspn(p, ",");
		}
	}
	free(depends);
	return name;
}

static int find_package(struct apt *apt, const char *package, char **name, char **version,
			struct why *why)
{
	char *now = buf_strdup(package), *next;
	struct buf record = {0};
	int depth, rc = 0;

	for (depth = 0; depth < FETCH_DEPTH_MAX; depth++) {
		record.len = 0;
		rc = apt_show(apt, now, &record, why);
		if (rc < 0)
			break;
		next = next_package(record.p);
		if (!next) {
			*version = apt_field(record.p, "Version");
			if (!*version) {
				rc = why_set(why, EINVAL, "package %s has no version", now);
				break;
			}
			*name = now;
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

/* The kernel in an unpacked package, and what uname -r will say. */
static int find_image(const char *dir, const char *package, char **image, char **release,
		      struct why *why)
{
	static const char *const places[] = {"boot/vmlinu[xz]-*", "usr/lib/modules/*/vmlinu[xz]",
					     "lib/modules/*/vmlinu[xz]"};
	char *found = NULL, *name;
	size_t i;

	for (i = 0; !found && i < sizeof(places) / sizeof(*places); i++)
		found = first_match(dir, places[i]);
	if (!found)
		return why_set(why, ENOENT, "package %s holds no kernel image", package);
	name = strrchr(found, '/');
	if (strncmp(places[i - 1], "boot", 4) == 0) {
		*release = buf_strdup(strchr(name, '-') + 1);
	} else {
		*name = '\0';
		*release = buf_strdup(strrchr(found, '/') + 1);
		*name = '/';
	}
	*image = found;
	return 0;
}

/* Download, unpack, keep the image as DIR/vmlinuz-RELEASE. -EAGAIN: it cannot be had. */
static int get_kernel(struct apt *apt, const char *package, const char *version, const char *dir,
		      struct why *why)
{
	char *work = buf_asprintf("%s.new-%s", dir, apt->suite),
	     *tree = buf_asprintf("%s/tree", work), *keep = buf_asprintf("%s/keep", work),
	     *deb = NULL, *image = NULL, *release = NULL, *to = NULL;
	struct why ignored;
	int rc = fresh_dir(work, why);

	if (rc == 0)
		rc = apt_download(apt, package, version, work, &deb, why);
	if (rc < 0) {
		rc = -EAGAIN;
		goto out;
	}
	rc = fresh_dir(tree, why);
	if (rc == 0)
		rc = fresh_dir(keep, why);
	if (rc == 0)
		rc = unpack(deb, tree, why);
	if (rc == 0)
		rc = find_image(tree, package, &image, &release, why);
	if (rc == 0) {
		to = buf_asprintf("%s/vmlinuz-%s", keep, release);
		rc = move(image, to, why);
	}
	if (rc == 0)
		rc = move(keep, dir, why);
out:
	remove_tree(work, &ignored);
	free(work);
	free(tree);
	free(keep);
	free(deb);
	free(image);
	free(release);
	free(to);
	return rc;
}

/* The image in the cache, if it is there. */
static bool cached_kernel(const char *dir, const char *version, struct kernel_image *out)
{
	char *image = first_match(dir, "vmlinuz-*");

	if (!image)
		return false;
	out->path = image;
	out->version = buf_asprintf("%s (%s)", strrchr(image, '/') + strlen("/vmlinuz-"), version);
	return true;
}

int fetch_kernel(const struct kernel *k, run_say *say, void *arg, struct kernel_image *out,
		 struct why *why)
{
	char *base = NULL, *where = buf_asprintf("kernels/%s", k->arch);
	struct apt apt;
	int tries, rc;

	rc = cache_dir(where, &base, why);
	free(where);
	if (rc < 0)
		return rc;
	rc = apt_open(k->suite, k->arch, say, arg, &apt, why);
	if (rc < 0) {
		free(base);
		return rc;
	}
	for (tries = 0;; tries++) {
		char *package = NULL, *version = NULL, *dir;

		rc = find_package(&apt, k->package, &package, &version, why);
		if (rc < 0)
			break;
		dir = buf_asprintf("%s/%s_%s", base, package, version);
		rc = 0;
		if (!cached_kernel(dir, version, out)) {
			rc = get_kernel(&apt, package, version, dir, why);
			if (rc == 0 && !cached_kernel(dir, version, out))
				rc = why_set(why, ENOENT, "%s: no kernel image", dir);
		}
		free(dir);
		free(package);
		free(version);
		if (rc != -EAGAIN || tries == 2)
			break;
		/*
		 * Old lists name what has left the mirror since. New ones may do so too, where
		 * a suite is on its way to the archives: then what it had before its updates.
		 */
		rc = apt_update(&apt, tries == 0, why);
		if (rc < 0)
			break;
	}
	apt_close(&apt);
	free(base);
	return rc;
}

void kernel_image_free(struct kernel_image *image)
{
	free(image->path);
	free(image->version);
	*image = (struct kernel_image){0};
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

/* -EAGAIN: the packages cannot be had. */
static int get_userland(struct apt *apt, const char *dir, const char *packages, struct why *why)
{
	char *work = buf_asprintf("%s.new", dir), *debs = NULL, *pattern;
	int rc = fresh_dir(work, why);
	glob_t g = {0};
	size_t i;

	if (rc == 0)
		rc = apt_download_closure(apt, packages, &debs, why) < 0 ? -EAGAIN : 0;
	if (rc == 0) {
		pattern = buf_asprintf("%s/*.deb", debs);
		if (glob(pattern, 0, NULL, &g) != 0)
			rc = why_set(why, ENOENT, "apt-get left no package in %s", debs);
		free(pattern);
	}
	for (i = 0; rc == 0 && i < g.gl_pathc; i++) {
		rc = unpack(g.gl_pathv[i], work, why);
		if (rc == 0)
			unlink(g.gl_pathv[i]);
	}
	globfree(&g);
	if (rc == 0)
		rc = move(work, dir, why);
	free(work);
	free(debs);
	return rc;
}

int fetch_userland(const struct machine *m, run_say *say, void *arg, char **root, struct why *why)
{
	static const char packages[] = "kyua busybox-static";
	char *base = NULL, *where = buf_asprintf("userland/%s-%s", m->userland, m->arch),
	     *dir = NULL;
	struct buf list = {0};
	struct apt apt;
	int tries, rc;

	rc = cache_dir(where, &base, why);
	free(where);
	if (rc < 0)
		return rc;
	rc = apt_open(m->userland, m->arch, say, arg, &apt, why);
	if (rc < 0) {
		free(base);
		return rc;
	}
	/* As for kernels. */
	for (tries = 0;; tries++) {
		list.len = 0;
		rc = apt_closure(&apt, packages, &list, why);
		if (rc < 0)
			break;
		free(dir);
		dir = buf_asprintf("%s/%016llx", base, (unsigned long long)list_hash(&list));
		if (access(dir, F_OK) == 0)
			break;
		rc = get_userland(&apt, dir, packages, why);
		if (rc != -EAGAIN || tries == 2)
			break;
		rc = apt_update(&apt, tries == 0, why);
		if (rc < 0)
			break;
	}
	apt_close(&apt);
	buf_free(&list);
	free(base);
	if (rc < 0) {
		free(dir);
		return rc;
	}
	*root = dir;
	return 0;
}
