/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache.c - the directory of what was fetched. Everything appears in it by a
 * rename, so nothing half is ever seen under its name; what a disk does to it
 * later, the checksums find. It never fetches.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/spawn.h"
#include "harness/kernels/cache.h"

#define CACHE_SUMS "SHA256SUMS"

int cache_make_dirs(const char *path, struct why *why)
{
	char *copy = buf_strdup(path), *p;
	int rc = 0;

	for (p = copy + 1; rc == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			rc = why_set(why, errno, "cannot create %s: %s", copy, strerror(errno));
		*p = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return rc;
}

int cache_dir(const char *name, char **out, struct why *why)
{
	const char *own = getenv("BELAY_CACHE"), *xdg = getenv("XDG_CACHE_HOME"),
		   *home = getenv("HOME");
	char *dir;
	int rc;

	if (own && *own)
		dir = buf_asprintf("%s/%s", own, name);
	else if (xdg && *xdg)
		dir = buf_asprintf("%s/belay/%s", xdg, name);
	else if (home && *home)
		dir = buf_asprintf("%s/.cache/belay/%s", home, name);
	else
		return why_set(why, ENOENT, "no place for the cache: set BELAY_CACHE or HOME");
	rc = *dir == '/' ? cache_make_dirs(dir, why)
			 : why_set(why, EINVAL, "cache '%s', expected an absolute path", dir);
	if (rc < 0) {
		free(dir);
		return rc;
	}
	*out = dir;
	return 0;
}

/* ---- one lock for all: shared by who uses entries, exclusive for who removes them ---- */

static int cache_lock = -1;
static pthread_mutex_t cache_lock_mutex = PTHREAD_MUTEX_INITIALIZER;

static int lock_take(int how, struct why *why)
{
	char *dir, *path;
	int rc = cache_dir("rows", &dir, why);

	if (rc < 0)
		return rc;
	path = buf_asprintf("%s/../lock", dir);
	if (cache_lock < 0)
		cache_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (cache_lock < 0)
		cache_lock = open(path, O_RDONLY | O_CLOEXEC);
	if (cache_lock < 0)
		rc = why_set(why, errno, "cannot create %s: %s", path, strerror(errno));
	while (rc == 0 && flock(cache_lock, how) < 0)
		if (errno == EWOULDBLOCK)
			rc = why_set(why, EBUSY, "another kmatrix uses the cache now");
		else if (errno != EINTR)
			rc = why_set(why, errno, "cannot lock %s: %s", path, strerror(errno));
	free(path);
	free(dir);
	return rc;
}

int cache_hold(struct why *why)
{
	int rc = 0;

	pthread_mutex_lock(&cache_lock_mutex);
	if (cache_lock < 0)
		rc = lock_take(LOCK_SH, why);
	pthread_mutex_unlock(&cache_lock_mutex);
	return rc;
}

/* ---- entries ---- */

static int cache_open_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	/* A directory of a package may be closed to its owner. */
	if (type == FTW_DNR || type == FTW_D)
		chmod(path, 0700);
	return 0;
}

static int cache_unlink_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* By ourselves: also when a signal wants the end, and no program is started any more. */
int cache_remove(const char *path, struct why *why)
{
	int rc;

	nftw(path, cache_open_one, 16, FTW_PHYS);
	rc = nftw(path, cache_unlink_one, 16, FTW_DEPTH | FTW_PHYS);
	if (rc == -1)
		rc = errno == ENOENT ? 0 : -errno;
	return rc < 0 ? why_set(why, -rc, "cannot remove %s: %s", path, strerror(-rc)) : 0;
}

int cache_stage(const char *entry, char **work, struct why *why)
{
	char *path = buf_asprintf("%s.new-%ld", entry, (long)gettid());
	int rc = cache_remove(path, why);

	if (rc == 0 && mkdir(path, 0755) < 0)
		rc = why_set(why, errno, "cannot create %s: %s", path, strerror(errno));
	if (rc < 0) {
		free(path);
		return rc;
	}
	*work = path;
	return 0;
}

