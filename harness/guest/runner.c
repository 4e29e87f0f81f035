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
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/guest/exec.h"
#include "harness/guest/job.h"
#include "harness/guest/need.h"
#include "harness/guest/scratch.h"
#include "harness/guest/speak.h"

#define RUNNER_JOB_MAX (16u << 20)
#define RUNNER_OUTPUT_MAX (64u << 10) /* of a case; the rest is counted as cut */
#define RUNNER_LIST_MAX (4u << 20)
#define RUNNER_RESULT_MAX (64u << 10)
#define RUNNER_LIST_S 60
#define RUNNER_LIST_CASE "__test_cases_list__" /* stands for a program without a list */

extern char **environ;

static volatile sig_atomic_t runner_stop;

struct runner {
	struct job_plan plan;
	struct speak speak;
	struct scratch scratch;
	char **env;
	const char **config; /* of the plan, and ours; NULL-terminated */
	size_t nconfig;
	bool root, become; /* we are root; cases run as `user` */
	uid_t uid, nobody_uid;
	gid_t gid, nobody_gid;
	int kmsg; /* -1: nothing is said there */
};

static void runner_on_signal(int sig)
{
	runner_stop = sig;
}

static int runner_fail(const char *what, int err)
{
	fprintf(stderr, "runner: %s: %s\n", what, strerror(-err));
	return 1;
}

/* ---- what every case gets ---- */

static bool runner_env_is_ours(const char *entry)
{
	static const char *const names[] = {
		"HOME=", "LANG=", "LANGUAGE=", "LC_", "TMPDIR=", "TZ=", "__RUNNING_INSIDE_ATF_RUN=",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(entry, names[i], strlen(names[i])))
			return true;
	return false;
}

static void runner_env(struct runner *r)
{
	struct job_words w = {0};

	for (char **e = environ; *e; e++) {
		w.v = buf_grow(w.v, w.count + 8, &w.cap, sizeof(*w.v));
		if (!runner_env_is_ours(*e))
			w.v[w.count++] = *e;
	}
	w.v = buf_grow(w.v, w.count + 8, &w.cap, sizeof(*w.v));
	w.v[w.count++] = buf_asprintf("HOME=%s", r->scratch.work);
	w.v[w.count++] = buf_asprintf("TMPDIR=%s", r->scratch.work);
	w.v[w.count++] = buf_strdup("TZ=UTC");
	/* Else ATF complains that nobody isolates it. */
	w.v[w.count++] = buf_strdup("__RUNNING_INSIDE_ATF_RUN=internal-yes-value");
	w.v[w.count] = NULL;
	r->env = w.v;
}

/* The variables of the job, and those that tell a case where it is. */
static void runner_config(struct runner *r)
{
	size_t n = r->plan.config.count;

	r->config = buf_realloc(NULL, n + 3, sizeof(*r->config));
	for (size_t i = 0; i < n; i++)
		r->config[r->nconfig++] = r->plan.config.v[i];
	if (r->root)
		r->config[r->nconfig++] = "unprivileged-user=nobody";
	r->config[r->nconfig] = NULL;
}

/* The ids of a user; the files, as a static program has no other way. */
static int runner_user(const char *name, uid_t *uid, gid_t *gid)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw = NULL;

	if (!f)
		return -errno;
	while ((pw = fgetpwent(f)) && strcmp(pw->pw_name, name))
		;
	if (pw) {
		*uid = pw->pw_uid;
		*gid = pw->pw_gid;
	}
	fclose(f);
	return pw ? 0 : -ENOENT;
}

static int runner_users(struct runner *r)
{
	const char *user = r->plan.user;
	int err;

	r->root = geteuid() == 0;
	if (!r->root)
		return user && strcmp(user, "root") == 0 ? -EPERM : 0;
	err = runner_user("nobody", &r->nobody_uid, &r->nobody_gid);
	if (!err && user && strcmp(user, "root")) {
		err = runner_user(user, &r->uid, &r->gid);
		r->become = !err;
	}
	return err;
}

/* ---- one program ---- */

static char *runner_path(const struct job_abi *abi, const struct job_program *p)
{
	return buf_asprintf("%s/%s", abi->dir, p->name);
}

/* argv of a program: its variables, then these words. */
static char **runner_argv(const struct runner *r, const char *path, bool scaled,
			  const char *const *words)
{
	const char *slash = strrchr(path, '/');
	struct job_words a = {0};

	a.v = buf_realloc(NULL, 2 * r->nconfig + 20, sizeof(*a.v));
	a.v[a.count++] = buf_strdup(path);
	a.v[a.count++] = buf_asprintf("-s%.*s", (int)(slash - path), path);
	for (size_t i = 0; i < r->nconfig; i++)
		a.v[a.count++] = buf_asprintf("-v%s", r->config[i]);
	if (scaled)
		a.v[a.count++] = buf_asprintf("-vtimeout_scale=%u", r->plan.scale);
	for (; *words; words++)
		a.v[a.count++] = buf_strdup(*words);
	a.v[a.count] = NULL;
	return a.v;
}

