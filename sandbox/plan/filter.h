/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.h - the call table as a seccomp filter. Pure.
 */
#ifndef BELAY_SANDBOX_FILTER_H
#define BELAY_SANDBOX_FILTER_H

#include <linux/filter.h>
#include <stddef.h>

#include "arch/abi.h"
#include "sandbox/plan/backend.h"

/*
 * Compile the filter for calls of these ABIs; every other call is refused
 * with ENOSYS. `closed` as in cond.h. Supervised calls answer
 * SECCOMP_RET_TRACE, or under BACKEND_NOTIFY SECCOMP_RET_USER_NOTIF, but for
 * those in whose place another call may be executed, as long as there is a
 * tracer (PLAN_TRACED). The caller frees out->filter. -ENOMEM, or -E2BIG beyond what the kernel takes (BPF_MAXINSNS).
 */
int filter_compile(const struct abi *const abis[], size_t nabis, unsigned int closed,
		   enum backend backend, struct sock_fprog *out);

#endif
