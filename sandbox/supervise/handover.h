/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handover.h - give a tracee a descriptor, through a channel: a unix socket
 * pair of which the process holds one end at a high number and the supervisor
 * the other.
 */
#ifndef BELAY_SANDBOX_HANDOVER_H
#define BELAY_SANDBOX_HANDOVER_H

#include <stdint.h>

#include "sandbox/supervise/tracee.h"

struct supervisor;

/*
 * Hand over t->job->fd: the program gets its number as the result of its call.
 * 0 with what to do next, -ESRCH when the tracee is gone, other -errno: it
 * cannot be left like this and must be killed.
 */
int handover_begin(struct supervisor *sv, struct tracee *t, enum tracee_next *next);

/* At the exit of a call that was injected for it. The same answers. */
int handover_step(struct supervisor *sv, struct tracee *t, int64_t result,
		  enum tracee_next *next);

/*
 * A tracee that was held, since the channel of its process was in use, and can
 * go on now, or NULL; call handover_resume() for it. To be asked after every stop.
 */
struct tracee *handover_waiting(struct supervisor *sv);
int handover_resume(struct supervisor *sv, struct tracee *t, enum tracee_next *next);

#endif
