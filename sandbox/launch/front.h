/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * front.h - the process that was called as belay, when the supervisor is
 * another one: it is who can be waited for, signalled, stopped and killed.
 */
#ifndef BELAY_SANDBOX_FRONT_H
#define BELAY_SANDBOX_FRONT_H

#include "sandbox/launch/nest.h"

/*
 * Pass signals on to the supervisor until it ends. Its exit status, or -1 when
 * it was killed: no process of the sandbox is left in either case.
 */
int front_wait(const struct nest *n);

#endif
