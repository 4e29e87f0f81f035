/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan.c - from a policy and a kernel to a filter. The decision who judges a
 * call is made in cond.c; asking the kernel is probe.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "sandbox/plan/cond.h"
#include "sandbox/plan/filter.h"
#include "sandbox/plan/plan.h"

unsigned int plan_closed(const struct policy *policy)
{
	static const enum policy_op network[] = { POLICY_BIND, POLICY_CONNECT };
	long families = policy_option(policy, "core/whitelist/unsupported_socket_families");
	unsigned int closed = 0;

	/* What may be closed later must come to the supervisor from the start. */
	if (policy_lock(policy) != POLICY_LOCK_ON)
		return PLAN_ALL & ~(families > 0 ? PLAN_FAMILIES : 0);
	for (unsigned int op = 0; op < POLICY_OPS; op++)
		if (!policy_is_open(policy, (enum policy_op)op))
			closed |= 1u << op;
	/* Where nobody has chosen, families without rules go the way of the mode. */
	for (size_t i = 0; i < 2; i++)
		if ((closed & (1u << network[i])) &&
		    (families == 0 ||
		     (families < 0 && policy_mode_of(policy, network[i]) == POLICY_DENY)))
			closed |= PLAN_FAMILIES;
	return closed;
}

size_t plan_abis(const struct abi *native, bool (*runs)(const struct abi *abi),
		 const struct abi *out[PLAN_ABIS])
{
	const struct abi *abi;
	size_t n = 0;

	out[n++] = native;
	for (size_t i = 0; n < PLAN_ABIS && (abi = abi_at(i)); i++)
		if (abi != native && abi_coexists(native, abi) && abi->word <= native->word &&
		    abi->regs->size <= native->regs->size && runs(abi))
			out[n++] = abi;
	return n;
}

/* What was asked for, or what the kernel has. */
static int choose(enum backend asked, enum backend *out)
{
	if (asked == BACKEND_TRACE) {
		*out = asked;
		return 0;
	}
	if (backend_missing() == NULL) {
		*out = BACKEND_NOTIFY;
		return 0;
	}
	*out = BACKEND_TRACE;
	return asked == BACKEND_AUTO ? 0 : -ENOTSUP;
}

int plan_make(const struct policy *policy, enum backend backend, struct plan *out)
{
	struct plan p = { .closed = plan_closed(policy) };
	int r = choose(backend, &p.backend);

	if (r)
		return r;
	p.nabis = plan_abis(abi_native(), plan_probe, p.abis);
	r = filter_compile(p.abis, p.nabis, p.closed, p.backend, &p.filter);
	if (r)
		return r;
	*out = p;
	return 0;
}

void plan_free(struct plan *plan)
{
	free(plan->filter.filter);
	plan->filter.filter = NULL;
}
