/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.c - which of the machine's apt entries are Debian's, in both formats
 * (sources.list(5)), and the same for another suite. It reads no file; what is
 * served there, apt finds out and verifies.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/kernels/source.h"

struct stanza {
	char *types, *uris, *suites, *components, *signed_by, *trusted, *enabled;
};

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{"Types", offsetof(struct stanza, types)},
	{"URIs", offsetof(struct stanza, uris)},
	{"Suites", offsetof(struct stanza, suites)},
	{"Components", offsetof(struct stanza, components)},
	{"Signed-By", offsetof(struct stanza, signed_by)},
	{"Trusted", offsetof(struct stanza, trusted)},
	{"Enabled", offsetof(struct stanza, enabled)},
};
#define NFIELDS (sizeof(fields) / sizeof(*fields))

static char **stanza_field(struct stanza *st, size_t i)
{
	return (char **)((char *)st + fields[i].offset);
}

static void stanza_clear(struct stanza *st)
{
	size_t i;

	for (i = 0; i < NFIELDS; i++) {
		free(*stanza_field(st, i));
		*stanza_field(st, i) = NULL;
	}
}

/* The next word at *p, or NULL; the caller frees it. */
static char *word_next(const char **p)
{
	size_t len;
	char *word;

	*p += strspn(*p, " \t\n");
	len = strcspn(*p, " \t\n");
	if (len == 0)
		return NULL;
	word = buf_strndup(*p, len);
	*p += len;
	return word;
}

static bool has_word(const char *words, const char *wanted)
{
	char *word;
	bool found = false;

	while (words && !found && (word = word_next(&words))) {
		found = strcmp(word, wanted) == 0;
		free(word);
	}
	return found;
}

static bool is_yes(const char *s, bool if_missing)
{
	return s ? strcasecmp(s, "yes") == 0 || strcasecmp(s, "true") == 0 : if_missing;
}

enum kind { KIND_OTHER, KIND_SUITE, KIND_SECURITY };

static enum kind suite_kind(const char *suite, const char *codename)
{
	static const char *const aliases[] = {"stable",	  "oldstable", "oldoldstable",
					      "testing", "unstable",  "sid"};
	size_t len = strcspn(suite, "-/"), i;
	bool ours = strlen(codename) == len && strncmp(suite, codename, len) == 0;

	for (i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		ours |= strlen(aliases[i]) == len && strncmp(suite, aliases[i], len) == 0;
	if (!ours)
		return KIND_OTHER;
	if (suite[len] == '\0')
		return KIND_SUITE;
	/* "/updates" until buster */
	if (strcmp(suite + len, "-security") == 0 || strcmp(suite + len, "/updates") == 0)
		return KIND_SECURITY;
	return KIND_OTHER;
}

/*
 * Others publish under Debian's suite names too. Debian's own are told by their
 * key ring, or without one (and with the key itself in the entry) by the name
 * that every mirror gives to its directory.
 */
static bool is_debian(const char *uri, const char *signed_by)
{
	size_t len = strlen(uri);
	const char *name;

	if (signed_by && !strchr(signed_by, '\n'))
		return strstr(signed_by, "debian-archive") != NULL;
	while (len && uri[len - 1] == '/')
		len--;
	name = uri + len;
	while (name > uri && name[-1] != '/')
		name--;
	len -= name - uri;
	return (len == 6 && strncmp(name, "debian", len) == 0) ||
	       (len == 15 && strncmp(name, "debian-security", len) == 0);
}

static void source_add(struct sources *s, const char *uri, bool security, const struct stanza *st)
{
	struct source *new;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->v[i].uri, uri) == 0 && s->v[i].security == security)
			return;
	s->v = buf_grow(s->v, s->n, &s->cap, sizeof(*s->v));
	new = &s->v[s->n++];
	new->uri = buf_strdup(uri);
	new->signed_by = buf_strdup(st->signed_by);
	new->trusted = is_yes(st->trusted, false);
	new->security = security;
}

