/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.c - compile the call table into classic BPF. It knows no call and
 * takes no decision: every answer comes from calls.h and cond.h.
 *
 *	load arch
 *	arch is A?  load number, search A's ranges
 *	arch is B?  load number; the ABI's bit set? search one, else the other
 *	refuse: ENOSYS
 *
 * A search is a balanced tree over ranges of numbers with the same answer, so
 * that unknown numbers cost no more than known ones. Only the rules of a call
 * that has some load arguments, at the leaf: all other answers depend on
 * architecture and number alone, and the kernel caches those that allow
 * (since 5.11) however long the filter is.
 *
 * Jumps go forward only, so the program is written from its end: the distance
 * to any target is known when a jump is written, and one that does not fit in
 * 8 bits goes over a BPF_JA, which has 32.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>

#include "sandbox/plan/cond.h"
#include "sandbox/plan/filter.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "argument halves are little-endian");

#define OFFSET_NR (uint32_t)offsetof(struct seccomp_data, nr)
#define OFFSET_ARCH (uint32_t)offsetof(struct seccomp_data, arch)
#define OFFSET_LOW(arg) (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (uint32_t)(arg))
#define OFFSET_HIGH(arg) (OFFSET_LOW(arg) + 4)

/* The program, last instruction first. */
struct code {
	struct sock_filter insns[BPF_MAXINSNS];
	unsigned int count;
	bool full;
	uint32_t supervise;	/* the answer to supervised calls */
	uint32_t rewrite;	/* and where another one may take their place */
};

static void put(struct code *c, uint16_t op, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (c->count == BPF_MAXINSNS) {
		c->full = true;
		return;
	}
	c->insns[c->count++] = (struct sock_filter){ op, jt, jf, k };
}

/* Go on with the next instruction where `test` holds, else `away` instructions further. */
static void put_unless(struct code *c, uint16_t test, uint32_t k, uint32_t away)
{
	if (away <= UINT8_MAX) {
		put(c, BPF_JMP | test | BPF_K, k, 0, (uint8_t)away);
	} else {
		put(c, BPF_JMP | BPF_JA, away, 0, 0);
		put(c, BPF_JMP | test | BPF_K, k, 1, 0);
	}
}

/* The same the other way round: go on where `test` does not hold. */
static void put_if(struct code *c, uint16_t test, uint32_t k, uint32_t away)
{
	if (away <= UINT8_MAX) {
		put(c, BPF_JMP | test | BPF_K, k, (uint8_t)away, 0);
	} else {
		put(c, BPF_JMP | BPF_JA, away, 0, 0);
		put(c, BPF_JMP | test | BPF_K, k, 0, 1);
	}
}

static void put_answer(struct code *c, struct call_answer answer)
{
	uint32_t ret = SECCOMP_RET_ALLOW;

	if (answer.action == CALL_REFUSE)
		ret = SECCOMP_RET_ERRNO | (uint32_t)answer.error;
	else if (answer.action == CALL_SUPERVISE)
		ret = c->supervise;
	put(c, BPF_RET | BPF_K, ret, 0, 0);
}

