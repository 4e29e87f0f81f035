/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi_x86_64.c - 64-bit x86 programs. The register set is the kernel's
 * struct user_regs_struct: 27 words, orig_rax the 16th.
 */
#include <linux/audit.h>

#include "arch/abi_list.h"

const struct abi_regs abi_x86_64_regs = {
	.size = 27 * 8,
	.nr = { 120, 8 },    /* orig_rax */
	.nr_in = { 80, 8 },  /* rax */
	.ret = { 80, 8 },    /* rax; -ENOSYS from entry on */
	.ip = { 128, 8 },
	.sp = { 152, 8 },
	.args = {
		{ 112, 8 },  /* rdi */
		{ 104, 8 },  /* rsi */
		{ 96, 8 },   /* rdx */
		{ 56, 8 },   /* r10 */
		{ 72, 8 },   /* r8 */
		{ 64, 8 },   /* r9 */
	},
};

const struct abi abi_x86_64 = {
	.name = "x86_64",
	.family = "x86",
	.audit_arch = AUDIT_ARCH_X86_64,
	.nr_restart = 219,
	.word = 8,
	.insn_len = 2,	     /* syscall */
	.nr_by = ABI_NR_REGSET,
	.poke_user = true,   /* these offsets, whatever the tracee's ABI is */
	.shows_restart = true,
	.regs = &abi_x86_64_regs,
};
