/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.h - what the user allows: modes, rules, options, and the decision.
 * Pure: no file is opened but by policy_load_file() and includes; nothing is
 * asked of the kernel. The language is belay(5).
 */
#ifndef BELAY_SANDBOX_POLICY_H
#define BELAY_SANDBOX_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum policy_op { POLICY_READ, POLICY_WRITE, POLICY_EXEC, POLICY_BIND, POLICY_CONNECT, POLICY_OPS };

/* off: not supervised; deny: refused unless a rule allows; allow: the reverse. */
enum policy_mode { POLICY_OFF, POLICY_DENY, POLICY_ALLOW };

struct policy;

/* Where a command came from: a file and line, or the command line. */
struct policy_origin {
	const char *file;	/* "command line" for -m */
	unsigned int line;	/* 0: none */
};

/* One line for the user: what, where, what would be valid. */
struct policy_error {
	char text[512];
};

struct policy_verdict {
	bool allow;
	bool silent;		  /* a filter/... rule matches: no report */
	const char *rule;	  /* text of the deciding rule, or of the mode; policy owns it */
	struct policy_origin origin;
};

/* NULL when memory is short. */
struct policy *policy_new(void);
void policy_free(struct policy *p);

/* One magic command. 0, or -EINVAL with err filled in and the policy unchanged. */
int policy_command(struct policy *p, const char *command, struct policy_origin from,
		   struct policy_error *err);
/* A file of commands, or a profile (`default`, `allow-all`, or @name) compiled in or installed. */
int policy_load_file(struct policy *p, const char *path, struct policy_error *err);
int policy_load_profile(struct policy *p, const char *name, struct policy_error *err);

/*
 * Decide on a canonical absolute path (bytes, may hold anything but NUL), or
 * on a socket address. Last match wins. No I/O, no allocation.
 */
void policy_decide_path(const struct policy *p, enum policy_op op, const char *path,
			struct policy_verdict *out);
/* `path` is the canonical path of a pathname unix socket, else NULL. */
void policy_decide_addr(const struct policy *p, enum policy_op op, const struct sockaddr *addr,
			socklen_t len, const char *path, struct policy_verdict *out);

enum policy_mode policy_mode_of(const struct policy *p, enum policy_op op);
/* True when no call of this kind can be refused: the kernel may let all pass. */
bool policy_is_open(const struct policy *p, enum policy_op op);
/* Value of a boolean or integer option such as "core/trace/exit_kill". */
long policy_option(const struct policy *p, const char *key);

#endif
