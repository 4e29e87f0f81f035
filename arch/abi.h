/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi.h - one ABI as data: how a program enters the kernel, and where its
 * register set keeps what a tracer needs. An ABI is one file with one const
 * struct abi, registered by one line in abi_list.h. Nothing here makes a
 * system call; reading and changing a live call is call.h.
 */
#ifndef BELAY_ARCH_ABI_H
#define BELAY_ARCH_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ABI_NARGS 6
#define ABI_REGS_MAX 272 /* the largest NT_PRSTATUS here: aarch64 */

/* Byte offset and width of one register in the NT_PRSTATUS set; size 0: none. */
struct abi_reg {
	uint16_t offset;
	uint8_t size;
};

/* Where a register set of `size` bytes keeps a call. */
struct abi_regs {
	uint16_t size;		/* NT_PRSTATUS bytes */
	struct abi_reg nr;	/* the number of the call that was entered */
	struct abi_reg nr_in;	/* where the syscall instruction looks for one */
	struct abi_reg ret, ip, sp;
	struct abi_reg args[ABI_NARGS];
	struct abi_reg arg0_copy; /* arm: ORIG_r0, what seccomp sees; r0 is what runs */
	bool arg0_hidden;	/* aarch64: what seccomp sees is in no register set */
	struct abi_reg psr;	/* arm: cpsr ... */
	uint32_t psr_always;	/* ... bits set in every register set of this ABI */
	uint32_t psr_short;	/* ... bits set when instructions are 2 bytes: Thumb */
};

/* How a tracer that is a program of this ABI changes the number of an entered call. */
enum abi_nr_by {
	ABI_NR_REGSET,	    /* writes `nr` in the register set */
	ABI_NR_SET_SYSCALL, /* PTRACE_SET_SYSCALL */
	ABI_NR_SYSTEM_CALL  /* the register set NT_ARM_SYSTEM_CALL */
};

struct abi {
	const char *name;	/* "x86_64" */
	const char *family;	/* "x86": one kernel may run all ABIs of a family */
	uint32_t audit_arch;	/* AUDIT_ARCH_*, what seccomp_data.arch says */
	uint32_t nr_bit;	/* bit that marks the ABI in a number (x32), or 0 */
	int32_t nr_restart;	/* restart_syscall */
	uint8_t word;		/* bytes of a long and of a pointer */
	uint8_t insn_len;	/* bytes of the syscall instruction; 2 where psr_short */
	enum abi_nr_by nr_by;
	bool poke_user;		/* a tracer of this ABI may POKEUSER offsets of `regs` */
	bool shows_restart;	/* at a signal-delivery-stop `ret` has the restart code: x86 */
	uint32_t insn;		/* the syscall instruction, where `shows_restart` is not set ... */
	uint16_t insn_short;	/* ... where psr_short */
	const struct abi_regs *regs;
	const struct abi_regs *regs64; /* the call made by 64-bit code (i386: int 0x80), or NULL */
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
 * Only the low 32 bits of the number count, as in the kernel; -1, which has
 * every bit set, is not an x32 number.
 */
const struct abi *abi_of_call(uint32_t audit_arch, uint64_t nr);

/* Whether a kernel that runs `host` programs may also run `guest` ones. */
bool abi_coexists(const struct abi *host, const struct abi *guest);

/* Where a register set of `size` bytes keeps this ABI's calls, or NULL. */
const struct abi_regs *abi_regs_of_size(const struct abi *abi, size_t size);

#endif
