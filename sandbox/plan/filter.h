/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.h - the call table as a seccomp filter. Pure.
 */
#ifndef BELAY_SANDBOX_FILTER_H
#define BELAY_SANDBOX_FILTER_H

#include <linux/filter.h>
#include <stddef.h>

#include "arch/abi.h"

/*
 * Compile the filter for calls of these ABIs; every other call is refused
 * with ENOSYS. `closed` as in cond.h. Supervised calls answer
 * SECCOMP_RET_TRACE. The caller frees out->filter. -ENOMEM, or -E2BIG beyond
 * what the kernel takes (BPF_MAXINSNS).
 */
int filter_compile(const struct abi *const abis[], size_t nabis, unsigned int closed,
		   struct sock_fprog *out);

#endif
