/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lifetime.h - what sees to it that no process of the sandbox outlives belay.
 */
#ifndef BELAY_SANDBOX_LIFETIME_H
#define BELAY_SANDBOX_LIFETIME_H

#include "sandbox/plan/backend.h"

enum lifetime {
	LIFETIME_AUTO,	/* only before a plan is made */
	LIFETIME_PTRACE, /* belay traces every process: PTRACE_O_EXITKILL */
	LIFETIME_PIDNS	/* the supervisor is init of a pid namespace: ptrace is the program's own */
};

/* "auto", "ptrace", "pidns"; -EINVAL for another word. */
const char *lifetime_name(enum lifetime l);
int lifetime_parse(const char *word, enum lifetime *out);

/*
 * Why these rules need a tracer; NULL where a pid namespace will do. `closed` is
 * what the policy may refuse, as calls.h counts. Pure.
 */
const char *lifetime_obstacle(enum backend backend, unsigned int closed);

#endif
