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
static int choose_backend(enum backend asked, enum backend *out, const char **missing)
{
	*out = BACKEND_TRACE;
	*missing = NULL;
	if (asked == BACKEND_TRACE)
		return 0;
	*missing = backend_missing();
	if (*missing == NULL)
		*out = BACKEND_NOTIFY;
	return *missing != NULL && asked == BACKEND_NOTIFY ? -ENOTSUP : 0;
}

/*
 * A pid namespace changes what a program sees of itself, so it is for who asks:
 * for it, or by name for the backend that leaves ptrace to the program.
 */
static int choose_lifetime(const struct plan_wish *wish, struct plan *p, const char *missing)
{
	const char *obstacle;

	p->lifetime = LIFETIME_PTRACE;
	p->why_traced = NULL;
	if (wish->lifetime == LIFETIME_PTRACE ||
	    (wish->lifetime == LIFETIME_AUTO && wish->backend != BACKEND_NOTIFY))
		return 0;
	obstacle = missing != NULL ? missing : lifetime_obstacle(p->backend, p->closed);
	if (obstacle == NULL)
		obstacle = wish->namespaces();
	if (obstacle == NULL) {
		p->lifetime = LIFETIME_PIDNS;
		return 0;
	}
	p->why_traced = obstacle;
	return wish->lifetime == LIFETIME_AUTO ? 0 : -ENOTSUP;
}

unsigned int plan_filtered(unsigned int closed, enum lifetime lifetime, bool signals_apart)
{
	if (lifetime == LIFETIME_PTRACE)
		return closed | PLAN_TRACED;
	return closed == 0 || signals_apart ? closed | PLAN_NESTED : closed;
}

int plan_make(const struct policy *policy, const struct plan_wish *wish, struct plan *out,
	      struct plan_refusal *refusal)
{
	struct plan p = { .closed = plan_closed(policy) };
	const char *missing;
	int r = choose_backend(wish->backend, &p.backend, &missing);

	if (r) {
		*refusal = (struct plan_refusal){ "--backend notify", missing };
		return r;
	}
	r = choose_lifetime(wish, &p, missing);
	if (r) {
		*refusal = (struct plan_refusal){ "--lifetime pidns", p.why_traced };
		return r;
	}
	p.nabis = plan_abis(abi_native(), plan_probe, p.abis);
	r = filter_compile(p.abis, p.nabis,
			   plan_filtered(p.closed, p.lifetime, wish->signals_apart), p.backend,
			   &p.filter);
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
