/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target_guest.c - the cells of a kernel that is booted. All its ABIs run in one
 * boot; after a panic or a hang it is booted again for the cases that are left,
 * without the one that did it; then once for what failed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/boot/rooms.h"
#include "harness/cell/console.h"
#include "harness/cell/stream.h"
#include "harness/run/progress.h"
#include "harness/run/target.h"

/* A guest may be as loud as it likes; this much of it is listened to. */
#define GUEST_CONSOLE_MAX (64u << 20)
#define GUEST_STREAM_MAX (256u << 20)
#define GUEST_KEEP_S 15 /* so much of a boot is lost when kmatrix is killed */

struct guest {
	const struct target_env *env;
	struct target *t;
	unsigned slot;
	const struct machine *machine;
	struct kernel_image image;
	char *userland, *workdir;
	unsigned number; /* of the boot that is next, by which its console and stream are kept */
	struct boot_userland *userlands;
	size_t nuserlands;
	/* What the progress line is made of. */
	struct buf stream; /* as far as it was read for it */
	size_t before, of;
	bool keep;	 /* cells of the store, not those of a second run */
	unsigned kept_s; /* when what it says was last kept, in the boot's seconds */
	char *ended; /* how the last boot ended, for the cases that it still owed */
};

/* ---- progress ---- */

static void guest_say(void *arg, const char *line)
{
	struct guest *g = arg;

	progress_say("%s: %s", g->t->id, line);
}

/*
 * What the guest has said so far, kept in case that we are killed before it ends. The
 * cells themselves wait for the end: what is cut short now is whole then.
 */
static void guest_keep(struct guest *g)
{
	const struct cell_end running = {.outcome = BOOT_DONE};
	struct stream stream = {0};

	stream_parse(g->stream.p, g->stream.len, &stream);
	for (size_t i = 0; i < g->t->count; i++) {
		struct cell copy;
		struct why why;

		cell_copy(&g->t->cells[i], &copy);
		cell_take(&copy, &stream, NULL, &running, g->env->pattern);
		/* When this cannot be written the end of the boot will say so. */
		store_put(g->env->store, g->env->run, &copy, 1, &why);
		cell_free(&copy);
	}
	stream_free(&stream);
}

static bool guest_watch(void *arg, const struct boot_progress *b)
{
	struct guest *g = arg;
	char place[128];
	size_t done;

	if (b->booted && b->stream_bytes > g->stream.len) {
		g->stream.len = 0;
		buf_read_file(&g->stream, b->stream, GUEST_STREAM_MAX);
	}
	if (g->keep && b->elapsed_s >= g->kept_s + GUEST_KEEP_S && g->stream.len) {
		guest_keep(g);
		g->kept_s = b->elapsed_s;
	}
	done = stream_count(g->stream.p, g->stream.len, place, sizeof(place));
	progress_show(g->slot, g->t->id, place[0] ? place : b->booted ? "list" : "boot",
		      g->before + done, g->of);
	return !*g->env->stop;
}

/* ---- from one boot to answers ---- */

static void guest_label(struct guest *g, const struct boot_result *b)
{
	for (size_t i = 0; i < g->t->count; i++) {
		struct cell *c = &g->t->cells[i];

		cell_set(&c->accel, b->accel == BOOT_ACCEL_KVM ? "kvm" : "tcg");
		cell_set(&c->qemu, b->qemu_version);
		cell_set(&c->user, g->env->user ? g->env->user : "root");
	}
}

static void guest_take(struct guest *g, const struct boot_result *b)
{
	struct cell_end end = {.outcome = b->outcome, .last_words = b->last_words};
	struct buf console_bytes = {0}, stream_bytes = {0};
	struct stream stream = {0};
	struct console console;

	/* What cannot be read was not said; its cases stay lost. */
	buf_read_file(&console_bytes, b->console, GUEST_CONSOLE_MAX);
	buf_read_file(&stream_bytes, b->stream, GUEST_STREAM_MAX);
	console_parse(console_bytes.p, console_bytes.len, b->accel != BOOT_ACCEL_KVM, &console);
	stream_parse(stream_bytes.p, stream_bytes.len, &stream);
	for (size_t i = 0; i < g->t->count; i++)
		cell_take(&g->t->cells[i], &stream, &console, &end, g->env->pattern);
	stream_free(&stream);
	console_free(&console);
	buf_free(&stream_bytes);
	buf_free(&console_bytes);
}

