/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi_aarch64.c - 64-bit ARM programs. The register set is the kernel's
 * struct user_pt_regs: x0 to x30, sp, pc, pstate.
 *
 * x8 holds the number at entry, but what the kernel executes afterwards is
 * NT_ARM_SYSTEM_CALL. x7 reads 0 at a syscall-enter-stop and 1 at an exit-stop,
 * and what is written there is discarded.
 *
 * seccomp, SYSCALL_INFO and call restart take the first argument from orig_x0,
 * which is in no register set. A tracer's write of x0 reaches it only since
 * 6.1.191, 6.12.114 and 7.x, or through PTRACE_SET_SYSCALL_INFO (6.16): on older
 * kernels a filter cannot police a first argument that the tracer has changed.
 */
#include <linux/audit.h>

#include "arch/abi_list.h"

static const struct abi_regs own = {
	.size = 34 * 8,
	.nr = { 64, 8 },     /* x8 */
	.nr_in = { 64, 8 },
	.ret = { 0, 8 },     /* x0 */
	.ip = { 256, 8 },
	.sp = { 248, 8 },
	.args = { { 0, 8 }, { 8, 8 }, { 16, 8 }, { 24, 8 }, { 32, 8 }, { 40, 8 } },
	.arg0_hidden = true,
};

const struct abi abi_aarch64 = {
	.name = "aarch64",
	.family = "arm",
	.audit_arch = AUDIT_ARCH_AARCH64,
	.nr_restart = 128,
	.word = 8,
	.insn_len = 4,	     /* svc */
	.insn = 0xd4000001,  /* svc 0 */
	.nr_by = ABI_NR_SYSTEM_CALL,
	.poke_user = false,  /* arm64 has no such request */
	.regs = &own,
};
