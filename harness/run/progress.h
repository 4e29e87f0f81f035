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

/* How many cases and targets were asked for in all. */
void progress_start(bool quiet, size_t cases, size_t targets);
/* So many more: what went wrong is run again. */
void progress_more(size_t cases);
/* The changing line goes away, and nothing more is said. */
void progress_stop(void);

/* A line that stays, in both modes. */
void progress_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * What a thread does now: which target, where in it (a program, or "boot"), and how
 * many of its cases are through. Shown on a terminal only.
 */
void progress_show(unsigned slot, const char *target, const char *place, size_t done, size_t of);
/* The thread is through with these: `cases` of them are behind us for good. */
void progress_done(unsigned slot, size_t cases);
/* A target is finished: a line that stays, with what came of it, and what is left. */
void progress_target(const char *target, const char *summary);

/*
 * How many seconds the rest takes when it goes on as it went, or -1 where too little
 * is done to say so. Pure.
 */
long progress_estimate(long elapsed, size_t done, size_t total);
/* "45 s", "3 min", "1 h 20 min". Pure. */
void progress_time(long seconds, char *text, size_t size);

#endif
