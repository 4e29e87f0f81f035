/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option.c - the core/... options as one table: key, type, default, meaning,
 * and where another value changes nothing, why. Must not act on any of them.
 */
#include "sandbox/policy/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/error.h"

#define BOOL(key, value, what, why) \
	{key, POLICY_BOOLEAN, NULL, value, 0, 1, what, why, 0}
#define INT(key, value, min, max, what, why) \
	{key, POLICY_INTEGER, NULL, value, min, max, what, why, 0}
#define CHOICE(key, words, value, what, acting, why) \
	{key, POLICY_CHOICE, words, value, 0, 0, what, why, acting}
#define TEXT(key, what, why) \
	{key, POLICY_TEXT, NULL, 0, 0, 0, what, why, 0}

#define NO_LOG "all that is said goes to standard error"

static const struct policy_option_info options[] = {
	[OPTION_OWN] = BOOL("core/whitelist/per_process_directories", 1,
	     "where no rule matches, processes of the sandbox may use each other's /proc/PID",
	     NULL),
	[OPTION_BOUND] = BOOL("core/whitelist/successful_bind", 0,
	     "where no rule matches, what the sandbox has bound it may connect to", NULL),
	[OPTION_CASE] = BOOL("core/match/case_sensitive", 1,
	     "letters of rules that follow match in their own case only", NULL),
	[OPTION_WILDCARD] = CHOICE("core/match/no_wildcard", "literal prefix", 0,
	     "what rules that follow mean without a wildcard: the path, or all below it too",
	     0, NULL),
	[OPTION_LOCK] = CHOICE("core/trace/magic_lock", "off exec on", POLICY_LOCK_ON,
	       "whether processes may change their rules: off they may, exec up to their next execve",
	       0, NULL),
	[OPTION_FAMILIES] = BOOL("core/whitelist/unsupported_socket_families", -1,
	     "let addresses of families without rules pass (unset: as the mode)",
	     NULL),
	BOOL("core/restrict/file_control", 0,
	     "refuse O_ASYNC, O_DIRECT, O_SYNC and unusual fcntl commands",
	     "not enforced: these flags reach nothing that the rules do not allow"),
	BOOL("core/restrict/shared_memory_writable", 0,
	     "refuse writable shared mappings",
	     "not enforced: it guarded arguments against change after the check, and no "
	     "argument is read twice here"),
	CHOICE("core/abort/decision", "contall killall", 1,
	       "what becomes of the sandbox when belay is interrupted", 0,
	       "the sandbox ends with its supervisor"),
	CHOICE("core/panic/decision", "kill cont contall killall", 3,
	       "what becomes of the sandbox after an internal error", 0,
	       "an internal error ends the whole sandbox"),
	INT("core/panic/exit_code", -1, -1, 255, "exit status after an internal error",
	    "an internal error has exit status 125"),
	CHOICE("core/violation/decision", "deny kill killall cont contall noop", 0,
	       "what becomes of who made a call that is refused", 3,
	       "the call is refused, and nothing is ever let out of the sandbox"),
	INT("core/violation/exit_code", -1, -1, 255,
	    "exit status after a violation: above 0 itself, 0 for 128 + the command's", NULL),
	BOOL("core/violation/raise_fail", 0,
	     "a path that cannot be resolved is a violation, in calls that are supervised", NULL),
	BOOL("core/violation/raise_safe", 0,
	     "a refusal of a mere question is a violation, as of access(2)", NULL),
	BOOL("core/trace/follow_fork", 1, "supervise new processes", "always on"),
	BOOL("core/trace/exit_kill", 1, "no process of the sandbox outlives the supervisor",
	     "always on"),
	BOOL("core/trace/exit_wait_all", 1,
	     "stay until the last process has gone; if not, the command's end kills the rest",
	     NULL),
	CHOICE("core/trace/interrupt", "anywhere while_wait never block_tstp_too", 1,
	       "when signals interrupt belay", 0, "signals are handled at any time"),
	BOOL("core/trace/use_ptrace", 1, "supervise with ptrace",
	     "the backend is chosen on the command line"),
	BOOL("core/trace/use_seccomp", 1, "let the kernel pick the calls to supervise",
	     "always on"),
	BOOL("core/trace/use_seize", 1, "attach with PTRACE_SEIZE", "always on"),
	BOOL("core/trace/use_toolong_hack", 0, "follow directories longer than PATH_MAX",
	     "a place whose path is longer than PATH_MAX is refused"),
	TEXT("log/file", "file that messages go to", NO_LOG),
	INT("log/level", 0, 0, INT_MAX, "what is written to log/file", NO_LOG),
	INT("log/console_fd", 2, 0, INT_MAX, "descriptor that messages go to", NO_LOG),
	INT("log/console_level", 1, 0, INT_MAX, "what is written to log/console_fd", NO_LOG),
};

