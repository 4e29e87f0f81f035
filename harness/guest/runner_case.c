/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner_case.c - one case: its body, its clean-up, and what both mean. Whatever it
 * does, the next one finds nothing of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/guest/exec.h"
#include "harness/guest/need.h"
#include "harness/guest/runner.h"

#define RUNNER_OUTPUT_MAX (64u << 10) /* of a case; the rest is counted as cut */
#define RUNNER_RESULT_MAX (64u << 10)

char *runner_path(const struct job_abi *abi, const struct job_program *p)
{
	return buf_asprintf("%s/%s", abi->dir, p->name);
}

char **runner_argv(const struct runner *r, const char *path, bool scaled,
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

void runner_argv_free(char **argv)
{
	for (char **a = argv; *a; a++)
		free(*a);
	free(argv);
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

int runner_case(struct runner *r, const struct job_abi *abi, const struct job_program *p,
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
