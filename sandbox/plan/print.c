/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print.c - the plan in words and as JSON. It shows what the filter was made from
 * and decides nothing.
 */
#include <string.h>

#include "sandbox/plan/cond.h"
#include "sandbox/plan/plan.h"

static const char *const op_names[POLICY_OPS] = {
	[POLICY_READ] = "read",
	[POLICY_WRITE] = "write",
	[POLICY_EXEC] = "exec",
	[POLICY_BIND] = "network/bind",
	[POLICY_CONNECT] = "network/connect",
};

static const char *mode_word(enum policy_mode mode)
{
	switch (mode) {
	case POLICY_OFF:
		return "off";
	case POLICY_DENY:
		return "deny";
	case POLICY_ALLOW:
		return "allow";
	}
	return "?";
}

/* One line, names after it, broken before column 80. */
static void print_names(FILE *out, bool (*wanted)(const struct call_spec *spec, const void *with),
			const void *with)
{
	const struct call_spec *spec;
	size_t column = 80;

	for (size_t i = 0; (spec = calls_at(i)); i++) {
		size_t len = strlen(spec->name) + 1;

		if (!wanted(spec, with))
			continue;
		if (column + len > 78) {
			fprintf(out, "%s   ", column == 80 ? "" : "\n");
			column = 3;
		}
		fprintf(out, " %s", spec->name);
		column += len;
	}
	fprintf(out, "%s\n", column == 80 ? "    none" : "");
}

static bool needs_op(const struct call_spec *spec, const void *with)
{
	return spec->action == CALL_SUPERVISE && (spec->ops & *(const unsigned int *)with) != 0;
}

static bool acts_on_process(const struct call_spec *spec, const void *with)
{
	(void)with;
	return spec->action == CALL_SUPERVISE && spec->ops == 0;
}

static bool refused_for(const struct call_spec *spec, const void *with)
{
	return spec->action == CALL_REFUSE && !strcmp(spec->why, with);
}

/* The first row that gives this reason: each reason is printed there. */
static bool first_with_reason(const struct call_spec *row)
{
	const struct call_spec *spec;

	for (size_t i = 0; (spec = calls_at(i)) && spec != row; i++)
		if (refused_for(spec, row->why))
			return false;
	return true;
}

void plan_print(FILE *out, const struct plan *plan, const struct policy *policy,
		enum plan_apart apart)
{
	static const char *const apart_words[] = {
		[PLAN_NO_RULE] = "refused calls alone: no rule is in force",
		[PLAN_NO_LANDLOCK] = "refused calls alone; Landlock cannot do it here",
		[PLAN_MEMORY] = "refused calls, and Landlock for their memory",
		[PLAN_SIGNALS] = "refused calls, and Landlock for their memory and signals",
	};
	const struct call_spec *row;

	fprintf(out, "ABIs:");
	for (size_t i = 0; i < plan->nabis; i++)
		fprintf(out, " %s", plan->abis[i]->name);
	fprintf(out, "\n    calls of other ABIs and unknown calls are refused by the kernel, ENOSYS\n");
	fprintf(out, "filter: %hu instructions; backend: %s\n", plan->filter.len,
		backend_name(plan->backend));
	fprintf(out, "nothing outlives belay: %s\n",
		plan->lifetime == LIFETIME_PIDNS ?
			"the supervisor is init of a pid namespace; ptrace is allowed inside" :
			"belay traces every process, and ptrace is refused inside");
	if (plan->why_traced)
		fprintf(out, "    no pid namespace: %s\n", plan->why_traced);
	fprintf(out, "\n");

