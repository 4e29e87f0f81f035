/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi.h - one ABI as data: how a program enters the kernel, and where its
 * register set keeps what a tracer needs. An ABI is one file with one const
 * struct abi, registered by one line in abi.c. Nothing here makes a system
 * call; reading and changing a live call is call.h.
 */
#ifndef BELAY_ARCH_ABI_H
#define BELAY_ARCH_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ABI_NARGS 6
#define ABI_REGS_MAX 272 /* the largest NT_PRSTATUS here: aarch64 */

/* Byte offset and width of one register in the NT_PRSTATUS set. */
struct abi_reg {
	uint16_t offset;
	uint8_t size;
};

/* How a tracer changes the number of a call that has been entered. */
enum abi_nr_by {
	ABI_NR_REGSET,	   /* write `nr` in the register set */
	ABI_NR_SYSTEM_CALL /* NT_ARM_SYSTEM_CALL, or PTRACE_SET_SYSCALL */
};

struct abi {
	const char *name;	/* "x86_64" */
	uint32_t audit_arch;	/* AUDIT_ARCH_*, what seccomp_data.arch says */
	uint32_t nr_bit;	/* bit that marks the ABI in a number (x32), or 0 */
	uint8_t word;		/* bytes of a long and of a pointer */
	uint8_t insn_len;	/* bytes from the syscall instruction to ip */
	enum abi_nr_by nr_by;
	size_t regset_size;	/* NT_PRSTATUS bytes; tells the ABI of a register set */
	struct abi_reg nr, ret, ip, sp;
	struct abi_reg args[ABI_NARGS];
	struct abi_reg first_arg_copy;	/* size 0: none. arm: ORIG_r0, what seccomp sees */
	int32_t nr_restart;	/* restart_syscall */
};

/* The ABI this program was built for. */
const struct abi *abi_native(void);

/* Every known ABI, in a fixed order; NULL past the last. */
const struct abi *abi_at(size_t index);

/* By name, or NULL. */
const struct abi *abi_find(const char *name);

/*
 * The ABI of a call as seccomp_data or PTRACE_GET_SYSCALL_INFO names it:
 * audit_arch, and for x86_64 bit 30 of the number. NULL when none is known.
 */
const struct abi *abi_of_call(uint32_t audit_arch, uint64_t nr);

/* Whether a kernel that runs `host` programs may also run `guest` ones. */
bool abi_coexists(const struct abi *host, const struct abi *guest);

#endif
