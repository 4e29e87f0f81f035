/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter_test.c - compiled filters of all five ABIs, simulated on any host,
 * against the table they are made from.
 */
#include <atf-c.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/plan/bpf_sim.h"
#include "sandbox/plan/cond.h"
#include "sandbox/plan/filter.h"

#define CLOSED_ALL (PLAN_ALL | PLAN_TRACED | PLAN_NESTED)
#define REFUSED(error) (SECCOMP_RET_ERRNO | (uint32_t)(error))

/* What machines have: every filter is tested as one of these sets. */
static const char *const machines[][4] = {
	{ "x86_64", "i386", "x32" }, { "x86_64", "i386" }, { "x32", "i386" },
	{ "i386" }, { "aarch64", "arm" }, { "arm" },
};
#define NMACHINES (sizeof(machines) / sizeof(machines[0]))

struct machine {
	const struct abi *abis[4];
	size_t nabis;
};

static struct machine machine_make(size_t m)
{
	struct machine out = { .nabis = 0 };

	while (machines[m][out.nabis]) {
		out.abis[out.nabis] = abi_find(machines[m][out.nabis]);
		ATF_REQUIRE(out.abis[out.nabis] != NULL);
		out.nabis++;
	}
	return out;
}

static struct sock_fprog compile_for(const struct machine *m, unsigned int closed,
				     enum backend backend)
{
	struct sock_fprog prog;
	const char *wrong;

	ATF_REQUIRE_EQ(0, filter_compile(m->abis, m->nabis, closed, backend, &prog));
	wrong = bpf_sim_check(&prog);
	ATF_REQUIRE_MSG(wrong == NULL, "the kernel would refuse it: %s", wrong);
	return prog;
}

static struct sock_fprog compile(const struct machine *m, unsigned int closed)
{
	return compile_for(m, closed, BACKEND_TRACE);
}

static uint32_t run(const struct sock_fprog *prog, uint32_t arch, int64_t nr,
		    const uint64_t args[ABI_NARGS], bool *saw_args)
{
	struct seccomp_data data = { .nr = (int)nr, .arch = arch };
	bool saw;

	memcpy(data.args, args, sizeof(data.args));
	return bpf_sim_run(prog, &data, saw_args ? saw_args : &saw);
}

static uint32_t as_ret(const struct call_spec *spec, struct call_answer a, unsigned int closed,
		       enum backend backend)
{
	switch (a.action) {
	case CALL_ALLOW:
		return SECCOMP_RET_ALLOW;
	case CALL_SUPERVISE:
		/* In place of a socketcall the kernel executes another call: for who traces. */
		return backend == BACKEND_NOTIFY &&
				       (strcmp(spec->name, "socketcall") != 0 ||
					!(closed & PLAN_TRACED)) ?
			       SECCOMP_RET_USER_NOTIF :
			       SECCOMP_RET_TRACE;
	case CALL_REFUSE:
		break;
	}
	return REFUSED(a.error);
}

/* Deterministic noise: a failure must come again. */
static uint64_t noise(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A value that sits on an edge of some rule of the call, or beside it. */
static uint64_t edge(const struct arg_rule *rules, size_t n)
{
	uint64_t v = n ? rules[noise() % n].value : 0;

	switch (noise() % 8) {
	case 0:
		return v + 1;
	case 1:
		return v - 1;
	case 2:
		return v | (1ull << (32 + noise() % 32));
	case 3:
		return 1ull << (noise() % 64);
	case 4:
		return 0;
	case 5:
		return noise();
	case 6:
		return noise() % 300;
	default:
		return v;
	}
}

static void check_call(const struct sock_fprog *prog, const struct abi *abi, int64_t nr,
		       unsigned int closed, enum backend backend)
{
	const struct call_spec *spec = calls_find(abi, nr);
	size_t n;
	const struct arg_rule *rules = cond_rules(spec->cond, &n);
	size_t tries = n ? 40 : 2;

	for (size_t i = 0; i < tries; i++) {
		uint64_t args[ABI_NARGS];
		uint32_t want, got;

		for (int a = 0; a < ABI_NARGS; a++)
			args[a] = edge(rules, n);
		want = as_ret(spec, cond_judge(spec, args, closed), closed, backend);
		got = run(prog, abi->audit_arch, nr, args, NULL);
		if (want != got)
			atf_tc_fail_nonfatal("%s %s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64
					     ", %#" PRIx64 ", %#" PRIx64 ") closed %#x: filter %#x, "
					     "table %#x", abi->name, spec->name, args[0], args[1],
					     args[2], args[3], args[4], closed, got, want);
	}
}

static const uint64_t zeros[ABI_NARGS], ones[ABI_NARGS] = { ~0ull, ~0ull, ~0ull,
							     ~0ull, ~0ull, ~0ull };

static void check_unknown(const struct sock_fprog *prog, const struct abi *abi, uint32_t nr)
{
	bool saw;

	ATF_CHECK_EQ_MSG(REFUSED(ENOSYS), run(prog, abi->audit_arch, (int32_t)nr, zeros, &saw),
			 "%s: unknown number %#x passes", abi->name, nr);
	ATF_CHECK(!saw);
}

ATF_TC(calls_as_table);
ATF_TC_HEAD(calls_as_table, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that for every call, policy and set of ABIs the "
			  "filter answers what the table says, whatever the arguments");
}
ATF_TC_BODY(calls_as_table, tc)
{
	const struct call_spec *spec;

	(void)tc;
	for (size_t i = 0; i < NMACHINES; i++) {
		struct machine m = machine_make(i);

		for (unsigned int n = 0; n < 2 * (CLOSED_ALL + 1); n++) {
			enum backend backend = n & 1 ? BACKEND_NOTIFY : BACKEND_TRACE;
			unsigned int closed = n / 2;
			struct sock_fprog prog = compile_for(&m, closed, backend);

			for (size_t a = 0; a < m.nabis; a++)
				for (size_t row = 0; (spec = calls_at(row)); row++) {
					int64_t nr = calls_nr(m.abis[a], spec->name);

					if (nr >= 0)
						check_call(&prog, m.abis[a], nr, closed, backend);
				}
			free(prog.filter);
		}
	}
}

