/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn.c - programs that kmatrix runs. It knows none of them; no shell stands
 * between, so that no word needs quoting.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/spawn.h"

#define SPAWN_OUTPUT_MAX (64 << 20)
#define SPAWN_TICK_MS 200

void args_take(struct args *a, char *word)
{
	a->v = buf_grow(a->v, a->n + 1, &a->cap, sizeof(*a->v));
	a->v[a->n++] = word;
	a->v[a->n] = NULL;
}

void args_add(struct args *a, const char *word)
{
	args_take(a, buf_strdup(word));
}

void args_split(struct args *a, const char *words)
{
	while (words && *(words += strspn(words, " "))) {
		size_t len = strcspn(words, " ");

		args_take(a, buf_strndup(words, len));
		words += len;
	}
}

void args_free(struct args *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		free(a->v[i]);
	free(a->v);
	*a = (struct args){0};
}

/*
 * In the child of a program that may have threads: only calls that are safe
 * after a signal.
 */
static void __attribute__((noreturn)) child_exec(char *const *argv, pid_t parent, int in, int out,
						 int err, int death)
{
	sigset_t none;

	/* Not before, and not when the parent is gone already. */
	if (prctl(PR_SET_PDEATHSIG, death) < 0 || getppid() != parent)
		_exit(127);
	setpgid(0, 0);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* We ignore it; what is ignored stays so behind execve. */
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "%s\n", strerror(errno));
	_exit(127);
}

static pid_t spawn_fork(const struct args *a, int out, int err, int death, struct why *why)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t pid, parent = getpid();
	int e;

	if (in < 0)
		return why_set(why, errno, "/dev/null: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		child_exec(a->v, parent, in, out, err, death);
	e = errno;
	close(in);
	if (pid < 0)
		return why_set(why, e, "cannot start %s: %s", a->v[0], strerror(e));
	return pid;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return W_EXITCODE(127, 0);
	return status;
}

/*
 * What it complains about: its first error where lines are marked as errors (apt
 * goes on to say that it has seen some), else the last line that holds something.
 */
static const char *complaint(struct buf *b)
{
	char *nl, *e;

	while (b->len && strchr("\n\r ", b->p[b->len - 1]))
		b->p[--b->len] = '\0';
	if (b->len == 0)
		return "it says nothing";
	e = strncmp(b->p, "E: ", 3) == 0 ? b->p : strstr(b->p, "\nE: ");
	if (e) {
		e += *e == '\n' ? 4 : 3;
		e[strcspn(e, "\n")] = '\0';
		return e;
	}
	nl = strrchr(b->p, '\n');
	return nl ? nl + 1 : b->p;
}

/* The program that is meant, when env(1) comes first. */
static const char *program(const struct args *a)
{
	size_t i = 0;

	if (strcmp(a->v[0], "env") == 0)
		for (i = 1; i + 1 < a->n && (strchr(a->v[i], '=') || *a->v[i] == '-' ||
					     strcmp(a->v[i], "env") == 0); i++)
			;
	return a->v[i];
}

static const volatile sig_atomic_t *spawn_stop;

void spawn_stop_on(const volatile sig_atomic_t *flag)
{
	spawn_stop = flag;
}

/* What it prints, to its end or to as much as we take. */
static int spawn_read(struct buf *out, int fd)
{
	size_t taken = 0;

	while (taken < SPAWN_OUTPUT_MAX) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		char bytes[16384];
		ssize_t n;

		if (spawn_stop && *spawn_stop)
			return -EINTR;
		if (poll(&p, 1, SPAWN_TICK_MS) <= 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		if (n > 0) {
			buf_add(out, bytes, (size_t)n);
			taken += (size_t)n;
		}
	}
	return 0;
}

int spawn_run(const struct args *a, struct buf *out, struct why *why)
{
	int fds[2], err, status, rc = 0;
	struct buf said = {0}, dropped = {0};
	pid_t pid;

	if (spawn_stop && *spawn_stop)
		return why_set(why, EINTR, "%s: stopped", program(a));
	/* A file, not a second pipe: nobody has to read both at a time. */
	err = memfd_create("stderr", MFD_CLOEXEC);
	if (err < 0)
		return why_set(why, errno, "cannot start %s: %s", program(a), strerror(errno));
	if (pipe2(fds, O_CLOEXEC) < 0) {
		rc = why_set(why, errno, "cannot start %s: %s", program(a), strerror(errno));
		close(err);
		return rc;
	}
	pid = spawn_fork(a, fds[1], err, SIGKILL, why);
	close(fds[1]);
	if (pid < 0) {
		rc = pid;
		goto out;
	}
	rc = spawn_read(out ? out : &dropped, fds[0]);
	if (rc < 0) {
		/* It may be on its way into its group. */
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
		why_set(why, -rc, "%s: %s", program(a), rc == -EINTR ? "stopped" : strerror(-rc));
	}
	/* Else one that says more than we read would wait for ever. */
	close(fds[0]);
	fds[0] = -1;
	status = wait_for(pid);
	if (rc == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
		lseek(err, 0, SEEK_SET);
		buf_read_fd(&said, err, 1 << 16);
		if (WIFSIGNALED(status))
			rc = why_set(why, EIO, "%s: killed by signal %d", program(a),
				     WTERMSIG(status));
		else
			rc = why_set(why, EIO, "%s: exit status %d: %s", program(a),
				     WEXITSTATUS(status), complaint(&said));
	}
out:
	buf_free(&said);
	buf_free(&dropped);
	if (fds[0] >= 0)
		close(fds[0]);
	close(err);
	return rc;
}

int spawn_start(const struct args *a, int log_fd, int death, pid_t *pid, int *pidfd,
		struct why *why)
{
	pid_t child = spawn_fork(a, log_fd, log_fd, death, why);
	int fd, rc;

	if (child < 0)
		return child;
	fd = syscall(SYS_pidfd_open, child, 0);
	if (fd < 0) {
		rc = why_set(why, errno, "pidfd_open: %s", strerror(errno));
		kill(child, SIGKILL);
		wait_for(child);
		return rc;
	}
	*pid = child;
	*pidfd = fd;
	return 0;
}

int spawn_end(pid_t pid, int pidfd, bool kill_it)
{
	if (kill_it)
		kill(pid, SIGKILL);
	close(pidfd);
	return wait_for(pid);
}
