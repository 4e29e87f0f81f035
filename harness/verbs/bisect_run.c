/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect_run.c - start `kmatrix run` and wait, and one step of `git bisect run`.
 *
 * git ends a bisection at any status from 128 on, which is what a shell makes of a signal,
 * and takes any other but 0 and 125 for bad. So a step keeps hands off what may go wrong:
 * running and judging are each a process of its own, and what they leave is 0, 1 or 125.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/compare/bisect.h"
#include "harness/verbs/bisect_run.h"

static volatile sig_atomic_t bisect_signal;
static volatile sig_atomic_t bisect_child; /* to be ended by a signal */

static const int bisect_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM,
				     SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ};

static void bisect_on_signal(int sig)
{
	bisect_signal = sig;
	if (bisect_child > 0)
		kill(bisect_child, SIGTERM);
}

void bisect_catch_signals(void)
{
	struct sigaction sa = {.sa_handler = bisect_on_signal};

	for (size_t i = 0; i < sizeof(bisect_signals) / sizeof(bisect_signals[0]); i++)
		sigaction(bisect_signals[i], &sa, NULL);
	/* Nobody may be reading what is said. */
	signal(SIGPIPE, SIG_IGN);
}

static void bisect_default_signals(void)
{
	for (size_t i = 0; i < sizeof(bisect_signals) / sizeof(bisect_signals[0]); i++)
		signal(bisect_signals[i], SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
}

/* Fork with the signals held, so that none falls between the fork and knowing the child. */
static pid_t bisect_fork(void)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid > 0)
		bisect_child = pid;
	if (!pid) {
		/* Not left behind when the parent is killed in a way that it cannot catch. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		bisect_default_signals();
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

/* The wait status, or -errno. */
static int bisect_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	bisect_child = 0;
	return status;
}

int bisect_run(const char *program, const struct cli_list *words)
{
	int status;
	pid_t pid;

	if (bisect_signal)
		return -EINTR;
	pid = bisect_fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		struct cli_list argv = {0};
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		cli_list_add(&argv, program ? program : "kmatrix");
		for (size_t i = 0; i < words->count; i++)
			cli_list_add(&argv, words->v[i]);
		if (null >= 0)
			dup2(null, STDOUT_FILENO);
		if (program)
			execvp(program, (char *const *)(uintptr_t)argv.v);
		else
			execv("/proc/self/exe", (char *const *)(uintptr_t)argv.v);
		cli_error("%s: %s", program ? program : "/proc/self/exe", strerror(errno));
		_exit(127);
	}
	status = bisect_wait(pid);
	if (status < 0)
		return status;
	if (bisect_signal || WIFSIGNALED(status))
		return -EINTR;
	return WEXITSTATUS(status) == 127 ? -ENOENT : 0;
}

/* What the run in this store says of the test; told in one line. */
static int bisect_judge(const char *path, const char *test, bool fixed)
{
	enum bisect_answer answer;
	const struct result *why_case = NULL;
	const struct cell *in = NULL;
	struct store_run run = {0};
	struct store *store;
	struct buf line = {0}, safe = {0};
	struct why why;

	/* A run that made none has said why. */
	if (access(path, F_OK))
		return BISECT_UNSURE;
	if (store_open(path, false, &store, &why) || store_load(store, 0, &run, &why)) {
		cli_error("%s", why.text);
		return BISECT_UNSURE;
	}
	store_close(store);
	answer = bisect_cells(run.cells, run.count, test, &why_case, &in);
	if (fixed && answer != BISECT_UNSURE)
		answer = answer == BISECT_GOOD ? BISECT_BAD : BISECT_GOOD;
	buf_printf(&line, "%s: ", fixed && answer == BISECT_BAD ? "mended" :
				  fixed && answer == BISECT_GOOD ? "broken" : bisect_word(answer));
	if (in)
		buf_printf(&line, "%s/%s %s: ", in->kernel, in->abi, in->version);
	if (why_case)
		buf_printf(&line, "%s is %s%s%s", why_case->contract[0] ? why_case->contract :
			   why_case->name, status_word(why_case->status),
			   why_case->reason[0] ? ": " : "", why_case->reason);
	else
		buf_puts(&line, "no answer");
	/* The answer stays one when nobody reads it. */
	signal(SIGPIPE, SIG_IGN);
	report_safe(&safe, line.p);
	puts(safe.p);
	fflush(stdout);
	buf_free(&safe);
	buf_free(&line);
	store_run_free(&run);
	return answer;
}

/* Remove the store of a step and its directory. */
static void bisect_remove(const char *dir)
{
	static const char *const names[] = {"store.db", "store.db-journal"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = buf_asprintf("%s/%s", dir, names[i]);

		unlink(path);
		free(path);
	}
	rmdir(dir);
}

int bisect_step(const char *program, const struct cli_list *words, const char *test, bool fixed)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = buf_asprintf("%s/kmatrix.XXXXXX", tmp && *tmp ? tmp : "/tmp"), *path;
	struct cli_list all = {0};
	int status = -1;
	pid_t pid;

	if (!mkdtemp(dir)) {
		cli_error("no directory to work in: '%s': %s", dir, strerror(errno));
		free(dir);
		return BISECT_UNSURE;
	}
	path = buf_asprintf("%s/store.db", dir);
	for (size_t i = 0; i < words->count; i++)
		cli_list_add(&all, words->v[i]);
	cli_list_add(&all, "--store");
	cli_list_add(&all, path);
	if (!bisect_run(program, &all)) {
		pid = bisect_fork();
		if (!pid)
			_exit(bisect_judge(path, test, fixed));
		status = pid < 0 ? -1 : bisect_wait(pid);
	}
	bisect_remove(dir);
	free(all.v);
	free(path);
	free(dir);
	if (status < 0 || !WIFEXITED(status) || bisect_signal ||
	    (WEXITSTATUS(status) != BISECT_GOOD && WEXITSTATUS(status) != BISECT_BAD))
		return BISECT_UNSURE;
	return WEXITSTATUS(status);
}
