/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner_given.c - what every case gets: its environment, its variables, its user.
 * Nothing of ours is for a case, whatever we were started with.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/guest/runner.h"

extern char **environ;

static bool runner_env_is_ours(const char *entry)
{
	static const char *const names[] = {
		"HOME=", "LANG=", "LANGUAGE=", "LC_", "TMPDIR=", "TZ=", "__RUNNING_INSIDE_ATF_RUN=",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(entry, names[i], strlen(names[i])))
			return true;
	return false;
}

void runner_env(struct runner *r)
{
	struct job_words w = {0};

	for (char **e = environ; *e; e++) {
		w.v = buf_grow(w.v, w.count + 8, &w.cap, sizeof(*w.v));
		if (!runner_env_is_ours(*e))
			w.v[w.count++] = *e;
	}
	w.v = buf_grow(w.v, w.count + 8, &w.cap, sizeof(*w.v));
	w.v[w.count++] = buf_asprintf("HOME=%s", r->scratch.work);
	w.v[w.count++] = buf_asprintf("TMPDIR=%s", r->scratch.work);
	w.v[w.count++] = buf_strdup("TZ=UTC");
	/* Else ATF complains that nobody isolates it. */
	w.v[w.count++] = buf_strdup("__RUNNING_INSIDE_ATF_RUN=internal-yes-value");
	w.v[w.count] = NULL;
	r->env = w.v;
}

void runner_config(struct runner *r)
{
	size_t n = r->plan.config.count;

	r->config = buf_realloc(NULL, n + 3, sizeof(*r->config));
	for (size_t i = 0; i < n; i++)
		r->config[r->nconfig++] = r->plan.config.v[i];
	if (r->root)
		r->config[r->nconfig++] = "unprivileged-user=nobody";
	r->config[r->nconfig] = NULL;
}

/* The ids of a user; the files, as a static program has no other way. */
static int runner_user(const char *name, uid_t *uid, gid_t *gid)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw = NULL;

	if (!f)
		return -errno;
	while ((pw = fgetpwent(f)) && strcmp(pw->pw_name, name))
		;
	if (pw) {
		*uid = pw->pw_uid;
		*gid = pw->pw_gid;
	}
	fclose(f);
	return pw ? 0 : -ENOENT;
}

int runner_users(struct runner *r)
{
	const char *user = r->plan.user;
	int err;

	r->root = geteuid() == 0;
	if (!r->root)
		return user && strcmp(user, "root") == 0 ? -EPERM : 0;
	err = runner_user("nobody", &r->nobody_uid, &r->nobody_gid);
	if (!err && user && strcmp(user, "root")) {
		err = runner_user(user, &r->uid, &r->gid);
		r->become = !err;
	}
	return err;
}
