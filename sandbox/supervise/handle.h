/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handle.h - one supervised call, from its seccomp stop to its delivery.
 */
#ifndef BELAY_SANDBOX_HANDLE_H
#define BELAY_SANDBOX_HANDLE_H

#include "sandbox/supervise/deliver.h"

/* As deliver_outcome(). */
int handle_call(struct supervisor *sv, struct tracee *t, enum deliver_next *next);

#endif
