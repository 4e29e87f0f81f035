/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner.c - runs the cases of a job, one after the other, in a guest or on the
 * host, and says on its standard output what came of each (harness/run.h). It is
 * the only program that a guest needs to run tests: static, one process, no library.
 * It decides nothing about a promise of the kernel; the cases do.
 *
 * usage: runner JOB
 * Exit status: 0 the job was done, 1 it was not, 2 usage or a bad job.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/guest/exec.h"
#include "harness/guest/runner.h"

#define RUNNER_JOB_MAX (16u << 20)
#define RUNNER_LIST_MAX (4u << 20)
#define RUNNER_LIST_S 60
#define RUNNER_LIST_CASE "__test_cases_list__" /* stands for a program without a list */

volatile sig_atomic_t runner_stop;

static void runner_on_signal(int sig)
{
	runner_stop = sig;
}

static int runner_fail(const char *what, int err)
{
	fprintf(stderr, "runner: %s: %s\n", what, strerror(-err));
	return 1;
}

/* ---- one program ---- */

/* A program that is one, and that this kernel refuses: it runs none of its ABI. */
static bool runner_is_foreign(const char *path, int err)
{
	char head[SELFMAG];
	int fd = err == -ENOEXEC ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	bool elf = fd >= 0 && read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
		   !memcmp(head, ELFMAG, SELFMAG);

	if (fd >= 0)
		close(fd);
	return elf;
}

/* Why a program has no list, to be freed, and the word for that; or NULL. */
struct runner_gap {
	char *why;
	const char *word;
};

static struct runner_gap runner_list(struct runner *r, const struct job_abi *abi,
				     const struct job_program *p, struct atf_list *out)
{
	static const char *const words[] = {"-l", NULL};
	char *path = runner_path(abi, p), **argv = runner_argv(r, path, false, words);
	struct exec_program program = {
		.argv = argv, .envp = r->env, .dir = r->scratch.base, .become = r->become,
		.uid = r->uid, .gid = r->gid, .timeout_s = RUNNER_LIST_S * r->plan.scale,
		.output_max = RUNNER_LIST_MAX,
	};
	struct exec_end end = {0};
	struct runner_gap gap = {NULL, "broken"};
	int err = exec_run(&program, &runner_stop, &end);

	if (runner_is_foreign(path, err))
		gap = (struct runner_gap){buf_asprintf("this kernel runs no %s programs", abi->id),
					  "skipped"};
	else if (err)
		gap.why = buf_asprintf("it cannot be run: %s", strerror(-err));
	else if (end.end.timed_out || end.end.status || end.cut)
		gap.why = buf_asprintf("it does not list its cases (%s %d)",
				     end.end.timed_out ? "timed out, status" : "wait status",
				     end.end.status);
	else
		atf_list_parse(end.output.p ? end.output.p : "", end.output.len, out, &gap.why);
	exec_end_free(&end);
	runner_argv_free(argv);
	free(path);
	return gap;
}

/* An answer without a run: the program, or a case that was asked for, is not there. */
static void runner_answer(struct runner *r, const struct job_abi *abi, const struct job_program *p,
			  const char *name, const char *word, const char *reason)
{
	static const struct buf nothing;

	speak_case(&r->speak, abi->id, p->name, name);
	speak_end(&r->speak, &nothing, word, 0, reason);
}

/* ---- the job ---- */

static int runner_program(struct runner *r, const struct job_abi *abi, const struct job_program *p,
			  const struct atf_list *list, const struct runner_gap *gap)
{
	char *path = runner_path(abi, p);
	int err = 0;

	if (gap->why)
		runner_answer(r, abi, p, RUNNER_LIST_CASE, gap->word, gap->why);
	for (size_t i = 0; !p->cases.count && i < list->count && !err; i++)
		err = runner_case(r, abi, p, path, &list->v[i]);
	for (size_t i = 0; !gap->why && i < p->cases.count && !err; i++) {
		const struct atf_case *c = atf_list_find(list, p->cases.v[i]);

		if (c)
			err = runner_case(r, abi, p, path, c);
		else
			runner_answer(r, abi, p, p->cases.v[i], "broken",
				      "the program has no such case");
	}
	free(path);
	return err;
}

