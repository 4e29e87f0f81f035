/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * internal.h - struct policy, shared by the files that fill it and the one
 * that decides with it. Nobody outside policy/ includes this.
 */
#ifndef BELAY_SANDBOX_POLICY_INTERNAL_H
#define BELAY_SANDBOX_POLICY_INTERNAL_H

#include "sandbox/policy/netrule.h"
#include "sandbox/policy/pattern.h"
#include "sandbox/policy/policy.h"

/* Rules by what they decide, in the order they were written. */
enum {
	LIST_FILTER = POLICY_OPS, /* LIST_FILTER + op; the two of the network share one */
	LIST_FILTER_NETWORK = LIST_FILTER + POLICY_BIND,
	LIST_KILL,
	LIST_RESUME,
	LISTS
};

struct rule {
	struct rule *next_owned;
	char *text;		/* the command as written */
	size_t value;		/* offset in text of what follows the operator */
	struct policy_origin origin;
	bool allow;
	struct pattern *pattern; /* one of the two */
	struct netrule *net;
};

struct rulelist {
	struct rule **v;
	size_t n;
};

#define POLICY_OPTIONS_MAX 48

/* The options that act in policy/ itself, by index; those up to OPTION_LOCK at run time too. */
enum {
	OPTION_OWN, OPTION_BOUND, OPTION_CASE, OPTION_WILDCARD, OPTION_LOCK,
	OPTION_FAMILIES
};

struct option_value {
	long value;
	const char *text;	/* POLICY_TEXT; interned */
	bool set;
	struct policy_origin origin;
};

/* What a failed load is rolled back to; the pointers are to things never freed before the end. */
struct policy_state {
	enum policy_mode mode[POLICY_OPS];
	const char *mode_text[POLICY_OPS];
	struct policy_origin mode_origin[POLICY_OPS];
	struct option_value options[POLICY_OPTIONS_MAX];
	struct rulelist lists[LISTS];
};

struct name {
	struct name *next;
	char text[];
};

struct policy {
	struct policy_state state;
	struct policy_env env;
	struct rule *rules;	/* all that were ever made */
	struct name *names;	/* interned strings */
};

#define POLICY_LINE_MAX 65536
#define POLICY_FILE_MAX (16 << 20)
#define POLICY_DEPTH_MAX 16
#define POLICY_INCLUDES_MAX 1024

/* A file or profile being read: what an include is relative to, and the way there. */
struct source {
	const char *name;	/* as the user reads it; interned */
	const struct source *parent;
	bool builtin;		/* else a file: */
	dev_t dev;
	ino_t ino;
	unsigned int depth;
	unsigned int *includes;	/* left for the whole load */
};

/* A copy that lives as long as the policy; NULL when memory is short. */
const char *policy_intern(struct policy *p, const char *text);
/* 0 or -ENOMEM; release what was copied, or what a copy replaces. */
int policy_state_copy(const struct policy_state *from, struct policy_state *to);
void policy_state_release(struct policy_state *s);
/* At the end of a list; the list keeps room for a power of two. */
int policy_list_add(struct rulelist *list, struct rule *r);

/*
 * One command, written at `at` in `from` (NULL: on the command line). Errors
 * name their place.
 */
int command_run(struct policy *p, const char *command, struct policy_origin at,
		const struct source *from, struct policy_error *err);
/* The operation whose mode this key sets, or -ENOENT. */
int command_mode(const char *key, size_t len);
/* What a command may do when it comes from a program of the sandbox. */
enum runtime { RUNTIME_UNKNOWN, RUNTIME_NEVER, RUNTIME_EDITS };
enum runtime command_runtime(const char *command);
/* The value of an `include` written at `at`: a path or @name. */
int load_include(struct policy *p, const char *what, struct policy_origin at,
		 const struct source *from, struct policy_error *err);

/* Whether the address is one of these, or where one of them is reached on this host. */
bool bound_covers(const struct policy_bound *b, const struct netaddr *a);

/* Index of an option, or -ENOENT. */
int option_find(const char *key, size_t len);
int option_set(struct policy *p, int option, const char *value, struct policy_origin at,
	       struct policy_error *err);
void option_defaults(struct policy *p);

/* The profiles compiled in (profiles/NAME.belay); name NULL past the last. */
struct builtin {
	const char *name, *text;
};
extern const struct builtin builtins[];

#endif
