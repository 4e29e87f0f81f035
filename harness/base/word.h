/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * word.h - which valid word somebody may have meant. Pure.
 */
#ifndef BELAY_HARNESS_WORD_H
#define BELAY_HARNESS_WORD_H

#include <stddef.h>

/* The nearest of `count` words, or NULL when none is near enough to be meant. */
const char *word_nearest(const char *given, const char *const *words, size_t count);

#endif
