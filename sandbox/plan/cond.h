/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cond.h - rules on the register arguments of a call, and the answer of the
 * kernel's layer to one call. The filter is compiled from these rules and
 * cond_judge() interprets the same ones: for socketcall, whose arguments the
 * filter cannot see, and for tests. Pure.
 */
#ifndef BELAY_SANDBOX_COND_H
#define BELAY_SANDBOX_COND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/plan/calls.h"

enum arg_test {
	ARG_ANY,	/* always */
	ARG_BITS,	/* low 32 bits & value */
	ARG_IS,		/* (low 32 bits & mask) == value */
	ARG_IS_NOT,
	ARG_GE,		/* low 32 bits >= value, unsigned */
	ARG_NULL	/* all 64 bits are 0 */
};

/* Stand for the argument that the row of the call names. */
enum { ARG_FLAGS = -1, ARG_MODE = -2, ARG_PID = -3, ARG_ADDRESS = -4 };

struct arg_rule {
	enum arg_test test;
	int8_t arg;		/* index, or ARG_* above */
	uint32_t mask, value;
	unsigned int closed;	/* the rule counts when one of these is closed; 0: always */
	enum call_action action;
	int error;		/* CALL_REFUSE; 0: success is claimed, nothing is done */
};

struct call_answer {
	enum call_action action;
	int error;
};

/* The rules of a condition, first match decides; *n is 0 for COND_NONE. */
const struct arg_rule *cond_rules(enum call_cond cond, size_t *n);

/* Whether the rule counts under `closed`. */
bool cond_counts(const struct arg_rule *rule, unsigned int closed);

/* The argument that a rule means, for this call. */
int cond_arg(const struct arg_rule *rule, const struct call_spec *spec);

/* What holds when no rule matches. */
struct call_answer cond_otherwise(const struct call_spec *spec, unsigned int closed);

/* The answer of the kernel's layer to one call. */
struct call_answer cond_judge(const struct call_spec *spec, const uint64_t args[ABI_NARGS],
			      unsigned int closed);

#endif