	for (unsigned int op = 0; op < POLICY_OPS; op++) {
		unsigned int bit = 1u << op;
		bool closed = (plan->closed & bit) != 0;

		fprintf(out, "%s:%s: decided by the %s\n", op_names[op],
			mode_word(policy_mode_of(policy, (enum policy_op)op)),
			closed ? "supervisor" : "kernel, all is allowed");
		if (closed)
			print_names(out, needs_op, &bit);
	}
	fprintf(out, "socket families: decided by the kernel, %s\n",
		plan->closed & PLAN_FAMILIES ? "unix, inet and inet6 only" : "all are allowed");
	if (plan->closed & PLAN_RUNTIME) {
		const unsigned int bit = PLAN_RUNTIME;

		fprintf(out, "run-time interface: open, commands come to the supervisor by\n");
		print_names(out, needs_op, &bit);
	}
	fprintf(out, "other processes: decided by the supervisor, only those of the sandbox\n");
	print_names(out, acts_on_process, NULL);

	fprintf(out, "\nrefused by the kernel whatever the policy:\n");
	for (size_t i = 0; (row = calls_at(i)); i++) {
		if (row->action != CALL_REFUSE || !first_with_reason(row))
			continue;
		fprintf(out, "  %s\n", row->why);
		print_names(out, refused_for, row->why);
	}
	fprintf(out, "judged by their arguments in the kernel:\n"
		     "    open for reading, access, clone, unshare, ioctl, fcntl, prctl, personality,\n"
		     "    seccomp, socket, sendto without an address, calls on oneself\n");
	fprintf(out, "processes outside are kept apart by\n    %s\n", apart_words[apart]);
}

/* These words are this program's own: no character that JSON would have escaped. */
static void list_names(FILE *out, bool (*wanted)(const struct call_spec *spec, const void *with),
		       const void *with)
{
	const struct call_spec *spec;
	bool comma = false;

	fputs("[", out);
	for (size_t i = 0; (spec = calls_at(i)); i++) {
		if (!wanted(spec, with))
			continue;
		fprintf(out, "%s\"%s\"", comma ? "," : "", spec->name);
		comma = true;
	}
	fputs("]", out);
}

static bool is_refused(const struct call_spec *spec, const void *with)
{
	(void)with;
	return spec->action == CALL_REFUSE;
}

/* "kernel", or "supervisor" and the calls that it decides. */
static void list_decided(FILE *out, const struct plan *plan, unsigned int bit)
{
	bool closed = (plan->closed & bit) != 0;

	fprintf(out, "\"by\":\"%s\"", closed ? "supervisor" : "kernel");
	if (closed) {
		fputs(",\"calls\":", out);
		list_names(out, needs_op, &bit);
	}
}

void plan_print_json(FILE *out, const struct plan *plan, const struct policy *policy,
		     enum plan_apart apart)
{
	const unsigned int runtime = PLAN_RUNTIME;

	fputs("{\"abis\":[", out);
	for (size_t i = 0; i < plan->nabis; i++)
		fprintf(out, "%s\"%s\"", i > 0 ? "," : "", plan->abis[i]->name);
	fprintf(out, "],\n\"filter\":%hu,\n\"backend\":\"%s\",\n\"lifetime\":\"%s\",\n",
		plan->filter.len, backend_name(plan->backend), lifetime_name(plan->lifetime));
	fputs("\"rules\":{", out);
	for (unsigned int op = 0; op < POLICY_OPS; op++) {
		fprintf(out, "%s\n\"%s\":{\"mode\":\"%s\",", op > 0 ? "," : "", op_names[op],
			mode_word(policy_mode_of(policy, (enum policy_op)op)));
		list_decided(out, plan, 1u << op);
		fputs("}", out);
	}
	fprintf(out, "},\n\"families\":%s,\n\"runtime\":",
		plan->closed & PLAN_FAMILIES ? "[\"unix\",\"inet\",\"inet6\"]" : "null");
	if (plan->closed & PLAN_RUNTIME)
		list_names(out, needs_op, &runtime);
	else
		fputs("null", out);
	fputs(",\n\"processes\":", out);
	list_names(out, acts_on_process, NULL);
	fputs(",\n\"refused\":", out);
	list_names(out, is_refused, NULL);
	fprintf(out, ",\n\"landlock\":[%s%s]}\n", apart >= PLAN_MEMORY ? "\"memory\"" : "",
		apart >= PLAN_SIGNALS ? ",\"signals\"" : "");
}
