/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token.h - the text of a pattern cut into what one position of it accepts.
 * Used inside policy/ alone.
 */
#ifndef BELAY_SANDBOX_TOKEN_H
#define BELAY_SANDBOX_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/policy/policy.h"

enum token_type {
	TOKEN_BYTE,
	TOKEN_ANY,	   /* ? */
	TOKEN_SET,	   /* [...] */
	TOKEN_STAR,	   /* * */
	TOKEN_STARSTAR,	   /* ** */
	TOKEN_BELOW	   /* what "/" and three stars say: nothing, or a slash and the
			      TOKEN_STARSTAR that always follows */
};

struct token {
	uint8_t type;
	uint8_t byte;  /* TOKEN_BYTE; lower case under PATTERN_ICASE */
	uint16_t set;  /* TOKEN_SET: index into sets */
};

/* 256 bits. */
struct byteset {
	uint64_t bits[4];
};

static inline bool byteset_has(const struct byteset *s, unsigned char c)
{
	return s->bits[c / 64] >> (c % 64) & 1;
}

struct tokens {
	struct token *v;
	size_t n;
	struct byteset *sets;
	size_t nsets;
};

/* Flags as for pattern_compile(). Release in any case; -EINVAL or -ENOMEM sets err. */
int token_scan(const char *text, unsigned int flags, const struct policy_env *env,
	       struct tokens *out, struct policy_error *err);
void token_release(struct tokens *t);

/* Text with escapes and variables but no wildcards, resolved; the caller's to free. */
int token_literal(const char *text, const struct policy_env *env, char **out,
		  struct policy_error *err);

#endif
