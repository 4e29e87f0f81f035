/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launch.c - the parent's half: pipes, clone, SEIZE. What the child does to
 * itself is child.c.
 *
 * The child first shares our table of descriptors, because that is the one
 * way to hand over a listener that works on every kernel that has listeners
 * and makes no call that the new filter could trace: the descriptor that
 * seccomp(2) makes in the child simply is ours too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launch/child.h"
#include "sandbox/launch/launch.h"

/* How often a child that does not answer is looked at. Milliseconds. */
#define ALIVE_EVERY 200

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool is_kept(const struct launch *l, const struct child *c, int fd)
{
	if (fd <= STDERR_FILENO || fd == c->status[1] || fd == c->control[0])
		return true;
	for (size_t i = 0; i < l->nkeep; i++)
		if (l->keep_fds[i] == fd)
			return true;
	return false;
}

/*
 * The descriptors that the child has to close, listed here because the filter
 * may not let it open /proc. Nothing opens one between now and its exec but
 * the listener, which child.c closes by itself.
 */
static int list_fds(const struct launch *l, struct child *c)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	size_t room = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(dir) || is_kept(l, c, fd))
			continue;
		if (c->nclose == room) {
			int *more = realloc(c->close, (room + 64) * sizeof(*more));

			if (!more) {
				closedir(dir);
				return -ENOMEM;
			}
			c->close = more;
			room += 64;
		}
		c->close[c->nclose++] = fd;
	}
	closedir(dir);
	return 0;
}

/*
 * What the child reports when it is ready. Both ends of the pipe are in the
 * shared table, so the death of the child makes no end of file here.
 */
static int read_ready(const struct child *c, pid_t pid, struct child_ready *out)
{
	struct pollfd p = { .fd = c->status[0], .events = POLLIN };
	siginfo_t dead = { .si_pid = 0 };
	ssize_t n;
	int r;

	for (;;) {
		r = poll(&p, 1, ALIVE_EVERY);
		if (r > 0)
			break;
		if (r < 0 && errno != EINTR)
			return -errno;
		if (waitid(P_PID, (id_t)pid, &dead, WEXITED | WNOHANG | WNOWAIT) < 0)
			return -errno;
		/* It may have spoken just before it died. */
		if (dead.si_pid == pid && poll(&p, 1, 0) != 1)
			return -ECHILD;
	}
	n = read(p.fd, out, sizeof(*out));
	if (n < 0)
		return -errno;
	return n == sizeof(*out) ? 0 : -EPROTO;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

/* The pid, or -errno. */
static pid_t clone_child(const struct launch *l, const struct child *c)
{
	pid_t self = getpid();
	/* No stack and no thread pointer: the order of the last arguments is all the same. */
	long pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		child_run(l, c, self);
	return pid < 0 ? -errno : (pid_t)pid;
}

static int start(const struct launch *l, struct child *c, struct launched *out, const char **failed)
{
	struct child_ready ready = { .listener = -1 };
	pid_t pid;
	int r;

	/* Before there are pipes: one of those is not what the caller means. */
	*failed = "pass a descriptor of --keep-fd";
	for (size_t i = 0; i < l->nkeep; i++)
		if (fcntl(l->keep_fds[i], F_GETFD) < 0)
			return -errno;
	*failed = "make pipes";
	if (pipe2(c->status, O_CLOEXEC) < 0 || pipe2(c->control, O_CLOEXEC) < 0)
		return -errno;
	*failed = "list open descriptors in /proc/self/fd";
	r = list_fds(l, c);
	if (r)
		return r;
	*failed = "start a process";
	pid = clone_child(l, c);
	if (pid < 0)
		return pid;
	*failed = "hear from the process of the command";
	r = read_ready(c, pid, &ready);
	if (!r && ready.error) {
		*failed = child_step(ready.step);
		r = -ready.error;
	}
	if (!r && l->traced && ptrace(PTRACE_SEIZE, pid, 0, l->ptrace_options) < 0) {
		*failed = "trace the command (is belay itself being traced?)";
		r = -errno;
	}
	if (r) {
		close_fd(&ready.listener);
		reap(pid);
		return r;
	}
	out->pid = pid;
	out->listener = ready.listener;
	out->why_no_listener = ready.why_no_listener;
	out->exec_status = c->status[0];
	out->control = c->control[1];
	c->status[0] = c->control[1] = -1;
	return 0;
}

int launch_start(const struct launch *l, struct launched *out, const char **failed)
{
	struct child c = { .status = { -1, -1 }, .control = { -1, -1 } };
	int r = start(l, &c, out, failed);

	for (int i = 0; i < 2; i++) {
		close_fd(&c.status[i]);
		close_fd(&c.control[i]);
	}
	free(c.close);
	return r;
}

int launch_go(struct launched *c)
{
	ssize_t n;

	do
		n = write(c->control, "", 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	close_fd(&c->control);
	return 0;
}
