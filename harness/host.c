/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.c - run Kyua here. It must leave no process behind on whatever way it is
 * left, and it must not read what Kyua found out.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cases.h"
#include "harness/host.h"
#include "harness/spawn.h"
#include "harness/stream.h"

#define HOST_FILE_MAX (256u << 20)
#define HOST_GRACE_MS 20000 /* Kyua ends its cases and cleans up behind them */
#define HOST_TICK_MS 250

extern char **environ;

/* ---- Kyua's run, its output in a file that is read while it grows ---- */

/* What Kyua printed so far; `fd` is its log, `out` holds what was read before. */
static void host_read(int fd, struct buf *out, size_t start)
{
	if (lseek(fd, (off_t)(out->len - start), SEEK_SET) >= 0)
		buf_read_fd(out, fd, start + HOST_FILE_MAX);
}

/*
 * Run Kyua to its end; what it prints is appended to `out`. Its exit status, 128+N for
 * a signal, or -errno with `why` set; -EINTR: ended by `watch`.
 */
static int host_kyua_run(const struct host_tree *t, const struct args *a, host_watch *watch,
			 void *arg, struct buf *out, struct why *why)
{
	char *path = buf_asprintf("%s/output", t->workdir);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0600);
	int rc = fd < 0 ? why_set(why, errno, "'%s': %s", path, strerror(errno)) : 0;
	int pidfd, status, waited = 0;
	size_t start = out->len;
	bool stop = false;
	pid_t pid;

	free(path);
	/* Reader and writer share one offset, which is why the writer appends. */
	if (!rc)
		rc = spawn_start(a, fd, &pid, &pidfd, why);
	if (rc) {
		if (fd >= 0)
			close(fd);
		return rc;
	}
	for (;;) {
		struct pollfd p = {.fd = pidfd, .events = POLLIN};

		if (poll(&p, 1, HOST_TICK_MS) > 0)
			break;
		host_read(fd, out, start);
		if (stop && (waited += HOST_TICK_MS) > HOST_GRACE_MS)
			break;
		if (!stop && !watch(arg, out)) {
			/* Kyua ends the case that runs, and everything it started. */
			stop = true;
			kill(pid, SIGTERM);
		}
	}
	status = spawn_end(pid, pidfd, waited > HOST_GRACE_MS);
	host_read(fd, out, start);
	close(fd);
	if (stop)
		return why_set(why, EINTR, "stopped");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- Kyua's command line and files ---- */

static int host_write(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t done = 0;

	if (fd < 0)
		return -errno;
	while (done < text->len) {
		ssize_t n = write(fd, text->p + done, text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int err = -errno;

			close(fd);
			return err;
		}
		done += (size_t)n;
	}
	return close(fd) ? -errno : 0;
}

/*
 * Kyuafiles of our own, since Kyua refuses a whole suite when one program of it
 * was not built, and takes no program with a slash in its name: one file per
 * directory, included by one above.
 */
static int host_kyuafiles(const struct host_tree *t, struct why *why)
{
	static const char head[] = "syntax(2)\ntest_suite('belay')\n";
	struct buf top = {0}, room = {0};
	const char *last = "";
	size_t last_len = 0;
	char *path;
	int err = 0;

	buf_puts(&top, head);
	for (size_t i = 0; !err; i++) {
		const char *p = t->programs[i], *slash = p ? strrchr(p, '/') : NULL;

		if (last_len && (!p || strncmp(p, last, last_len + 1))) {
			path = buf_asprintf("%s/%.*s", t->workdir, (int)last_len, last);
			if (mkdir(path, 0700) && errno != EEXIST)
				err = -errno;
			free(path);
			path = buf_asprintf("%s/%.*s/Kyuafile", t->workdir, (int)last_len, last);
			err = err ? err : host_write(path, &room);
			free(path);
			buf_printf(&top, "include('%.*s/Kyuafile')\n", (int)last_len, last);
			buf_free(&room);
			last_len = 0;
		}
		if (!p)
			break;
		if (!slash)
			continue;
		if (!last_len)
			buf_puts(&room, head);
		last = p;
		last_len = (size_t)(slash - p);
		buf_printf(&room, "atf_test_program{name='%s'}\n", slash + 1);
	}
	path = buf_asprintf("%s/Kyuafile", t->workdir);
	err = err ? err : host_write(path, &top);
	free(path);
	buf_free(&top);
	buf_free(&room);
	return err ? why_set(why, -err, "cannot write below '%s': %s", t->workdir, strerror(-err))
		   : 0;
}

