/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * catalogue.c - read contracts.tsv and look up its rows.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/report/catalogue.h"
#include "harness/run.h"

#define CATALOGUE_COLUMNS 8
#define CATALOGUE_SIZE_MAX ((size_t)16 << 20)

struct catalogue {
	char *text;
	struct catalogue_entry *v; /* by id */
	size_t count, cap;
};

static int catalogue_compare(const void *a, const void *b)
{
	const struct catalogue_entry *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static void catalogue_line(struct catalogue *c, char *line)
{
	char *col[CATALOGUE_COLUMNS] = {line};
	size_t n = 1;

	for (char *p = line; *p; p++) {
		if (*p != '\t')
			continue;
		*p = '\0';
		if (n < CATALOGUE_COLUMNS)
			col[n] = p + 1;
		n++;
	}
	if (n != CATALOGUE_COLUMNS || *line == '#' || !*line || !strcmp(line, "id"))
		return;
	/* "-" stands for nothing. */
	for (n = 1; n < CATALOGUE_COLUMNS; n++)
		if (!strcmp(col[n], "-"))
			col[n] += 1;
	c->v = buf_grow(c->v, c->count, &c->cap, sizeof(*c->v));
	c->v[c->count++] = (struct catalogue_entry){
		.id = col[0],	.promise = col[1],   .since = col[2], .until = col[3],
		.abis = col[4], .reference = col[5], .kind = col[6],  .link = col[7],
	};
}

struct catalogue *catalogue_parse(const char *text, size_t len)
{
	struct catalogue *c = buf_realloc(NULL, 1, sizeof(*c));
	char *next;

	*c = (struct catalogue){.text = buf_strndup(text, len)};
	for (char *line = c->text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		catalogue_line(c, line);
	}
	if (c->count)
		qsort(c->v, c->count, sizeof(*c->v), catalogue_compare);
	return c;
}

struct catalogue *catalogue_load(void)
{
	/* Beside the other tables where it is installed; the tests' room in the sources. */
	static const char *const places[] = {"contracts.tsv", "../kernel-tests/contracts.tsv"};
	char *dir = run_datadir();
	struct catalogue *c = NULL;

	for (size_t i = 0; !c && i < sizeof(places) / sizeof(places[0]); i++) {
		char *path = buf_asprintf("%s/%s", dir, places[i]);
		struct buf text = {0};

		if (!buf_read_file(&text, path, CATALOGUE_SIZE_MAX) && text.len)
			c = catalogue_parse(text.p, text.len);
		buf_free(&text);
		free(path);
	}
	free(dir);
	return c;
}

void catalogue_free(struct catalogue *c)
{
	if (!c)
		return;
	free(c->v);
	free(c->text);
	free(c);
}

const struct catalogue_entry *catalogue_find(const struct catalogue *c, const char *id)
{
	const struct catalogue_entry *found = NULL;
	size_t len = strlen(id);
	char *name;

	if (!c || !c->count)
		return NULL;
	name = buf_asprintf("%s.*", id);
	name[len] = '\0';
	/* "a.b.c", then the families "a.b.*" and "a.*". */
	while (!found) {
		struct catalogue_entry key = {.id = name};
		char *dot;

		found = bsearch(&key, c->v, c->count, sizeof(*c->v), catalogue_compare);
		name[len] = '\0';
		dot = strrchr(name, '.');
		if (found || !dot)
			break;
		len = (size_t)(dot - name);
		strcpy(dot, ".*");
	}
	free(name);
	return found;
}