static void put_load(struct code *c, uint32_t offset)
{
	put(c, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static bool is_masked(const struct arg_rule *rule)
{
	return (rule->test == ARG_IS || rule->test == ARG_IS_NOT) && rule->mask != UINT32_MAX;
}

/*
 * One rule: its answer, or on to what is already written. `loaded`: the rule
 * before has left the argument where this one needs it.
 */
static void put_rule(struct code *c, const struct arg_rule *rule, int arg, bool loaded)
{
	put_answer(c, (struct call_answer){ rule->action, rule->error });
	switch (rule->test) {
	case ARG_ANY:
		return;
	case ARG_BITS:
		put_unless(c, BPF_JSET, rule->value, 1);
		break;
	case ARG_IS:
		put_unless(c, BPF_JEQ, rule->value, 1);
		break;
	case ARG_IS_NOT:
		put_if(c, BPF_JEQ, rule->value, 1);
		break;
	case ARG_GE:
		put_unless(c, BPF_JGE, rule->value, 1);
		break;
	case ARG_NULL:
		put_unless(c, BPF_JEQ, 0, 1);
		put_load(c, OFFSET_HIGH(arg));
		put_unless(c, BPF_JEQ, 0, 3);
		break;
	}
	if (is_masked(rule))
		put(c, BPF_ALU | BPF_AND | BPF_K, rule->mask, 0, 0);
	if (!loaded)
		put_load(c, OFFSET_LOW(arg));
}

/* Whether the rule, when it does not match, leaves the low half of `arg` loaded. */
static bool leaves(const struct arg_rule *rule, const struct call_spec *spec, int arg)
{
	return !is_masked(rule) && rule->test != ARG_NULL && cond_arg(rule, spec) == arg;
}

/* Numbers from `first` up to the next range. */
struct range {
	uint32_t first;
	const struct call_spec *spec;	/* the call whose rules judge; NULL: `answer` */
	struct call_answer answer;
	bool rewritten;			/* supervised, and another call may take its place */
};

struct ranges {
	struct range *at;
	size_t count;
};

/*
 * The rules of a call up to one that always holds, as their number and the
 * answer after them; 0 when none of them counts.
 */
static size_t rules_end(const struct call_spec *spec, unsigned int closed,
			struct call_answer *after)
{
	size_t n, end = 0;
	const struct arg_rule *rules = cond_rules(spec->cond, &n);

	*after = cond_otherwise(spec, closed);
	for (size_t i = 0; i < n; i++) {
		if (!cond_counts(&rules[i], closed))
			continue;
		if (rules[i].test == ARG_ANY) {
			*after = (struct call_answer){ rules[i].action, rules[i].error };
			break;
		}
		end = i + 1;
	}
	return end;
}

/* NULL stands for the numbers that no row has. */
static struct range range_of(const struct call_spec *spec, uint32_t first, unsigned int closed)
{
	struct range r = { first, NULL, { CALL_REFUSE, ENOSYS }, false };

	if (spec && rules_end(spec, closed, &r.answer) > 0)
		r.spec = spec;
	r.rewritten = spec && spec->kind == KIND_SOCKETCALL;
	return r;
}

/* Append, unless it answers as the range before it does. */
static void ranges_add(struct ranges *rs, struct range r)
{
	const struct range *last = rs->count ? &rs->at[rs->count - 1] : NULL;

	if (last && !last->spec && !r.spec && last->answer.action == r.answer.action &&
	    last->answer.error == r.answer.error && last->rewritten == r.rewritten)
		return;
	rs->at[rs->count++] = r;
}

struct numbered {
	int64_t nr;
	const struct call_spec *spec;
};

static int compare_numbers(const void *a, const void *b)
{
	int64_t left = ((const struct numbered *)a)->nr, right = ((const struct numbered *)b)->nr;

	return left < right ? -1 : left > right;
}

/* The whole line of numbers of an ABI, from 0 to the largest. */
static int ranges_make(const struct abi *abi, unsigned int closed, struct ranges *out)
{
	struct ranges rs = { NULL, 0 };
	struct numbered *calls;
	size_t rows = 0, n = 0;
	int64_t next = 0;

	while (calls_at(rows))
		rows++;
	calls = calloc(rows, sizeof(*calls));
	/* Each call is at most one range, and one gap before it. */
	rs.at = calloc(2 * rows + 1, sizeof(*rs.at));
	if (!calls || !rs.at) {
		free(calls);
		free(rs.at);
		return -ENOMEM;
	}
	for (size_t i = 0; i < rows; i++) {
		calls[n] = (struct numbered){ calls_nr(abi, calls_at(i)->name), calls_at(i) };
		if (calls[n].nr >= 0)
			n++;
	}
	qsort(calls, n, sizeof(*calls), compare_numbers);
	for (size_t i = 0; i < n; i++) {
		if (calls[i].nr > next)
			ranges_add(&rs, range_of(NULL, (uint32_t)next, closed));
		ranges_add(&rs, range_of(calls[i].spec, (uint32_t)calls[i].nr, closed));
		next = calls[i].nr + 1;
	}
	ranges_add(&rs, range_of(NULL, (uint32_t)next, closed));
	free(calls);
	*out = rs;
	return 0;
}

/* The last rule before rules[i] that counts, or NULL. */
static const struct arg_rule *rule_before(const struct arg_rule *rules, size_t i,
					  unsigned int closed)
{
	while (i--)
		if (cond_counts(&rules[i], closed))
			return &rules[i];
	return NULL;
}

static void put_leaf(struct code *c, const struct range *r, unsigned int closed)
{
	struct call_answer after;
	const struct arg_rule *rules;
	size_t n;

	if (r->rewritten && r->answer.action == CALL_SUPERVISE) {
		/* Only a tracer can make the kernel execute another call. */
		put(c, BPF_RET | BPF_K, c->rewrite, 0, 0);
		return;
	}
	put_answer(c, r->answer);
	if (!r->spec)
		return;
	rules = cond_rules(r->spec->cond, &n);
	n = rules_end(r->spec, closed, &after);
	while (n--) {
		const struct arg_rule *before = rule_before(rules, n, closed);
		int arg = cond_arg(&rules[n], r->spec);

		if (cond_counts(&rules[n], closed))
			put_rule(c, &rules[n], arg, before && leaves(before, r->spec, arg));
	}
}

/* The tree over ranges [low, high): smaller numbers first. */
static void put_tree(struct code *c, const struct ranges *rs, size_t low, size_t high,
		     unsigned int closed)
{
	size_t middle = low + (high - low) / 2;
	unsigned int end;

	if (high - low == 1) {
		put_leaf(c, &rs->at[low], closed);
		return;
	}
	put_tree(c, rs, middle, high, closed);
	end = c->count;
	put_tree(c, rs, low, middle, closed);
	put_if(c, BPF_JGE, rs->at[middle].first, c->count - end);
}

static int put_abi(struct code *c, const struct abi *abi, unsigned int closed)
{
	struct ranges rs;
	int r = ranges_make(abi, closed, &rs);

	if (r)
		return r;
	put_tree(c, &rs, 0, rs.count, closed);
	free(rs.at);
	return 0;
}

/* The ABI among `abis` with this architecture, with or without a bit in its numbers. */
static const struct abi *pick(const struct abi *const abis[], size_t nabis, uint32_t arch, bool bit)
{
	for (size_t i = 0; i < nabis; i++)
		if (abis[i]->audit_arch == arch && (abis[i]->nr_bit != 0) == bit)
			return abis[i];
	return NULL;
}

/*
 * All calls of one architecture. Numbers with the bit of an ABI that is not
 * among `abis` are beyond the numbers of the other one, hence unknown there.
 */
static int put_arch(struct code *c, const struct abi *const abis[], size_t nabis, uint32_t arch,
		    unsigned int closed)
{
	const struct abi *plain = pick(abis, nabis, arch, false);
	const struct abi *marked = pick(abis, nabis, arch, true);
	unsigned int end;
	int r;

	if (marked) {
		r = put_abi(c, marked, closed);
		if (r)
			return r;
	}
	end = c->count;
	if (plain) {
		r = put_abi(c, plain, closed);
		if (r)
			return r;
		if (marked)
			put_if(c, BPF_JSET, marked->nr_bit, c->count - end);
	}
	put_load(c, OFFSET_NR);
	return 0;
}

static bool first_of_arch(const struct abi *const abis[], size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (abis[before]->audit_arch == abis[i]->audit_arch)
			return false;
	return true;
}

/* Written from the end, so the first ABI comes first in the filter. */
static int put_program(struct code *c, const struct abi *const abis[], size_t nabis,
		       unsigned int closed)
{
	put_answer(c, (struct call_answer){ CALL_REFUSE, ENOSYS });
	for (size_t i = nabis; i--;) {
		unsigned int end = c->count;
		int r;

		if (!first_of_arch(abis, i))
			continue;
		r = put_arch(c, abis, nabis, abis[i]->audit_arch, closed);
		if (r)
			return r;
		put_unless(c, BPF_JEQ, abis[i]->audit_arch, c->count - end);
	}
	put_load(c, OFFSET_ARCH);
	return c->full ? -E2BIG : 0;
}

int filter_compile(const struct abi *const abis[], size_t nabis, unsigned int closed,
		   enum backend backend, struct sock_fprog *out)
{
	struct code *c = calloc(1, sizeof(*c));
	struct sock_filter *insns = NULL;
	int r = -ENOMEM;

	if (c) {
		c->supervise = backend == BACKEND_NOTIFY ? SECCOMP_RET_USER_NOTIF :
							   SECCOMP_RET_TRACE;
		c->rewrite = backend == BACKEND_NOTIFY && !(closed & PLAN_TRACED) ?
				     SECCOMP_RET_USER_NOTIF : SECCOMP_RET_TRACE;
		r = put_program(c, abis, nabis, closed);
	}
	if (!r) {
		insns = calloc(c->count, sizeof(*insns));
		r = insns ? 0 : -ENOMEM;
	}
	if (!r) {
		for (unsigned int i = 0; i < c->count; i++)
			insns[i] = c->insns[c->count - 1 - i];
		*out = (struct sock_fprog){ (unsigned short)c->count, insns };
	}
	free(c);
	return r;
}
