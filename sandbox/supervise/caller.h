/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caller.h - who makes a call, where no tracer has followed it from its birth:
 * in a pid namespace of which the supervisor is init. All its processes have
 * the same rules there, so that nothing has to be known of them in advance.
 */
#ifndef BELAY_SANDBOX_CALLER_H
#define BELAY_SANDBOX_CALLER_H

#include "sandbox/supervise/supervisor.h"

/* For one call. */
struct caller {
	struct tracee thread;
	struct process process;
};

/*
 * The thread that waits for an answer. 0 with the record in *c, until
 * caller_end(); -ESRCH when it has gone.
 */
int caller_find(struct supervisor *sv, pid_t tid, struct caller *c);
void caller_end(struct supervisor *sv, struct caller *c);

/*
 * Trace the thread, until caller_return(), with a record in the table. -EPERM:
 * somebody else does.
 */
int caller_borrow(struct supervisor *sv, const struct tracee *caller, struct tracee **out);

/* In a stop: let it go on untraced, with a signal or 0, and forget it. */
int caller_return(struct supervisor *sv, struct tracee *t, int sig);

/* Somebody has made us his tracer (PTRACE_TRACEME): not for long. */
int caller_refuse(pid_t tid, int sig);

#endif
