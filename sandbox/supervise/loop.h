/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - wait for tracees and dispatch their stops.
 */
#ifndef BELAY_SANDBOX_LOOP_H
#define BELAY_SANDBOX_LOOP_H

#include "sandbox/supervise/supervisor.h"

/*
 * Until nothing is left to wait for. The wait status of sv->command goes to
 * *status. -errno when the supervisor failed; tracees may be left then.
 */
int loop_run(struct supervisor *sv, int *status);

#endif
