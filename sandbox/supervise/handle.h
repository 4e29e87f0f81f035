/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handle.h - one supervised call, from its seccomp stop to its delivery.
 */
#ifndef BELAY_SANDBOX_HANDLE_H
#define BELAY_SANDBOX_HANDLE_H

#include "sandbox/supervise/deliver.h"

/* What is to come of a call; sv->condemned and sv->all_condemned may be set. */
int handle_judge(struct supervisor *sv, struct tracee *t, const struct call *c,
		 struct outcome *o);

/* Of an outcome that nobody is left for. */
void handle_drop(struct outcome *o);

/* At a seccomp stop. As deliver_outcome(). */
int handle_call(struct supervisor *sv, struct tracee *t, enum tracee_next *next);

#endif
