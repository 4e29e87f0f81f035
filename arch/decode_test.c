/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode_test.c - register sets of every ABI, decoded on whatever host this
 * is: no system call is read here.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include <atf-c.h>

#include "arch/call_impl.h"
#include "arch/test_recorded.h"

#define SET(regs) (regs), sizeof(regs)

/* Marked arguments of the recorded programs. */
#define WIDE_ARGS { 0x9100000081000001, 0x9200000082000002, 0x9300000083000003, \
		    0x9400000084000004, 0x9500000085000005, 0x9600000086000006 }
#define ARGS { 0x81000001, 0x82000002, 0x83000003, 0x84000004, 0x85000005, 0x86000006 }

static const struct entered {
	const char *what;
	const char *kernel; /* an ABI of the kernel's family */
	const void *regs;
	size_t size;
	const char *line;   /* what the kernel says of it */
	const char *abi;
	int64_t nr;
	uint64_t args[ABI_NARGS];
	uint64_t ip, sp;
} entries[] = {
	{ "x86_64", "x86_64", SET(recorded_x86_64), RECORDED_X86_64_LINE, "x86_64", 39,
	  WIDE_ARGS, 0x4000bb, 0x7fffc1054900 },
	{ "x32", "x86_64", SET(recorded_x32), RECORDED_X32_LINE, "x32", 0x40000027,
	  WIDE_ARGS, 0x4000bb, 0x7ffc8c457cb0 },
	{ "int80", "x86_64", SET(recorded_int80), RECORDED_INT80_LINE, "i386", 20,
	  ARGS, 0x4000bb, 0x7ffd18f84e60 },
	{ "i386", "i386", SET(recorded_i386), RECORDED_I386_LINE, "i386", 20,
	  ARGS, 0x400079, 0xffd4d990 },
	{ "aarch64", "aarch64", SET(recorded_aarch64), RECORDED_AARCH64_LINE, "aarch64", 172,
	  WIDE_ARGS, 0x4000c8, 0xffffcbaaed20 },
	{ "arm", "aarch64", SET(recorded_arm), RECORDED_ARM_LINE, "arm", 20,
	  ARGS, 0x40008c, 0xff9f2980 },
	{ "thumb", "arm", SET(recorded_thumb), RECORDED_THUMB_LINE, "arm", 20,
	  ARGS, 0x40008a, 0xbefcef10 },
};
#define NENTRIES (sizeof(entries) / sizeof(entries[0]))

static void check_entered(const struct entered *e, enum call_point point)
{
	struct call c;

	ATF_REQUIRE_EQ(call_decode(abi_find(e->abi), point, e->regs, e->size, &c), 0);
	ATF_CHECK_EQ_MSG(c.point, point, "%s", e->what);
	ATF_REQUIRE_MSG(c.abi, "%s", e->what);
	ATF_CHECK_STREQ(c.abi->name, e->abi);
	ATF_CHECK_EQ_MSG(c.audit_arch, c.abi->audit_arch, "%s", e->what);
	ATF_CHECK_EQ_MSG(c.nr, e->nr, "%s: number %lld", e->what, (long long)c.nr);
	ATF_CHECK_MSG(!memcmp(c.args, e->args, sizeof(c.args)), "%s", e->what);
	ATF_CHECK_EQ_MSG(c.ip, e->ip, "%s", e->what);
	ATF_CHECK_EQ_MSG(c.sp, e->sp, "%s", e->what);
	ATF_CHECK_EQ_MSG(c.result, 0, "%s", e->what);
	ATF_CHECK_EQ_MSG(c.trace_data, 0, "%s", e->what);
}

static const struct abi *identify(const char *kernel, const void *regs, size_t size,
				  const char *line)
{
	struct call_spoken spoken;

	ATF_REQUIRE_EQ(call_parse_spoken(line, &spoken), 0);
	return call_identify(abi_find(kernel), regs, size, &spoken);
}

ATF_TC(entry);
ATF_TC_HEAD(entry, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that number, arguments, ip and sp are found in "
				       "every ABI's register set");
}
ATF_TC_BODY(entry, tc)
{
	(void)tc;
	for (size_t i = 0; i < NENTRIES; i++) {
		check_entered(&entries[i], CALL_ENTRY);
		check_entered(&entries[i], CALL_SECCOMP);
	}
}

