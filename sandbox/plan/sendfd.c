/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendfd.c - a supervisor is stopped (SIGSTOP, the freezer, a signal with a handler)
 * after its ADDFD with the answer has woken the caller and before that has taken the
 * descriptor. Until Linux 7.4 (7.3.4, 6.12.117) it takes the descriptor back then and
 * the answer stays: the caller is told of descriptor 0 (commit 832b9b176be0).
 *
 * To see it, a process asks for a hand-over with a signal that is there already. It
 * comes in time because that request goes to the listener itself: who was received
 * waits killable, and the signal waits with him. That the caller does not run in
 * between is seen to by one processor for all, and a policy by which a woken task does
 * not take it. A try in which it did says nothing.
 */
#include "sandbox/plan/sendfd.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/plan/listener.h"
#include "sandbox/plan/look.h"

#define TRIES 10
#define ANSWER 0xb1

static void ignore(int sig)
{
	(void)sig;
}

static void call(void)
{
	_exit(syscall(LOOK_CALL) == ANSWER ? 0 : 1);
}

/* 0: given, 1: interrupted. */
static void give(int listener, uint64_t id)
{
	struct sigaction sa = { .sa_handler = ignore };

	sigaction(SIGUSR1, &sa, NULL);
	_exit(listener_try_give(listener, id) == -EINTR);
}

/* The exit status, or -1. */
static int status_of(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Have one process try to answer the call of another. Whether it was interrupted. */
static bool interrupt_giver(int listener, uint64_t id)
{
	struct seccomp_notif asked;
	pid_t pid = fork();

	if (pid == 0)
		give(listener, id);
	if (pid < 0)
		return false;
	if (listener_receive(listener, &asked) < 0 || asked.pid != (uint32_t)pid ||
	    kill(pid, SIGUSR1) < 0 || listener_continue(listener, asked.id) < 0)
		kill(pid, SIGKILL);
	return status_of(pid) == 1;
}

/* 1: the call could still be answered, 0: it could not, -1: it says nothing. */
static int try(int listener)
{
	const struct sched_param none = { 0 };
	struct seccomp_notif notif;
	pid_t pid = fork();
	int said = -1;

	if (pid == 0)
		call();
	if (pid < 0)
		return -1;
	if (sched_setscheduler(pid, SCHED_BATCH, &none) == 0 &&
	    listener_receive(listener, &notif) == 0 && interrupt_giver(listener, notif.id))
		said = listener_answer(listener, notif.id, ANSWER) == 0;
	if (said != 1)
		kill(pid, SIGKILL);
	return status_of(pid) == 0 || said != 1 ? said : 0;
}

int sendfd_look(int listener)
{
	cpu_set_t here;
	int said = -1;

	CPU_ZERO(&here);
	CPU_SET((size_t)sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
	for (int i = 0; i < TRIES && said < 0; i++)
		said = try(listener);
	return said;
}
