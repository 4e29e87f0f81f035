/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.c - one line of the language: what it says and what it changes.
 * Changes the policy last, when nothing can fail any more. Reads no file.
 */
#include "sandbox/policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/error.h"

enum word_kind { WORD_MODE, WORD_PATHS, WORD_ADDRESSES, WORD_RUNTIME };

static const struct word {
	const char *name;
	enum word_kind kind;
	int list;	/* WORD_MODE: the operation; POLICY_BIND for the network */
	bool allow;
} words[] = {
	{"core/sandbox/read", WORD_MODE, POLICY_READ, false},
	{"core/sandbox/write", WORD_MODE, POLICY_WRITE, false},
	{"core/sandbox/exec", WORD_MODE, POLICY_EXEC, false},
	{"core/sandbox/network", WORD_MODE, POLICY_BIND, false},
#define RULES(section, allow) \
	{section "/read", WORD_PATHS, POLICY_READ, allow}, \
	{section "/write", WORD_PATHS, POLICY_WRITE, allow}, \
	{section "/exec", WORD_PATHS, POLICY_EXEC, allow}, \
	{section "/network/bind", WORD_ADDRESSES, POLICY_BIND, allow}, \
	{section "/network/connect", WORD_ADDRESSES, POLICY_CONNECT, allow}
	RULES("allow", true),
	RULES("deny", false),
	RULES("whitelist", true),	/* sydbox-1 */
	RULES("blacklist", false),
	RULES("allowlist", true),	/* sydbox-2 */
	RULES("denylist", false),
#undef RULES
	{"filter/read", WORD_PATHS, LIST_FILTER + POLICY_READ, false},
	{"filter/write", WORD_PATHS, LIST_FILTER + POLICY_WRITE, false},
	{"filter/exec", WORD_PATHS, LIST_FILTER + POLICY_EXEC, false},
	{"filter/network", WORD_ADDRESSES, LIST_FILTER_NETWORK, false},
	{"exec/kill_if_match", WORD_PATHS, LIST_KILL, false},
	{"exec/resume_if_match", WORD_PATHS, LIST_RESUME, false},
	{"cmd/exec", WORD_RUNTIME, 0, false},
};

#define NWORDS (sizeof words / sizeof *words)

/* A command taken apart. */
struct command {
	const char *text;
	size_t keylen;
	char op;
	const char *value;
};

static const struct word *find_word(const char *key, size_t len)
{
	for (size_t i = 0; i < NWORDS; i++)
		if (strlen(words[i].name) == len && memcmp(words[i].name, key, len) == 0)
			return &words[i];
	return NULL;
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* Cut blanks and a carriage return from the end, but not an escaped blank. */
static void trim_end(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL) {
		size_t slashes = 0;

		while (slashes < n - 1 && s[n - 2 - slashes] == '\\')
			slashes++;
		if (slashes % 2 != 0)
			break;
		s[--n] = '\0';
	}
}

static const char *skip_prefix(const char *s)
{
	static const char *const prefixes[] = {"/dev/belay/", "/dev/sydbox/"};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strncmp(s, prefixes[i], strlen(prefixes[i])) == 0)
			return s + strlen(prefixes[i]);
	return s;
}

static int unknown(const struct command *c, struct policy_error *err)
{
	const char *all[NWORDS + POLICY_OPTIONS_MAX + 2];
	const struct policy_option_info *o;
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < NWORDS; i++)
		all[n++] = words[i].name;
	for (size_t i = 0; (o = policy_option_at(i)) != NULL; i++)
		all[n++] = o->key;
	all[n++] = "include";
	all[n] = NULL;
	near = error_nearest(c->text, c->keylen, all);
	if (near != NULL)
		return error_set(err, "unknown command '%.*s': did you mean '%s'?",
				 (int)(c->keylen < 80 ? c->keylen : 80), c->text, near);
	return error_set(err, "unknown command '%.*s': commands begin with core/, allow/, deny/, "
			 "filter/ or include", (int)(c->keylen < 80 ? c->keylen : 80), c->text);
}

/* Whether the operator is one of `valid`; if not, say what would be. */
static int check_operator(const struct command *c, const char *valid, const char *example,
			  struct policy_error *err)
{
	int len = (int)c->keylen;

	if (c->op != '\0' && strchr(valid, c->op) != NULL)
		return 0;
	if (c->op == '?' || c->op == '!')
		return error_set(err, "'%.*s%c' belongs to the run-time interface, not in a policy",
				 len, c->text, c->op);
	return error_set(err, "'%.*s' needs an operator and a value: %.*s%s", len, c->text, len,
			 c->text, example);
}

static int set_mode(struct policy *p, const struct word *w, const struct command *c,
		    struct policy_origin at, struct policy_error *err)
{
	static const char *const modes[] = {
		[POLICY_OFF] = "off", [POLICY_DENY] = "deny", [POLICY_ALLOW] = "allow"};
	const char *text;
	int last = w->list == POLICY_BIND ? POLICY_CONNECT : w->list;
	int rc = check_operator(c, ":", ":deny (or off, or allow)", err);

	if (rc < 0)
		return rc;
	for (int m = POLICY_OFF; m <= POLICY_ALLOW; m++) {
		if (strcmp(c->value, modes[m]) != 0)
			continue;
		text = policy_intern(p, c->text);
		if (text == NULL)
			return error_memory(err);
		for (int op = w->list; op <= last; op++) {
			p->state.mode[op] = (enum policy_mode)m;
			p->state.mode_text[op] = text;
			p->state.mode_origin[op] = at;
		}
		return 0;
	}
	return error_set(err, "%s cannot be '%.80s': off, deny or allow", w->name, c->value);
}

