/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * suite.c - find out what could be run. It runs programs only to list them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/boot/rooms.h"
#include "harness/cell/cases.h"
#include "harness/run/suite.h"

/* A program that could not even list its cases is no list. */
static bool suite_is_list(const struct results *cases)
{
	for (size_t i = 0; i < cases->count; i++)
		if (strcmp(cases->v[i].name, CASES_LIST_CASE))
			return true;
	return false;
}

static int suite_list(struct suite_tree *tree, const char *root, const char *workdir,
		      host_watch *watch, void *arg, struct why *why)
{
	char *dir = buf_asprintf("%s/list-%s", workdir, tree->abi->id);
	struct host_tree host = {
		.abi = tree->abi->id,
		.root = root,
		.programs = (const char *const *)tree->programs,
		.workdir = dir,
	};
	int err = 0;

	if (mkdir(dir, 0700) && errno != EEXIST)
		err = why_set(why, errno, "cannot make '%s': %s", dir, strerror(errno));
	if (!err)
		err = host_list(&host, watch, arg, &tree->cases, why);
	if (!err && !suite_is_list(&tree->cases))
		results_free(&tree->cases);
	free(dir);
	return err;
}

/* Programs of an ABI that the running kernel does not know, listed by an emulator. */
static void suite_list_emulated(const struct suite *s, struct suite_tree *tree,
				const char *workdir, host_watch *watch, void *arg)
{
	char *root = buf_asprintf("%s/emulated-%s", workdir, tree->abi->id);
	struct why why;

	/* Where it fails the list is borrowed: nothing is lost but a little exactness. */
	if (!emulate_root(tree->abi, tree->dir, s->rooms, root, &why))
		suite_list(tree, root, workdir, watch, arg, &why);
	free(root);
}

/* Automake writes it into every Makefile: "abs_top_srcdir = /path". */
static char *suite_srcdir(const char *makefile)
{
	static const char name[] = "\nabs_top_srcdir = ";
	const char *at = strstr(makefile, name);

	if (!at)
		return NULL;
	at += strlen(name);
	return buf_strndup(at, strcspn(at, "\n"));
}

/* Whether it is one of the words of a list: a program, or a script, which has no $(EXEEXT). */
static bool suite_is_made(const char *makefile, const char *program)
{
	size_t len = strlen(program);

	for (const char *at = makefile; (at = strstr(at, program)); at += len)
		if (!strncmp(at + len, "$(EXEEXT)", 9) ||
		    (at > makefile && strchr(" \t", at[-1]) && at[len] && strchr(" \n", at[len])))
			return true;
	return false;
}

/*
 * Leave out what was built once and is no program of this tree any more: make does not
 * remove it, and nobody makes it anew. Returns how many these are.
 */
static size_t suite_drop_stale(char **programs, const char *makefile)
{
	size_t kept = 0, stale = 0;

	for (size_t i = 0; programs[i]; i++) {
		if (suite_is_made(makefile, programs[i])) {
			programs[kept++] = programs[i];
		} else {
			free(programs[i]);
			stale++;
		}
	}
	programs[kept] = NULL;
	return stale;
}

/* What the makefile of a build knows; one without a makefile is taken as it is. */
static void suite_makefile(struct suite *s, struct suite_tree *tree)
{
	char *path = buf_asprintf("%s/Makefile", tree->dir);
	struct buf text = {0};

	if (!buf_read_file(&text, path, 16 << 20) && text.p) {
		if (!s->srcdir)
			s->srcdir = suite_srcdir(text.p);
		s->stale += suite_drop_stale(tree->programs, text.p);
	}
	buf_free(&text);
	free(path);
}

static bool suite_wanted(const char *const *abis, const struct suite_tree *tree)
{
	for (size_t i = 0; abis && abis[i]; i++)
		if (!strcmp(abis[i], tree->abi->id))
			return true;
	return !abis;
}

char *suite_identity(const struct suite *s, const char *const *abis)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a: it guards nothing */
	size_t count = 0;
	struct buf line = {0};

	for (size_t i = 0; i < s->count; i++) {
		const struct suite_tree *tree = &s->trees[i];

		for (size_t k = 0; suite_wanted(abis, tree) && tree->programs &&
				   tree->programs[k]; k++) {
			char *path = buf_asprintf("%s/%s", tree->dir, tree->programs[k]);
			struct stat st = {0};

			line.len = 0;
			if (!stat(path, &st))
				buf_printf(&line, "%s %s %lld %lld.%09ld\n", tree->abi->id,
					   tree->programs[k], (long long)st.st_size,
					   (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
			for (size_t b = 0; b < line.len; b++)
				h = (h ^ (unsigned char)line.p[b]) * 0x100000001b3;
			count++;
			free(path);
		}
	}
	buf_free(&line);
	return buf_asprintf("%zu-%016llx", count, (unsigned long long)h);
}

static bool suite_has(const struct suite_tree *tree, const char *program)
{
	for (size_t i = 0; tree->programs && tree->programs[i]; i++)
		if (!strcmp(tree->programs[i], program))
			return true;
	return false;
}

/* The tree to learn from about programs that do not run here. */
static const struct suite_tree *suite_lender(const struct suite *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->trees[i].cases.count && !s->trees[i].borrowed)
			return &s->trees[i];
	return NULL;
}

