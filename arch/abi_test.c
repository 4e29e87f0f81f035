/* SPDX-License-Identifier: BSD-2-Clause */
/* abi_test.c - the table of ABIs: whole, without contradiction, ours in it. */
#include <linux/audit.h>
#include <string.h>
#include <sys/procfs.h>
#include <sys/syscall.h>

#include <atf-c.h>

#include "arch/abi.h"

ATF_TC(names);
ATF_TC_HEAD(names, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that an ABI is found by its name and by no other");
}
ATF_TC_BODY(names, tc)
{
	static const char *const known[] = { "x86_64", "i386", "x32", "aarch64", "arm" };
	size_t n = 0;

	(void)tc;
	while (abi_at(n))
		n++;
	ATF_CHECK(n >= sizeof(known) / sizeof(known[0]));
	ATF_CHECK_EQ(abi_at(n + 1), NULL);
	for (size_t i = 0; i < n; i++)
		ATF_CHECK_EQ(abi_find(abi_at(i)->name), abi_at(i));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		ATF_REQUIRE(abi_find(known[i]));
		ATF_CHECK_STREQ(abi_find(known[i])->name, known[i]);
	}
	ATF_CHECK_EQ(abi_find(""), NULL);
	ATF_CHECK_EQ(abi_find("x86"), NULL);
	ATF_CHECK_EQ(abi_find("x86_64 "), NULL);
}

ATF_TC(native);
ATF_TC_HEAD(native, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the native ABI is that of the compiler: word, "
				       "register set, restart number");
}
ATF_TC_BODY(native, tc)
{
	const struct abi *abi = abi_native();

	(void)tc;
	ATF_REQUIRE(abi);
	ATF_CHECK_EQ(abi_find(abi->name), abi);
	ATF_CHECK_EQ(abi->word, sizeof(long));
	ATF_CHECK_EQ(abi->word, sizeof(void *));
	ATF_CHECK_EQ(abi->regs->size, sizeof(elf_gregset_t));
	ATF_CHECK_EQ((uint32_t)abi->nr_restart, (uint32_t)SYS_restart_syscall);
	ATF_CHECK_EQ(abi->nr_restart & abi->nr_bit, abi->nr_bit);
}

static bool is_inside(const struct abi_regs *regs, struct abi_reg reg)
{
	return (reg.size == 4 || reg.size == 8) && reg.offset % reg.size == 0 &&
	       reg.offset + reg.size <= regs->size;
}

static void check_regs(const struct abi_regs *regs)
{
	ATF_CHECK(regs->size <= ABI_REGS_MAX);
	ATF_CHECK(is_inside(regs, regs->nr));
	ATF_CHECK(is_inside(regs, regs->nr_in));
	ATF_CHECK(is_inside(regs, regs->ret));
	ATF_CHECK(is_inside(regs, regs->ip));
	ATF_CHECK(is_inside(regs, regs->sp));
	for (int i = 0; i < ABI_NARGS; i++) {
		ATF_CHECK(is_inside(regs, regs->args[i]));
		for (int k = 0; k < i; k++)
			ATF_CHECK(regs->args[i].offset != regs->args[k].offset);
	}
	ATF_CHECK(!regs->arg0_copy.size || is_inside(regs, regs->arg0_copy));
	ATF_CHECK(!regs->psr_always == !regs->psr.size);
	ATF_CHECK(!regs->psr.size || is_inside(regs, regs->psr));
}

ATF_TC(registers);
ATF_TC_HEAD(registers, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every register lies inside its register set");
}
ATF_TC_BODY(registers, tc)
{
	const struct abi *abi;

	(void)tc;
	for (size_t i = 0; (abi = abi_at(i)); i++) {
		check_regs(abi->regs);
		ATF_CHECK_EQ(abi_regs_of_size(abi, abi->regs->size), abi->regs);
		ATF_CHECK_EQ(abi_regs_of_size(abi, abi->regs->size - 1), NULL);
		ATF_CHECK_EQ(abi_regs_of_size(abi, 0), NULL);
		if (!abi->regs64)
			continue;
		check_regs(abi->regs64);
		ATF_CHECK_EQ(abi_regs_of_size(abi, abi->regs64->size), abi->regs64);
		ATF_CHECK(abi->regs64->size != abi->regs->size);
	}
}

ATF_TC(of_call);
ATF_TC_HEAD(of_call, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that architecture and number name the ABI, bit 30 "
				       "x32, and that what is not known is NULL");
}
ATF_TC_BODY(of_call, tc)
{
	static const struct {
		uint32_t arch;
		uint64_t nr;
		const char *abi;
	} calls[] = {
		{ AUDIT_ARCH_X86_64, 0, "x86_64" },
		{ AUDIT_ARCH_X86_64, 0x3fffffff, "x86_64" },
		{ AUDIT_ARCH_X86_64, 0x40000000, "x32" },
		{ AUDIT_ARCH_X86_64, 0x400000db, "x32" },
		{ AUDIT_ARCH_X86_64, 0xffffffff, "x86_64" },
		{ AUDIT_ARCH_X86_64, UINT64_MAX, "x86_64" },
		{ AUDIT_ARCH_X86_64, 0x0000000100000001, "x86_64" },
		{ AUDIT_ARCH_X86_64, 0x0000000140000001, "x32" },
		{ AUDIT_ARCH_I386, 0, "i386" },
		{ AUDIT_ARCH_I386, 0x40000001, "i386" },
		{ AUDIT_ARCH_AARCH64, 0x40000001, "aarch64" },
		{ AUDIT_ARCH_ARM, 0x000f0002, "arm" },
		{ AUDIT_ARCH_ARMEB, 1, NULL },
		{ AUDIT_ARCH_PPC64, 1, NULL },
		{ 0, 0, NULL },
	};
	const struct abi *abi;

	(void)tc;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		abi = abi_of_call(calls[i].arch, calls[i].nr);
		ATF_CHECK_EQ_MSG(abi, calls[i].abi ? abi_find(calls[i].abi) : NULL,
				 "row %zu is %s", i, abi ? abi->name : "unknown");
	}
	for (size_t i = 0; (abi = abi_at(i)); i++)
		ATF_CHECK_EQ(abi_of_call(abi->audit_arch, (uint32_t)abi->nr_restart), abi);
}

ATF_TC(coexists);
ATF_TC_HEAD(coexists, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the x86 ABIs share kernels, and the ARM ones, "
				       "and no others");
}
ATF_TC_BODY(coexists, tc)
{
	const struct abi *a, *b;

	(void)tc;
	for (size_t i = 0; (a = abi_at(i)); i++)
		for (size_t k = 0; (b = abi_at(k)); k++) {
			bool a_is_arm = !strcmp(a->name, "arm") || !strcmp(a->name, "aarch64");
			bool b_is_arm = !strcmp(b->name, "arm") || !strcmp(b->name, "aarch64");

			ATF_CHECK_EQ(abi_coexists(a, b), a_is_arm == b_is_arm);
		}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, names);
	ATF_TP_ADD_TC(tp, native);
	ATF_TP_ADD_TC(tp, registers);
	ATF_TP_ADD_TC(tp, of_call);
	ATF_TP_ADD_TC(tp, coexists);
	return atf_no_error();
}
