/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * killable.c - a signal takes a caller out of its wait, and before it has the lock of the
 * listener again its call is answered. Until Linux 6.18 (6.1.156, 6.6.112, 6.12.53,
 * 6.17.3) the call then went back as interrupted: what had been performed for it was
 * performed once more, or told as never done (commit cce436aafc2a).
 *
 * That moment is short, so somebody holds the lock meanwhile: another caller, who is being
 * given a descriptor with a number beyond his table. Where that is shared, the kernel
 * makes it larger only after a grace period of RCU, with the lock held (expand_fdtable()).
 * Behind him wait, in this order, the answer and the caller whose signal has come. Each
 * step is seen in /proc; a try in which one of them was too late says nothing.
 */
#include "sandbox/plan/killable.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/plan/listener.h"
#include "sandbox/plan/look.h"

#define TRIES 20
#define ANSWER 0xb1
#define TABLE 4096	/* descriptors in the larger table, if the limit is not lower */

/* Four processes and what two of them call. */
struct look {
	int listener;
	pid_t caller, holder, giver, sender;
	uint64_t call, held; /* ids */
};

static void ignore(int sig)
{
	(void)sig;
}

static void call(void)
{
	struct sigaction sa = { .sa_handler = ignore };

	sigaction(SIGUSR1, &sa, NULL);
	_exit(syscall(LOOK_CALL) == ANSWER ? 0 : 1);
}

/* Somebody shares its table, until it has ended. */
static void call_with_shared_table(void)
{
	long pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			pause();
	}
	syscall(LOOK_CALL);
	kill((pid_t)pid, SIGKILL);
	_exit(0);
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

/* Until it has gone to sleep, in this way; false: in another, or it has ended. */
static bool sleeps(pid_t pid, char how)
{
	char state;

	while ((state = state_of(pid)) == 'R')
		sched_yield();
	return state == how;
}

static int beyond_table(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur > TABLE)
		return TABLE - 1;
	return (int)files.rlim_cur - 1;
}

/* Both calls are received, and their callers still wait as those that are not. */
static bool receive(struct look *l)
{
	for (int i = 0; i < 2; i++) {
		struct seccomp_notif n;

		if (listener_receive(l->listener, &n) < 0)
			return false;
		if (n.pid == (uint32_t)l->caller)
			l->call = n.id;
		else
			l->held = n.id;
	}
	return sleeps(l->caller, 'S') && sleeps(l->holder, 'S');
}

/* A child that asks the listener for one thing. */
static pid_t giver(const struct look *l)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(listener_give_at(l->listener, l->held, beyond_table()) < 0);
	return pid;
}

static pid_t sender(const struct look *l)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(listener_answer(l->listener, l->call, ANSWER) < 0);
	return pid;
}

/* Whether the answer came between the signal and the lock. */
static bool answer_in_between(struct look *l)
{
	if (!receive(l) || (l->giver = giver(l)) < 0)
		return false;
	/* Woken, it keeps the lock, and waits as nothing interrupts. */
	while (state_of(l->holder) == 'S' && state_of(l->giver) != 'Z')
		sched_yield();
	if (!sleeps(l->holder, 'D') || (l->sender = sender(l)) < 0 || !sleeps(l->sender, 'S'))
		return false;
	kill(l->caller, SIGUSR1);
	while (state_of(l->caller) == 'S')
		sched_yield();
	return sleeps(l->caller, 'D') && sleeps(l->sender, 'S');
}

/* Whether it has ended by itself, with status 0. */
static bool has_done(pid_t pid)
{
	int status;

	if (pid <= 0)
		return false;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void end(pid_t pid)
{
	if (pid > 0)
		kill(pid, SIGKILL);
	has_done(pid);
}

/* 1: kept, 0: lost, -1: it says nothing. */
static int try(int listener)
{
	struct look l = { .listener = listener };
	bool sure;
	int said = -1;

	l.caller = fork();
	if (l.caller == 0)
		call();
	l.holder = l.caller > 0 ? fork() : -1;
	if (l.holder == 0)
		call_with_shared_table();
	sure = l.holder > 0 && answer_in_between(&l);
	if (sure && has_done(l.sender))
		said = has_done(l.caller);
	else
		end(l.sender);
	if (said < 0)
		end(l.caller);
	/* Its companion ends with its call, or with itself. */
	if (l.holder > 0 && (l.held == 0 || listener_answer(listener, l.held, 0) < 0))
		kill(l.holder, SIGKILL);
	has_done(l.giver);
	has_done(l.holder);
	return said;
}

int killable_look(int listener)
{
	int said = -1;

	for (int i = 0; i < TRIES && said < 0; i++)
		said = try(listener);
	return said;
}

static bool is_since(int major, int minor, int patch)
{
	/* Its line of stable releases, and the first with the mend. */
	static const int mended[][3] = { { 6, 1, 156 }, { 6, 6, 112 }, { 6, 12, 53 }, { 6, 17, 3 } };

	for (size_t i = 0; i < sizeof(mended) / sizeof(mended[0]); i++)
		if (major == mended[i][0] && minor == mended[i][1])
			return patch >= mended[i][2];
	return major > 6 || (major == 6 && minor >= 18);
}

/* Debian's release may end in .0, and its version then says which it is. */
static bool is_known(void)
{
	int major, minor, patch = 0;
	const char *debian;
	struct utsname u;

	if (uname(&u) < 0)
		return false;
	if (sscanf(u.release, "%d.%d.%d", &major, &minor, &patch) >= 2 &&
	    is_since(major, minor, patch))
		return true;
	debian = strstr(u.version, "Debian ");
	return debian != NULL && sscanf(debian, "Debian %d.%d.%d", &major, &minor, &patch) == 3 &&
	       is_since(major, minor, patch);
}

/* A look takes some 20 ms, and a busy machine may see nothing by it: it is for the others. */
bool killable_keeps_answers(int listener)
{
	return is_known() || killable_look(listener) == 1;
}
