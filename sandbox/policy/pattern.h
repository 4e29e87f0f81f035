/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern.h - one wildcard pattern, compiled once and matched often. Knows
 * bytes only: no file system, no locale. The syntax is belay(5), "PATTERNS".
 */
#ifndef BELAY_SANDBOX_PATTERN_H
#define BELAY_SANDBOX_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "sandbox/policy/policy.h"

/* Bytes of a pattern after its variables are expanded: PATH_MAX, as for paths. */
#define PATTERN_MAX 4096

enum {
	PATTERN_NAME = 1 << 0,	 /* an abstract socket name: any bytes, need not be absolute */
	PATTERN_ICASE = 1 << 1,	 /* ASCII letters match in both cases */
	PATTERN_PREFIX = 1 << 2	 /* without wildcards it means itself and all below it */
};

struct pattern;

/*
 * Compile. Variables come from env and are literal text. On -EINVAL `err`
 * says what is wrong, without a place; on -ENOMEM too.
 */
int pattern_compile(const char *text, unsigned int flags, const struct policy_env *env,
		    struct pattern **out, struct policy_error *err);
void pattern_free(struct pattern *p);

/*
 * Match len bytes, which may hold anything. Takes no memory and at most about
 * len times the pattern's length steps, whatever either contains.
 */
bool pattern_match(const struct pattern *p, const char *bytes, size_t len);

#endif
