/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target_host.c - the cells of the running kernel and those of qemu-user: the runner
 * on the host, one program at a time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/run/progress.h"
#include "harness/run/target.h"

struct host_progress {
	const struct target_env *env;
	unsigned slot;
	char *cell;
	const char *place; /* the program, for people */
	size_t before, of; /* cases of the cell: behind us, and all */
};

static bool host_progress_watch(void *arg, const struct buf *stream)
{
	struct host_progress *p = arg;
	char place[128];
	size_t done = stream_count(stream->p, stream->len, place, sizeof(place));

	/* The program is known before its first line is there. */
	progress_show(p->slot, p->cell, p->place, p->before + done, p->of);
	return !*p->env->stop;
}

/* The last part of a program's path, for people. */
static const char *target_base(const char *program)
{
	const char *slash = strrchr(program, '/');

	return slash ? slash + 1 : program;
}

static int target_host_step(const struct target_env *env, const struct host_tree *tree,
			    const struct job_step *step, struct cell *c, struct host_progress *p)
{
	/* No variables: one of them lets a test panic the kernel, which is ours here. */
	struct job job = {.steps = step, .nsteps = 1};
	struct cell_end end = {.outcome = BOOT_DONE};
	struct stream events = {0};
	struct buf stream = {0};
	struct why why;
	int err;

	p->place = target_base(step->program);
	progress_show(p->slot, p->cell, p->place, p->before, p->of);
	err = host_run(tree, &job, host_progress_watch, p, &stream, &why);
	if (err == -EINTR) {
		end.outcome = BOOT_STOPPED;
	} else if (err) {
		end.outcome = BOOT_LOST;
		progress_say("%s: %s", p->cell, why.text);
	}
	stream_parse(stream.p ? stream.p : "", stream.len, &events);
	cell_take(c, &events, NULL, &end, env->pattern);
	stream_free(&events);
	buf_free(&stream);
	return err == -EINTR ? err : 0;
}

/* Where the programs of the cell are; for qemu-user that is made first. */
static int target_host_root(const struct target_env *env, const struct target *t,
			    const struct suite_tree *tree, const char *workdir, char **out,
			    struct why *why)
{
	char *root;
	int err = 0;

	if (t->kind == TARGET_KIND_HOST) {
		*out = buf_strdup(tree->dir);
		return 0;
	}
	root = buf_asprintf("%s/root", workdir);
	err = emulate_root(tree->abi, tree->dir, env->suite->rooms, root, why);
	if (err)
		free(root);
	else
		*out = root;
	return err;
}

/* What of the cell has no answer, once. An error is one of the store. */
static int target_host_once(const struct target_env *env, const struct target *t, struct cell *c,
			    unsigned slot, struct why *out)
{
	const struct suite_tree *tree = suite_tree(env->suite, c->abi);
	struct target one = {.cells = c, .count = 1};
	struct host_progress p = {.env = env, .slot = slot, .of = c->results.count};
	char *workdir = buf_asprintf("%s/%s-%s", env->workdir, t->id, c->abi), *root = NULL;
	struct host_tree host = {.abi = c->abi, .programs = (const char *const *)tree->programs,
				 .workdir = workdir};
	struct target_job job = {0};
	struct why why;
	int kept = 0, err = mkdir(workdir, 0700) && errno != EEXIST
			  ? why_set(&why, errno, "cannot make '%s': %s", workdir, strerror(errno))
			  : target_host_root(env, t, tree, workdir, &root, &why);

	p.cell = buf_asprintf("%s/%s", t->id, c->abi);
	if (err) {
		progress_say("%s: %s", p.cell, why.text);
		cell_finish(c, STATUS_NOBOOT, why.text);
	} else {
		host.root = root;
		target_job_make(env, &one, &job);
		for (size_t i = 0; i < job.count && !err && !kept; i++) {
			p.before = c->results.count - cell_count(c, STATUS_LOST);
			err = target_host_step(env, &host, &job.steps[i], c, &p);
			/* Whoever kills us now loses one program. */
			if (!c->again)
				kept = store_put(env->store, env->run, c, 1, out);
		}
		target_job_free(&job);
		cell_finish(c, STATUS_LOST, err ? "not reached: the run was stopped"
						: "the runner gave no answer");
	}
	free(p.cell);
	free(root);
	free(workdir);
	return kept;
}

/* And what went wrong, once more. */
static int target_host_cell(const struct target_env *env, const struct target *t, struct cell *c,
			    unsigned slot, struct why *why)
{
	struct cell again;
	size_t n = 0;
	int err = 0;

	if (cell_count(c, STATUS_LOST))
		err = target_host_once(env, t, c, slot, why);
	if (!err && env->retry && !*env->stop) {
		n = cell_again(c, &again);
		if (n) {
			progress_more(n);
			progress_say("%s/%s: once more what went wrong: %zu cases", t->id, c->abi,
				     n);
			target_host_once(env, t, &again, slot, why);
			cell_agree(c, &again);
		}
		cell_free(&again);
	}
	progress_done(slot, c->results.count + n);
	return err ? err : store_put(env->store, env->run, c, 1, why);
}

int target_host_run(const struct target_env *env, struct target *t, unsigned slot, struct why *why)
{
	struct utsname u;
	int err = 0;

	for (size_t i = 0; i < t->count && !err && !*env->stop; i++) {
		struct cell *c = &t->cells[i];

		const char *user = geteuid() == 0 ? "root" : "unprivileged";

		/* What another kernel or user answered before a resumed run was cut off. */
		if (c->user[0] && strcmp(c->user, user))
			cell_version(c, "");
		if (cell_version(c, uname(&u) ? "" : u.release))
			progress_say("%s/%s begins anew: the running kernel is now %s", t->id,
				     c->abi, c->version);
		cell_set(&c->accel, t->kind == TARGET_KIND_HOST ? "native" : "qemu-user");
		cell_set(&c->user, user);
		err = target_host_cell(env, t, c, slot, why);
	}
	return err;
}
