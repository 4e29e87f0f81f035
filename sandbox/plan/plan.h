/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan.h - which layer enforces each kind of rule on this kernel, and the
 * filter that makes it so.
 */
#ifndef BELAY_SANDBOX_PLAN_H
#define BELAY_SANDBOX_PLAN_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "arch/abi.h"
#include "sandbox/plan/backend.h"
#include "sandbox/plan/calls.h"
#include "sandbox/plan/lifetime.h"
#include "sandbox/policy/policy.h"

#define PLAN_ABIS 8

struct plan {
	const struct abi *abis[PLAN_ABIS]; /* the native one first */
	size_t nabis;
	unsigned int closed; /* what can be refused, as calls.h counts */
	enum backend backend; /* never BACKEND_AUTO */
	enum lifetime lifetime; /* never LIFETIME_AUTO */
	const char *why_traced; /* with LIFETIME_PTRACE: why not otherwise; NULL: nobody asked */
	struct sock_fprog filter;
};

/* What the policy may refuse, as calls.h counts. Pure. */
unsigned int plan_closed(const struct policy *policy);

/*
 * That, and what of calls.h's bits the lifetime adds: whether signals by number need no
 * judge. They need none where nothing can be refused, or Landlock keeps signals from
 * helpers of the supervisor (`signals_apart`), who have numbers inside. Pure.
 */
unsigned int plan_filtered(unsigned int closed, enum lifetime lifetime, bool signals_apart);

/*
 * The ABIs whose calls can be judged by a supervisor that is a program of
 * `native`: its own, and those of its kernel whose addresses and registers it
 * can handle. `runs` says whether the kernel has one. Pure but for `runs`.
 */
size_t plan_abis(const struct abi *native, bool (*runs)(const struct abi *abi),
		 const struct abi *out[PLAN_ABIS]);

/* Whether the running kernel takes calls of this ABI; asks by a harmless one. */
bool plan_probe(const struct abi *abi);

/* What is asked of a plan. */
struct plan_wish {
	enum backend backend;
	enum lifetime lifetime;		/* LIFETIME_AUTO: as PIDNS if that can be, else PTRACE */
	const char *(*namespaces)(void); /* NULL, or why there are none; asked when it matters */
	bool signals_apart;		/* a Landlock domain here keeps signals inside */
};

/*
 * The supervised calls that the running kernel has not, as it is older than they are: a
 * program is to find them missing inside, too. Returns how many. `native` is our own ABI.
 */
#define PLAN_NEWER 4
size_t plan_absent(const struct abi *native, const struct call_spec *out[PLAN_NEWER]);

/* What was asked for and cannot be had, as on the command line, and why not. */
struct plan_refusal {
	const char *option, *why;
};

/* For the running kernel. 0 or -errno; plan_free() afterwards. -ENOTSUP sets *refusal. */
int plan_make(const struct policy *policy, const struct plan_wish *wish, struct plan *out,
	      struct plan_refusal *refusal);
void plan_free(struct plan *plan);

/* By what processes outside are kept apart, beside refused calls; each has those before. */
enum plan_apart {
	PLAN_NO_RULE,		/* nothing: no rule is in force */
	PLAN_NO_LANDLOCK,	/* nothing: Landlock cannot do it here */
	PLAN_MEMORY,		/* Landlock, for their memory */
	PLAN_SIGNALS		/* and for signals to them */
};

/* belay --plan, for people and for programs. */
void plan_print(FILE *out, const struct plan *plan, const struct policy *policy,
		enum plan_apart apart);
void plan_print_json(FILE *out, const struct plan *plan, const struct policy *policy,
		     enum plan_apart apart);

#endif
