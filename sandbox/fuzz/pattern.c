/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern.c - patterns against a matcher that is too simple to be wrong: the
 * pattern as a list of elements, and a table of which rest of it matches which
 * rest of the subject.
 *
 *	byte 0		PATTERN_* flags, as a digit
 *	first line	the pattern
 *	other lines	subjects
 */
#include <ctype.h>

#include "sandbox/fuzz/targets.h"
#include "sandbox/policy/pattern.h"

/* Beyond this the table is slow, and nothing new happens. */
#define LONGEST 300

enum kind { ONE, STAR, ALL, BELOW };	/* [...], *, **, and what "/" and three stars mean */

struct element {
	enum kind kind;
	bool set[256];		/* ONE: the bytes that it is */
	bool literal;		/* written as a byte */
};

struct list {
	struct element v[2 * LONGEST];
	size_t n;
	unsigned int flags;
	bool wild;
};

static const struct policy_env env = { .cwd = "/work dir", .tmpdir = "/tmp/t*p//x",
				       .home = "/home/me", .uid = 1000 };

static struct element *add(struct list *l, enum kind kind)
{
	struct element *e = &l->v[l->n++];

	FUZZ_CHECK(l->n <= 2 * LONGEST, "room");
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	return e;
}

static bool after_slash(const struct list *l)
{
	return l->n && l->v[l->n - 1].literal && l->v[l->n - 1].set['/'];
}

static void add_byte(struct list *l, unsigned char c)
{
	struct element *e;

	if (c == '/' && !(l->flags & PATTERN_NAME) && after_slash(l))
		return;
	e = add(l, ONE);
	e->literal = true;
	e->set[c] = true;
	if (l->flags & PATTERN_ICASE)
		e->set[toupper(c)] = e->set[tolower(c)] = true;
}

static void add_below(struct list *l)
{
	if (after_slash(l))
		l->n--;
	add(l, BELOW);
}

/* The class that begins at s into the set; the text behind it, or NULL when there is none. */
static const char *add_class(struct element *e, const char *s)
{
	static const struct {
		const char *name;
		int (*is)(int);
	} all[] = { { "[:alnum:]", isalnum }, { "[:alpha:]", isalpha }, { "[:blank:]", isblank },
		    { "[:cntrl:]", iscntrl }, { "[:digit:]", isdigit }, { "[:graph:]", isgraph },
		    { "[:lower:]", islower }, { "[:print:]", isprint }, { "[:punct:]", ispunct },
		    { "[:space:]", isspace }, { "[:upper:]", isupper }, { "[:xdigit:]", isxdigit } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strncmp(s, all[i].name, strlen(all[i].name)) != 0)
			continue;
		for (int c = 0; c < 128; c++)
			e->set[c] |= all[i].is(c) != 0;
		return s + strlen(all[i].name);
	}
	return NULL;
}

/* The set at s, which is known to be one. Returns the text behind it. */
static const char *add_set(struct list *l, const char *s)
{
	struct element *e = add(l, ONE);
	bool negated = s[1] == '!' || s[1] == '^';
	const char *first = s + 1 + negated, *class;

	for (s = first; s == first || *s != ']';) {
		unsigned char low, high;

		class = add_class(e, s);
		if (class) {
			s = class;
			continue;
		}
		s += *s == '\\';
		low = high = (unsigned char)*s++;
		if (s[0] == '-' && s[1] != ']') {
			s++;
			s += *s == '\\';
			high = (unsigned char)*s++;
		}
		for (unsigned int c = low; c <= high; c++)
			e->set[c] = true;
	}
	for (int c = 'a'; c <= 'z' && (l->flags & PATTERN_ICASE); c++)
		e->set[c] = e->set[toupper(c)] = e->set[c] || e->set[toupper(c)];
	for (int c = 0; c < 256; c++)
		e->set[c] = e->set[c] != negated && c != '/';
	return s + 1;
}

static const char *add_variable(struct list *l, const char *s)
{
	const char *value = s[2] == 'C' ? env.cwd : s[2] == 'T' ? env.tmpdir :
			    s[2] == 'H' ? env.home : "1000";

	while (*value)
		add_byte(l, (unsigned char)*value++);
	return strchr(s, '}') + 1;
}

