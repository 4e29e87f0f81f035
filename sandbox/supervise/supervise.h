/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervise.h - the life of a sandbox: every stop and every call of its
 * processes until the last is gone.
 */
#ifndef BELAY_SANDBOX_SUPERVISE_H
#define BELAY_SANDBOX_SUPERVISE_H

#include <sys/types.h>

#include "sandbox/launch/launch.h"
#include "sandbox/launch/nest.h"
#include "sandbox/plan/backend.h"
#include "sandbox/policy/policy.h"
#include "sandbox/report/report.h"

struct supervise {
	const struct policy *policy;
	struct report *report;
	struct launched *child;
	enum backend backend;	/* as the filter was made for */
	const struct nest *nest; /* whose init we are: nobody is traced; or NULL */
};

/* For struct launch: what the backend needs of PTRACE_SEIZE. */
unsigned long supervise_ptrace_options(void);

/*
 * Run to the end. The wait status of the command goes to *status. -errno when
 * the supervisor itself failed: every process of the sandbox is dead by then.
 * -ENOSYS where the kernel lacks pidfd_getfd (5.6). Call it from the thread
 * that has seized the child, if it is; it takes over the process's signals.
 */
int supervise_run(const struct supervise *s, int *status);

#endif
