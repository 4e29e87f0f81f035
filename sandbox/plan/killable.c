/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * killable.c - a signal wakes the caller, then its call is received and
 * answered, all before the caller runs again. Until Linux 6.18 (6.1.156, 6.6.112,
 * 6.12.53, 6.17.3) it then went back as interrupted: what had been performed for
 * it was performed once more, or told as never done (commit cce436aafc2a).
 *
 * That it does not run in between is seen to by one processor for both and a
 * policy by which a woken task does not take it. It is looked at, too: a try
 * in which the caller was quicker says nothing.
 */
#include "sandbox/plan/killable.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/plan/listener.h"

#define TRIES 50
#define ANSWER 0xb1

static void ignore(int sig)
{
	(void)sig;
}

static void call(void)
{
	struct sigaction sa = { .sa_handler = ignore };

	sigaction(SIGUSR1, &sa, NULL);
	_exit(syscall(KILLABLE_CALL) == ANSWER ? 0 : 1);
}

/* The letter of /proc/PID/stat, behind a name that is our own. */
static char state_of(pid_t pid)
{
	char path[32], text[64] = "";
	const char *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	at = strrchr(text, ')');
	return at != NULL && at[1] == ' ' ? at[2] : 0;
}

static void schedule(pid_t pid, int policy)
{
	const struct sched_param none = { 0 };

	sched_setscheduler(pid, policy, &none);
}

/* Received and answered behind a signal; whether the caller was still to run then. */
static bool answer_first(int listener, pid_t pid)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	struct seccomp_notif notif;
	bool first;

	if (poll(&p, 1, -1) < 0)
		return false;
	while (state_of(pid) == 'R')
		sched_yield();
	kill(pid, SIGUSR1);
	if (listener_receive(listener, &notif) < 0)
		return false;
	first = state_of(pid) == 'R';
	return listener_answer(listener, notif.id, ANSWER) == 0 && first;
}

/* 1: kept, 0: lost, -1: it says nothing. */
static int try(int listener)
{
	int status = 0;
	pid_t pid = fork();
	bool first;

	if (pid == 0)
		call();
	if (pid < 0)
		return -1;
	schedule(pid, SCHED_BATCH);
	first = answer_first(listener, pid);
	if (!first)
		kill(pid, SIGKILL);
	schedule(pid, SCHED_OTHER);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return !first ? -1 : WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool killable_keeps_answers(int listener)
{
	cpu_set_t here;
	int said = -1;

	CPU_ZERO(&here);
	CPU_SET((size_t)sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
	for (int i = 0; i < TRIES && said < 0; i++)
		said = try(listener);
	return said == 1;
}