static const char *add_stars(struct list *l, const char *s)
{
	size_t n = strspn(s, "*");

	if (n == 3 && after_slash(l) && (s[n] == '\0' || s[n] == '/'))
		add_below(l);
	else
		add(l, n == 1 ? STAR : ALL);
	return s + n;
}

/* A pattern that pattern_compile() took. */
static void parse(const char *s, struct list *l)
{
	while (*s) {
		l->wild |= strchr("*?[", *s) != NULL;
		if (*s == '*') {
			s = add_stars(l, s);
		} else if (*s == '?') {
			memset(add(l, ONE)->set, 1, 256);
			l->v[l->n - 1].set['/'] = false;
			s++;
		} else if (*s == '[') {
			s = add_set(l, s);
		} else if (s[0] == '$' && s[1] == '{') {
			s = add_variable(l, s);
		} else {
			s += *s == '\\';
			add_byte(l, (unsigned char)*s++);
		}
	}
	if ((l->flags & PATTERN_PREFIX) && !(l->flags & PATTERN_NAME) && !l->wild)
		add_below(l);
}

static bool slow_match(const struct list *l, const uint8_t *s, size_t len)
{
	/* rest[i][j]: elements from i on match the subject from j on */
	static bool rest[2 * LONGEST + 1][LONGEST + 1];

	for (size_t i = l->n + 1; i--;)
		for (size_t j = len + 1; j--;) {
			bool found = i == l->n ? j == len : l->v[i].kind != ONE && rest[i + 1][j];

			if (i < l->n && l->v[i].kind == ONE)
				found = j < len && l->v[i].set[s[j]] && rest[i + 1][j + 1];
			/* Any number of further bytes, of the kind that the element takes. */
			for (size_t k = j; i < l->n && l->v[i].kind != ONE && !found && k < len; k++) {
				if (l->v[i].kind == STAR && s[k] == '/')
					break;
				if (l->v[i].kind == BELOW && s[j] != '/')
					break;
				found = rest[i + 1][k + 1];
			}
			rest[i][j] = found;
		}
	return rest[0][0];
}

static void compare(const struct pattern *p, const struct list *l, const char *text,
		    const uint8_t *subject, size_t len)
{
	/* Without a NUL: a sanitizer sees a byte too many. */
	uint8_t *exact = malloc(len ? len : 1);
	bool want = slow_match(l, subject, len);

	FUZZ_CHECK(exact, "memory");
	if (len)
		memcpy(exact, subject, len);
	FUZZ_CHECK(pattern_match(p, (const char *)exact, len) == want, "'%s' (%u) on '%.*s': not %d",
		   text, l->flags, (int)len, (const char *)subject, want);
	free(exact);
}

void fuzz_pattern(const uint8_t *bytes, size_t len)
{
	static struct list list;
	const uint8_t *end = bytes + len, *newline;
	unsigned int flags;
	struct policy_error err;
	struct pattern *p;
	char *text;

	newline = len > 1 ? memchr(bytes, '\n', len) : NULL;
	if (!newline || newline == bytes || newline - bytes > LONGEST / 4)
		return;
	flags = (unsigned int)*bytes++ & (PATTERN_NAME | PATTERN_ICASE | PATTERN_PREFIX);
	text = fuzz_text(bytes, (size_t)(newline - bytes));
	err.text[0] = '\0';
	if (pattern_compile(text, flags, &env, &p, &err) < 0) {
		FUZZ_CHECK(err.text[0], "'%s' is refused without a word", text);
		free(text);
		return;
	}
	memset(&list, 0, sizeof(list));
	list.flags = flags;
	parse(text, &list);
	for (bytes = newline + 1; bytes < end; bytes = newline + 1) {
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
		if (!newline)
			newline = end;
		if (newline - bytes <= LONGEST)
			compare(p, &list, text, bytes, (size_t)(newline - bytes));
	}
	pattern_free(p);
	free(text);
}
