/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wrap.h - words one after the other, broken at the width of the screen, and made safe
 * for a terminal. Pure.
 */
#ifndef BELAY_HARNESS_WRAP_H
#define BELAY_HARNESS_WRAP_H

#include "harness/base/buf.h"

struct wrap {
	struct buf *out;
	unsigned width;
	int indent;	 /* of the lines after the first */
	struct buf line; /* not written yet */
	size_t words;	 /* in it */
};

/* `first` begins the first line as it is, without a blank behind it. */
void wrap_begin(struct wrap *w, struct buf *out, unsigned width, int indent, const char *first);
/* One word, never broken; its blanks stay. */
void wrap_word(struct wrap *w, const char *word);
/* A sentence, word by word. */
void wrap_words(struct wrap *w, const char *text);
void wrap_end(struct wrap *w);

#endif
