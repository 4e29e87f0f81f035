/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi_i386.c - 32-bit x86 programs, and `int 0x80` from 64-bit code: that is
 * an i386 call too, in a task whose register set is the 64-bit one.
 */
#include <linux/audit.h>

#include "arch/abi_list.h"

/* The kernel's struct user_regs_struct32: 17 words, orig_eax the 12th. */
static const struct abi_regs own = {
	.size = 17 * 4,
	.nr = { 44, 4 },     /* orig_eax */
	.nr_in = { 24, 4 },  /* eax */
	.ret = { 24, 4 },    /* eax; -ENOSYS from entry on */
	.ip = { 48, 4 },
	.sp = { 60, 4 },
	.args = {
		{ 0, 4 },    /* ebx */
		{ 4, 4 },    /* ecx */
		{ 8, 4 },    /* edx */
		{ 12, 4 },   /* esi */
		{ 16, 4 },   /* edi */
		{ 20, 4 },   /* ebp */
	},
};

/* In struct user_regs_struct. The kernel takes the low halves of arguments. */
static const struct abi_regs in_64 = {
	.size = 27 * 8,
	.nr = { 120, 8 },
	.nr_in = { 80, 8 },
	.ret = { 80, 8 },
	.ip = { 128, 8 },
	.sp = { 152, 8 },
	.args = {
		{ 40, 4 },   /* rbx */
		{ 88, 4 },   /* rcx */
		{ 96, 4 },   /* rdx */
		{ 104, 4 },  /* rsi */
		{ 112, 4 },  /* rdi */
		{ 32, 4 },   /* rbp */
	},
};

const struct abi abi_i386 = {
	.name = "i386",
	.family = "x86",
	.audit_arch = AUDIT_ARCH_I386,
	.nr_restart = 0,
	.word = 4,
	.insn_len = 2,	     /* int 0x80; sysenter returns behind one in the vDSO */
	.nr_by = ABI_NR_REGSET,
	.poke_user = false,  /* a 64-bit tracee's rax would lose its sign */
	.shows_restart = true,
	.regs = &own,
	.regs64 = &in_64,
};
