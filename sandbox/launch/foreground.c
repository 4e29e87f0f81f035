/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foreground.c - the two ends of the line: the front says when it goes on and
 * whether it has the terminal, the supervisor by which signal the command was
 * stopped. Both ignore SIGTTOU. It waits for nobody.
 */
#include "sandbox/launch/foreground.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/launch/nest.h"

enum { IN_BACKGROUND, IN_FOREGROUND };

bool foreground_is_job(bool *foreground)
{
	pid_t has = tcgetpgrp(STDIN_FILENO);

	/* Of another terminal than our own it is -1. */
	if (has < 0 || getpgrp() != getpid() || tcgetpgrp(STDOUT_FILENO) < 0)
		return false;
	*foreground = has == getpgrp();
	return true;
}

static void say(const struct nest *n, int word)
{
	unsigned char c = (unsigned char)word;

	/* Nobody there: that end is heard of otherwise. */
	(void)!send(n->line, &c, 1, MSG_NOSIGNAL);
}

static int hear(const struct nest *n)
{
	unsigned char c;

	return recv(n->line, &c, 1, MSG_DONTWAIT) == 1 ? c : -1;
}

void foreground_give(const struct nest *n, pid_t command)
{
	if (n->line >= 0)
		tcsetpgrp(STDIN_FILENO, command);
}

void foreground_stopped(const struct nest *n, int sig)
{
	if (n->line >= 0)
		say(n, sig);
}

void foreground_resume(const struct nest *n, pid_t command)
{
	int word = hear(n);

	if (word < 0 || command == 0)
		return;
	if (word == IN_FOREGROUND)
		foreground_give(n, command);
	kill(-command, SIGCONT);
}

void foreground_continued(const struct nest *n)
{
	if (n->line >= 0)
		say(n, tcgetpgrp(STDIN_FILENO) == getpgrp() ? IN_FOREGROUND : IN_BACKGROUND);
}

void foreground_stop(const struct nest *n)
{
	int sig = hear(n);

	if (sig < 0)
		return;
	tcsetpgrp(STDIN_FILENO, getpgrp());
	/* Where nobody could continue us the kernel does not stop us. */
	if (sig == SIGTTOU)
		sig = SIGTTIN;
	kill(getpid(), sig);
	foreground_continued(n);
}

void foreground_take_back(const struct nest *n)
{
	pid_t has = n->line >= 0 ? tcgetpgrp(STDIN_FILENO) : -1;

	if (has > 0 && has != getpgrp() && kill(-has, 0) < 0 && errno == ESRCH)
		tcsetpgrp(STDIN_FILENO, getpgrp());
}
