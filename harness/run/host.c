/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.c - run the runner here. It must leave no process behind on whatever way it
 * is left, and it must not judge what the runner found out.
 */
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

#include "harness/base/spawn.h"
#include "harness/boot/guest.h"
#include "harness/cell/cases.h"
#include "harness/cell/stream.h"
#include "harness/run/host.h"

#define HOST_FILE_MAX (256u << 20)
#define HOST_GRACE_MS 20000 /* the runner ends its case and cleans up behind it */
#define HOST_TICK_MS 250

extern char **environ;

/* ---- the runner, its output in a file that is read while it grows ---- */

/* What it printed so far; `fd` is its log, `out` holds what was read before. */
static void host_read(int fd, struct buf *out, size_t start)
{
	if (lseek(fd, (off_t)(out->len - start), SEEK_SET) >= 0)
		buf_read_fd(out, fd, start + HOST_FILE_MAX);
}

/*
 * Run it to its end; what it prints is appended to `out`. Its exit status, 128+N for
 * a signal, or -errno with `why` set; -EINTR: ended by `watch`.
 */
static int host_runner_run(const struct host_tree *t, const struct args *a, host_watch *watch,
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
	/* When we die it ends what it started, which nobody else could. */
	if (!rc)
		rc = spawn_start(a, fd, SIGTERM, &pid, &pidfd, why);
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
			/* It ends the case that runs, and everything that started. */
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

/* ---- its job ---- */

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

/* What a bad end of the runner means; `said` is what it printed. */
static int host_runner_error(const struct host_tree *t, const struct args *a, const char *said,
			     int rc, struct why *why)
{
	static const char mark[] = "runner: ";
	const char *last = NULL;

	if (rc < 0)
		return rc;
	if (rc == 127)
		return why_set(why, ENOENT, "'%s' cannot be run: it is made with kmatrix", a->v[0]);
	for (const char *p = said; (p = strstr(p, mark)); p += strlen(mark))
		last = p + strlen(mark);
	return why_set(why, EIO, "the runner failed for ABI %s (exit status %d): %.*s", t->abi, rc,
		       last ? (int)strcspn(last, "\n") : 0, last ? last : "");
}

/* The runner with this job; `out` receives its stream. */
static int host_do(const struct host_tree *t, const struct buf *text, host_watch *watch, void *arg,
		   struct buf *out, struct why *why)
{
	char *path = buf_asprintf("%s/job", t->workdir);
	size_t start = out->len;
	struct args a = {0};
	int rc = host_write(path, text);

	args_take(&a, run_runner());
	args_add(&a, path);
	if (rc)
		why_set(why, -rc, "cannot write '%s': %s", path, strerror(-rc));
	else
		rc = host_runner_run(t, &a, watch, arg, out, why);
	if (rc)
		rc = host_runner_error(t, &a, out->len > start ? out->p + start : "", rc, why);
	args_free(&a);
	free(path);
	return rc;
}

/* The directory of the programs, as the rest of a line. */
static char *host_dir(const struct host_tree *t, struct why *why)
{
	char *dir = realpath(t->root, NULL);

	if (!dir) {
		why_set(why, errno, "'%s': %s", t->root, strerror(errno));
	} else if (strchr(dir, '\n')) {
		why_set(why, EINVAL, "'%s' has a line break in its name", dir);
		free(dir);
		dir = NULL;
	}
	return dir;
}

int host_list(const struct host_tree *t, host_watch *watch, void *arg, struct results *out,
	      struct why *why)
{
	struct buf text = {0}, bytes = {0};
	char *dir = host_dir(t, why);
	struct stream stream = {0};
	int rc;

	if (!dir)
		return -EINVAL;
	buf_printf(&text, "abi %s %s\nlist only\n", t->abi, dir);
	for (size_t i = 0; t->programs[i]; i++)
		buf_printf(&text, "run %s\n", t->programs[i]);
	rc = host_do(t, &text, watch, arg, &bytes, why);
	stream_parse(bytes.p ? bytes.p : "", bytes.len, &stream);
	for (size_t i = 0; i < stream.count && !rc; i++)
		if (stream.v[i].kind == STREAM_LIST && stream.v[i].text)
			cases_parse(stream.v[i].text, stream.v[i].len, out);
	stream_free(&stream);
	buf_free(&bytes);
	buf_free(&text);
	free(dir);
	return rc;
}

int host_run(const struct host_tree *t, const struct job *job, host_watch *watch, void *arg,
	     struct buf *stream, struct why *why)
{
	char *dir = host_dir(t, why);
	struct buf text = {0};
	int rc;

	if (!dir)
		return -EINVAL;
	rc = guest_steps_text(job, dir, &text, why);
	if (!rc)
		rc = host_do(t, &text, watch, arg, stream, why);
	buf_free(&text);
	free(dir);
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
	/* That is all there is to know; it may never end by itself. */
	kill(pid, SIGKILL);
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
