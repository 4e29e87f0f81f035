/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * box.h - the rules that a process is held to. All processes begin with the
 * policy of the sandbox; where that lets them (core/trace/magic_lock), each may
 * change its own, and its children begin with a copy. It asks no kernel.
 */
#ifndef BELAY_SANDBOX_BOX_H
#define BELAY_SANDBOX_BOX_H

#include "sandbox/policy/policy.h"

struct box {
	unsigned int refs;
	struct box *base;	/* what it was copied from, whose rules it uses; or NULL */
	const struct policy *policy;
	struct policy *own;	/* the same, or NULL: the caller's */
	unsigned int open;	/* bits 1 << op: nothing of this kind is ever refused */
};

/* The policy stays the caller's and must live longer. NULL when memory is short. */
struct box *box_new(const struct policy *policy);
struct box *box_ref(struct box *b);
void box_unref(struct box *b);

/*
 * One command to the run-time interface. *b may be replaced: others that hold
 * the old one keep it. As policy_runtime_edit().
 */
int box_edit(struct box **b, const char *command);

#endif