#define NOPTIONS (sizeof options / sizeof *options)
_Static_assert(NOPTIONS <= POLICY_OPTIONS_MAX, "room for every option");

const struct policy_option_info *policy_option_at(size_t i)
{
	return i < NOPTIONS ? &options[i] : NULL;
}

void option_defaults(struct policy *p)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		p->state.options[i] = (struct option_value){.value = options[i].value, .text = ""};
}

int option_find(const char *key, size_t len)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		if (strlen(options[i].key) == len && memcmp(options[i].key, key, len) == 0)
			return (int)i;
	return -ENOENT;
}

/* Index of a word in a list with blanks between, or -ENOENT. */
static long word_index(const char *words, const char *word)
{
	size_t len = strlen(word);
	long index = 0;

	for (; *words != '\0'; index++) {
		size_t n = strcspn(words, " ");

		if (n == len && memcmp(words, word, n) == 0)
			return index;
		words += n + (words[n] == ' ');
	}
	return -ENOENT;
}

static int parse_boolean(const char *value, long *out)
{
	/* Even places are true. */
	long i = word_index("true false t f 1 0 yes no", value);

	if (i < 0)
		return -EINVAL;
	*out = i % 2 == 0;
	return 0;
}

static int parse_integer(const struct policy_option_info *o, const char *value, long *out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || strchr("-0123456789", *value) == NULL ||
	    n < o->min || n > o->max)
		return -EINVAL;
	*out = n;
	return 0;
}

int option_set(struct policy *p, int option, const char *value, struct policy_origin at,
	       struct policy_error *err)
{
	const struct policy_option_info *o = &options[option];
	struct option_value v = {.text = "", .set = true, .origin = at};

	switch (o->type) {
	case POLICY_BOOLEAN:
		if (parse_boolean(value, &v.value) < 0)
			return error_set(err, "%s is a boolean, not '%.80s': true or false (t, f, "
					 "1, 0, yes, no)", o->key, value);
		break;
	case POLICY_INTEGER:
		if (parse_integer(o, value, &v.value) < 0)
			return error_set(err, "%s is an integer from %ld to %ld, not '%.80s'",
					 o->key, o->min, o->max, value);
		break;
	case POLICY_CHOICE:
		v.value = word_index(o->words, value);
		if (v.value < 0)
			return error_set(err, "%s cannot be '%.80s': one of: %s", o->key, value,
					 o->words);
		break;
	case POLICY_TEXT:
		v.text = policy_intern(p, value);
		if (v.text == NULL)
			return error_memory(err);
		break;
	}
	p->state.options[option] = v;
	return 0;
}

long policy_option(const struct policy *p, const char *key)
{
	int i = option_find(key, strlen(key));

	return i < 0 ? LONG_MIN : p->state.options[i].value;
}

const char *policy_option_text(const struct policy *p, const char *key)
{
	int i = option_find(key, strlen(key));

	return i < 0 || options[i].type != POLICY_TEXT ? NULL : p->state.options[i].text;
}

/* The deny rules of a mode that is off are never asked. */
static bool dead_rule(const struct policy *p, enum policy_op op, size_t *skip,
		      struct policy_error *out)
{
	static const char *const modes[POLICY_OPS] = {"read", "write", "exec", "network",
						      "network"};
	const struct rulelist *list = &p->state.lists[op];

	if (p->state.mode[op] != POLICY_OFF)
		return false;
	for (size_t i = 0; i < list->n; i++) {
		const struct rule *r = list->v[i];

		if (r->allow || (*skip)-- > 0)
			continue;
		error_set(out, "%.300s has no effect: core/sandbox/%s is off", r->text, modes[op]);
		error_place(out, r->origin);
		return true;
	}
	return false;
}

int policy_note(const struct policy *p, size_t i, struct policy_error *out)
{
	const struct rulelist *resume = &p->state.lists[LIST_RESUME];

	for (size_t k = 0; k < NOPTIONS; k++) {
		const struct option_value *v = &p->state.options[k];
		const struct policy_option_info *o = &options[k];

		if (!v->set || o->no_effect == NULL ||
		    (v->value == o->value && v->text[0] == '\0') || v->value < o->acting ||
		    i-- > 0)
			continue;
		error_set(out, "%s is accepted without effect: %s", o->key, o->no_effect);
		error_place(out, v->origin);
		return 0;
	}
	for (size_t k = 0; k < resume->n; k++) {
		if (i-- > 0)
			continue;
		error_set(out, "%.300s is accepted without effect: nothing is ever let out of "
			  "the sandbox", resume->v[k]->text);
		error_place(out, resume->v[k]->origin);
		return 0;
	}
	for (int op = 0; op < POLICY_OPS; op++)
		if (dead_rule(p, (enum policy_op)op, &i, out))
			return 0;
	return -ENOENT;
}