static void runner_argv_free(char **argv)
{
	for (char **a = argv; *a; a++)
		free(*a);
	free(argv);
}

/* Its list, or why there is none, to be freed. */
static char *runner_list(struct runner *r, const struct job_abi *abi, const struct job_program *p,
			 struct atf_list *out)
{
	static const char *const words[] = {"-l", NULL};
	char *path = runner_path(abi, p), **argv = runner_argv(r, path, false, words);
	struct exec_program program = {
		.argv = argv, .envp = r->env, .dir = r->scratch.base, .become = r->become,
		.uid = r->uid, .gid = r->gid, .timeout_s = RUNNER_LIST_S * r->plan.scale,
		.output_max = RUNNER_LIST_MAX,
	};
	struct exec_end end = {0};
	char *error = NULL;
	int err = exec_run(&program, &runner_stop, &end);

	if (err)
		error = buf_asprintf("it cannot be run: %s", strerror(-err));
	else if (end.end.timed_out || end.end.status || end.cut)
		error = buf_asprintf("it does not list its cases (%s %d)",
				     end.end.timed_out ? "timed out, status" : "wait status",
				     end.end.status);
	else
		atf_list_parse(end.output.p ? end.output.p : "", end.output.len, out, &error);
	exec_end_free(&end);
	runner_argv_free(argv);
	free(path);
	return error;
}