/* Decode the exit `regs` after putting `value` where the recorded result is. */
static int64_t result_with(const char *abi, const void *regs, size_t size, size_t at,
			   uint64_t value, size_t value_size)
{
	unsigned char copy[ABI_REGS_MAX];
	struct call c;

	memcpy(copy, regs, size);
	memcpy(copy + at, &value, value_size);
	ATF_REQUIRE_EQ(call_decode(abi_find(abi), CALL_EXIT, copy, size, &c), 0);
	ATF_CHECK_EQ(c.nr, -1);
	ATF_CHECK_EQ(c.args[1], 0);
	return c.result;
}

ATF_TC(result);
ATF_TC_HEAD(result, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that results are told from errors in every ABI's "
				       "register set, high addresses and restart codes included");
}
ATF_TC_BODY(result, tc)
{
	static const struct {
		const char *abi;
		const void *regs;
		size_t size, at, wide;
		int64_t recorded;
	} sets[] = {
		{ "x86_64", SET(recorded_x86_64_exit), 80, 8, 0x4f },
		{ "i386", SET(recorded_x86_64_exit), 80, 8, 0x4f }, /* int 0x80 */
		{ "i386", SET(recorded_i386_exit), 24, 4, 0x57 },
		{ "aarch64", SET(recorded_aarch64_exit), 0, 8, 0x54 },
		{ "arm", SET(recorded_arm_exit), 0, 4, 0x56 },
	};
	static const int64_t results[] = { 0, 1, -1, -38, -512, -516, -4095 };
	struct call c;

	(void)tc;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		bool is_32bit = !strcmp(sets[i].abi, "i386") || !strcmp(sets[i].abi, "arm");

		ATF_REQUIRE_EQ(call_decode(abi_find(sets[i].abi), CALL_EXIT, sets[i].regs,
					   sets[i].size, &c), 0);
		ATF_CHECK_EQ(c.result, sets[i].recorded);
		ATF_CHECK_EQ(c.abi, abi_find(sets[i].abi));
		for (size_t k = 0; k < sizeof(results) / sizeof(results[0]); k++)
			ATF_CHECK_EQ(result_with(sets[i].abi, sets[i].regs, sets[i].size,
						 sets[i].at, (uint64_t)results[k], sets[i].wide),
				     results[k]);
		/* Not an error: 4096 below zero, and an address of a 32-bit program. */
		ATF_CHECK_EQ(result_with(sets[i].abi, sets[i].regs, sets[i].size, sets[i].at,
					 (uint64_t)-4096, sets[i].wide),
			     is_32bit ? (int64_t)0xfffff000 : -4096);
		ATF_CHECK_EQ(result_with(sets[i].abi, sets[i].regs, sets[i].size, sets[i].at,
					 0xf7fc0000, sets[i].wide), 0xf7fc0000);
		/* What a 32-bit tracer leaves of -EPERM in a 64-bit register. */
		if (is_32bit)
			ATF_CHECK_EQ(result_with(sets[i].abi, sets[i].regs, sets[i].size,
						 sets[i].at, 0xffffffff, sets[i].wide), -1);
	}
}

ATF_TC(number);
ATF_TC_HEAD(number, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the number is the low 32 bits with a sign, and "
				       "that -1 is no x32 number");
}
ATF_TC_BODY(number, tc)
{
	static const struct {
		uint64_t rax;
		int64_t nr;
		const char *abi;
	} cases[] = {
		{ 0xffffffffffffffff, -1, "x86_64" },
		{ 0x00000000ffffffff, -1, "x86_64" },
		{ 0xdead000000000027, 39, "x86_64" },
		{ 0xdead000040000027, 0x40000027, "x32" },
		{ 0x00000000fffffffe, -2, "x32" },
		{ 0x0000000080000000, INT32_MIN, "x86_64" },
	};
	uint64_t regs[27];
	struct call c;

	(void)tc;
	memcpy(regs, recorded_x86_64, sizeof(regs));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		regs[15] = cases[i].rax;
		ATF_REQUIRE_EQ(call_decode(abi_find("x86_64"), CALL_ENTRY, SET(regs), &c), 0);
		ATF_CHECK_EQ(c.nr, cases[i].nr);
		ATF_CHECK_STREQ(c.abi->name, cases[i].abi);
	}
}