/* The flags that the match options give to the rules that follow them. */
static unsigned int pattern_flags(const struct policy *p)
{
	return (p->state.options[OPTION_CASE].value ? 0 : PATTERN_ICASE) |
	       (p->state.options[OPTION_WILDCARD].value ? PATTERN_PREFIX : 0);
}

static int add_rule(struct policy *p, const struct word *w, const struct command *c,
		    struct policy_origin at, struct policy_error *err)
{
	struct rule *r = calloc(1, sizeof *r);
	int rc;

	if (r == NULL)
		return error_memory(err);
	/* From here on it is the policy's, to free at the end. */
	r->next_owned = p->rules;
	p->rules = r;
	r->text = strdup(c->text);
	if (r->text == NULL)
		return error_memory(err);
	r->value = (size_t)(c->value - c->text);
	r->origin = at;
	r->allow = w->allow;
	if (w->kind == WORD_PATHS)
		rc = pattern_compile(c->value, pattern_flags(p), &p->env, &r->pattern, err);
	else
		rc = netrule_parse(c->value, pattern_flags(p), &p->env, &r->net, err);
	if (rc < 0)
		return rc;
	return policy_list_add(&p->state.lists[w->list], r) < 0 ? error_memory(err) : 0;
}

static int remove_rules(struct policy *p, const struct word *w, const struct command *c,
			struct policy_error *err)
{
	struct rulelist *list = &p->state.lists[w->list], kept = {0};

	for (size_t i = 0; i < list->n; i++) {
		struct rule *r = list->v[i];

		if (r->allow == w->allow && strcmp(r->text + r->value, c->value) == 0)
			continue;
		if (policy_list_add(&kept, r) < 0) {
			free(kept.v);
			return error_memory(err);
		}
	}
	if (kept.n == list->n) {
		free(kept.v);
		return error_set(err, "%.*s has no rule '%.200s' to remove", (int)c->keylen, c->text,
				 c->value);
	}
	free(list->v);
	*list = kept;
	return 0;
}

static int edit_rules(struct policy *p, const struct word *w, const struct command *c,
		      struct policy_origin at, struct policy_error *err)
{
	int rc = check_operator(c, "+-", w->kind == WORD_PATHS ? "+/path/***"
							       : "+inet:ADDR/BITS@PORT", err);

	if (rc < 0)
		return rc;
	return c->op == '+' ? add_rule(p, w, c, at, err) : remove_rules(p, w, c, err);
}

static int dispatch(struct policy *p, const struct command *c, struct policy_origin at,
		    struct policy_error *err)
{
	const struct word *w = find_word(c->text, c->keylen);
	int option, rc;

	if (w != NULL)
		switch (w->kind) {
		case WORD_MODE:
			return set_mode(p, w, c, at, err);
		case WORD_PATHS:
		case WORD_ADDRESSES:
			return edit_rules(p, w, c, at, err);
		case WORD_RUNTIME:
			return error_set(err, "'%s' belongs to the run-time interface, not in a "
					 "policy", w->name);
		}
	option = option_find(c->text, c->keylen);
	if (option < 0)
		return unknown(c, err);
	rc = check_operator(c, ":", ":VALUE", err);
	return rc < 0 ? rc : option_set(p, option, c->value, at, err);
}

static bool is_include(const struct command *c)
{
	return c->keylen == 7 && memcmp(c->text, "include", 7) == 0 &&
	       strchr(" \t", c->op) != NULL; /* its NUL too: load_include() asks for the name */
}

/* `line` is kept. */
static struct command take_apart(const char *line)
{
	size_t keylen = strcspn(line, ":?+-! \t");
	char op = line[keylen];

	return (struct command){line, keylen, op, skip_blanks(line + keylen + (op != '\0'))};
}

int command_mode(const char *key, size_t len)
{
	const struct word *w = find_word(key, len);

	return w != NULL && w->kind == WORD_MODE ? w->list : -ENOENT;
}

enum runtime command_runtime(const char *command)
{
	struct command c = take_apart(command);
	const struct word *w = find_word(c.text, c.keylen);
	int option = option_find(c.text, c.keylen);

	if (w != NULL)
		return w->kind == WORD_RUNTIME ? RUNTIME_NEVER : RUNTIME_EDITS;
	if (is_include(&c))
		return RUNTIME_NEVER;
	if (option < 0)
		return RUNTIME_UNKNOWN;
	return option <= OPTION_LOCK ? RUNTIME_EDITS : RUNTIME_NEVER;
}

int command_run(struct policy *p, const char *command, struct policy_origin at,
		const struct source *from, struct policy_error *err)
{
	struct command c;
	char *line;
	int rc;

	if (strlen(command) > POLICY_LINE_MAX) {
		rc = error_set(err, "command longer than %d bytes", POLICY_LINE_MAX);
		error_place(err, at);
		return rc;
	}
	if (at.file != NULL) {
		at.file = policy_intern(p, at.file);
		if (at.file == NULL)
			return error_memory(err);
	}
	line = strdup(skip_prefix(skip_blanks(command)));
	if (line == NULL)
		return error_memory(err);
	trim_end(line);
	c = take_apart(line);
	if (is_include(&c)) {
		rc = load_include(p, c.value, at, from, err); /* places itself */
	} else {
		rc = dispatch(p, &c, at, err);
		if (rc < 0)
			error_place(err, at);
	}
	free(line);
	return rc;
}
