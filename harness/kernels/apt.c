/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt.c - a private apt root for one suite and one architecture: apt resolves,
 * downloads and verifies, as this machine is configured to reach its mirrors.
 * One root each, because apt mixes up versions as soon as a root knows several
 * suites ("+" in a package name then is a pattern). It unpacks nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/spawn.h"
#include "harness/kernels/apt.h"
#include "harness/kernels/apt_root.h"
#include "harness/kernels/cache.h"

#define APT_TEXT_MAX (4 << 20)
#define APT_FRESH_S (24 * 60 * 60)

/* An apt program in the root: its configuration comes before the machine's. */
static void apt_args(const struct apt *apt, struct args *a, const char *words)
{
	args_add(a, "env");
	args_add(a, "LC_ALL=C");
	args_add(a, "DEBIAN_FRONTEND=noninteractive");
	args_take(a, buf_asprintf("APT_CONFIG=%s/apt.conf", apt->dir));
	args_split(a, words);
}

static int run_update(const struct apt *apt, struct why *why)
{
	struct args a = {0};
	int rc;

	apt_args(apt, &a, "apt-get -q -o APT::Update::Error-Mode=any update");
	rc = spawn_run(&a, NULL, why);
	args_free(&a);
	return rc;
}

int apt_update(struct apt *apt, bool security, struct why *why)
{
	char *stamp = buf_asprintf("%s/updated", apt->dir), *line,
	     *gone = buf_asprintf("%s/gone", apt->dir);
	struct buf none = {0};
	int rc;

	/* What is derived from a suite, its backports, has no updates apart. */
	security = security && !apt->released && !strchr(apt->suite, '-');
	line = buf_asprintf("lists of %s for %s%s", apt->suite, apt->arch,
			    security ? "" : ", without security updates");
	if (apt->say)
		apt->say(apt->say_arg, line);
	unlink(gone);
	free(gone);
	rc = apt_root_write(apt, security, why);
	if (rc == 0) {
		rc = run_update(apt, why);
		if (rc == 0)
			rc = apt_root_file(stamp, &none, why);
		else if (security)
			rc = apt_update(apt, false, why);
	}
	free(stamp);
	free(line);
	return rc;
}

static bool is_fresh(const struct apt *apt, bool *any)
{
	char *stamp = buf_asprintf("%s/updated", apt->dir);
	struct stat st;
	time_t now = time(NULL);

	*any = stat(stamp, &st) == 0;
	free(stamp);
	return *any && st.st_mtime <= now && now - st.st_mtime < APT_FRESH_S;
}

