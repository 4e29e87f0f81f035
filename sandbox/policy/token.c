/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token.c - reads the text of a pattern: wildcards, sets, escapes, variables.
 * Refuses what could never match, since a rule that is dead by mistake is a
 * hole. Must not match anything.
 */
#include "sandbox/policy/token.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/error.h"
#include "sandbox/policy/pattern.h"

struct scan {
	const char *text, *at;
	unsigned int flags;
	const struct policy_env *env;
	struct tokens *out;
	bool wild;
	struct policy_error *err;
};

static bool is_path(const struct scan *s)
{
	return (s->flags & PATTERN_NAME) == 0;
}

static bool ends_in_slash(const struct tokens *t)
{
	return t->n > 0 && t->v[t->n - 1].type == TOKEN_BYTE && t->v[t->n - 1].byte == '/';
}

/* The table of tokens was made large enough at the start. */
static int push(struct scan *s, enum token_type type, unsigned char byte, size_t set)
{
	if (s->out->n >= PATTERN_MAX)
		return error_set(s->err, "pattern longer than %d bytes", PATTERN_MAX);
	s->out->v[s->out->n++] = (struct token){
		.type = (uint8_t)type, .byte = byte, .set = (uint16_t)set};
	if (type != TOKEN_BYTE)
		s->wild = true;
	return 0;
}

