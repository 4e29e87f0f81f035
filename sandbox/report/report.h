/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - everything belay says. Names from the sandbox are hostile: they
 * are quoted here, in one place, before they reach a terminal or a log.
 */
#ifndef BELAY_SANDBOX_REPORT_H
#define BELAY_SANDBOX_REPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#include "sandbox/policy/policy.h"

struct report;

struct violation {
	pid_t pid;		/* thread group */
	const char *comm;	/* may be NULL: read from /proc by the report */
	const char *call;	/* "openat" */
	const char *abi;	/* "x86_64" */
	const char *op;		/* "write", "network/connect", "signal", ... */
	const char *object;	/* path or address as text; hostile bytes */
	const struct policy_verdict *verdict;	/* NULL: a built-in refusal, see `why` */
	const char *why;
	int error;		/* positive errno the program sees */
};

/* fd stays the caller's. NULL when memory is short. */
struct report *report_new(int fd);
void report_free(struct report *r);

/*
 * One line, unless the verdict is silent. A line that only repeats an earlier
 * one, whoever made the call, is counted and not written.
 */
void report_violation(struct report *r, const struct violation *v);
/* How many were not silent, repeated ones included. */
unsigned long report_violations(const struct report *r);
/* At the end: how many there were. Nothing when there was none. */
void report_summary(struct report *r);

/* "belay: ..." and a newline; control bytes are escaped. */
void report_message(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Quote bytes for a terminal or a log: C escapes for control bytes, backslash
 * and the double quote; \xHH for what is not valid UTF-8, for C1 controls and
 * for characters that change the direction or the lines of text. Returns the
 * length that the whole needs, like snprintf; the output always ends with
 * NUL, never inside of an escape or of a character.
 */
size_t report_quote(char *out, size_t size, const char *bytes, size_t len);

#endif
