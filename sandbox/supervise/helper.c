/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * helper.c - fork a process for an operation that may wait, take its result.
 * It must not decide: what it does was judged before.
 */
#include "sandbox/supervise/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "sandbox/supervise/fdpass.h"
#include "sandbox/supervise/files.h"
#include "sandbox/supervise/tracee.h"

static struct helper *helpers;

/*
 * Told to give up: whatever waits ends with EINTR, and what was done just
 * before is still handed back. The timer makes sure when the signal comes
 * before the wait has begun.
 */
static void on_cancel(int sig)
{
	const struct itimerval again = { { 0, 1000 }, { 0, 1000 } };

	(void)sig;
	setitimer(ITIMER_REAL, &again, NULL);
}

static void run_child(pid_t parent, int sock, helper_fn *run, void *arg)
{
	struct sigaction cancel = { .sa_handler = on_cancel };
	sigset_t alarm;
	int64_t result;
	int fd = -1;

	/* A terminal's ^C is for the command; only the supervisor ends a helper. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	/* Until here it ends us: nothing was done yet. */
	sigaction(SIGALRM, &cancel, NULL);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	result = run(arg, &fd);
	if (fdpass_send(sock, fd, &result, sizeof(result)) < 0)
		_exit(1);
	_exit(0);
}

int helper_start(struct tracee *t, helper_fn *run, void *arg, struct helper **out)
{
	struct helper *h = calloc(1, sizeof(*h));
	pid_t self = getpid();
	int pair[2], err;

	if (h == NULL)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		err = errno;
		free(h);
		return -err;
	}
	/* It lasts as long as the tracee likes: half of the room is for the others. */
	if (!files_may_last(2 * pair[0])) {
		close(pair[0]);
		close(pair[1]);
		free(h);
		return -EMFILE;
	}
	h->pid = fork();
	if (h->pid == 0)
		run_child(self, pair[1], run, arg);
	err = errno;
	close(pair[1]);
	if (h->pid < 0) {
		close(pair[0]);
		free(h);
		return -err;
	}
	h->tid = t->tid;
	h->sock = pair[0];
	h->fd = -1;
	h->next = helpers;
	helpers = h;
	*out = h;
	return 0;
}

struct helper *helper_find(pid_t pid)
{
	struct helper *h = helpers;

	while (h != NULL && h->pid != pid)
		h = h->next;
	return h;
}

bool helper_poll(struct helper *h)
{
	int64_t result;
	int fd, rc;

	if (h->done)
		return true;
	rc = fdpass_receive(h->sock, &fd, &result, sizeof(result));
	if (rc < 0)
		return false;
	h->done = true;
	h->result = result;
	h->fd = fd;
	return true;
}

int64_t helper_result(struct helper *h)
{
	return helper_poll(h) ? h->result : -EIO;
}

void helper_kill_all(void)
{
	for (const struct helper *h = helpers; h != NULL; h = h->next)
		if (!h->reaped)
			kill(h->pid, SIGKILL);
}

static void helper_free(struct helper *h)
{
	struct helper **at = &helpers;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	close(h->sock);
	if (h->fd >= 0)
		close(h->fd);
	free(h);
}

void helper_release(struct helper *h)
{
	h->tid = 0;
	if (h->reaped)
		helper_free(h);
	else
		kill(h->pid, SIGKILL);
}

int helper_cancel(struct helper *h)
{
	return kill(h->pid, SIGALRM) < 0 ? -errno : 0;
}

void helper_reaped(struct helper *h)
{
	h->reaped = true;
	if (h->tid == 0)
		helper_free(h);
}
