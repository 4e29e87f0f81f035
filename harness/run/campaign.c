/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * campaign.c - plan the cells of a run and see it through. What a case's status is
 * was decided before it comes here.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/base/word.h"
#include "harness/boot/rooms.h"
#include "harness/cell/cases.h"
#include "harness/run/campaign.h"
#include "harness/run/progress.h"

/* ---- the plan ---- */

struct campaign_plan {
	const struct campaign *c;
	const struct target_env *env;
	struct target *v;
	size_t count, cap;
};

/* NULL lists hold everything. */
static bool campaign_named(const char *const *list, const char *word)
{
	for (size_t i = 0; list && list[i]; i++)
		if (!strcmp(list[i], word))
			return true;
	return !list;
}

static struct target *campaign_target(struct campaign_plan *p, int kind, char *id)
{
	struct target *t;

	p->v = buf_grow(p->v, p->count, &p->cap, sizeof(*p->v));
	t = &p->v[p->count++];
	*t = (struct target){.kind = kind, .id = id};
	return t;
}

static struct cell *campaign_cell(const struct campaign_plan *p, struct target *t, const char *abi)
{
	struct cell *c;

	t->cells = buf_realloc(t->cells, t->count + 1, sizeof(*t->cells));
	c = &t->cells[t->count++];
	cell_init(c, t->id, abi);
	suite_ask(p->env->suite, p->env->pattern, c);
	return c;
}

/* A target without cells or without cases is none. */
static void campaign_settle(struct campaign_plan *p)
{
	struct target *t = &p->v[p->count - 1];

	if (t->count)
		return;
	free(t->id);
	free(t->cells);
	p->count--;
}

static void campaign_plan_host(struct campaign_plan *p)
{
	struct target *t = campaign_target(p, TARGET_KIND_HOST, buf_strdup(TARGET_RUNNING));
	const char *arch = host_arch();

	for (size_t i = 0; i < p->env->suite->count; i++) {
		const struct suite_tree *tree = &p->env->suite->trees[i];
		struct cell *c;

		if (!campaign_named(p->c->abis, tree->abi->id) ||
		    !(arch && abi_row_runs_on(tree->abi, arch)))
			continue;
		/* An ABI that this kernel does not know is shown to who asked for it. */
		if (tree->programs && !tree->starts && !p->c->abis)
			continue;
		c = campaign_cell(p, t, tree->abi->id);
		if (tree->programs && !tree->starts)
			cell_finish(c, STATUS_NA, "the running kernel starts no program of this ABI");
	}
	campaign_settle(p);
}

static void campaign_plan_guest(struct campaign_plan *p, char *id, const char *arch,
				const struct kernel *kernel, const char *image)
{
	struct target *t = campaign_target(p, TARGET_KIND_GUEST, id);

	t->arch = arch;
	t->kernel = kernel;
	t->image = image;
	for (size_t i = 0; i < p->env->suite->count; i++) {
		const struct abi_row *abi = p->env->suite->trees[i].abi;

		if (campaign_named(p->c->abis, abi->id) && abi_row_runs_on(abi, arch))
			campaign_cell(p, t, abi->id);
	}
	campaign_settle(p);
}

/* "bzImage" or the name of a build tree, and "bzImage.2" for the second of that name. */
static char *campaign_image_id(const struct campaign_plan *p, const char *path)
{
	/* A build tree may be called "." or end with a slash. */
	char *real = realpath(path, NULL);
	const char *name = real ? real : path, *slash = strrchr(name, '/'),
		   *base = slash && slash[1] ? slash + 1 : name;
	char *id = buf_strdup(base);

	for (unsigned n = 2, again = 1; again; n++) {
		again = tables_kernel(p->env->tables, id) != NULL;
		for (size_t i = 0; i < p->count; i++)
			again |= !strcmp(p->v[i].id, id);
		if (again) {
			free(id);
			id = buf_asprintf("%s.%u", base, n);
		}
	}
	free(real);
	return id;
}

static int campaign_plan_image(struct campaign_plan *p, const char *path, struct why *why)
{
	struct kernel_image image;
	const struct machine *machine;
	char *arch;
	int err = kernel_image_read(path, &arch, &image, why);

	if (err)
		return err;
	kernel_image_free(&image);
	machine = tables_machine(p->env->tables, arch);
	if (machine)
		campaign_plan_guest(p, campaign_image_id(p, path), machine->arch, NULL, path);
	else
		err = why_set(why, EINVAL, "'%s' is a kernel for %s, which no line of machines.tsv "
			      "boots", path, arch);
	free(arch);
	return err;
}

