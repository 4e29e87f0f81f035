/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi_arm.c - 32-bit ARM programs (EABI), on ARM and on arm64 kernels. The
 * register set is uregs[18]: r0 to r15, cpsr, ORIG_r0.
 *
 * r7 holds the number at entry, but what the kernel executes afterwards is
 * kept elsewhere: PTRACE_SET_SYSCALL or NT_ARM_SYSTEM_CALL change it. seccomp
 * takes the first argument from ORIG_r0, execution from r0, so a tracer writes
 * both. r12 reads 0 at a syscall-enter-stop and 1 at an exit-stop, and what is
 * written there is discarded. A skipped call returns what is in r0.
 *
 * The old ABI (number in the swi instruction) needs CONFIG_OABI_COMPAT, which
 * excludes seccomp filters: a kernel that has it cannot run the sandbox at all.
 *
 * A 32-bit tracer sees a 64-bit tracee through the same 72 bytes, truncated;
 * cpsr bit 4 is clear then.
 */
#include <linux/audit.h>

#include "arch/abi_list.h"

static const struct abi_regs own = {
	.size = 18 * 4,
	.nr = { 28, 4 },     /* r7 */
	.nr_in = { 28, 4 },
	.ret = { 0, 4 },     /* r0 */
	.ip = { 60, 4 },     /* r15 */
	.sp = { 52, 4 },     /* r13 */
	.args = { { 0, 4 }, { 4, 4 }, { 8, 4 }, { 12, 4 }, { 16, 4 }, { 20, 4 } },
	.arg0_copy = { 68, 4 },
	.psr = { 64, 4 },
	.psr_always = 1u << 4, /* AArch32 state */
	.psr_short = 1u << 5,  /* T */
};

const struct abi abi_arm = {
	.name = "arm",
	.family = "arm",
	.audit_arch = AUDIT_ARCH_ARM,
	.nr_restart = 0,
	.word = 4,
	.insn_len = 4,	       /* svc */
	.insn = 0xef000000,    /* svc 0 */
	.insn_short = 0xdf00,
	.nr_by = ABI_NR_SET_SYSCALL,
	.poke_user = true,
	.regs = &own,
};
