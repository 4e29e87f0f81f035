/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files.h - room in the supervisor's own table of descriptors. What a tracee
 * makes it keep (helpers, channels, files on their way) never takes the last
 * numbers: those are for what the supervisor must be able to do at any time,
 * and for what a call needs while it is performed.
 */
#ifndef BELAY_SANDBOX_FILES_H
#define BELAY_SANDBOX_FILES_H

#include <stdbool.h>

/* Once, when RLIMIT_NOFILE is what it will be. */
void files_init(void);

/*
 * May this descriptor stay open beyond the call at hand? The kernel gives out
 * the lowest free number, so its own number tells how many there are.
 */
bool files_may_last(int fd);

#endif