static void suite_borrow(const struct suite *s, struct suite_tree *tree)
{
	const struct suite_tree *from = suite_lender(s);

	tree->borrowed = true;
	for (size_t i = 0; from && i < from->cases.count; i++) {
		const struct result *r = &from->cases.v[i];

		if (suite_has(tree, r->program))
			results_add(&tree->cases, r->program, r->name, r->contract, STATUS_LOST,
				    "");
	}
}

/* What is built for an ABI, and whether the running kernel runs it. */
static void suite_look(struct suite *s, struct suite_tree *tree, const struct abi_row *abi)
{
	const char *arch = host_arch();
	struct why no_build;

	tree->abi = abi;
	tree->dir = buf_asprintf("%s/%s", s->builds, abi->id);
	if (guest_programs(tree->dir, s->rooms, &tree->programs, &no_build)) {
		tree->programs = NULL;
		return;
	}
	suite_makefile(s, tree);
	if (!tree->programs[0]) {
		guest_programs_free(tree->programs);
		tree->programs = NULL;
		return;
	}
	if (arch && abi_row_runs_on(abi, arch)) {
		char *first = buf_asprintf("%s/%s", tree->dir, tree->programs[0]);

		tree->starts = !host_starts(first);
		free(first);
	}
}

/* Get the lists of the wanted ABIs, or those of all others that run here. */
static int suite_list_all(struct suite *s, const char *const *abis, bool others,
			  const char *workdir, host_watch *watch, void *arg, struct why *why)
{
	int err = 0;

	for (size_t i = 0; i < s->count && !err; i++) {
		struct suite_tree *tree = &s->trees[i];

		if (!tree->programs || suite_wanted(abis, tree) == others)
			continue;
		if (tree->starts)
			err = suite_list(tree, tree->dir, workdir, watch, arg, why);
		else if (tree->abi->qemu_user && !others)
			suite_list_emulated(s, tree, workdir, watch, arg);
	}
	return err;
}

/* Whether every wanted ABI has its own list, so that nothing need be borrowed. */
static bool suite_complete(const struct suite *s, const char *const *abis)
{
	for (size_t i = 0; i < s->count; i++)
		if (suite_wanted(abis, &s->trees[i]) && !s->trees[i].cases.count)
			return false;
	return true;
}

int suite_load(const char *builds, char *const *suites, const char *const *abis,
	       const struct tables *tables, const char *workdir, host_watch *watch, void *arg,
	       struct suite *out, struct why *why)
{
	struct suite s = {.builds = buf_strdup(builds), .rooms = rooms_of(suites),
			  .count = tables->nabis};
	size_t built = 0;
	int err;

	s.trees = buf_realloc(NULL, s.count, sizeof(*s.trees));
	memset(s.trees, 0, s.count * sizeof(*s.trees));
	for (size_t i = 0; i < s.count; i++) {
		suite_look(&s, &s.trees[i], &tables->abis[i]);
		built += s.trees[i].programs != NULL;
	}
	err = suite_list_all(&s, abis, false, workdir, watch, arg, why);
	if (!err && !suite_complete(&s, abis))
		err = suite_list_all(&s, abis, true, workdir, watch, arg, why);
	for (size_t i = 0; i < s.count && !err; i++)
		if (s.trees[i].programs && !s.trees[i].cases.count)
			suite_borrow(&s, &s.trees[i]);
	if (!err && !built)
		err = why_set(why, ENOENT,
			      "no test programs in '%s/<abi>/%s'; ci/build-abis makes them, "
			      "--builds names another place", builds, s.rooms[0]);
	else if (!err && !suite_lender(&s))
		err = why_set(why, ENOEXEC,
			      "none of the programs in '%s/<abi>/%s' runs on this machine, so that "
			      "nobody knows their cases", builds, s.rooms[0]);
	if (err) {
		suite_free(&s);
		return err;
	}
	*out = s;
	return 0;
}

void suite_free(struct suite *s)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->trees[i].programs)
			guest_programs_free(s->trees[i].programs);
		free(s->trees[i].dir);
		results_free(&s->trees[i].cases);
	}
	free(s->trees);
	free(s->rooms);
	free(s->builds);
	*s = (struct suite){0};
}

const struct suite_tree *suite_tree(const struct suite *s, const char *abi)
{
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->trees[i].abi->id, abi))
			return &s->trees[i];
	return NULL;
}

void suite_ask(const struct suite *s, const char *pattern, struct cell *c)
{
	const struct suite_tree *tree = suite_tree(s, c->abi);

	c->borrowed = tree->borrowed;
	for (size_t i = 0; i < tree->cases.count; i++) {
		const struct result *r = &tree->cases.v[i];

		if (cases_wanted(pattern, r))
			results_add(&c->results, r->program, r->name, r->contract, STATUS_LOST,
				    "");
	}
	for (size_t k = 0; k < s->count; k++) {
		for (size_t i = 0; i < s->trees[k].cases.count; i++) {
			const struct result *r = &s->trees[k].cases.v[i];

			if (suite_has(tree, r->program) || !cases_wanted(pattern, r) ||
			    results_find(&c->results, r->program, r->name))
				continue;
			results_add(&c->results, r->program, r->name, r->contract, STATUS_NOBUILD,
				    "there is no program of this ABI; ci/build-abis makes it");
		}
	}
	results_sort(&c->results);
}
