/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deliver.h - give the program its result. A plain value is written at the
 * seccomp stop. A descriptor is handed over: handover.h.
 */
#ifndef BELAY_SANDBOX_DELIVER_H
#define BELAY_SANDBOX_DELIVER_H

#include <stdbool.h>

#include "sandbox/supervise/supervisor.h"

/*
 * At the seccomp stop of `c`: carry the outcome out. 0 with what to do next,
 * -ESRCH when the tracee is gone, other -errno: it cannot be left like this
 * and must be killed.
 */
int deliver_outcome(struct supervisor *sv, struct tracee *t, const struct call *c,
		    struct outcome *o, enum tracee_next *next);

/*
 * For a call that waits at a listener, when its OUTCOME_FD cannot be given
 * there: answer it with anything afterwards. The tracee stops before it runs
 * on, and deliver_interrupted() takes over. Takes o->fd. 0 or -errno.
 */
int deliver_later(struct tracee *t, const struct call *c, struct outcome *o);

/* Whether that stop is to come; and at it. The same answers as above. */
bool deliver_is_late(const struct tracee *t);
int deliver_interrupted(struct supervisor *sv, struct tracee *t, enum tracee_next *next);

/* At a syscall-stop of a tracee with a job. The same answers. */
int deliver_step(struct supervisor *sv, struct tracee *t, enum tracee_next *next);

/* The helper of the tracee's job was reaped. The same answers. */
int deliver_helper_ended(struct supervisor *sv, struct tracee *t, enum tracee_next *next);

#endif
