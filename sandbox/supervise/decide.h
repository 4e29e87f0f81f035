/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decide.h - may this operation be done to this object? Pure: the pin was
 * filled in by resolve, the policy answers, nothing is opened or reported.
 */
#ifndef BELAY_SANDBOX_DECIDE_H
#define BELAY_SANDBOX_DECIDE_H

#include <stdbool.h>
#include <sys/types.h>

#include "sandbox/policy/policy.h"
#include "sandbox/supervise/resolve.h"

/* What rules for exec call every memfd; the kernel puts its maker's name behind it. */
#define DECIDE_MEMFD "/memfd:"

struct decide_ctx {
	const struct policy *policy;
	unsigned int open;	 /* bits 1 << op: nothing of this kind is ever refused */
	pid_t supervisor;
	bool (*inside)(void *arg, pid_t pid);
	void *arg;
};

struct decision {
	bool allow;
	struct policy_verdict verdict;	/* when the policy was asked */
	bool asked;
	const char *why;		/* else: the built-in reason */
};

void decide_pin(const struct decide_ctx *ctx, enum policy_op op, const struct pin *pin,
		struct decision *out);

#endif