static void campaign_plan_emulator(struct campaign_plan *p)
{
	struct target *t = campaign_target(p, TARGET_KIND_EMULATOR, buf_strdup(TARGET_EMULATOR));

	for (size_t i = 0; i < p->env->suite->count; i++) {
		const struct suite_tree *tree = &p->env->suite->trees[i];

		if (tree->abi->qemu_user && campaign_named(p->c->abis, tree->abi->id))
			campaign_cell(p, t, tree->abi->id);
	}
	campaign_settle(p);
}

/* A program in PATH. */
static bool campaign_finds(const char *program)
{
	const char *path = getenv("PATH");
	bool found = false;

	while (path && *path && !found) {
		size_t len = strcspn(path, ":");
		char *full = buf_asprintf("%.*s/%s", (int)len, path, program);

		found = !access(full, X_OK);
		free(full);
		path += len + (path[len] == ':');
	}
	return found || (strchr(program, '/') && !access(program, X_OK));
}

/* Who names a kernel to boot is told at once what it takes; who does not gets the rest. */
static int campaign_check_qemu(const struct campaign_plan *p, struct why *why)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct machine *m = p->v[i].arch ? tables_machine(p->env->tables, p->v[i].arch)
						       : NULL;

		if (m && !p->c->defaults && !campaign_finds(m->qemu))
			return why_set(why, ENOENT, "there is no program '%s', which boots %s; "
				       "install QEMU (ci/deps)", m->qemu, p->v[i].id);
	}
	return 0;
}

/* Words that a pattern may have been meant to be: contracts, their areas, programs. */
static void campaign_words(const struct campaign_plan *p, char ***words, size_t *count)
{
	size_t cap = 0;

	for (size_t i = 0; i < p->env->suite->count; i++) {
		const struct results *cases = &p->env->suite->trees[i].cases;

		for (size_t k = 0; k < cases->count; k++) {
			const struct result *r = &cases->v[k];
			const char *slash = strrchr(r->program, '/');
			const char *dot = strrchr(r->contract, '.');
			char *three[] = {
				buf_strdup(r->contract),
				dot ? buf_asprintf("%.*s.*", (int)(dot - r->contract), r->contract)
				    : buf_strdup(""),
				buf_strdup(slash ? slash + 1 : r->program),
			};

			for (size_t n = 0; n < 3; n++) {
				*words = buf_grow(*words, *count, &cap, sizeof(**words));
				(*words)[(*count)++] = three[n];
			}
		}
	}
}

static bool campaign_fits(const struct campaign_plan *p, const char *pattern)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < p->v[i].count; k++)
			for (size_t n = 0; n < p->v[i].cells[k].results.count; n++)
				if (cases_wanted(pattern, &p->v[i].cells[k].results.v[n]))
					return true;
	return false;
}

/* Every pattern has to fit a case: one that fits none is a slip, or asks for too much. */
static int campaign_check_patterns(const struct campaign_plan *p, struct why *why)
{
	const char *rest = p->env->pattern;
	int err = 0;

	while (rest && *rest && !err) {
		size_t len = strcspn(rest, " ");
		char *pattern = buf_strndup(rest, len);

		if (!campaign_fits(p, pattern)) {
			char **words = NULL;
			const char *nearest;
			size_t count = 0;

			campaign_words(p, &words, &count);
			nearest = word_nearest(pattern, (const char *const *)words, count);
			err = why_set(why, EINVAL, "no case fits --test '%s'%s%s%s", pattern,
				      nearest ? "; did you mean '" : "; it is a pattern for "
				      "contracts and for program:case",
				      nearest ? nearest : "", nearest ? "'?" : "");
			for (size_t i = 0; i < count; i++)
				free(words[i]);
			free(words);
		}
		free(pattern);
		rest += len + (rest[len] == ' ');
	}
	return err;
}