ATF_TC(unknown_refused);
ATF_TC_HEAD(unknown_refused, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every number without a row answers ENOSYS on "
			  "every ABI");
}
ATF_TC_BODY(unknown_refused, tc)
{
	/* 0x900000 is where the old ABI of arm counts from. */
	static const uint32_t far[] = { 4095, 4096, 0xeffff, 0xf0000, 0xf0007, 0xf0800, 0x900000,
					0x900005, 0x90000b, 0x900125, 0x3fffffff, 0x7fffffff,
					0x80000000, 0x80000001, 0xbfffffff, 0xfffffffe,
					0xffffffff };

	(void)tc;
	for (size_t i = 0; i < NMACHINES; i++) {
		struct machine m = machine_make(i);
		struct sock_fprog prog = compile(&m, CLOSED_ALL);

		for (size_t a = 0; a < m.nabis; a++) {
			uint32_t bit = m.abis[a]->nr_bit;

			for (uint32_t nr = 0; nr < 4096; nr++)
				if (!calls_find(m.abis[a], nr + bit))
					check_unknown(&prog, m.abis[a], nr + bit);
			for (size_t f = 0; f < sizeof(far) / sizeof(far[0]); f++)
				check_unknown(&prog, m.abis[a], far[f] | bit);
		}
		free(prog.filter);
	}
}

ATF_TC(arch_refused);
ATF_TC_HEAD(arch_refused, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that calls of an architecture that the machine's "
			  "set lacks answer ENOSYS, and that x32 numbers do where x32 is off");
}
ATF_TC_BODY(arch_refused, tc)
{
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_ARM,
					  AUDIT_ARCH_AARCH64, AUDIT_ARCH_PPC64, AUDIT_ARCH_MIPS,
					  AUDIT_ARCH_RISCV64, AUDIT_ARCH_ARMEB, 0, 0xffffffff };

	(void)tc;
	for (size_t i = 0; i < NMACHINES; i++) {
		struct machine m = machine_make(i);
		struct sock_fprog prog = compile(&m, 0);

		for (size_t f = 0; f < sizeof(archs) / sizeof(archs[0]); f++)
			for (uint32_t nr = 0; nr < 512; nr++) {
				const struct abi *plain = abi_of_call(archs[f], nr);
				const struct abi *x32 = abi_of_call(archs[f], nr | 0x40000000);
				bool has_plain = false, has_x32 = false;

				for (size_t a = 0; a < m.nabis; a++) {
					has_plain |= plain && m.abis[a] == plain;
					has_x32 |= x32 && x32->nr_bit && m.abis[a] == x32;
				}
				if (!has_plain)
					ATF_CHECK_EQ(REFUSED(ENOSYS),
						     run(&prog, archs[f], nr, zeros, NULL));
				if (!has_x32)
					ATF_CHECK_EQ(REFUSED(ENOSYS),
						     run(&prog, archs[f], nr | 0x40000000, ones, NULL));
			}
		free(prog.filter);
	}
}