static void guest_finish(struct guest *g, enum status status, const char *reason)
{
	for (size_t i = 0; i < g->t->count; i++)
		cell_finish(&g->t->cells[i], status, reason);
}

static const char *guest_own_abi(const struct guest *g)
{
	const struct tables *tables = g->env->tables;

	for (size_t i = 0; i < tables->nabis; i++)
		if (!strcmp(tables->abis[i].archs[0], g->t->arch))
			return tables->abis[i].id;
	return NULL;
}

/*
 * Whose belay the tests run: that of the kernel's own ABI, as a system of this kernel has
 * it, unless a variable says otherwise.
 */
static const char *guest_supervisor(const struct guest *g)
{
	static const char name[] = "supervisor=";

	for (size_t i = 0; g->env->config && g->env->config[i]; i++) {
		const char *value = g->env->config[i] + sizeof(name) - 1;

		if (!strncmp(g->env->config[i], name, sizeof(name) - 1))
			return strcmp(value, "own") ? value : NULL;
	}
	return guest_own_abi(g);
}

/* One boot for what is left. `again` becomes whether another one can bring more. */
static void guest_boot(struct guest *g, unsigned round, bool *again)
{
	struct target_job job;
	struct boot boot = {
		.machine = g->machine,
		.kernel = &g->image,
		.known_good = g->t->kernel != NULL,
		.userland = g->userland,
		.userlands = g->userlands,
		.nuserlands = g->nuserlands,
		.own = guest_own_abi(g),
		.supervisor = guest_supervisor(g),
		.builds = g->env->suite->builds,
		.workdir = g->workdir,
		.number = g->number++,
		.accel = g->env->accel,
	};
	size_t left = target_left(g->t);
	struct boot_result b = {0};
	struct job all = {.user = g->env->user, .config = g->env->config};
	struct why bad;
	char *reason;
	int err;

	*again = false;
	target_job_make(g->env, g->t, &job);
	all.steps = job.steps;
	all.nsteps = job.count;
	g->before = g->of - left;
	g->stream.len = 0;
	g->kept_s = 0;
	progress_say("%s: boot for %zu cases", g->t->id, left);
	err = boot_run(&boot, &all, guest_watch, g, &b, &bad);
	target_job_free(&job);
	if (err) {
		if (*g->env->stop)
			return;
		progress_say("%s: %s", g->t->id, bad.text);
		guest_finish(g, round ? STATUS_LOST : STATUS_NOBOOT, bad.text);
		return;
	}
	guest_label(g, &b);
	progress_say("%s: %s after %.0f s%s%s%s%s", g->t->id, boot_outcome_name(b.outcome), b.wall_s,
		     b.last_words ? ": " : "", b.last_words ? b.last_words : "",
		     g->env->keep ? "; console in " : "", g->env->keep ? b.console : "");
	free(g->ended);
	g->ended = buf_asprintf("not reached: the guest's end was '%s'%s%s",
				boot_outcome_name(b.outcome), b.last_words ? ": " : "",
				b.last_words ? b.last_words : "");
	if (b.outcome == BOOT_NOBOOT) {
		reason = buf_asprintf("%s: %s", round ? "it did not boot again" : "no boot",
				      b.last_words ? b.last_words : "the console stayed silent");
		guest_finish(g, round ? STATUS_LOST : STATUS_NOBOOT, reason);
		free(reason);
	} else {
		guest_take(g, &b);
		/* A boot that brought nothing new would bring nothing new again. */
		*again = b.outcome != BOOT_STOPPED && target_left(g->t) < left;
	}
	boot_result_free(&b);
}

/*
 * Boots until all is answered or another one would bring no more. What came of each is
 * kept at once where it is `kept`.
 */
static int guest_boots(struct guest *g, bool kept, struct why *why)
{
	const struct target_env *env = g->env;
	bool again = true;
	int err = 0;

	g->keep = kept;
	for (unsigned round = 0; round <= env->reboots && again && !err && !*env->stop &&
				 target_left(g->t);
	     round++) {
		guest_boot(g, round, &again);
		if (kept)
			err = store_put(env->store, env->run, g->t->cells, g->t->count, why);
	}
	return err;
}

/* What went wrong once more, in a fresh boot. */
static int guest_retry(struct guest *g, struct why *why)
{
	const struct target_env *env = g->env;
	struct target *first = g->t, second;
	size_t of = g->of, n = target_again(first, &second);
	int err = 0;

	if (n) {
		progress_more(n);
		progress_say("%s: once more what went wrong: %zu cases", first->id, n);
		g->t = &second;
		g->of = n;
		err = guest_boots(g, false, why);
		g->t = first;
		g->of = of + n;
	}
	target_agree(first, &second);
	if (!err && n)
		err = store_put(env->store, env->run, first->cells, first->count, why);
	return err;
}

