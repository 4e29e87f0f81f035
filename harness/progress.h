/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress.h - what kmatrix is doing, on standard error, while several threads do
 * it: one line that changes on a terminal, lines that stay in a file.
 */
#ifndef BELAY_HARNESS_PROGRESS_H
#define BELAY_HARNESS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRESS_SLOTS 8 /* as many threads can show what they do */

/* `total` is the number of cases asked for in all. */
void progress_start(bool quiet, size_t total);
/* The changing line goes away. */
void progress_stop(void);

/* A line that stays, in both modes. */
void progress_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * What a thread does now: which cell, where in it (a program, or "boot"), and how
 * many of its cases are through. In a file it is a line when cell or place changed.
 */
void progress_show(unsigned slot, const char *cell, const char *place, size_t done, size_t of);
/* The thread is through with these: `done` cases are behind us for good. */
void progress_done(unsigned slot, size_t done);

#endif
