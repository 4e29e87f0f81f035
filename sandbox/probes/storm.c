/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * storm.c - kill a supervisor and see what is left of its sandbox.
 *
 *	storm kill RUNS SEED COMMAND...	kill COMMAND at RUNS random moments
 *	storm kill-child RUNS SEED ...	kill its one child then, when the load runs
 *	storm reap COMMAND...		run it to its end
 *	storm load | connect		what runs in the sandbox (storm_load.c)
 *
 * It is the subreaper of whatever COMMAND starts. So when it has no child left,
 * there is none of the sandbox any more; before, each is waited for, as init
 * would. `kill` prints one line and says with status 1 that a process lived
 * on, or that a file was left half-written which the load publishes by rename.
 * `reap` says whether COMMAND left processes behind that were still alive.
 */
#include "sandbox/probes/storm.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 60		/* s, in which everybody has to be gone */
#define SHOWN 10		/* of survivors */
#define LONGEST 16		/* the longest delay is 2^16 us */
#define LAUNCH 10000		/* us, in which a supervisor has launched its command */

static unsigned long long random_state;
static unsigned long reaped, lost, torn;

static unsigned int any(unsigned int below)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(random_state >> 33) % below;
}

static int must(int rc, const char *what)
{
	if (rc < 0) {
		fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
		exit(2);
	}
	return rc;
}

static void wait_a_little(unsigned int us)
{
	const struct timespec t = { 0, (long)us * 1000 };

	nanosleep(&t, NULL);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* Whether it is a child of `parent`: `text` is what its stat says. */
static bool is_child(const struct dirent *e, pid_t parent, char *text, int size)
{
	char path[300], state;
	bool is = false;
	int ppid;
	FILE *f;

	if (e->d_name[0] < '0' || e->d_name[0] > '9')
		return false;
	snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	/* The number is compared: /proc can take another one for it (doc/kernel-differences.md). */
	if (fgets(text, size, f) != NULL && atoi(text) == atoi(e->d_name) &&
	    strrchr(text, ')') != NULL)
		is = sscanf(strrchr(text, ')') + 1, " %c %d", &state, &ppid) == 2 &&
		     ppid == parent;
	fclose(f);
	return is;
}

/* Kill it if it is ours now; show it if it is one of the first. */
static bool kill_child(const struct dirent *e, unsigned long run, bool show)
{
	char text[512];

	if (!is_child(e, getpid(), text, sizeof(text)))
		return false;
	if (show)
		printf("kill %lu: has survived: %.60s\n", run, text);
	kill(atoi(e->d_name), SIGKILL);
	return true;
}

/* One child of it, or itself where it has none. */
static pid_t child_of(pid_t pid)
{
	DIR *dir = opendir("/proc");
	const struct dirent *e;
	pid_t child = pid;
	char text[512];

	while (dir != NULL && child == pid && (e = readdir(dir)) != NULL)
		if (is_child(e, pid, text, sizeof(text)))
			child = atoi(e->d_name);
	if (dir != NULL)
		closedir(dir);
	return child;
}

static void kill_survivors(unsigned long run)
{
	static unsigned int shown;
	DIR *dir = opendir("/proc");
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		shown += kill_child(e, run, shown < SHOWN);
	if (dir != NULL)
		closedir(dir);
}

/* Until nobody is left. A deadline that passes is a survivor. */
static void reap_all(unsigned long run)
{
	bool in_time = true;

	alarm(PATIENCE);
	for (;;) {
		pid_t pid = waitpid(-1, NULL, __WALL);

		if (pid > 0) {
			reaped++;
		} else if (errno == EINTR) {
			in_time = false;
			kill_survivors(run);
			alarm(1);
		} else {
			break;
		}
	}
	alarm(0);
	lost += !in_time;
}

/* Look at what was left, and take it away. */
static void clean(unsigned long run)
{
	DIR *dir = opendir(".");
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (strncmp(e->d_name, "whole.", 6) == 0 && !load_is_whole(e->d_name)) {
			torn++;
			printf("kill %lu: left half-written: %s\n", run, e->d_name);
		}
		unlink(e->d_name);
	}
	if (dir != NULL)
		closedir(dir);
}

/* Its pid; where the load says that it runs is *up. */
static pid_t start(char **command, int *up)
{
	int ends[2];
	pid_t pid;

	must(pipe(ends), "pipe");
	pid = must(fork(), "fork");
	if (pid == 0) {
		setsid();
		close(ends[0]);
		if (ends[1] != LOAD_UP) {
			must(dup2(ends[1], LOAD_UP), "dup2");
			close(ends[1]);
		}
		execvp(command[0], command);
		must(-1, command[0]);
	}
	close(ends[1]);
	*up = ends[0];
	return pid;
}

static int storm(unsigned long runs, bool inner, char **command)
{
	unsigned long early = 0;

	for (unsigned long run = 1; run <= runs; run++) {
		/* While it launches there are children that are none of the sandbox. */
		unsigned int parts = inner ? 1 + any(7) : any(8);
		/* Short delays are as frequent as long ones. */
		unsigned int us = parts == 0 ? any(LAUNCH) : any(1u << any(LONGEST + 1));
		char c;
		int up;
		pid_t pid = start(command, &up);

		/* None has begun: it is being launched. Else so many parts have. */
		early += parts == 0;
		for (; parts > 0; parts--)
			if (read(up, &c, 1) != 1)
				break;
		if (parts > 0) {
			fprintf(stderr, "storm: the load has ended by itself\n");
			kill(pid, SIGKILL);
			reap_all(run);
			return 2;
		}
		wait_a_little(us);
		kill(inner ? child_of(pid) : pid, SIGKILL);
		reap_all(run);
		close(up);
		clean(run);
	}
	printf("%lu kills, %lu of them while launching, %lu processes reaped, "
	       "%lu with survivors, %lu half-written files\n", runs, early, reaped, lost, torn);
	return lost > 0 || torn > 0;
}

static int reap(char **command)
{
	int status, alive = 0;
	pid_t one;
	pid_t pid = must(fork(), "fork");

	if (pid == 0) {
		execvp(command[0], command);
		must(-1, command[0]);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* Orphans that have ended are left to init without a sandbox, too. */
	while ((one = waitpid(-1, NULL, __WALL | WNOHANG)) >= 0) {
		if (one == 0) {
			alive = 1;
			kill_survivors(0);
		}
	}
	puts(alive ? "some alive" : "none alive");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	const struct sigaction sa = { .sa_handler = on_alarm };
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 2 && strcmp(what, "load") == 0)
		return load_run(argv[0]);
	if (argc == 2 && strcmp(what, "connect") == 0)
		load_connect();
	if (argc == 2 && strcmp(what, "true") == 0)
		return 0;
	sigaction(SIGALRM, &sa, NULL);
	must(prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
	if (argc > 4 && (strcmp(what, "kill") == 0 || strcmp(what, "kill-child") == 0)) {
		random_state = strtoull(argv[3], NULL, 10);
		return storm(strtoul(argv[2], NULL, 10), strcmp(what, "kill") != 0, argv + 4);
	}
	if (argc > 2 && strcmp(what, "reap") == 0)
		return reap(argv + 2);
	fprintf(stderr, "usage: storm kill|kill-child RUNS SEED COMMAND... | reap COMMAND... | load | connect\n");
	return 2;
}
