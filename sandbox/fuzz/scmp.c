/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scmp.c - the rules of a row, of which the first match decides, as rules of
 * libseccomp, which have no order: each becomes "none before it matches, and it
 * does", and that becomes one rule for each way to be so. Left out is what
 * libseccomp cannot say: two comparisons of one argument in a rule, "not equal"
 * below a mask, calls whose number it does not know.
 */
#include "sandbox/fuzz/scmp.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/fuzz/fuzz.h"
#include "sandbox/plan/bpf_sim.h"

#define ROWS_MAX 1024
#define RULES_MAX 4	/* that count, in one row */
#define UNKNOWN SCMP_ACT_ERRNO(ENOSYS)

/* libseccomp's filter for one ABI and one set of what is closed. */
struct theirs {
	const struct abi *abi;
	unsigned int closed;
	struct sock_fprog prog;
	bool has[ROWS_MAX];
	struct theirs *next;
};

/* A comparison of one argument, said in one of several ways. */
struct ways {
	struct scmp_arg_cmp v[32];
	unsigned int n;	/* 0: cannot be said */
};

static void way(struct ways *w, int arg, enum scmp_compare op, uint64_t a, uint64_t b)
{
	w->v[w->n++] = (struct scmp_arg_cmp){ (unsigned int)arg, op, a, b };
}

/* How to say that the rule matches, or that it does not. */
static struct ways ways_of(const struct arg_rule *r, int arg, bool matches)
{
	struct ways w = { .n = 0 };
	bool whole = r->mask == UINT32_MAX;

	switch (r->test) {
	case ARG_ANY:
		break;
	case ARG_BITS:
		for (int bit = 0; bit < 32 && matches; bit++)
			if (r->value & 1u << bit)
				way(&w, arg, SCMP_CMP_MASKED_EQ, 1u << bit, 1u << bit);
		if (!matches)
			way(&w, arg, SCMP_CMP_MASKED_EQ, r->value, 0);
		break;
	case ARG_IS:
	case ARG_IS_NOT:
		if (matches == (r->test == ARG_IS))
			way(&w, arg, SCMP_CMP_MASKED_EQ, r->mask, r->value);
		else if (whole)
			way(&w, arg, SCMP_CMP_NE, r->value, 0);
		break;
	case ARG_GE:
		way(&w, arg, matches ? SCMP_CMP_GE : SCMP_CMP_LT, r->value, 0);
		break;
	case ARG_NULL:
		way(&w, arg, matches ? SCMP_CMP_EQ : SCMP_CMP_NE, 0, 0);
		break;
	}
	return w;
}

static uint32_t action_of(struct call_answer a)
{
	if (a.action == CALL_REFUSE)
		return SCMP_ACT_ERRNO((uint32_t)a.error);
	return a.action == CALL_ALLOW ? SCMP_ACT_ALLOW : SCMP_ACT_TRACE(0);
}

/* A conjunction, one way of each in turn. */
struct conjunction {
	scmp_filter_ctx ctx;	/* NULL: only find out whether it can be said */
	int nr;
	uint32_t action;
	struct ways part[RULES_MAX];
	unsigned int nparts;
};

static bool add_ways(const struct conjunction *c, struct scmp_arg_cmp *chosen, unsigned int n)
{
	if (n == c->nparts)
		return !c->ctx || c->action == UNKNOWN ||
		       seccomp_rule_add_array(c->ctx, c->action, c->nr, n, chosen) == 0;
	if (!c->part[n].n)
		return false;
	for (unsigned int i = 0; i < c->part[n].n; i++) {
		chosen[n] = c->part[n].v[i];
		for (unsigned int k = 0; k < n; k++)
			if (chosen[k].arg == chosen[n].arg)
				return false;
		if (!add_ways(c, chosen, n + 1))
			return false;
	}
	return true;
}

/* Add the row, or with a ctx of NULL find out whether it could be. */
static bool add_row(scmp_filter_ctx ctx, int nr, const struct call_spec *spec, unsigned int closed)
{
	size_t n;
	const struct arg_rule *rules = cond_rules(spec->cond, &n);
	struct conjunction c = { .ctx = ctx, .nr = nr };
	struct scmp_arg_cmp chosen[RULES_MAX];

	for (size_t i = 0; i < n; i++) {
		int arg = cond_arg(&rules[i], spec);

		if (!cond_counts(&rules[i], closed))
			continue;
		c.action = action_of((struct call_answer){ rules[i].action, rules[i].error });
		if (rules[i].test == ARG_ANY)
			return add_ways(&c, chosen, 0);
		if (c.nparts == RULES_MAX)
			return false;
		c.part[c.nparts++] = ways_of(&rules[i], arg, true);
		if (!add_ways(&c, chosen, 0))
			return false;
		c.part[c.nparts - 1] = ways_of(&rules[i], arg, false);
	}
	c.action = action_of(cond_otherwise(spec, closed));
	return add_ways(&c, chosen, 0);
}

