/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape.h - hostile text made fit for where it is written: a terminal, JSON, XML,
 * HTML, TAP. Pure. Text is bytes and a length, because what a guest printed may
 * hold any byte, NUL too.
 */
#ifndef BELAY_HARNESS_ESCAPE_H
#define BELAY_HARNESS_ESCAPE_H

#include <stddef.h>

#include "harness/base/buf.h"

/* What becomes of the ends of lines and of tabs. */
enum escape_lines { ESCAPE_ONE_LINE, ESCAPE_KEEP_LINES };

/*
 * Only characters that can be seen: control characters, bytes that are no UTF-8,
 * and characters that turn text around, hide in it or are none (U+202E, U+200B,
 * U+FFFE) become \xNN, byte by byte. What comes out is UTF-8 that XML allows.
 */
void escape_visible(struct buf *out, const char *text, size_t len, enum escape_lines lines);

/* A JSON string with its quotes, the same text again: control characters as \u00NN,
 * a byte that is no UTF-8 as U+FFFD, '<' as \u003c so that no page ends inside it. */
void escape_json(struct buf *out, const char *text, size_t len);

/* Visible text in XML or HTML, inside an element or inside quotes. */
void escape_markup(struct buf *out, const char *text, size_t len, enum escape_lines lines);

/* Visible text on one line as a JSON string. */
void escape_json_visible(struct buf *out, const char *text, size_t len, enum escape_lines lines);

/* How much of `len` bytes stays when at most `max` may, no character cut in two. */
size_t escape_cut(const char *text, size_t len, size_t max);

#endif
