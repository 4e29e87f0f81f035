/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * intern.c - open addressing, at most half full.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/base/intern.h"

/* FNV-1a: texts are ours or bounded in number, so no key is needed. */
static size_t intern_hash(const char *text, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

/* Where this text is, or would be put. */
static size_t *intern_slot(const struct intern *s, const char *text, size_t len)
{
	size_t at = intern_hash(text, len) % s->nslots;

	for (; s->slots[at]; at = (at + 1) % s->nslots) {
		const struct intern_item *i = &s->v[s->slots[at] - 1];

		if (i->len == len && !memcmp(i->text, text, len))
			break;
	}
	return &s->slots[at];
}

static void intern_widen(struct intern *s)
{
	free(s->slots);
	s->nslots = s->nslots ? s->nslots * 2 : 64;
	s->slots = buf_realloc(NULL, s->nslots, sizeof(*s->slots));
	memset(s->slots, 0, s->nslots * sizeof(*s->slots));
	for (size_t i = 0; i < s->count; i++)
		*intern_slot(s, s->v[i].text, s->v[i].len) = i + 1;
}

size_t intern_add(struct intern *s, const char *text, size_t len)
{
	size_t *slot;

	if (2 * s->count >= s->nslots)
		intern_widen(s);
	slot = intern_slot(s, text, len);
	if (!*slot) {
		s->v = buf_grow(s->v, s->count, &s->cap, sizeof(*s->v));
		s->v[s->count++] = (struct intern_item){text, len};
		*slot = s->count;
	}
	return *slot - 1;
}

void intern_free(struct intern *s)
{
	free(s->v);
	free(s->slots);
	*s = (struct intern){0};
}