static void runner_send_list(struct runner *r, const struct job_abi *abi,
			     const struct atf_list *lists, const struct runner_gap *gaps)
{
	speak_list(&r->speak, abi->id);
	for (size_t i = 0; i < abi->count; i++) {
		if (gaps[i].why)
			speak_listed(&r->speak, abi->programs[i].name, RUNNER_LIST_CASE, NULL);
		for (size_t k = 0; k < lists[i].count; k++)
			speak_listed(&r->speak, abi->programs[i].name, lists[i].v[k].ident,
				     lists[i].v[k].contract);
	}
	speak_list_end(&r->speak);
}

/* Each program lists its cases once; only where the list is sent do all do so first. */
static int runner_abi(struct runner *r, const struct job_abi *abi)
{
	struct atf_list *lists = buf_realloc(NULL, abi->count + 1, sizeof(*lists));
	struct runner_gap *gaps = buf_realloc(NULL, abi->count + 1, sizeof(*gaps));
	int err = 0;

	for (size_t i = 0; i < abi->count; i++) {
		lists[i] = (struct atf_list){0};
		gaps[i] = (struct runner_gap){NULL, NULL};
		if (abi->list)
			gaps[i] = runner_list(r, abi, &abi->programs[i], &lists[i]);
	}
	if (abi->list && !runner_stop)
		runner_send_list(r, abi, lists, gaps);
	for (size_t i = 0; i < abi->count && !abi->list_only && !err && !runner_stop; i++) {
		if (!abi->list)
			gaps[i] = runner_list(r, abi, &abi->programs[i], &lists[i]);
		if (!runner_stop)
			err = runner_program(r, abi, &abi->programs[i], &lists[i], &gaps[i]);
		atf_list_free(&lists[i]);
		free(gaps[i].why);
		gaps[i].why = NULL;
	}
	for (size_t i = 0; i < abi->count; i++) {
		atf_list_free(&lists[i]);
		free(gaps[i].why);
	}
	free(lists);
	free(gaps);
	return err;
}

static int runner_do(struct runner *r)
{
	int err = scratch_open(&r->scratch), rc;

	if (err)
		return runner_fail("no directory for the cases", err);
	runner_env(r);
	for (size_t i = 0; i < r->plan.count && !err && !runner_stop; i++)
		err = runner_abi(r, &r->plan.abis[i]);
	rc = speak_flush(&r->speak);
	rc = rc ? rc : scratch_close(&r->scratch);
	if (runner_stop)
		return 1;
	if (err || rc)
		return runner_fail("the job cannot be done", err ? err : rc);
	return 0;
}

/* Nothing of ours is for a case, whatever we were started with. */
static int runner_setup(struct runner *r)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa = {.sa_handler = runner_on_signal};
	int err = exec_setup();

	/* When who started us dies, the case that runs is ended in order. */
	if (!err && prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0))
		err = -errno;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends) && !err; i++)
		err = sigaction(ends[i], &sa, NULL) ? -errno : 0;
	signal(SIGPIPE, SIG_IGN);
	r->kmsg = r->plan.mark ? open("/dev/kmsg", O_WRONLY | O_CLOEXEC) : -1;
	if (!err && r->plan.mark && r->kmsg < 0)
		err = -errno;
	r->speak.fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 64);
	if (!err && r->speak.fd < 0)
		err = -errno;
	for (int fd = 3; fd < 64; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return err;
}

int main(int argc, char **argv)
{
	struct runner r = {.speak = {.fd = -1}, .kmsg = -1};
	struct buf text = {0};
	char *error = NULL;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: runner JOB\n");
		return 2;
	}
	err = buf_read_file(&text, argv[1], RUNNER_JOB_MAX);
	if (err) {
		fprintf(stderr, "runner: %s: %s\n", argv[1], strerror(-err));
		return 2;
	}
	if (job_parse(text.p ? text.p : "", text.len, &r.plan, &error)) {
		fprintf(stderr, "runner: %s\n", error);
		return 2;
	}
	buf_free(&text);
	err = runner_users(&r);
	if (err)
		return runner_fail("the user that the job names", err);
	runner_config(&r);
	err = runner_setup(&r);
	return err ? runner_fail("setup", err) : runner_do(&r);
}
