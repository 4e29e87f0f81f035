/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify.h - the notify backend: calls reach the supervisor through a seccomp
 * listener and are answered through it, while the caller runs nothing. What
 * processes there are, and what they execute, comes from ptrace stops as in
 * the trace backend, and the lives of all hang on EXITKILL; or the supervisor
 * is init of their pid namespace, and nobody has to be followed: caller.h.
 */
#ifndef BELAY_SANDBOX_NOTIFY_H
#define BELAY_SANDBOX_NOTIFY_H

#include <stdbool.h>

#include "sandbox/supervise/supervisor.h"

struct helper;

/* Takes over `listener`. Blocks SIGCHLD from here on. 0 or -errno. */
int notify_start(struct supervisor *sv, int listener);
void notify_end(struct supervisor *sv);

/*
 * Answer calls until a child has something to say, or somebody is condemned.
 * 0, or -errno: the supervisor has failed.
 */
int notify_wait(struct supervisor *sv);

/* Whether the caller whose call is being handled still waits. */
bool notify_is_awaited(const struct supervisor *sv);

/* A helper was reaped: answer the call that waits for it. False: none does. */
bool notify_helper_ended(struct supervisor *sv, struct helper *h);

#endif
