/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * side.c - from a spec to the cells it means. Stores are only read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/buf.h"
#include "harness/base/word.h"
#include "harness/store/side.h"

/* Every SQLite database begins so: https://sqlite.org/fileformat.html, 1.2. */
static bool side_file_is_store(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	struct buf head = {0};
	bool is = !buf_read_file(&head, path, sizeof(magic)) && head.len == sizeof(magic) &&
		  !memcmp(head.p, magic, sizeof(magic));

	buf_free(&head);
	return is;
}

static bool side_wanted(const struct cell *c, const char *kernel, const char *abi)
{
	return (!kernel || !strcmp(c->kernel, kernel)) && (!abi || !strcmp(c->abi, abi));
}

static bool side_has(const struct store_run *run, const char *kernel, const char *abi)
{
	for (size_t i = 0; i < run->count; i++)
		if (side_wanted(&run->cells[i], kernel, abi))
			return true;
	return false;
}

void side_narrow(struct side *s, const char *kernel, const char *abi)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->run.count; i++) {
		if (side_wanted(&s->run.cells[i], kernel, abi))
			s->run.cells[kept++] = s->run.cells[i];
		else
			cell_free(&s->run.cells[i]);
	}
	s->run.count = kept;
}

/* No run has this kernel, or this ABI of it: which word was meant, or which there are. */
static int side_unknown(const struct side *s, const struct store_entry *entries, size_t count,
			struct why *why)
{
	const struct spec *spec = &s->spec;
	bool by_kernel = false;
	const char **words = NULL, *nearest;
	size_t n = 0, cap = 0;
	struct buf list = {0};

	for (size_t i = 0; i < count; i++)
		by_kernel |= side_has(&entries[i].run, spec->kernel, NULL);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < entries[i].run.count; k++) {
			const struct cell *c = &entries[i].run.cells[k];
			const char *word = by_kernel ? c->abi : c->kernel;
			size_t seen = 0;

			while (seen < n && strcmp(words[seen], word))
				seen++;
			if (seen < n || (by_kernel && strcmp(c->kernel, spec->kernel)))
				continue;
			words = buf_grow(words, n, &cap, sizeof(*words));
			words[n++] = word;
		}
	}
	nearest = word_nearest(by_kernel ? spec->abi : spec->kernel, words, n);
	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", words[i]);
	why_set(why, ENOENT, "store '%s' has no %s '%s'%s%s; %s%s%s", s->path,
		by_kernel ? "ABI" : "kernel", by_kernel ? spec->abi : spec->kernel,
		by_kernel ? " of kernel " : "", by_kernel ? spec->kernel : "",
		nearest ? "did you mean '" : "it has ",
		nearest ? nearest : list.len ? list.p : "no cell", nearest ? "'?" : "");
	buf_free(&list);
	free(words);
	return -ENOENT;
}

/* Which run is meant. */
static int side_choose(const struct side *s, struct store *store, int64_t *run, struct why *why)
{
	const struct spec *spec = &s->spec;
	struct store_entry *entries, *first;
	size_t count, n, i;
	int err;

	*run = spec->run;
	if (!spec->kernel)
		return 0;
	err = store_runs(store, &entries, &count, why);
	if (err)
		return err;
	first = entries;
	n = count;
	/* With a run that is named, no other is looked at; that there is none is told by
	 * who loads it. */
	for (i = 0; spec->run && i < count; i++)
		if (entries[i].run.id == spec->run)
			break;
	if (spec->run && i < count) {
		first = &entries[i];
		n = 1;
	} else if (spec->run) {
		n = 0;
	}
	for (i = n; i > 0; i--)
		if (side_has(&first[i - 1].run, spec->kernel, spec->abi))
			break;
	if (i)
		*run = first[i - 1].run.id;
	else if (n)
		err = side_unknown(s, first, n, why);
	store_runs_free(entries, count);
	return err;
}

static int side_read(struct side *s, struct why *why)
{
	struct store *store;
	int64_t run = 0;
	int err = store_open(s->path, false, &store, why);

	if (err)
		return err;
	err = side_choose(s, store, &run, why);
	if (!err)
		err = store_load(store, run, &s->run, why);
	store_close(store);
	if (err)
		return err;
	side_narrow(s, s->spec.kernel, s->spec.abi);
	if (s->spec.kernel && !s->run.count)
		return why_set(why, ENOENT, "run %lld of store '%s' has no cell %s%s%s",
			       (long long)s->run.id, s->path, s->spec.kernel,
			       s->spec.abi ? "/" : "", s->spec.abi ? s->spec.abi : "");
	return 0;
}

int side_load(const char *text, const char *store, struct side *out, struct why *why)
{
	struct side s = {0};
	struct stat st;
	int err = spec_parse(text, &s.spec, why);

	if (err)
		return err;
	if (s.spec.word && !stat(s.spec.word, &st)) {
		s.path = buf_strdup(s.spec.word);
		free(s.spec.kernel);
		free(s.spec.abi);
		s.spec.kernel = s.spec.abi = NULL;
	} else if (s.spec.word && !s.spec.kernel) {
		err = why_set(why, ENOENT, "'%s' is neither a file nor KERNEL[/ABI]", text);
	} else {
		s.path = buf_strdup(s.spec.store ? s.spec.store : store);
	}
	if (!err) {
		s.is_store = !s.spec.word || s.spec.kernel || side_file_is_store(s.path);
		err = s.is_store ? side_read(&s, why) : 0;
	}
	if (err) {
		side_free(&s);
		return err;
	}
	*out = s;
	return 0;
}

void side_free(struct side *s)
{
	store_run_free(&s->run);
	spec_free(&s->spec);
	free(s->path);
	*s = (struct side){0};
}
