/* SPDX-License-Identifier: BSD-2-Clause */
/* restart.h - a call that a signal takes away from the listener comes again. */
#ifndef BELAY_SANDBOX_RESTART_H
#define BELAY_SANDBOX_RESTART_H

#include <stdbool.h>

struct supervisor;
struct tracee;

/*
 * At a signal-delivery-stop: *sig becomes 0 if the signal has to wait until the call that
 * it has interrupted is received. 0 or -errno; -ESRCH is normal life.
 */
int restart_on_signal(struct supervisor *sv, struct tracee *t, int *sig);

/* A call of the thread is received, and not yet answered: it stops behind the answer. */
void restart_received(const struct tracee *t);

/* Whether a signal waits. */
bool restart_holds(const struct tracee *t);

/* At PTRACE_EVENT_STOP: the signal that has waited comes now. */
void restart_let_go(struct tracee *t);

/* At PTRACE_EVENT_EXEC: what waits for the thread that has become the leader, waits for that. */
void restart_on_exec(struct supervisor *sv, struct tracee *leader);

#endif
