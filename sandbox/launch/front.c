/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * front.c - stand for the sandbox in the world outside. It decides nothing and
 * touches no process but the supervisor.
 */
#include "sandbox/launch/front.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launch/foreground.h"
#include "sandbox/supervise/sys.h"

static volatile sig_atomic_t supervisor, continued;

/* What a terminal sends reaches the command by itself. */
static void on_signal(int sig, siginfo_t *info, void *context)
{
	int err = errno;

	(void)context;
	if (info->si_code != SI_KERNEL)
		kill(supervisor, sig);
	errno = err;
}

static void on_continue(int sig)
{
	(void)sig;
	continued = 1;
}

/* Until the supervisor has ended, stop and go on with the command. */
static void keep_terminal(const struct nest *n)
{
	const struct sigaction go_on = { .sa_handler = on_continue };
	struct pollfd p[] = { { .fd = sys_pidfd_open(n->init, 0), .events = POLLIN },
			      { .fd = n->line, .events = POLLIN } };
	sigset_t none, cont;

	sigaction(SIGCONT, &go_on, NULL);
	signal(SIGTTOU, SIG_IGN);
	/* It comes in ppoll alone, so that none is missed. */
	sigemptyset(&cont);
	sigaddset(&cont, SIGCONT);
	sigprocmask(SIG_BLOCK, &cont, &none);
	sigdelset(&none, SIGCONT);
	while (p[0].fd >= 0 && (p[0].revents & POLLIN) == 0) {
		p[1].revents = 0;
		if (ppoll(p, 2, NULL, &none) < 0 && errno != EINTR)
			break;
		if (p[1].revents & POLLIN)
			foreground_stop(n);
		else if (p[1].revents != 0)
			p[1].fd = -1;
		if (continued)
			foreground_continued(n);
		continued = 0;
	}
	if (p[0].fd >= 0)
		close(p[0].fd);
}

int front_wait(const struct nest *n)
{
	static const int passed[] = { NEST_SIGNALS };
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };
	int status;

	supervisor = n->init;
	prctl(PR_SET_DUMPABLE, 0);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		sigaction(passed[i], &sa, NULL);
	nest_hear(n);
	if (n->line >= 0)
		keep_terminal(n);
	while (waitpid(n->init, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	foreground_take_back(n);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