int campaign_plan(const struct campaign *c, const struct target_env *env, struct target **out,
		  size_t *count, struct why *why)
{
	struct campaign_plan p = {.c = c, .env = env};
	const struct tables *tables = env->tables;
	size_t cases = 0;
	int err = 0;

	if (c->native || c->defaults)
		campaign_plan_host(&p);
	for (size_t i = 0; i < tables->nkernels; i++) {
		const struct kernel *k = &tables->kernels[i];

		if (c->kernels ? campaign_named(c->kernels, k->id) : c->defaults && k->is_default)
			campaign_plan_guest(&p, buf_strdup(k->id), k->arch, k, NULL);
	}
	for (size_t i = 0; c->images && c->images[i] && !err; i++)
		err = campaign_plan_image(&p, c->images[i], why);
	if (c->emulator || (c->defaults && rooms_emulated(env->suite->rooms)))
		campaign_plan_emulator(&p);
	for (size_t i = 0; i < p.count; i++)
		for (size_t k = 0; k < p.v[i].count; k++)
			cases += p.v[i].cells[k].results.count;
	if (!err && c->emulator && !rooms_emulated(env->suite->rooms))
		err = why_set(why, EINVAL, "--qemu-user runs %s alone: leave it out, or --suite",
			      room_suites[0]);
	if (!err && !p.count)
		err = why_set(why, EINVAL, "no kernel that was named runs any ABI that was named");
	if (!err)
		err = campaign_check_patterns(&p, why);
	if (!err && !cases)
		err = why_set(why, EINVAL, "the builds have no case for what was named");
	if (!err)
		err = campaign_check_qemu(&p, why);
	if (err) {
		campaign_free(p.v, p.count);
		return err;
	}
	*out = p.v;
	*count = p.count;
	return 0;
}

void campaign_free(struct target *targets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < targets[i].count; k++)
			cell_free(&targets[i].cells[k]);
		free(targets[i].cells);
		free(targets[i].id);
	}
	free(targets);
}

/* ---- the run ---- */

struct campaign_run {
	const struct target_env *env;
	struct target *targets;
	size_t count, next;
	pthread_mutex_t lock; /* for next and err */
	int err;
	struct why why; /* of the first error */
};

struct campaign_worker {
	struct campaign_run *run;
	unsigned slot;
	pthread_t thread;
};

static struct target *campaign_next(struct campaign_run *r)
{
	struct target *t = NULL;

	pthread_mutex_lock(&r->lock);
	if (r->next < r->count && !r->err && !*r->env->stop)
		t = &r->targets[r->next++];
	pthread_mutex_unlock(&r->lock);
	return t;
}

static void *campaign_work(void *arg)
{
	struct campaign_worker *w = arg;
	struct target *t;

	while ((t = campaign_next(w->run))) {
		struct why why;
		int err = t->kind == TARGET_KIND_GUEST
				  ? target_guest_run(w->run->env, t, w->slot, &why)
				  : target_host_run(w->run->env, t, w->slot, &why);

		char *summary = target_summary(t);

		progress_target(t->id, summary);
		free(summary);
		pthread_mutex_lock(&w->run->lock);
		if (err && !w->run->err) {
			w->run->err = err;
			w->run->why = why;
		}
		pthread_mutex_unlock(&w->run->lock);
	}
	return NULL;
}

static int campaign_work_all(struct campaign_run *r, unsigned jobs)
{
	struct campaign_worker workers[PROGRESS_SLOTS];
	unsigned started = 0;

	for (; started < jobs && started < PROGRESS_SLOTS; started++) {
		workers[started] = (struct campaign_worker){.run = r, .slot = started};
		/* One thread is always there: this one, when no other can be had. */
		if (pthread_create(&workers[started].thread, NULL, campaign_work,
				   &workers[started]))
			break;
	}
	if (!started) {
		workers[0] = (struct campaign_worker){.run = r};
		campaign_work(&workers[0]);
	}
	for (unsigned i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	return r->err;
}

int campaign_run(const struct campaign *c, const struct target_env *env, struct target *targets,
		 size_t count, struct why *why)
{
	struct campaign_run r = {.env = env, .targets = targets, .count = count};
	int err = 0;

	/* First all cells, unanswered: a run that is cut off shows what it still owed. */
	for (size_t i = 0; i < count && !err; i++)
		err = store_put(env->store, env->run, targets[i].cells, targets[i].count, why);
	if (err)
		return err;
	pthread_mutex_init(&r.lock, NULL);
	err = campaign_work_all(&r, c->jobs);
	pthread_mutex_destroy(&r.lock);
	if (err)
		*why = r.why;
	/* Targets that nobody came to. */
	for (size_t i = r.next; i < count && !err; i++) {
		for (size_t k = 0; k < targets[i].count; k++)
			cell_finish(&targets[i].cells[k], STATUS_LOST,
				    "not reached: the run was stopped");
		err = store_put(env->store, env->run, targets[i].cells, targets[i].count, why);
	}
	return err;
}
