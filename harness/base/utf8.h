/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf8.h - one character of UTF-8 at a time. Pure.
 */
#ifndef BELAY_HARNESS_UTF8_H
#define BELAY_HARNESS_UTF8_H

#include <stddef.h>

/*
 * The bytes of the well-formed character at `text` (not the end of it): 1 to 4; 0
 * for a byte that begins none (overlong, surrogate, beyond U+10FFFF, cut short).
 */
size_t utf8_length(const char *text);

#endif
