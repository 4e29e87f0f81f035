/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * intern.h - a set of texts, each with a number from 0 in the order they came: a
 * reason that a thousand results share is kept, and written, once. Pure.
 */
#ifndef BELAY_HARNESS_INTERN_H
#define BELAY_HARNESS_INTERN_H

#include <stddef.h>

struct intern_item {
	const char *text; /* not copied; of the caller */
	size_t len;
};

/* {0} is an empty one. */
struct intern {
	struct intern_item *v;
	size_t count, cap;
	size_t *slots, nslots; /* of the hash: number + 1, 0 for a free one */
};

/* Its number, a new one when it was not there. */
size_t intern_add(struct intern *s, const char *text, size_t len);
void intern_free(struct intern *s);

#endif
