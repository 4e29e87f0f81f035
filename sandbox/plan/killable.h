/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * killable.h - whether a call that waits killable keeps its answer, whatever
 * signal comes: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV as it was meant.
 */
#ifndef BELAY_SANDBOX_KILLABLE_H
#define BELAY_SANDBOX_KILLABLE_H

#include <stdbool.h>

/*
 * Try it, below the filter of look_install() with this listener. 1: kept; 0: an answer was
 * lost; -1: after many tries it could not be told.
 */
int killable_look(int listener);

/* Whether answers are kept, for sure: by the release, or by a look. */
bool killable_keeps_answers(int listener);

#endif