/* The result file, which the case may have made anything. */
static void runner_result(const struct runner *r, struct buf *out)
{
	int fd = open(r->scratch.result, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return;
	if (buf_read_fd(out, fd, RUNNER_RESULT_MAX))
		out->len = 0;
	close(fd);
}

/* One run of the program, for the body of a case or its clean-up. */
static int runner_exec(struct runner *r, const char *path, const struct atf_case *c, bool drop,
		       bool cleanup, struct exec_end *end)
{
	char *result = buf_asprintf("-r%s", cleanup ? "/dev/null" : r->scratch.result);
	char *name = buf_asprintf("%s%s", c->ident, cleanup ? ":cleanup" : "");
	const char *const words[] = {result, name, NULL};
	char **argv = runner_argv(r, path, true, words);
	struct exec_program program = {
		.argv = argv, .envp = r->env, .dir = r->scratch.work,
		.become = drop || r->become,
		.uid = drop ? r->nobody_uid : r->uid, .gid = drop ? r->nobody_gid : r->gid,
		.timeout_s = c->timeout_s * r->plan.scale, .output_max = RUNNER_OUTPUT_MAX,
	};
	int err = exec_run(&program, &runner_stop, end);

	runner_argv_free(argv);
	free(name);
	free(result);
	return err;
}

/* The verdict on a case becomes broken, with this reason behind what was said. */
static void runner_break(const char **word, char **reason, const char *why)
{
	char *both = buf_asprintf("%s%s%s", why, **reason ? "; before that: " : "", *reason);

	free(*reason);
	*reason = both;
	*word = "broken";
}

static void runner_join(struct exec_end *to, struct exec_end *more)
{
	size_t room = RUNNER_OUTPUT_MAX - to->output.len;

	to->cut |= more->cut || more->output.len > room;
	if (more->output.len)
		buf_add(&to->output, more->output.p,
			more->output.len < room ? more->output.len : room);
	to->us += more->us;
	exec_end_free(more);
}

/* Its body, its clean-up, and what both mean. -EINTR, or -EBUSY: nothing more can be run. */
static int runner_body(struct runner *r, const char *path, const struct atf_case *c, bool drop,
		       struct exec_end *end, const char **word, char **reason)
{
	struct exec_end clean = {0};
	struct buf result = {0};
	int err = runner_exec(r, path, c, drop, false, end);

	if (err && err != -EBUSY) {
		*reason = buf_asprintf("it cannot be run: %s", strerror(-err));
		return err == -EINTR ? err : 0;
	}
	runner_result(r, &result);
	*word = atf_verdict(result.p ? result.p : "", result.len, &end->end, reason);
	buf_free(&result);
	if (!err && c->cleanup) {
		err = runner_exec(r, path, c, drop, true, &clean);
		if (err && err != -EBUSY && err != -EINTR)
			runner_break(word, reason, "its clean-up cannot be run");
		else if (atf_cleanup_verdict(&clean.end))
			runner_break(word, reason, atf_cleanup_verdict(&clean.end));
		runner_join(end, &clean);
	}
	if (err == -EBUSY)
		runner_break(word, reason, "a process of the case does not die");
	return err == -EINTR || err == -EBUSY ? err : 0;
}

/* The console tells what ran when the kernel complained (KT-PROG in harness/run.h). */
static void runner_mark(const struct runner *r, const struct job_abi *abi,
			const struct job_program *p, const struct atf_case *c)
{
	char *line;

	if (r->kmsg < 0)
		return;
	line = buf_asprintf("KT-PROG %s %s %s\n", abi->id, p->name, c->ident);
	if (write(r->kmsg, line, strlen(line)) < 0)
		perror("runner: /dev/kmsg");
	free(line);
}

static int runner_case(struct runner *r, const struct job_abi *abi, const struct job_program *p,
		       const char *path, const struct atf_case *c)
{
	struct need_place place = {
		.abi = abi->id, .config = r->config, .scratch = r->scratch.base,
		.root = r->root && (!r->become || r->uid == 0), .can_drop = r->root,
	};
	const char *word = "broken";
	struct exec_end end = {0};
	char *reason = NULL;
	bool drop = false;
	int err = 0, rc;

	speak_case(&r->speak, abi->id, p->name, c->ident);
	rc = speak_flush(&r->speak);
	if (rc)
		return rc;
	runner_mark(r, abi, p, c);
	word = need_check(c, &place, &drop, &reason);
	if (!word) {
		word = "broken";
		rc = scratch_make(&r->scratch, drop ? r->nobody_uid : r->uid,
				  drop ? r->nobody_gid : r->gid);
		if (rc)
			reason = buf_asprintf("no directory for it: %s", strerror(-rc));
		else
			err = runner_body(r, path, c, drop, &end, &word, &reason);
		rc = scratch_clear(&r->scratch);
		if (rc)
			runner_break(&word, &reason, "what it left cannot be removed");
	}
	if (end.cut)
		buf_printf(&end.output, "\n[more was printed]\n");
	if (err != -EINTR)
		speak_end(&r->speak, &end.output, word, end.us, reason);
	exec_end_free(&end);
	free(reason);
	return err;
}

/* An answer without a run: the program, or a case that was asked for, is not there. */
static void runner_broken(struct runner *r, const struct job_abi *abi, const struct job_program *p,
			  const char *name, const char *reason)
{
	static const struct buf nothing;

	speak_case(&r->speak, abi->id, p->name, name);
	speak_end(&r->speak, &nothing, "broken", 0, reason);
}

/* ---- the job ---- */

static int runner_program(struct runner *r, const struct job_abi *abi, const struct job_program *p,
			  const struct atf_list *list, const char *error)
{
	char *path = runner_path(abi, p);
	int err = 0;

	if (error)
		runner_broken(r, abi, p, RUNNER_LIST_CASE, error);
	for (size_t i = 0; !p->cases.count && i < list->count && !err; i++)
		err = runner_case(r, abi, p, path, &list->v[i]);
	for (size_t i = 0; !error && i < p->cases.count && !err; i++) {
		const struct atf_case *c = atf_list_find(list, p->cases.v[i]);

		if (c)
			err = runner_case(r, abi, p, path, c);
		else
			runner_broken(r, abi, p, p->cases.v[i], "the program has no such case");
	}
	free(path);
	return err;
}

static void runner_send_list(struct runner *r, const struct job_abi *abi,
			     const struct atf_list *lists, char *const *errors)
{
	speak_list(&r->speak, abi->id);
	for (size_t i = 0; i < abi->count; i++) {
		if (errors[i])
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
	char **errors = buf_realloc(NULL, abi->count + 1, sizeof(*errors));
	int err = 0;

	for (size_t i = 0; i < abi->count; i++) {
		lists[i] = (struct atf_list){0};
		errors[i] = abi->list ? runner_list(r, abi, &abi->programs[i], &lists[i]) : NULL;
	}
	if (abi->list && !runner_stop)
		runner_send_list(r, abi, lists, errors);
	for (size_t i = 0; i < abi->count && !abi->list_only && !err && !runner_stop; i++) {
		if (!abi->list)
			errors[i] = runner_list(r, abi, &abi->programs[i], &lists[i]);
		if (!runner_stop)
			err = runner_program(r, abi, &abi->programs[i], &lists[i], errors[i]);
		atf_list_free(&lists[i]);
		free(errors[i]);
		errors[i] = NULL;
	}
	for (size_t i = 0; i < abi->count; i++) {
		atf_list_free(&lists[i]);
		free(errors[i]);
	}
	free(lists);
	free(errors);
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
