/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec.c - start, watch and end one program. A descendant that leaves its process
 * group and session is still a child of ours once its parent is gone (a subreaper
 * has no other orphans), so that waiting until there is no child at all misses
 * nobody. It knows nothing of tests.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/guest/exec.h"

#define EXEC_TICK_MS 100
#define EXEC_KILL_S 60 /* so long a killed process may take to go */

/* What the runner itself handles or ignores. */
static const int exec_handled[] = {SIGCHLD, SIGHUP, SIGINT, SIGPIPE, SIGTERM};

static sigset_t exec_unblocked; /* the mask while we wait, and that of programs */

static int64_t exec_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void exec_on_child(int sig)
{
	(void)sig; /* it interrupts ppoll() */
}

int exec_setup(void)
{
	struct sigaction sa = {.sa_handler = exec_on_child};
	sigset_t child;

	/* What our parents ignore is not ignored by a case. */
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	/* Blocked but for the moment of waiting, so that no end is missed. */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigemptyset(&exec_unblocked);
	if (sigprocmask(SIG_BLOCK, &child, NULL) || sigaction(SIGCHLD, &sa, NULL) ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return -errno;
	return 0;
}

/* ---- start ---- */

/* Between vfork() and execve(): it shares our memory, and only makes system calls. */
static int exec_child(const struct exec_program *p, int null, int out)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL};

	/* A handler of ours would run in its memory, which is ours. */
	for (size_t i = 0; i < sizeof(exec_handled) / sizeof(*exec_handled); i++)
		sigaction(exec_handled[i], &dfl, NULL);
	umask(022);
	if (setsid() < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		return errno;
	if (p->become && (setgroups(0, NULL) || setresgid(p->gid, p->gid, p->gid) ||
			  setresuid(p->uid, p->uid, p->uid)))
		return errno;
	if (chdir(p->dir) || sigprocmask(SIG_SETMASK, &exec_unblocked, NULL))
		return errno;
	execve(p->argv[0], p->argv, p->envp);
	return errno;
}

static int exec_start(const struct exec_program *p, int null, int out, pid_t *pid)
{
	static volatile int error;
	sigset_t all, old;
	pid_t child;

	error = 0;
	/* Signals that have a handler wait until the child has its own dispositions. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	child = vfork();
	if (child == 0) {
		error = exec_child(p, null, out);
		_exit(127);
	}
	if (child < 0)
		error = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (child > 0 && error)
		waitpid(child, NULL, 0);
	if (error)
		return -error;
	*pid = child;
	return 0;
}

/* ---- what it prints ---- */

/*
 * Take what is there now, some of it: one that writes faster than we read must not
 * keep us from seeing its end. Whether there was any. *fd becomes -1 when nobody can
 * write any more, for that would wake us for ever.
 */
static bool exec_drain(int *fd, const struct exec_program *p, struct exec_end *end)
{
	char bytes[16384];
	ssize_t n = *fd < 0 ? 0 : read(*fd, bytes, sizeof(bytes));
	size_t room = p->output_max - end->output.len;

	if (n > 0) {
		end->cut |= (size_t)n > room;
		buf_add(&end->output, bytes, (size_t)n < room ? (size_t)n : room);
	} else if (n == 0 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return n > 0;
}

/* Wait for output (fd -1: none), a signal, or that much time. */
static void exec_wait(int fd, int64_t us)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	struct timespec ts = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	if (us < 0)
		ts = (struct timespec){0};
	ppoll(&p, 1, &ts, &exec_unblocked);
}

/* ---- the end ---- */

/* The parent of a process by /proc/PID/stat; the name in it may hold anything. */
static pid_t exec_parent(const char *pid)
{
	char *path = buf_asprintf("/proc/%s/stat", pid), text[512], *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	free(path);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	/* /proc can take another one for it (doc/kernel-differences.md). */
	if (atol(text) != atol(pid))
		return -1;
	p = strrchr(text, ')');
	return p && p[1] == ' ' && p[2] ? (pid_t)atol(p + 4) : -1;
}

/* Kill all our children: what of the program left its group and lost its parent. */
static void exec_kill_children(void)
{
	DIR *proc = opendir("/proc");
	pid_t self = getpid();
	struct dirent *e;

	while (proc && (e = readdir(proc)))
		if (isdigit((unsigned char)e->d_name[0]) && exec_parent(e->d_name) == self)
			kill((pid_t)atol(e->d_name), SIGKILL);
	if (proc)
		closedir(proc);
}

/*
 * Reap who has ended; -ECHILD: there is nobody left. `main_status` is that of `pid`,
 * whose group is killed while its number is still its own.
 */
static int exec_reap(pid_t pid, bool *ended, int *main_status)
{
	siginfo_t info = {0};
	int status;
	pid_t got;

	if (!*ended && !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
	    info.si_pid == pid)
		kill(-pid, SIGKILL);
	while ((got = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (got == pid) {
			*ended = true;
			*main_status = status;
		}
	}
	return got < 0 && errno == ECHILD ? -ECHILD : 0;
}

/* Nothing of it may be left. */
static int exec_kill(pid_t pid, bool ended, int *fd, const struct exec_program *p,
		     struct exec_end *end)
{
	int64_t deadline = exec_now_us() + EXEC_KILL_S * 1000000LL;
	int status;

	if (!ended)
		kill(-pid, SIGKILL);
	while (exec_reap(pid, &ended, &status) != -ECHILD) {
		if (exec_now_us() > deadline)
			return -EBUSY;
		exec_kill_children();
		exec_drain(fd, p, end);
		exec_wait(*fd, EXEC_TICK_MS * 1000);
	}
	return 0;
}

int exec_run(const struct exec_program *p, const volatile sig_atomic_t *stop,
	     struct exec_end *end)
{
	int fds[2], null = open("/dev/null", O_RDWR | O_CLOEXEC), err, rc;
	int64_t begun, deadline;
	struct exec_end e = {0};
	bool ended = false;
	pid_t pid = -1;

	if (null < 0)
		return -errno;
	if (pipe2(fds, O_CLOEXEC)) {
		err = -errno;
		close(null);
		return err;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	begun = exec_now_us();
	deadline = begun + p->timeout_s * 1000000LL;
	err = exec_start(p, null, fds[1], &pid);
	close(null);
	close(fds[1]);
	while (!err && !ended && !e.end.timed_out && !*stop) {
		int64_t left = deadline - exec_now_us();

		exec_reap(pid, &ended, &e.end.status);
		if (ended)
			break;
		if (p->timeout_s && left <= 0)
			e.end.timed_out = true;
		else
			exec_wait(fds[0], p->timeout_s ? left : 1000000);
		exec_drain(&fds[0], p, &e);
	}
	e.us = exec_now_us() - begun;
	if (!err) {
		rc = exec_kill(pid, ended, &fds[0], p, &e);
		/* Nobody writes any more: what is in the pipe is the rest. */
		while (!e.cut && exec_drain(&fds[0], p, &e))
			;
		err = rc ? rc : !ended && !e.end.timed_out ? -EINTR : 0;
		*end = e;
	}
	if (fds[0] >= 0)
		close(fds[0]);
	return err;
}

void exec_end_free(struct exec_end *end)
{
	buf_free(&end->output);
}