/* Every mirror with every suite of one entry. */
static void stanza_add(struct sources *s, const struct stanza *st, const char *codename)
{
	const char *uris = st->uris;
	char *uri, *suite;

	if (!has_word(st->types, "deb") || !has_word(st->components, "main") ||
	    !is_yes(st->enabled, true))
		return;
	while (uris && (uri = word_next(&uris))) {
		const char *suites = st->suites;

		while (suites && (suite = word_next(&suites))) {
			enum kind kind = suite_kind(suite, codename);

			if (kind != KIND_OTHER && is_debian(uri, st->signed_by))
				source_add(s, uri, kind == KIND_SECURITY, st);
			free(suite);
		}
		free(uri);
	}
}

/* deb [option=value ...] URI SUITE COMPONENT... # comment */
static void list_line(struct sources *s, const char *line, const char *codename)
{
	struct stanza st = {0};
	struct buf components = {0};
	char *text = buf_strndup(line, strcspn(line, "#")), *word;
	const char *p = text;

	st.types = word_next(&p);
	p += strspn(p, " \t");
	if (*p == '[') {
		const char *end = strchr(p, ']');
		char *options = buf_strndup(p + 1, end ? (size_t)(end - p - 1) : strlen(p + 1));
		const char *o = options;

		while ((word = word_next(&o))) {
			if (strncasecmp(word, "signed-by=", 10) == 0) {
				free(st.signed_by);
				st.signed_by = buf_strdup(word + 10);
				/* Several are parted by commas here, by blanks there. */
				for (char *comma = st.signed_by; (comma = strchr(comma, ','));)
					*comma = ' ';
			} else if (strncasecmp(word, "trusted=", 8) == 0) {
				free(st.trusted);
				st.trusted = buf_strdup(word + 8);
			}
			free(word);
		}
		free(options);
		p = end ? end + 1 : p + strlen(p);
	}
	st.uris = word_next(&p);
	st.suites = word_next(&p);
	while ((word = word_next(&p))) {
		buf_printf(&components, "%s ", word);
		free(word);
	}
	st.components = buf_strdup(components.p);
	stanza_add(s, &st, codename);
	stanza_clear(&st);
	buf_free(&components);
	free(text);
}

/* Blanks at both ends of what a field's first line says. */
static char *trimmed(const char *text, size_t len)
{
	while (len && strchr(" \t", *text)) {
		text++;
		len--;
	}
	while (len && strchr(" \t", text[len - 1]))
		len--;
	return buf_strndup(text, len);
}

/* "Field: value", or the continuation of the one before. */
static void deb822_line(struct stanza *st, char ***last, const char *line, size_t len)
{
	const char *colon;
	size_t i;

	if (*line == ' ' || *line == '\t') {
		char *old = *last ? **last : NULL;

		if (!old)
			return;
		**last = buf_asprintf("%s\n%.*s", old, (int)len, line);
		free(old);
		return;
	}
	*last = NULL;
	colon = memchr(line, ':', len);
	if (!colon)
		return;
	for (i = 0; i < NFIELDS; i++) {
		size_t n = strlen(fields[i].name);

		if (n == (size_t)(colon - line) && strncasecmp(line, fields[i].name, n) == 0) {
			*last = stanza_field(st, i);
			free(**last);
			**last = trimmed(colon + 1, len - n - 1);
		}
	}
}

void source_parse(struct sources *s, const char *text, bool deb822, const char *codename)
{
	struct stanza st = {0};
	char **last = NULL;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (!deb822) {
			char *line = buf_strndup(text, len);

			list_line(s, line, codename);
			free(line);
		} else if (len == 0 || strspn(text, " \t") >= len) {
			stanza_add(s, &st, codename);
			stanza_clear(&st);
			last = NULL;
		} else if (*text != '#') {
			deb822_line(&st, &last, text, len);
		}
		text += len + (text[len] == '\n');
	}
	stanza_add(s, &st, codename);
	stanza_clear(&st);
}

void source_derive(const struct sources *s, const char *suite, bool security, struct buf *out)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct source *one = &s->v[i];

		if (one->security && !security)
			continue;
		buf_printf(out, "Types: deb\nURIs: %s\nSuites: %s%s\nComponents: main\n", one->uri,
			   suite, one->security ? "-security" : "");
		if (one->signed_by)
			buf_printf(out, "Signed-By: %s\n", one->signed_by);
		if (one->trusted)
			buf_puts(out, "Trusted: yes\n");
		buf_puts(out, "\n");
	}
}

void source_free(struct sources *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->v[i].uri);
		free(s->v[i].signed_by);
	}
	free(s->v);
	*s = (struct sources){0};
}
