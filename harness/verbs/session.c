/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.c - begin and end of a verb that starts something.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/base/spawn.h"
#include "harness/verbs/session.h"

/* From its making to its lock a place is without one; a minute would do. */
#define SESSION_LEFT_S 600

volatile sig_atomic_t session_stop;

static void session_on_signal(int sig)
{
	session_stop = sig;
}

static int session_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void session_remove(const char *dir)
{
	nftw(dir, session_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The descriptor of the locked directory, or -1: it is in use. */
static int session_lock(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What of ours nobody uses any more. */
static void session_sweep(const char *tmp)
{
	char *pattern = buf_asprintf("%s/kmatrix.??????", tmp);
	glob_t g = {0};

	if (glob(pattern, GLOB_NOSORT, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++) {
			struct stat st;
			int fd = session_lock(g.gl_pathv[i]);

			if (fd < 0)
				continue;
			if (!fstat(fd, &st) && st.st_uid == geteuid() &&
			    st.st_mtime < time(NULL) - SESSION_LEFT_S)
				session_remove(g.gl_pathv[i]);
			close(fd);
		}
	}
	globfree(&g);
	free(pattern);
}

static char *session_workdir(const char *named)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;

	if (named) {
		if ((mkdir(named, 0755) && errno != EEXIST) || access(named, W_OK | X_OK))
			return NULL;
		return realpath(named, NULL);
	}
	tmp = tmp && *tmp ? tmp : "/tmp";
	session_sweep(tmp);
	dir = buf_asprintf("%s/kmatrix.XXXXXX", tmp);
	if (mkdtemp(dir))
		return dir;
	free(dir);
	return NULL;
}

int session_begin(const char *work, struct session *out, struct why *why)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction sa = {.sa_handler = session_on_signal};
	char *dir;

	/* Before there is something to leave behind. */
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
	spawn_stop_on(&session_stop);
	dir = session_workdir(work);
	if (!dir)
		return why_set(why, errno, "no directory to work in: '%s': %s",
			       work ? work : "$TMPDIR", strerror(errno));
	*out = (struct session){.workdir = dir, .keep = work != NULL, .lock = session_lock(dir)};
	return 0;
}

void session_end(struct session *s)
{
	if (!s->keep)
		session_remove(s->workdir);
	if (s->lock >= 0)
		close(s->lock);
	free(s->workdir);
	*s = (struct session){.lock = -1};
}

char *session_builds(const struct tables *tables)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash, *abi;

	/* kmatrix itself is in build/<abi>/ then. */
	if (n > 0) {
		exe[n] = '\0';
		slash = strrchr(exe, '/');
		*slash = '\0';
		abi = strrchr(exe, '/');
		if (abi && tables_abi(tables, abi + 1)) {
			*abi = '\0';
			return buf_strdup(exe);
		}
	}
	return buf_strdup("build");
}
