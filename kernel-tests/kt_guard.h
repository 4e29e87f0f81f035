/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_guard.h - nothing outlives a case. The case process adopts every orphan
 * below it, and at its end (any end: atexit) kills and reaps all of them. For
 * the end that runs no code, SIGKILL by Kyua, a guard process in a session of
 * its own kills the process groups that were registered.
 */
#ifndef BELAY_KT_GUARD_H
#define BELAY_KT_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

void kt_guard_setup(void);

/* From the case and its children alike: a process group that must die with the case. */
void kt_guard_add_group(pid_t pgid);

/*
 * In a child in a pid namespace of its own: it and its children register no
 * more groups, for their pids are others there. They die with its process 1.
 */
void kt_guard_leave(void);

/*
 * Kill and reap every process below the case. Called at the end of a case.
 * False when some did not die in time: what is left is left to the guard.
 */
bool kt_guard_sweep(void);

#endif
