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
#include <sys/types.h>

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

/*
 * What variables in values stand for. Paths are canonical (realpath(3)), for
 * they are compared with canonical ones. A command that uses a variable
 * without a value is refused.
 */
struct policy_env {
	const char *cwd;	 /* ${CWD}; NULL: none */
	const char *tmpdir;	 /* ${TMPDIR}; NULL: /tmp */
	const char *home;	 /* ${HOME}; NULL: none */
	uid_t uid;		 /* ${UID} */
	const char *profile_dir; /* of @name; NULL: the installed one */
	const char *services;	 /* NULL: /etc/services */
};

struct policy_verdict {
	bool allow;
	bool silent;		  /* refused, and a filter/... rule matches: no report */
	const char *rule;	  /* text of the deciding rule, or of the mode; policy owns it */
	struct policy_origin origin;
};

/* NULL when memory is short. Every mode is off, every option at its default. */
struct policy *policy_new(void);
void policy_free(struct policy *p);
/* Copies. Before the first command. 0 or -ENOMEM. */
int policy_set_env(struct policy *p, const struct policy_env *env);

/* One magic command. 0, or -EINVAL with err filled in and the policy unchanged. */
int policy_command(struct policy *p, const char *command, struct policy_origin from,
		   struct policy_error *err);
/*
 * A file of commands, or a profile (`default`, `allow-all`, or @name) compiled in or installed.
 * The same answers: -EINVAL for whatever is wrong, the policy as before; -ENOMEM.
 */
int policy_load_file(struct policy *p, const char *path, struct policy_error *err);
int policy_load_profile(struct policy *p, const char *name, struct policy_error *err);

/*
 * Decide on a canonical absolute path (bytes, may hold anything but NUL) for
 * POLICY_READ, WRITE or EXEC. Last match wins. No I/O, no allocation. Anything
 * else than an absolute path matches no rule.
 */
void policy_decide_path(const struct policy *p, enum policy_op op, const char *path,
			struct policy_verdict *out);
/*
 * The same for a path in the /proc directory of a process of the sandbox: it
 * is judged under its own name and as /proc/self too. Who resolves asks
 * policy_proc_pid() which process (or thread) that is, and whether it is ours.
 */
void policy_decide_own(const struct policy *p, enum policy_op op, const char *path,
		       struct policy_verdict *out);
/* N of "/proc/N" and "/proc/N/...", else 0. */
pid_t policy_proc_pid(const char *path);

/*
 * An address given to bind, connect, sendto, sendmsg or sendmmsg, of any
 * content and length. `path` is the canonical path of a pathname unix socket,
 * else NULL. connect(2) to AF_UNSPEC only disconnects, whatever else the
 * address holds: no need to ask. To sendto(2) and bind(2) it is an IPv4
 * address, and so it is here.
 */
void policy_decide_addr(const struct policy *p, enum policy_op op, const struct sockaddr *addr,
			socklen_t len, const char *path, struct policy_verdict *out);

/*
 * What the sandbox has bound, for core/whitelist/successful_bind: addresses as
 * getsockname(2) tells them, `path` as above. The newest 1024 are kept. 0, or
 * -ENOMEM.
 */
struct policy_bound;
struct policy_bound *policy_bound_new(void);
void policy_bound_free(struct policy_bound *b);
int policy_bound_add(struct policy_bound *b, const struct sockaddr *addr, socklen_t len,
		     const char *path);
/* policy_decide_addr() for POLICY_CONNECT, where that option lets `bound` (or NULL) pass. */
void policy_decide_peer(const struct policy *p, const struct policy_bound *bound,
			const struct sockaddr *addr, socklen_t len, const char *path,
			struct policy_verdict *out);

enum policy_mode policy_mode_of(const struct policy *p, enum policy_op op);
/* True when no call of this kind can be refused: the kernel may let all pass. */
bool policy_is_open(const struct policy *p, enum policy_op op);

/*
 * Value of an option such as "core/trace/exit_kill": a boolean, an integer, or
 * of a choice the index of its word in policy_option_at().words. LONG_MIN for
 * a key that does not exist. policy_option_text() is for options that are text.
 */
long policy_option(const struct policy *p, const char *key);
const char *policy_option_text(const struct policy *p, const char *key);

/*
 * The run-time interface: what a program says and asks while it runs. Edit a
 * copy, whose rules are in part those of `p`: that must live longer. NULL when
 * memory is short.
 */
struct policy *policy_copy(const struct policy *p);
/* core/trace/magic_lock: whether the program may say anything. */
enum policy_lock { POLICY_LOCK_OFF, POLICY_LOCK_EXEC, POLICY_LOCK_ON };
enum policy_lock policy_lock(const struct policy *p);
/* A question, without prefix: 0 yes, -ENOENT no, -EINVAL, or 1: this is none. */
int policy_runtime_ask(const struct policy *p, const char *command);
/* A command: 0, -EINVAL, -EPERM for what is fixed at the start, -ENOMEM. */
int policy_runtime_edit(struct policy *p, const char *command);

enum policy_option_type { POLICY_BOOLEAN, POLICY_INTEGER, POLICY_CHOICE, POLICY_TEXT };

struct policy_option_info {
	const char *key;
	enum policy_option_type type;
	const char *words;	/* POLICY_CHOICE: "off exec on" */
	long value, min, max;	/* the default; bounds of an integer */
	const char *what;	/* one line */
	const char *no_effect;	/* why other values than the default change nothing, or NULL */
	long acting;		/* with no_effect: values below this one act all the same */
};

/* Every option, in the order of the manual page; NULL past the last. */
const struct policy_option_info *policy_option_at(size_t i);
/*
 * Note i on what this policy asks for and does not get, for the user to be
 * told: 0 and one line, or -ENOENT past the last.
 */
int policy_note(const struct policy *p, size_t i, struct policy_error *out);

#endif