/* ---- a target from its start to its end ---- */

/* The kernel that a run before this one began with, while the cache has it; else the newest. */
static int guest_fetch(struct guest *g, struct why *why)
{
	const struct target *t = g->t;

	for (size_t i = 0; i < t->count; i++)
		if (t->cells[i].version[0] &&
		    !fetch_exact(t->kernel, t->cells[i].version, &g->image, why))
			return 0;
	return fetch_kernel(t->kernel, guest_say, g, &g->image, why);
}

/* The number after those of the boots whose consoles are there, of a run before this one. */
static unsigned guest_number(const struct guest *g)
{
	unsigned number = 1;

	for (;; number++) {
		char *path = buf_asprintf("%s/console.%u", g->workdir, number);
		bool taken = access(path, F_OK) == 0;

		free(path);
		if (!taken)
			return number;
	}
}

/* Commands of the guest's other ABIs: a kernel runs programs of theirs, not the guest's alone. */
static int guest_userlands(struct guest *g, struct why *why)
{
	const struct target *t = g->t;
	int err = 0;

	g->userlands = buf_realloc(NULL, t->count, sizeof(*g->userlands));
	for (size_t i = 0; i < t->count && !err && rooms_script(g->env->suite->rooms); i++) {
		const struct abi_row *abi = tables_abi(g->env->tables, t->cells[i].abi);
		const struct machine *m = tables_machine(g->env->tables, abi->archs[0]);
		char *root;

		if (!m || m == g->machine)
			continue;
		err = fetch_userland(m, guest_say, g, &root, why);
		if (!err)
			g->userlands[g->nuserlands++] = (struct boot_userland){abi->id, root};
	}
	return err;
}

static int guest_prepare(struct guest *g, struct why *why)
{
	const struct target *t = g->t;
	int err;

	g->machine = tables_machine(g->env->tables, t->arch);
	g->workdir = buf_asprintf("%s/%s", g->env->workdir, t->id);
	progress_show(g->slot, t->id, "fetch", 0, g->of);
	if (mkdir(g->workdir, 0700) && errno != EEXIST)
		return why_set(why, errno, "cannot make '%s': %s", g->workdir, strerror(errno));
	g->number = guest_number(g);
	if (t->kernel) {
		err = guest_fetch(g, why);
	} else {
		char *arch = NULL;

		err = kernel_image_read(t->image, &arch, &g->image, why);
		free(arch);
	}
	for (size_t i = 0; i < t->count && !err; i++)
		if (cell_version(&t->cells[i], g->image.version))
			progress_say("%s: %s begins anew: its kernel is now %s", t->id,
				     t->cells[i].abi, g->image.version);
	if (!err)
		err = fetch_userland(g->machine, guest_say, g, &g->userland, why);
	return err ? err : guest_userlands(g, why);
}

int target_guest_run(const struct target_env *env, struct target *t, unsigned slot,
		     struct why *why)
{
	struct guest g = {.env = env, .t = t, .slot = slot};
	struct why bad;
	int err = 0;

	for (size_t i = 0; i < t->count; i++)
		g.of += t->cells[i].results.count;
	if (!target_left(t) && !(env->retry && target_doubts(t))) {
		/* Nothing was built for it, or all is answered. */
	} else if (guest_prepare(&g, &bad)) {
		if (!*env->stop) {
			progress_say("%s: %s", t->id, bad.text);
			guest_finish(&g, STATUS_NOBOOT, bad.text);
		}
		err = store_put(env->store, env->run, t->cells, t->count, why);
	} else {
		err = guest_boots(&g, true, why);
		if (!err && env->retry && !*env->stop)
			err = guest_retry(&g, why);
		if (!err && target_left(t)) {
			guest_finish(&g, STATUS_LOST, g.ended ? g.ended : "not reached");
			err = store_put(env->store, env->run, t->cells, t->count, why);
		}
	}
	progress_done(slot, g.of);
	kernel_image_free(&g.image);
	buf_free(&g.stream);
	free(g.ended);
	free(g.userland);
	for (size_t i = 0; i < g.nuserlands; i++)
		free((void *)(uintptr_t)g.userlands[i].root);
	free(g.userlands);
	free(g.workdir);
	return err;
}
