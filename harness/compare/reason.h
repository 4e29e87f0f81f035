/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reason.h - whether two reasons say the same thing. What differs from run to run is no
 * difference: process ids, addresses, times, and where in a file a check stands. Pure.
 */
#ifndef BELAY_HARNESS_REASON_H
#define BELAY_HARNESS_REASON_H

#include <stdbool.h>

/*
 * The reason with every such number replaced by '#': numbers of four or more digits,
 * 0x... of more than three, times ("1.5 s", "[   12.34]"), the line in "file.c:12", and
 * what is told to be a process ("pid 12", "in child 12", "12 reports"). Other small
 * numbers stay: they are signals, errno values, statuses and counts. To be freed.
 */
char *reason_normal(const char *reason);
bool reason_same(const char *a, const char *b);

#endif
