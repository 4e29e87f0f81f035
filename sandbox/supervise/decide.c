/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decide.c - the rules that no policy can lift, then the policy. It must not
 * open, read or report anything.
 */
#include "sandbox/supervise/decide.h"

static void refuse(struct decision *d, const char *why)
{
	d->allow = false;
	d->asked = false;
	d->why = why;
}

static void free_pass(struct decision *d)
{
	d->allow = true;
	d->asked = false;
	d->why = NULL;
}

static void ask(const struct decide_ctx *ctx, enum policy_op op, const char *path,
		struct decision *d)
{
	policy_decide_path(ctx->policy, op, path, &d->verdict);
	d->allow = d->verdict.allow;
	d->asked = true;
	d->why = NULL;
}

void decide_pin(const struct decide_ctx *ctx, enum policy_op op, const struct pin *pin,
		struct decision *out)
{
	if (pin->proc_pid == ctx->supervisor ||
	    (pin->in_procfs && resolve_path_names_pid(pin->path, ctx->supervisor))) {
		refuse(out, "belongs to the supervisor");
		return;
	}
	if ((ctx->open & 1u << op) != 0) {
		free_pass(out);
		return;
	}
	if (pin->foreign) {
		refuse(out, "reached through a process or mount outside the sandbox");
		return;
	}
	/*
	 * A pipe, socket or memfd that a process of the sandbox holds already. What
	 * was written to a memfd is another program, and its name is its maker's.
	 */
	if (pin->nameless) {
		if (op == POLICY_EXEC)
			ask(ctx, op, DECIDE_MEMFD, out);
		else
			free_pass(out);
		return;
	}
	if (pin->proc_pid != 0) {
		if (!ctx->inside(ctx->arg, pin->proc_pid)) {
			if (op == POLICY_WRITE)
				refuse(out, "belongs to a process outside the sandbox");
			else
				ask(ctx, op, pin->path, out);
			return;
		}
		policy_decide_own(ctx->policy, op, pin->path, &out->verdict);
		out->allow = out->verdict.allow;
		out->asked = true;
		out->why = NULL;
		return;
	}
	ask(ctx, op, pin->path, out);
}
