/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi_list.h - the ABIs, one line each, in the order of abi_at(). Where the
 * audit architecture is shared (x86_64, x32) the one without a bit in the
 * number comes first.
 */
#ifndef BELAY_ARCH_ABI_LIST_H
#define BELAY_ARCH_ABI_LIST_H

#include "arch/abi.h"

#define ABI_LIST(ABI) \
	ABI(x86_64)   \
	ABI(i386)     \
	ABI(x32)      \
	ABI(aarch64)  \
	ABI(arm)

#define ABI_DECLARE(name) extern const struct abi abi_##name;
ABI_LIST(ABI_DECLARE)

/* Shared by x32. */
extern const struct abi_regs abi_x86_64_regs;

#endif
