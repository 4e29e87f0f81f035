/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi_x32.c - 32-bit pointers, 64-bit registers: an x86_64 call whose number
 * has bit 30 set. The audit architecture is x86_64's, so only the number tells.
 * Arguments stay 64 bits wide: calls shared with x86_64 use all of them.
 */
#include <linux/audit.h>

#include "arch/abi_list.h"

const struct abi abi_x32 = {
	.name = "x32",
	.family = "x86",
	.audit_arch = AUDIT_ARCH_X86_64,
	.nr_bit = 0x40000000,
	.nr_restart = 0x40000000 + 219,
	.word = 4,
	.insn_len = 2,
	.nr_by = ABI_NR_REGSET,
	.poke_user = false, /* data is 32 bits there: -EPERM would lose its sign */
	.shows_restart = true,
	.regs = &abi_x86_64_regs,
};