static int sums_write(const char *dir, struct why *why)
{
	static const char script[] =
		"cd -- \"$1\" && find . -type f ! -name " CACHE_SUMS " -print0 | LC_ALL=C sort -z |"
		" xargs -0 sha256sum -- >" CACHE_SUMS;
	struct args a = {0};
	int rc;

	args_split(&a, "sh -c");
	args_add(&a, script);
	args_add(&a, "sh");
	args_add(&a, dir);
	rc = spawn_run(&a, NULL, why);
	args_free(&a);
	return rc;
}

int cache_check(const char *entry, struct why *why)
{
	struct args a = {0};
	struct buf said = {0};
	struct why bad;
	int rc;

	if (access(entry, F_OK) < 0)
		return why_set(why, ENOENT, "%s: %s", entry, strerror(errno));
	args_add(&a, "env");
	args_take(&a, buf_asprintf("--chdir=%s", entry));
	args_split(&a, "LC_ALL=C sha256sum --check --quiet --strict " CACHE_SUMS);
	rc = spawn_run(&a, &said, &bad);
	args_free(&a);
	if (rc == -EINTR)
		why_set(why, EINTR, "%s", bad.text);
	else if (rc < 0)
		rc = why_set(why, EBADMSG, "%s is damaged: %.*s", entry,
			     said.len ? (int)strcspn(said.p, "\n") : (int)sizeof(bad.text),
			     said.len ? said.p : bad.text);
	buf_free(&said);
	return rc;
}

/*
 * Until ours is in its place, or a whole one of somebody else. Whoever found the old
 * one damaged may move a new one aside that has taken its place since: then there is
 * none for a moment, and he brings his own.
 */
static int replace(const char *work, const char *entry, const char *aside, struct why *why)
{
	struct why ignored;

	while (rename(work, entry) < 0) {
		if (errno != EEXIST && errno != ENOTEMPTY)
			return why_set(why, errno, "cannot rename %s to %s: %s", work, entry,
				       strerror(errno));
		if (cache_check(entry, &ignored) == 0) {
			cache_remove(work, &ignored);
			return 0;
		}
		cache_remove(aside, &ignored);
		if (rename(entry, aside) < 0 && errno != ENOENT)
			return why_set(why, errno, "cannot replace %s: %s", entry, strerror(errno));
	}
	return 0;
}

int cache_commit(const char *work, const char *entry, struct why *why)
{
	char *aside = buf_asprintf("%s.new-bad-%ld", entry, (long)gettid());
	struct why ignored;
	int rc = sums_write(work, why);

	if (rc == 0)
		rc = replace(work, entry, aside, why);
	cache_remove(aside, &ignored);
	if (rc < 0)
		cache_remove(work, &ignored);
	free(aside);
	return rc;
}

/* ---- rows ---- */

static int row_path(const char *row, char **path, struct why *why)
{
	char *dir;
	int rc = cache_dir("rows", &dir, why);

	if (rc < 0)
		return rc;
	*path = buf_asprintf("%s/%s", dir, row);
	free(dir);
	return 0;
}

int cache_point(const char *row, const char *entry, struct why *why)
{
	char *path, *new, *to, *base;
	int rc = row_path(row, &path, why);

	if (rc < 0)
		return rc;
	/* Relative, so that a cache may be moved: entries are two directories down. */
	base = strrchr(entry, '/');
	while (base > entry && *--base != '/')
		;
	while (base > entry && *--base != '/')
		;
	to = buf_asprintf("..%s", base);
	new = buf_asprintf("%s.new-%ld", path, (long)gettid());
	unlink(new);
	if (symlink(to, new) < 0 || rename(new, path) < 0) {
		rc = why_set(why, errno, "cannot write %s: %s", path, strerror(errno));
		unlink(new);
	}
	free(new);
	free(to);
	free(path);
	return rc;
}