/* As seccomp_data counts; libseccomp tells x32 from x86_64 by an architecture of 32 bits. */
static uint32_t token(const struct abi *abi)
{
	return abi->nr_bit ? SCMP_ARCH_X32 : abi->audit_arch;
}

/* It rewrites what was once inside of socketcall and ipc, each in its own way. */
static bool is_multiplexed(const struct abi *abi, const char *name)
{
	return !strcmp(name, "socketcall") || !strcmp(name, "ipc") ||
	       (!strcmp(abi->name, "i386") &&
		seccomp_syscall_resolve_name_arch(token(abi), name) < 0) ||
	       (!strcmp(abi->name, "i386") &&
		(seccomp_syscall_resolve_name_rewrite(token(abi), name) < 0));
}

static bool fits(const struct abi *abi, const struct call_spec *spec, unsigned int closed)
{
	return seccomp_syscall_resolve_name_arch(token(abi), spec->name) >= 0 &&
	       !is_multiplexed(abi, spec->name) && add_row(NULL, 0, spec, closed);
}

static void import(scmp_filter_ctx ctx, struct sock_fprog *out)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	off_t size;

	FUZZ_CHECK(fd >= 0 && seccomp_export_bpf(ctx, fd) == 0, "export");
	size = lseek(fd, 0, SEEK_END);
	out->len = (unsigned short)((size_t)size / sizeof(*out->filter));
	out->filter = malloc((size_t)size);
	FUZZ_CHECK(out->filter && pread(fd, out->filter, (size_t)size, 0) == size, "import");
	close(fd);
	FUZZ_CHECK(!bpf_sim_check(out), "%s", bpf_sim_check(out));
}

static void make(struct theirs *t)
{
	scmp_filter_ctx ctx = seccomp_init(UNKNOWN);
	const struct call_spec *spec;

	FUZZ_CHECK(ctx, "seccomp_init");
	if (token(t->abi) != seccomp_arch_native())
		FUZZ_CHECK(seccomp_arch_remove(ctx, seccomp_arch_native()) == 0 &&
			   seccomp_arch_add(ctx, token(t->abi)) == 0, "%s", t->abi->name);
	FUZZ_CHECK(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, UNKNOWN) == 0, "bad architecture");
	for (size_t i = 0; (spec = calls_at(i)); i++) {
		FUZZ_CHECK(i < ROWS_MAX, "rows");
		t->has[i] = fits(t->abi, spec, t->closed);
		if (t->has[i])
			FUZZ_CHECK(add_row(ctx, seccomp_syscall_resolve_name(spec->name), spec, t->closed),
				   "%s %s cannot be added", t->abi->name, spec->name);
	}
	import(ctx, &t->prog);
	seccomp_release(ctx);
}

/* Made when first asked for. */
static struct theirs *theirs(const struct abi *abi, unsigned int closed)
{
	static struct theirs *all;
	struct theirs *t = all;

	while (t && (t->abi != abi || t->closed != closed))
		t = t->next;
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	FUZZ_CHECK(t, "memory");
	t->abi = abi;
	t->closed = closed;
	make(t);
	t->next = all;
	all = t;
	return t;
}

bool scmp_expresses(const struct abi *abi, const struct call_spec *spec, unsigned int closed)
{
	const struct theirs *t = theirs(abi, closed);

	for (size_t i = 0; calls_at(i); i++)
		if (calls_at(i) == spec)
			return t->has[i];
	return false;
}

void scmp_narrow(const struct abi *abi, const struct call_spec *spec, struct seccomp_data *d)
{
	size_t n;
	const struct arg_rule *rules = cond_rules(spec->cond, &n);

	for (int i = 0; i < ABI_NARGS && abi->word == 4; i++)
		d->args[i] &= UINT32_MAX;
	for (size_t i = 0; i < n; i++)
		if (rules[i].test != ARG_ANY && rules[i].test != ARG_NULL)
			d->args[cond_arg(&rules[i], spec)] &= UINT32_MAX;
}

uint32_t scmp_run(const struct abi *abi, unsigned int closed, const struct seccomp_data *d)
{
	bool saw;

	return bpf_sim_run(&theirs(abi, closed)->prog, d, &saw);
}