static int open_lock(struct apt *apt, struct why *why)
{
	static const char *const dirs[] = {"lists/partial", "archives/partial"};
	char *path;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < 2; i++) {
		path = buf_asprintf("%s/%s", apt->dir, dirs[i]);
		rc = cache_make_dirs(path, why);
		free(path);
	}
	if (rc < 0)
		return rc;
	path = buf_asprintf("%s/status", apt->dir);
	/* apt wants a list of installed packages; there are none. */
	apt->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (apt->lock < 0)
		rc = why_set(why, errno, "cannot create %s: %s", path, strerror(errno));
	while (rc == 0 && flock(apt->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			rc = why_set(why, errno, "cannot lock %s: %s", path, strerror(errno));
	free(path);
	return rc;
}

static bool apt_now;

void apt_lists_now(bool now)
{
	apt_now = now;
}

int apt_open(const char *suite, const char *arch, bool released, run_say *say, void *arg,
	     struct apt *out, struct why *why)
{
	struct apt apt = {.lock = -1, .released = released, .say = say, .say_arg = arg};
	char *name = buf_asprintf("apt/%s-%s%s", suite, arch, released ? APT_RELEASED : "");
	bool any;
	int rc;

	apt.suite = buf_strdup(suite);
	apt.arch = buf_strdup(arch);
	rc = cache_dir(name, &apt.dir, why);
	if (rc == 0)
		rc = open_lock(&apt, why);
	if (rc == 0 && (!is_fresh(&apt, &any) || apt_now)) {
		rc = apt_update(&apt, true, why);
		if (rc < 0 && any && !apt_now) {
			if (say)
				say(arg, why->text);
			rc = 0;
		}
	}
	free(name);
	if (rc < 0) {
		apt_close(&apt);
		return rc;
	}
	*out = apt;
	return 0;
}

void apt_close(struct apt *apt)
{
	if (apt->lock >= 0)
		close(apt->lock);
	free(apt->dir);
	free(apt->suite);
	free(apt->arch);
}

int apt_show(struct apt *apt, const char *package, struct buf *record, struct why *why)
{
	struct args a = {0};
	int rc;

	apt_args(apt, &a, "apt-cache show --no-all-versions --");
	args_add(&a, package);
	rc = spawn_run(&a, record, why);
	if (rc < 0)
		rc = why_set(why, ENOENT, "suite %s has no package %s for %s", apt->suite, package,
			     apt->arch);
	args_free(&a);
	return rc;
}

char *apt_field(const char *record, const char *field)
{
	size_t len = strlen(field);
	const char *p = record;

	while (p && *p) {
		if (strncmp(p, field, len) == 0 && p[len] == ':') {
			p += len + 1;
			p += strspn(p, " ");
			return buf_strndup(p, strcspn(p, "\n"));
		}
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return NULL;
}

/* The only file in a directory. */
static int only_file(const char *dir, char **path, struct why *why)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char *found = NULL;

	while (d && !found && (e = readdir(d)))
		if (e->d_name[0] != '.')
			found = buf_asprintf("%s/%s", dir, e->d_name);
	if (d)
		closedir(d);
	if (!found)
		return why_set(why, ENOENT, "apt-get left nothing in %s", dir);
	*path = found;
	return 0;
}

/* DIR/download/NAME: what was meant for others goes, parts of NAME stay. */
static int download_dir(const struct apt *apt, const char *name, char **out, struct why *why)
{
	char *base = buf_asprintf("%s/download", apt->dir),
	     *dir = buf_asprintf("%s/%s", base, name);
	int rc = 0;

	if (access(dir, F_OK) < 0)
		rc = cache_remove(base, why);
	if (rc == 0)
		rc = cache_make_dirs(dir, why);
	free(base);
	if (rc < 0) {
		free(dir);
		return rc;
	}
	*out = dir;
	return 0;
}

bool apt_is_gone(struct apt *apt, const char *name)
{
	char *path = buf_asprintf("%s/gone", apt->dir);
	struct buf text = {0};
	bool gone = buf_read_file(&text, path, APT_TEXT_MAX) == 0 && text.len &&
		    strcmp(text.p, name) == 0;

	buf_free(&text);
	free(path);
	return gone;
}

int apt_set_gone(struct apt *apt, const char *name, struct why *why)
{
	char *path = buf_asprintf("%s/gone", apt->dir);
	struct buf text = {0};
	int rc;

	buf_puts(&text, name);
	rc = apt_root_file(path, &text, why);
	buf_free(&text);
	free(path);
	return rc;
}

void apt_downloaded(struct apt *apt)
{
	char *base = buf_asprintf("%s/download", apt->dir);
	struct why ignored;

	cache_remove(base, &ignored);
	free(base);
}

int apt_download(struct apt *apt, const char *package, const char *version, const char *size,
		 char **deb, struct why *why)
{
	char *line = buf_asprintf("%s %s from %s%s%s", package, version, apt->suite,
				  size ? ", bytes: " : "", size ? size : ""),
	     *name = buf_asprintf("%s_%s", package, version), *dir = NULL;
	struct args a = {0};
	int rc = download_dir(apt, name, &dir, why);

	if (apt->say)
		apt->say(apt->say_arg, line);
	free(line);
	free(name);
	if (rc < 0)
		return rc;
	/* It downloads to where it stands, and goes on with what stands there. */
	args_add(&a, "env");
	args_take(&a, buf_asprintf("--chdir=%s", dir));
	apt_args(apt, &a, "apt-get -q download --");
	args_take(&a, buf_asprintf("%s=%s", package, version));
	rc = spawn_run(&a, NULL, why);
	if (rc == 0)
		rc = only_file(dir, deb, why);
	args_free(&a);
	free(dir);
	return rc;
}

int apt_closure(struct apt *apt, const char *packages, struct buf *list, struct why *why)
{
	struct args a = {0};
	struct buf text = {0};
	char *line, *next;
	int rc;

	apt_args(apt, &a, "apt-get -qq --simulate install --");
	args_split(&a, packages);
	rc = spawn_run(&a, &text, why);
	args_free(&a);
	/* Inst NAME (VERSION ...) */
	for (line = text.p; rc == 0 && line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (strncmp(line, "Inst ", 5) == 0)
			buf_printf(list, "%s\n", line + 5);
	}
	buf_free(&text);
	if (rc == 0 && list->len == 0)
		rc = why_set(why, ENOENT, "apt-get would install nothing for %s", packages);
	return rc;
}

int apt_download_closure(struct apt *apt, const char *packages, const char *name, char **dir,
			 struct why *why)
{
	struct args a = {0};
	char *line = buf_asprintf("%s for %s from %s", packages, apt->arch, apt->suite),
	     *archives = NULL, *partial;
	int rc = download_dir(apt, name, &archives, why);

	if (apt->say)
		apt->say(apt->say_arg, line);
	free(line);
	if (rc < 0)
		return rc;
	partial = buf_asprintf("%s/partial", archives);
	rc = cache_make_dirs(partial, why);
	free(partial);
	apt_args(apt, &a, "apt-get -qq -y --download-only");
	args_take(&a, buf_asprintf("-oDir::Cache::archives=%s", archives));
	args_split(&a, "install --");
	args_split(&a, packages);
	if (rc == 0)
		rc = spawn_run(&a, NULL, why);
	args_free(&a);
	if (rc < 0) {
		free(archives);
		return rc;
	}
	*dir = archives;
	return 0;
}
