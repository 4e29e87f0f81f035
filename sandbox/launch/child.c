/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.c - between clone and exec: the process confines itself, tells the
 * parent, waits to be seized, becomes the command. From the filter on it may
 * make no call that a policy could supervise: no tracer is there to answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/launch/child.h"
#include "sandbox/launch/domain.h"
#include "sandbox/launch/privileges.h"
#include "sandbox/plan/listener.h"

const char *child_step(enum child_step_id step)
{
	switch (step) {
	case STEP_LIFE:
		return "tie the life of the command to belay";
	case STEP_PRIVILEGES:
		return "drop privileges";
	case STEP_DOMAIN:
		return "enter a Landlock domain";
	case STEP_FILTER:
		return "install the seccomp filter";
	case STEP_DESCRIPTORS:
		return "close descriptors";
	case STEP_NONE:
		break;
	}
	return "start the command";
}

/* The child dies with its parent, from here to SEIZE. */
static int tie_life(pid_t parent)
{
	/*
	 * A second belt only: the command may take it off again, and what it
	 * forks does not have it. EXITKILL, or an init that ends, is what lasts.
	 */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

static int seccomp_filter(unsigned int flags, const struct sock_fprog *filter)
{
	long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, filter);

	return r < 0 ? -errno : (int)r;
}

/*
 * A listener that we hold keeps every filter inside from having one: whoever
 * answers USER_NOTIF outranks our RET_TRACE. SPEC_ALLOW (4.17): the filter is
 * no border between code that shares an address space, so the mitigation
 * that kernels before 5.16 bind to it would only cost time.
 */
static int install(const struct sock_fprog *filter, bool listens, struct child_ready *ready)
{
	const unsigned int listen = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	const unsigned int fast = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	/* A call that is being performed must not be begun again for a signal. */
	const unsigned int whole = (unsigned int)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	int r = seccomp_filter(listen | fast | (listens ? whole : 0), filter);

	if (r >= 0) {
		ready->listener = r;
		return 0;
	}
	ready->why_no_listener = -r;
	if (listens || (r != -EBUSY && r != -EINVAL && r != -ENOSYS))
		return r;
	r = seccomp_filter(fast, filter);
	if (r == -EINVAL)
		r = seccomp_filter(0, filter);
	/* Before 3.17. */
	if (r == -ENOSYS)
		r = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0) < 0 ? -errno : 0;
	return r;
}

/* A table of our own, with what the command may have and our two ends of pipes. */
static int own_fds(const struct launch *l, const struct child *c, int listener)
{
	if (unshare(CLONE_FILES) < 0)
		return -errno;
	for (size_t i = 0; i < c->nclose; i++)
		close(c->close[i]);
	if (listener >= 0)
		close(listener);
	/* A descriptor that was passed by name stays open across the exec. */
	for (size_t i = 0; i < l->nkeep; i++)
		if (fcntl(l->keep_fds[i], F_SETFD, 0) < 0)
			return -errno;
	return 0;
}

static int confine(const struct launch *l, const struct child *c, pid_t parent,
		   struct child_ready *ready)
{
	int r;

	ready->step = STEP_LIFE;
	r = tie_life(parent);
	if (r)
		return r;
	if (l->own_group && setpgid(0, 0) < 0)
		return -errno;
	ready->step = STEP_PRIVILEGES;
	r = privileges_drop();
	if (r)
		return r;
	ready->step = STEP_DOMAIN;
	r = l->apart ? domain_enter() : 0;
	if (r)
		return r;
	ready->step = STEP_FILTER;
	r = install(l->filter, l->listens, ready);
	if (r)
		return r;
	ready->step = STEP_DESCRIPTORS;
	r = own_fds(l, c, ready->listener);
	if (r)
		return r;
	ready->step = STEP_NONE;
	return 0;
}

_Noreturn void child_run(const struct launch *l, const struct child *c, pid_t parent)
{
	struct child_ready ready = { .listener = -1 };
	ssize_t n;
	char go;
	int r;

	ready.error = -confine(l, c, parent, &ready);
	n = write(c->status[1], &ready, sizeof(ready));
	if (n != sizeof(ready) || ready.error)
		_exit(125);
	do
		n = read(c->control[0], &go, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(125);
	close(c->control[0]);
	if (l->mask)
		sigprocmask(SIG_SETMASK, l->mask, NULL);
	execvp(l->argv[0], l->argv);
	r = errno;
	/* The other end knows an exec that failed by these bytes alone. */
	n = write(c->status[1], &r, sizeof(r));
	_exit(n == sizeof(r) ? 127 : 125);
}
