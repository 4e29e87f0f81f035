/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern.c - wildcards as a set of positions: every byte of the subject moves
 * all positions that the pattern could be at, so there is nothing to go back
 * to and no subject that costs more than its length times the pattern's. Text
 * before the first and after the last wildcard is compared at once. Must not
 * know where a subject comes from.
 */
#include "sandbox/policy/pattern.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/error.h"
#include "sandbox/policy/token.h"

enum shape { SHAPE_EXACT, SHAPE_TREE, SHAPE_GLOB };

struct pattern {
	enum shape shape;
	bool icase;
	size_t nprefix, nsuffix;	/* literal bytes before and after the wildcards */
	size_t ntokens;			/* those from the first wildcard on */
	struct token *tokens;
	unsigned char *bytes;		/* token by token, what TOKEN_BYTE wants */
	unsigned char *prefix, *suffix;
	struct byteset *sets;
};

static unsigned char fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool same_bytes(const struct pattern *p, const unsigned char *want, const char *have,
		       size_t n)
{
	if (!p->icase)
		return memcmp(want, have, n) == 0;
	for (size_t i = 0; i < n; i++)
		if (want[i] != fold((unsigned char)have[i]))
			return false;
	return true;
}

static unsigned char *literal(const struct token *tokens, size_t n)
{
	unsigned char *bytes = malloc(n + 1);

	if (bytes == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		bytes[i] = tokens[i].byte;
	bytes[n] = '\0';
	return bytes;
}

/* Cut the tokens into literal prefix, wildcards, literal suffix. */
static int split(struct pattern *p, const struct tokens *t)
{
	size_t head = 0, tail = 0;

	while (head < t->n && t->v[head].type == TOKEN_BYTE)
		head++;
	if (head < t->n)
		while (t->v[t->n - 1 - tail].type == TOKEN_BYTE)
			tail++;
	p->shape = SHAPE_GLOB;
	if (head == t->n)
		p->shape = SHAPE_EXACT;
	else if (head + 2 == t->n && t->v[head].type == TOKEN_BELOW)
		p->shape = SHAPE_TREE;
	p->nprefix = head;
	p->nsuffix = tail;
	p->ntokens = t->n - head;
	p->prefix = literal(t->v, head);
	p->suffix = literal(t->v + t->n - tail, tail);
	p->bytes = literal(t->v + head, p->ntokens);
	p->tokens = malloc((p->ntokens + 1) * sizeof *p->tokens);
	if (p->prefix == NULL || p->suffix == NULL || p->bytes == NULL || p->tokens == NULL)
		return -ENOMEM;
	memcpy(p->tokens, t->v + head, p->ntokens * sizeof *p->tokens);
	return 0;
}

int pattern_compile(const char *text, unsigned int flags, const struct policy_env *env,
		    struct pattern **out, struct policy_error *err)
{
	struct tokens t = {0};
	struct pattern *p = calloc(1, sizeof *p);
	int rc;

	if (p == NULL)
		return error_memory(err);
	rc = token_scan(text, flags, env, &t, err);
	if (rc == 0) {
		p->icase = (flags & PATTERN_ICASE) != 0;
		p->sets = t.sets;
		t.sets = NULL;
		if (split(p, &t) < 0)
			rc = error_memory(err);
	}
	token_release(&t);
	if (rc < 0) {
		pattern_free(p);
		return rc;
	}
	*out = p;
	return 0;
}

void pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	free(p->prefix);
	free(p->suffix);
	free(p->bytes);
	free(p->tokens);
	free(p->sets);
	free(p);
}

/* Positions 0..ntokens; being at ntokens is a match. */
#define WORDS (PATTERN_MAX / 64 + 1)

/* Arrive at position i, and at those behind it that need no byte. */
static void arrive(const struct pattern *p, uint64_t *set, size_t i)
{
	for (;;) {
		set[i / 64] |= UINT64_C(1) << (i % 64);
		if (i == p->ntokens)
			return;
		switch (p->tokens[i].type) {
		case TOKEN_STAR:
		case TOKEN_STARSTAR:
			i++;
			break;
		case TOKEN_BELOW:
			i += 2;
			break;
		default:
			return;
		}
	}
}