ATF_TC(int80_is_i386);
ATF_TC_HEAD(int80_is_i386, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a number means the call of the architecture it "
			  "came with: 5 is fstat of x86_64 and open of i386");
}
ATF_TC_BODY(int80_is_i386, tc)
{
	struct machine m = machine_make(0);
	struct sock_fprog prog = compile(&m, 1u << POLICY_WRITE);
	const uint64_t writes[ABI_NARGS] = { 0, 1, 0, 0, 0, 0 };

	(void)tc;
	ATF_CHECK_EQ(SECCOMP_RET_ALLOW, run(&prog, AUDIT_ARCH_X86_64, 5, writes, NULL));
	ATF_CHECK_EQ(SECCOMP_RET_TRACE, run(&prog, AUDIT_ARCH_I386, 5, writes, NULL));
	ATF_CHECK_EQ(SECCOMP_RET_TRACE, run(&prog, AUDIT_ARCH_X86_64, 2, writes, NULL));
	ATF_CHECK_EQ(SECCOMP_RET_TRACE, run(&prog, AUDIT_ARCH_X86_64, 0x40000002, writes, NULL));
	free(prog.filter);
}

ATF_TC(numbers_alone);
ATF_TC_HEAD(numbers_alone, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a call without rules on arguments is decided "
			  "from architecture and number alone, so that the kernel caches it");
}
ATF_TC_BODY(numbers_alone, tc)
{
	static const char *const hot[] = { "read", "write", "close", "fstat", "mmap", "futex",
					   "getpid", "lseek", "rt_sigaction", "exit_group" };
	static const char *const asks[] = { "stat", "lstat", "newfstatat", "statx" };
	struct machine m = machine_make(0);
	const struct abi *abi = m.abis[0];

	(void)tc;
	for (unsigned int closed = 0; closed <= CLOSED_ALL; closed++) {
		struct sock_fprog prog = compile(&m, closed);
		bool saw;

		for (size_t i = 0; i < sizeof(hot) / sizeof(hot[0]); i++) {
			ATF_CHECK_EQ(SECCOMP_RET_ALLOW, run(&prog, abi->audit_arch,
							    calls_nr(abi, hot[i]), ones, &saw));
			ATF_CHECK_MSG(!saw, "%s looks at arguments", hot[i]);
		}
		for (size_t i = 0; !(closed & PLAN_RUNTIME) && i < sizeof(asks) / sizeof(asks[0]); i++) {
			ATF_CHECK_EQ(SECCOMP_RET_ALLOW, run(&prog, abi->audit_arch,
							    calls_nr(abi, asks[i]), ones, &saw));
			ATF_CHECK_MSG(!saw, "%s looks at arguments", asks[i]);
		}
		/* What is open costs nothing either. */
		if (!(closed & (1u << POLICY_WRITE | 1u << POLICY_READ))) {
			ATF_CHECK_EQ(SECCOMP_RET_ALLOW, run(&prog, abi->audit_arch,
							    calls_nr(abi, "openat"), ones, &saw));
			ATF_CHECK(!saw);
		}
		free(prog.filter);
	}
}

ATF_TC(length);
ATF_TC_HEAD(length, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the longest filter is well below the limit of "
			  "the kernel, with room for the filters of the programs inside");
}
ATF_TC_BODY(length, tc)
{
	(void)tc;
	for (size_t i = 0; i < NMACHINES; i++) {
		struct machine m = machine_make(i);

		for (unsigned int closed = 0; closed <= CLOSED_ALL; closed++) {
			struct sock_fprog prog = compile(&m, closed);

			ATF_CHECK_MSG(prog.len < BPF_MAXINSNS / 2, "%s: %hu", machines[i][0],
				      prog.len);
			free(prog.filter);
		}
	}
}

ATF_TC(nothing_known);
ATF_TC_HEAD(nothing_known, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a filter for no ABI refuses everything");
}
ATF_TC_BODY(nothing_known, tc)
{
	struct machine m = { .nabis = 0 };
	struct sock_fprog prog = compile(&m, 0);

	(void)tc;
	ATF_CHECK_EQ(REFUSED(ENOSYS), run(&prog, AUDIT_ARCH_X86_64, 0, zeros, NULL));
	free(prog.filter);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, calls_as_table);
	ATF_TP_ADD_TC(tp, unknown_refused);
	ATF_TP_ADD_TC(tp, arch_refused);
	ATF_TP_ADD_TC(tp, int80_is_i386);
	ATF_TP_ADD_TC(tp, numbers_alone);
	ATF_TP_ADD_TC(tp, length);
	ATF_TP_ADD_TC(tp, nothing_known);
	return atf_no_error();
}