static int push_byte(struct scan *s, unsigned char c)
{
	if (c == '/' && is_path(s) && ends_in_slash(s->out))
		return 0; /* a run of slashes is one */
	if ((s->flags & PATTERN_ICASE) != 0 && c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	return push(s, TOKEN_BYTE, c, 0);
}

/* The directory itself, and everything below it. */
static int push_below(struct scan *s)
{
	int rc;

	if (ends_in_slash(s->out))
		s->out->n--;
	rc = push(s, TOKEN_BELOW, 0, 0);
	return rc < 0 ? rc : push(s, TOKEN_STARSTAR, 0, 0);
}

static int scan_stars(struct scan *s)
{
	size_t n = strspn(s->at, "*");

	s->at += n;
	if (n == 3 && ends_in_slash(s->out) && (*s->at == '\0' || *s->at == '/'))
		return push_below(s);
	return push(s, n == 1 ? TOKEN_STAR : TOKEN_STARSTAR, 0, 0);
}

static int scan_variable(struct scan *s)
{
	static const char *const names[] = {"CWD", "TMPDIR", "HOME", "UID", NULL};
	static const char *const absent[] = {
		"there is no current directory", "TMPDIR names no directory", "HOME names no directory",
		"",
	};
	const char *name = s->at + 2, *end = strchr(name, '}'), *value = NULL, *near;
	const struct policy_env *env = s->env;
	size_t len = end == NULL ? strlen(name) : (size_t)(end - name);
	char uid[24];
	int which;

	if (end == NULL)
		return error_set(s->err, "'${' without '}' in '%.120s'", s->text);
	for (which = 0; names[which] != NULL; which++)
		if (strlen(names[which]) == len && memcmp(names[which], name, len) == 0)
			break;
	switch (which) {
	case 0:
		value = env->cwd;
		break;
	case 1:
		value = env->tmpdir != NULL ? env->tmpdir : "/tmp";
		break;
	case 2:
		value = env->home;
		break;
	case 3:
		snprintf(uid, sizeof uid, "%lu", (unsigned long)env->uid);
		value = uid;
		break;
	default:
		near = error_nearest(name, len, names);
		return error_set(s->err, "unknown variable '${%.*s}'%s%s%s: there are ${CWD}, "
				 "${TMPDIR}, ${HOME} and ${UID}", (int)(len < 60 ? len : 60), name,
				 near ? ", did you mean '${" : "", near ? near : "",
				 near ? "}'" : "");
	}
	if (value == NULL || (which != 3 && value[0] != '/'))
		return error_set(s->err, "${%s} has no value here: %s", names[which],
				 absent[which]);
	for (; *value != '\0'; value++) {
		int rc = push_byte(s, (unsigned char)*value);

		if (rc < 0)
			return rc;
	}
	s->at = end + 1;
	return 0;
}

static const struct class {
	const char *name;
	int (*is)(int);
} classes[] = {
	{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
	{"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
	{"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

static void byteset_add(struct byteset *b, unsigned int c)
{
	b->bits[c / 64] |= UINT64_C(1) << (c % 64);
}

/* At "[:": add the class and pass it. */
static int scan_class(struct scan *s, struct byteset *b)
{
	const char *name = s->at + 2, *end = strstr(name, ":]");
	size_t len = end == NULL ? 0 : (size_t)(end - name);

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0)
			continue;
		for (int c = 0; c < 128; c++)
			if (classes[i].is(c))
				byteset_add(b, (unsigned int)c);
		s->at = end + 2;
		return 0;
	}
	return error_set(s->err, "unknown class '%.20s' in '%.120s': such as [:alpha:], [:digit:], "
			 "[:space:]", s->at, s->text);
}

/* One byte of a set, an escape removed; -EINVAL at the end of the text. */
static int set_byte(struct scan *s, unsigned char *c)
{
	if (*s->at == '\\')
		s->at++;
	if (*s->at == '\0')
		return error_set(s->err, "'[' without ']' in '%.120s'", s->text);
	*c = (unsigned char)*s->at++;
	return 0;
}

static int scan_range(struct scan *s, struct byteset *b)
{
	unsigned char low = 0, high;
	int rc = set_byte(s, &low);

	if (rc < 0)
		return rc;
	high = low;
	if (s->at[0] == '-' && s->at[1] != ']' && s->at[1] != '\0') {
		s->at++;
		rc = set_byte(s, &high);
		if (rc < 0)
			return rc;
	}
	if (high < low)
		return error_set(s->err, "empty range '%c-%c' in '%.120s'", low, high, s->text);
	for (unsigned int c = low; c <= high; c++)
		byteset_add(b, c);
	return 0;
}

static int scan_set(struct scan *s)
{
	struct tokens *t = s->out;
	struct byteset b = {{0}};
	bool negated = s->at[1] == '!' || s->at[1] == '^', first = true;
	struct byteset *more;
	int rc;

	s->at += negated ? 2 : 1;
	for (; *s->at != ']' || first; first = false) {
		if (s->at[0] == '[' && s->at[1] == ':')
			rc = scan_class(s, &b);
		else
			rc = scan_range(s, &b);
		if (rc < 0)
			return rc;
	}
	s->at++;
	if ((s->flags & PATTERN_ICASE) != 0)
		for (unsigned char c = 'a'; c <= 'z'; c++) {
			unsigned char upper = (unsigned char)(c - 'a' + 'A');

			if (byteset_has(&b, c) || byteset_has(&b, upper)) {
				byteset_add(&b, c);
				byteset_add(&b, upper);
			}
		}
	if (negated)
		for (int i = 0; i < 4; i++)
			b.bits[i] = ~b.bits[i];
	more = realloc(t->sets, (t->nsets + 1) * sizeof *more);
	if (more == NULL)
		return error_memory(s->err);
	t->sets = more;
	t->sets[t->nsets] = b;
	return push(s, TOKEN_SET, 0, t->nsets++);
}

static int scan_one(struct scan *s)
{
	switch (*s->at) {
	case '*':
		return scan_stars(s);
	case '?':
		s->at++;
		return push(s, TOKEN_ANY, 0, 0);
	case '[':
		return scan_set(s);
	case '\\':
		if (s->at[1] == '\0')
			return error_set(s->err, "'\\' at the end of '%.120s' escapes nothing",
					 s->text);
		s->at += 2;
		return push_byte(s, (unsigned char)s->at[-1]);
	case '$':
		if (s->at[1] == '{')
			return scan_variable(s);
		break;
	case ' ':
	case '\t':
		if (s->at[1] == '#')
			return error_set(s->err, "'#' after a pattern: a comment has its own line "
					 "(a name with '#' is written '\\#')");
		break;
	}
	return push_byte(s, (unsigned char)*s->at++);
}

/* Whether tokens i.. are a whole component of n dots. */
static bool is_dots(const struct tokens *t, size_t i, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (i + k >= t->n || t->v[i + k].type != TOKEN_BYTE || t->v[i + k].byte != '.')
			return false;
	i += n;
	return i == t->n || t->v[i].type == TOKEN_BELOW ||
	       (t->v[i].type == TOKEN_BYTE && t->v[i].byte == '/');
}

/* A path is judged by its canonical form; refuse what no such form can match. */
static int check_path(const struct scan *s)
{
	const struct tokens *t = s->out;
	bool slash = t->n > 0 && t->v[0].type == TOKEN_BYTE && t->v[0].byte == '/';

	if (t->n == 0)
		return error_set(s->err, "empty pattern");
	if (!slash && t->v[0].type != TOKEN_BELOW)
		return error_set(s->err, "'%.120s' is not absolute: a pattern begins with '/' "
				 "(${CWD}/%.80s is below the current directory)", s->text, s->text);
	if (t->n > 1 && ends_in_slash(t))
		return error_set(s->err, "'%.120s' ends in '/' and would never match: end it in a "
				 "name for the directory alone, in /*** for all below it too",
				 s->text);
	for (size_t i = 1; i < t->n; i++)
		if (t->v[i - 1].type == TOKEN_BYTE && t->v[i - 1].byte == '/' &&
		    (is_dots(t, i, 1) || is_dots(t, i, 2)))
			return error_set(s->err, "'%.120s' has a '.' or '..' component and would "
					 "never match: paths are canonical", s->text);
	return 0;
}

int token_scan(const char *text, unsigned int flags, const struct policy_env *env,
	       struct tokens *out, struct policy_error *err)
{
	struct scan s = {
		.text = text, .at = text, .flags = flags, .env = env, .out = out, .err = err};
	int rc = 0;

	out->v = malloc(PATTERN_MAX * sizeof *out->v);
	if (out->v == NULL)
		return error_memory(err);
	while (rc == 0 && *s.at != '\0')
		rc = scan_one(&s);
	if (rc == 0 && is_path(&s))
		rc = check_path(&s);
	if (rc == 0 && (flags & PATTERN_PREFIX) != 0 && is_path(&s) && !s.wild)
		rc = push_below(&s);
	return rc;
}

void token_release(struct tokens *t)
{
	free(t->v);
	free(t->sets);
	*t = (struct tokens){0};
}

int token_literal(const char *text, const struct policy_env *env, char **out,
		  struct policy_error *err)
{
	struct tokens t = {0};
	char *bytes = NULL;
	int rc = token_scan(text, PATTERN_NAME, env, &t, err);

	for (size_t i = 0; i < t.n && rc == 0; i++)
		if (t.v[i].type != TOKEN_BYTE)
			rc = error_set(err, "wildcards in '%.120s': one name is wanted", text);
	if (rc == 0) {
		bytes = malloc(t.n + 1);
		if (bytes == NULL)
			rc = error_memory(err);
	}
	if (rc == 0) {
		for (size_t i = 0; i < t.n; i++)
			bytes[i] = (char)t.v[i].byte;
		bytes[t.n] = '\0';
		*out = bytes;
	}
	token_release(&t);
	return rc;
}