ATF_TC(arg0);
ATF_TC_HEAD(arg0, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that ARM's first argument is the one seccomp sees, "
				       "and that a changed one does not hide the ABI");
}
ATF_TC_BODY(arg0, tc)
{
	uint32_t arm[18];
	uint64_t aarch64[34];
	struct call c;

	(void)tc;
	memcpy(arm, recorded_arm, sizeof(arm));
	arm[0] = 7;
	ATF_REQUIRE_EQ(call_decode(abi_find("arm"), CALL_ENTRY, SET(arm), &c), 0);
	ATF_CHECK_EQ(c.args[0], 0x81000001);
	ATF_CHECK_EQ(identify("aarch64", SET(arm), RECORDED_ARM_LINE), abi_find("arm"));
	memcpy(aarch64, recorded_aarch64, sizeof(aarch64));
	aarch64[0] = 7; /* kernels without the fix still print orig_x0 */
	ATF_REQUIRE_EQ(call_decode(abi_find("aarch64"), CALL_ENTRY, SET(aarch64), &c), 0);
	ATF_CHECK_EQ(c.args[0], 7);
	ATF_CHECK_EQ(identify("aarch64", SET(aarch64), RECORDED_AARCH64_LINE),
		     abi_find("aarch64"));
}

ATF_TC(no_call);
ATF_TC_HEAD(no_call, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that outside of a call only ip and sp are read");
}
ATF_TC_BODY(no_call, tc)
{
	struct call c, only = { .point = CALL_NONE, .nr = -1 };

	(void)tc;
	for (size_t i = 0; i < NENTRIES; i++) {
		memset(&c, 0, sizeof(c));
		ATF_REQUIRE_EQ(call_decode(abi_find(entries[i].abi), CALL_NONE, entries[i].regs,
					   entries[i].size, &c), 0);
		only.ip = entries[i].ip;
		only.sp = entries[i].sp;
		ATF_CHECK(!memcmp(&c, &only, sizeof(c)));
	}
}

ATF_TC(wrong_size);
ATF_TC_HEAD(wrong_size, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a register set of another size or state is "
				       "refused and nothing written");
}
ATF_TC_BODY(wrong_size, tc)
{
	static const unsigned char zero[ABI_REGS_MAX];
	static const size_t sizes[] = { 68, 72, 216, 272 };
	struct call c, before;
	const struct abi *abi;

	(void)tc;
	memset(&c, 0x55, sizeof(c));
	before = c;
	for (size_t i = 0; (abi = abi_at(i)); i++)
		for (size_t size = 0; size <= sizeof(zero); size++) {
			if (abi_regs_of_size(abi, size))
				continue;
			ATF_CHECK_EQ(call_decode(abi, CALL_ENTRY, zero, size, &c), -EINVAL);
		}
	ATF_CHECK_EQ(call_decode(abi_find("arm"), CALL_ENTRY, SET(recorded_aarch64_cut), &c),
		     -EINVAL);
	ATF_CHECK(!memcmp(&c, &before, sizeof(c)));
	/* Every size is some ABI's, so that the loop above leaves out something. */
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t known = 0;

		for (size_t k = 0; (abi = abi_at(k)); k++)
			known += abi_regs_of_size(abi, sizes[i]) != NULL;
		ATF_CHECK_EQ(known, sizes[i] == 216 ? 3u : 1u);
	}
}

ATF_TC(identify);
ATF_TC_HEAD(identify, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the ABI is the one whose registers hold what "
				       "the kernel says, on any kernel of the family");
}
ATF_TC_BODY(identify, tc)
{
	const struct abi *abi, *kernel;

	(void)tc;
	for (size_t i = 0; i < NENTRIES; i++)
		for (size_t k = 0; (kernel = abi_at(k)); k++) {
			abi = identify(kernel->name, entries[i].regs, entries[i].size,
				       entries[i].line);
			if (!abi_coexists(kernel, abi_find(entries[i].kernel)))
				ATF_CHECK_EQ(abi, NULL);
			else
				ATF_CHECK_EQ_MSG(abi, abi_find(entries[i].abi), "%s as %s",
						 entries[i].what, abi ? abi->name : "unknown");
		}
}

ATF_TC(identify_not);
ATF_TC_HEAD(identify_not, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that no ABI is named when two fit or none does");
}
ATF_TC_BODY(identify_not, tc)
{
	uint32_t old[17];

	(void)tc;
	ATF_CHECK_EQ(identify("x86_64", SET(recorded_forged), RECORDED_FORGED_LINE), NULL);
	/* Another thread's line; another stack pointer, as from another /proc. */
	ATF_CHECK_EQ(identify("x86_64", SET(recorded_x86_64), RECORDED_INT80_LINE), NULL);
	ATF_CHECK_EQ(identify("arm", SET(recorded_arm), RECORDED_THUMB_LINE), NULL);
	/* Nothing will be executed; the kernel gives no arguments. */
	ATF_CHECK_EQ(identify("x86_64", SET(recorded_x86_64), "-1 0x7fffc1054900 0x4000bb\n"),
		     NULL);
	ATF_CHECK_EQ(identify("i386", SET(recorded_i386), "-1 0xffd4d990 0x400079\n"),
		     abi_find("i386"));
	ATF_CHECK_EQ(identify("arm", SET(recorded_aarch64_cut), RECORDED_AARCH64_LINE), NULL);
	/*
	 * Before 5.11 a 32-bit program that has jumped to 64-bit code kept its
	 * 68 bytes: the kernel takes the arguments of `syscall` from elsewhere.
	 */
	memcpy(old, recorded_i386, sizeof(old));
	old[4] = 0x84000004;
	ATF_CHECK_EQ(identify("x86_64", SET(old), RECORDED_I386_LINE), NULL);
}