/* What byte c makes of position i. */
static void step(const struct pattern *p, uint64_t *next, size_t i, unsigned char c)
{
	const struct token *t = &p->tokens[i];

	switch (t->type) {
	case TOKEN_BYTE:
		if (c == t->byte)
			arrive(p, next, i + 1);
		break;
	case TOKEN_ANY:
		if (c != '/')
			arrive(p, next, i + 1);
		break;
	case TOKEN_SET:
		if (c != '/' && byteset_has(&p->sets[t->set], c))
			arrive(p, next, i + 1);
		break;
	case TOKEN_STAR:
		if (c != '/')
			arrive(p, next, i);
		break;
	case TOKEN_STARSTAR:
		arrive(p, next, i);
		break;
	case TOKEN_BELOW:
		if (c == '/')
			arrive(p, next, i + 1);
		break;
	}
}

static bool has(const uint64_t *set, size_t i)
{
	return set[i / 64] >> (i % 64) & 1;
}

/*
 * The first place from n on where anything can happen: while a ** with text
 * behind it is all that is left, that text is looked for at once. len: none.
 */
static size_t skip(const struct pattern *p, const uint64_t *now, size_t words, const char *s,
		   size_t n, size_t len)
{
	size_t i = (size_t)__builtin_ctzll(now[0] | UINT64_C(1) << 63), end = i + 1;
	const char *found;

	if (words > 1 || p->icase || end >= p->ntokens || now[0] != UINT64_C(3) << i ||
	    p->tokens[i].type != TOKEN_STARSTAR)
		return n;
	while (end < p->ntokens && p->tokens[end].type == TOKEN_BYTE)
		end++;
	if (end == i + 1)
		return n;
	found = memmem(s + n, len - n, p->bytes + i + 1, end - i - 1);
	return found == NULL ? len : (size_t)(found - s);
}

static bool glob(const struct pattern *p, const char *s, size_t len)
{
	uint64_t sets[2][WORDS];
	uint64_t *now = sets[0], *next = sets[1];
	size_t words = p->ntokens / 64 + 1;
	bool open_end = p->tokens[p->ntokens - 1].type == TOKEN_STARSTAR;

	memset(now, 0, words * sizeof *now);
	arrive(p, now, 0);
	for (size_t n = 0; n < len; n++) {
		uint64_t *spare, alive = 0;
		unsigned char c;

		if (open_end && has(now, p->ntokens - 1))
			return true; /* the last ** takes the rest */
		n = skip(p, now, words, s, n, len);
		if (n == len)
			return false;
		c = (unsigned char)s[n];
		if (p->icase)
			c = fold(c);
		memset(next, 0, words * sizeof *next);
		for (size_t w = 0; w < words; w++)
			for (uint64_t bits = now[w]; bits != 0; bits &= bits - 1) {
				size_t i = w * 64 + (size_t)__builtin_ctzll(bits);

				if (i < p->ntokens)
					step(p, next, i, c);
			}
		for (size_t w = 0; w < words; w++)
			alive |= next[w];
		if (alive == 0)
			return false;
		spare = now;
		now = next;
		next = spare;
	}
	return has(now, p->ntokens);
}

bool pattern_match(const struct pattern *p, const char *bytes, size_t len)
{
	if (len < p->nprefix || !same_bytes(p, p->prefix, bytes, p->nprefix))
		return false;
	if (p->shape == SHAPE_EXACT)
		return len == p->nprefix;
	if (p->shape == SHAPE_TREE)
		return len == p->nprefix || bytes[p->nprefix] == '/';
	if (len - p->nprefix < p->nsuffix ||
	    !same_bytes(p, p->suffix, bytes + len - p->nsuffix, p->nsuffix))
		return false;
	return glob(p, bytes + p->nprefix, len - p->nprefix);
}
