/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * box.c - counted references to policies, copied when one of several holders
 * changes it. It must not judge anything.
 */
#include "sandbox/supervise/box.h"

#include <errno.h>
#include <stdlib.h>

static void settle(struct box *b)
{
	b->open = 0;
	for (int op = 0; op < POLICY_OPS; op++)
		if (policy_is_open(b->policy, (enum policy_op)op))
			b->open |= 1u << op;
}

struct box *box_new(const struct policy *policy)
{
	struct box *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->refs = 1;
	b->policy = policy;
	settle(b);
	return b;
}

struct box *box_ref(struct box *b)
{
	if (b != NULL)
		b->refs++;
	return b;
}

void box_unref(struct box *b)
{
	while (b != NULL && --b->refs == 0) {
		struct box *base = b->base;

		policy_free(b->own);
		free(b);
		b = base;
	}
}

/* The copy holds on to what it was copied from. */
static struct box *box_copy(struct box *b)
{
	struct policy *own = policy_copy(b->policy);
	struct box *copy = own != NULL ? box_new(own) : NULL;

	if (copy == NULL) {
		policy_free(own);
		return NULL;
	}
	copy->own = own;
	copy->base = box_ref(b);
	return copy;
}

int box_edit(struct box **b, const char *command)
{
	struct box *mine = *b;
	int rc;

	if (mine->refs > 1 || mine->own == NULL) {
		mine = box_copy(*b);
		if (mine == NULL)
			return -ENOMEM;
	}
	rc = policy_runtime_edit(mine->own, command);
	settle(mine);
	if (mine == *b)
		return rc;
	if (rc == 0) {
		box_unref(*b);
		*b = mine;
	} else {
		box_unref(mine);
	}
	return rc;
}