ATF_TC(spoken);
ATF_TC_HEAD(spoken, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a line of /proc/TID/syscall is read whole or "
				       "refused");
}
ATF_TC_BODY(spoken, tc)
{
	static const char *const bad[] = {
		"", "\n", "running\n", "39\n", "39 0x1\n", "39 0x1 0x2 0x3\n", "x 0x1 0x2\n",
		"39 0x1 0x2 0x3 0x4 0x5 0x6 0x7\n", "39 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8 0x9\n",
		"39 0x1 0x2 0x3 0x4 0x5 0x6 0x7 y\n", "-1 0x1 0x2 0x3\n",
		"-1 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8\n",
		"99999999999 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8\n",
		"39 0x11111111111111111 0x2 0x3 0x4 0x5 0x6 0x7 0x8\n",
		"39 1 0x2 0x3 0x4 0x5 0x6 0x7 0x8\n", "39  0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8\n",
	};
	struct call_spoken s;

	(void)tc;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_EQ_MSG(call_parse_spoken(bad[i], &s), -EINVAL, "\"%s\"", bad[i]);
	ATF_REQUIRE_EQ(call_parse_spoken("39 0x1 0x2 0x3 0x4 0x5 0x6 0xffffffffffffffff 0x8\n", &s),
		       0);
	ATF_CHECK(s.has_args);
	ATF_CHECK_EQ(s.nr, 39);
	for (uint64_t i = 0; i < ABI_NARGS; i++)
		ATF_CHECK_EQ(s.args[i], i + 1);
	ATF_CHECK_EQ(s.sp, UINT64_MAX);
	ATF_CHECK_EQ(s.ip, 8);
	ATF_REQUIRE_EQ(call_parse_spoken("-1 0x7 0x8\n", &s), 0);
	ATF_CHECK(!s.has_args);
	ATF_CHECK_EQ(s.nr, -1);
	ATF_CHECK_EQ(s.sp, 7);
	ATF_CHECK_EQ(s.ip, 8);
}

ATF_TC(seccomp_data);
ATF_TC_HEAD(seccomp_data, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that what a listener is told of a call reads as what "
			  "a register set says of it, x32's arguments of 64 bits included");
}
ATF_TC_BODY(seccomp_data, tc)
{
	(void)tc;
	for (size_t i = 0; i < NENTRIES; i++) {
		const struct entered *e = &entries[i];
		struct seccomp_data data = { .nr = (int)e->nr, .arch = abi_find(e->abi)->audit_arch,
					     .instruction_pointer = e->ip };
		struct call c;

		memcpy(data.args, e->args, sizeof(data.args));
		call_of_seccomp(&data, &c);
		ATF_CHECK_EQ_MSG(c.point, CALL_SECCOMP, "%s", e->what);
		ATF_CHECK_EQ_MSG(c.abi, abi_find(e->abi), "%s", e->what);
		ATF_CHECK_EQ_MSG(c.nr, e->nr, "%s: number %lld", e->what, (long long)c.nr);
		ATF_CHECK_MSG(!memcmp(c.args, e->args, sizeof(c.args)), "%s", e->what);
		ATF_CHECK_EQ_MSG(c.ip, e->ip, "%s", e->what);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, seccomp_data);
	ATF_TP_ADD_TC(tp, entry);
	ATF_TP_ADD_TC(tp, result);
	ATF_TP_ADD_TC(tp, number);
	ATF_TP_ADD_TC(tp, arg0);
	ATF_TP_ADD_TC(tp, no_call);
	ATF_TP_ADD_TC(tp, wrong_size);
	ATF_TP_ADD_TC(tp, identify);
	ATF_TP_ADD_TC(tp, identify_not);
	ATF_TP_ADD_TC(tp, spoken);
	return atf_no_error();
}