static void host_args(const struct host_tree *t, const char *verb, struct args *a)
{
	args_add(a, "kyua");
	args_add(a, "--config=none");
	args_take(a, buf_asprintf("--logfile=%s/kyua.log", t->workdir));
	args_add(a, "-v");
	args_take(a, buf_asprintf("architecture=%s", t->abi));
	args_add(a, "-v");
	args_take(a, buf_asprintf("platform=%s", t->abi));
	if (geteuid() == 0) {
		args_add(a, "-v");
		args_add(a, "unprivileged_user=nobody");
	}
	args_add(a, verb);
	args_take(a, buf_asprintf("--kyuafile=%s/Kyuafile", t->workdir));
	args_take(a, buf_asprintf("--build-root=%s", t->root));
}

/* What a bad end of Kyua means; `said` is what it printed. */
static int host_kyua_error(const struct host_tree *t, const char *said, int rc, struct why *why)
{
	size_t len = strlen(said);
	const char *last;

	if (rc < 0)
		return rc;
	if (rc == 127)
		return why_set(why, ENOENT, "there is no program 'kyua'; install Kyua (ci/deps)");
	while (len && strchr("\n ", said[len - 1]))
		len--;
	last = len ? memrchr(said, '\n', len) : NULL;
	last = last ? last + 1 : said;
	return why_set(why, EIO, "kyua failed for ABI %s (exit status %d): %.*s", t->abi, rc,
		       (int)(said + len - last), last);
}

int host_list(const struct host_tree *t, host_watch *watch, void *arg, struct results *out,
	      struct why *why)
{
	struct args a = {0};
	struct buf text = {0};
	int rc = host_kyuafiles(t, why);

	if (!rc) {
		host_args(t, "list", &a);
		args_add(&a, "-v");
		rc = host_kyua_run(t, &a, watch, arg, &text, why);
		if (rc)
			rc = host_kyua_error(t, text.len ? text.p : "", rc, why);
		else
			cases_parse(text.p, text.len, out);
	}
	args_free(&a);
	buf_free(&text);
	return rc;
}

/* Append the result store as a guest would send it. */
static void host_frame(const struct job_step *step, const char *db, struct buf *stream)
{
	struct buf bytes = {0};

	if (stream->len && stream->p[stream->len - 1] != '\n')
		buf_puts(stream, "\n");
	if (buf_read_file(&bytes, db, HOST_FILE_MAX) || !bytes.len) {
		buf_printf(stream, "KT-LOST %s %s\n", step->abi, step->program);
	} else {
		buf_printf(stream, "KT-FILE %s %s %zu %08x\n", step->abi, step->program, bytes.len,
			   stream_crc32(bytes.p, bytes.len));
		buf_add(stream, bytes.p, bytes.len);
	}
	buf_free(&bytes);
}

int host_run(const struct host_tree *t, const struct job_step *step, host_watch *watch, void *arg,
	     struct buf *stream, struct why *why)
{
	char *db = buf_asprintf("%s/store.db", t->workdir);
	struct args a = {0};
	size_t start = stream->len;
	int rc = host_kyuafiles(t, why);

	if (!rc) {
		unlink(db);
		host_args(t, "test", &a);
		args_take(&a, buf_asprintf("--results-file=%s", db));
		for (size_t i = 0; step->cases && step->cases[i]; i++)
			args_take(&a, buf_asprintf("%s:%s", step->program, step->cases[i]));
		if (!step->cases)
			args_add(&a, step->program);
		rc = host_kyua_run(t, &a, watch, arg, stream, why);
		/* 1: something failed. That is an answer, and the store has it. */
		if (rc == 1)
			rc = 0;
		else if (rc)
			rc = host_kyua_error(t, stream->len > start ? stream->p + start : "", rc,
					     why);
		if (rc != -EINTR)
			host_frame(step, db, stream);
	}
	args_free(&a);
	free(db);
	return rc;
}

/* ---- the host itself ---- */

int host_starts(const char *program)
{
	char *argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)"-l", NULL};
	posix_spawn_file_actions_t actions;
	int err, status;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions))
		return -ENOMEM;
	err = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	for (int fd = 1; fd <= 2 && !err; fd++)
		err = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
	if (!err)
		err = posix_spawn(&pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return -err;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

const char *host_arch(void)
{
	static const struct {
		const char *uname, *debian;
	} archs[] = {
		{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "armhf"}, {"i686", "i386"},
	};
	struct utsname u;

	if (uname(&u))
		return NULL;
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		if (!strcmp(u.machine, archs[i].uname))
			return archs[i].debian;
	return NULL;
}