int cache_row(const char *row, char **entry, struct why *why)
{
	char *path, *real;
	int rc = row_path(row, &path, why);

	if (rc < 0)
		return rc;
	real = realpath(path, NULL);
	if (!real)
		rc = why_set(why, ENOENT, "%s: %s", path, strerror(errno));
	free(path);
	if (rc < 0)
		return rc;
	*entry = buf_strdup(real);
	free(real);
	return 0;
}

/* ---- pruning ---- */

uint64_t cache_size(const char *path)
{
	struct args a = {0};
	struct buf out = {0};
	struct why ignored;
	uint64_t size = 0;

	args_split(&a, "du -s --block-size=1 --");
	args_add(&a, path);
	if (spawn_run(&a, &out, &ignored) == 0 && out.len)
		size = strtoull(out.p, NULL, 10);
	args_free(&a);
	buf_free(&out);
	return size;
}

struct prune {
	char *root;
	char **keep; /* real paths, NULL-terminated */
	size_t nkeep;
	run_say *say;
	void *arg;
	uint64_t freed;
};

static void keep_add(struct prune *p, char *path)
{
	p->keep = buf_realloc(p->keep, p->nkeep + 2, sizeof(*p->keep));
	p->keep[p->nkeep++] = path;
	p->keep[p->nkeep] = NULL;
}

/* What fits the pattern and is not kept goes. */
static int prune_glob(struct prune *p, const char *pattern, struct why *why)
{
	char *full = buf_asprintf("%s/%s", p->root, pattern), *line;
	glob_t g = {0};
	int rc = 0;

	if (glob(full, 0, NULL, &g) != 0)
		g.gl_pathc = 0;
	for (size_t i = 0; rc == 0 && i < g.gl_pathc; i++) {
		bool kept = false;
		uint64_t size;

		for (size_t k = 0; k < p->nkeep && !kept; k++)
			kept = strcmp(p->keep[k], g.gl_pathv[i]) == 0;
		if (kept)
			continue;
		size = cache_size(g.gl_pathv[i]);
		rc = cache_remove(g.gl_pathv[i], why);
		if (rc < 0)
			break;
		p->freed += size;
		line = buf_asprintf("removed %s, %.1f MB", g.gl_pathv[i] + strlen(p->root) + 1,
				    (double)size / 1e6);
		if (p->say)
			p->say(p->arg, line);
		free(line);
	}
	globfree(&g);
	free(full);
	return rc;
}

int cache_prune(const char *const *rows, const char *const *roots, run_say *say, void *arg,
		uint64_t *freed, struct why *why)
{
	static const char *const patterns[] = {"kernels/*/*", "userland/*/*", "rows/*", "apt/*",
					       "apt/*/download"};
	struct prune p = {.say = say, .arg = arg};
	struct why ignored;
	char *dir, *entry;
	int rc;

	pthread_mutex_lock(&cache_lock_mutex);
	rc = lock_take(LOCK_EX | LOCK_NB, why);
	if (rc == 0)
		rc = cache_dir("rows", &dir, why);
	if (rc == 0) {
		p.root = realpath(dir, NULL);
		if (!p.root)
			rc = why_set(why, errno, "%s: %s", dir, strerror(errno));
		else
			*strrchr(p.root, '/') = '\0';
		free(dir);
	}
	for (; rc == 0 && *rows; rows++) {
		if (cache_row(*rows, &entry, &ignored) < 0)
			continue;
		keep_add(&p, entry);
		keep_add(&p, buf_asprintf("%s/rows/%s", p.root, *rows));
	}
	for (; rc == 0 && *roots; roots++)
		keep_add(&p, buf_asprintf("%s/apt/%s", p.root, *roots));
	for (size_t i = 0; rc == 0 && i < sizeof(patterns) / sizeof(*patterns); i++)
		rc = prune_glob(&p, patterns[i], why);
	if (cache_lock >= 0)
		flock(cache_lock, LOCK_SH);
	pthread_mutex_unlock(&cache_lock_mutex);
	for (size_t i = 0; i < p.nkeep; i++)
		free(p.keep[i]);
	free(p.keep);
	free(p.root);
	if (rc == 0)
		*freed = p.freed;
	return rc;
}
