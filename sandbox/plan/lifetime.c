/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lifetime.c - the names of the lifetimes, and which rules only a tracer can
 * hold. What the kernel has is nest.c's question.
 */
#include "sandbox/plan/lifetime.h"

#include <errno.h>
#include <string.h>

#include "sandbox/plan/calls.h"

static const char *const names[] = {
	[LIFETIME_AUTO] = "auto",
	[LIFETIME_PTRACE] = "ptrace",
	[LIFETIME_PIDNS] = "pidns",
};

const char *lifetime_name(enum lifetime l)
{
	return names[l];
}

int lifetime_parse(const char *word, enum lifetime *out)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(word, names[i])) {
			*out = (enum lifetime)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *lifetime_obstacle(enum backend backend, unsigned int closed)
{
	if (backend != BACKEND_NOTIFY)
		return "backend trace traces every process";
	if (closed & PLAN_RUNTIME)
		return "rules that change at run time follow each process from its birth, which a "
		       "tracer alone sees";
	if (closed & 1u << POLICY_EXEC)
		return "exec rules are held at the stop before a program's first instruction";
	return NULL;
}
