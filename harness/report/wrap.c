/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wrap.c - break lines between words.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/report/report.h"
#include "harness/report/wrap.h"

void wrap_begin(struct wrap *w, struct buf *out, unsigned width, int indent, const char *first)
{
	*w = (struct wrap){.out = out, .width = width, .indent = indent};
	buf_puts(&w->line, first);
}

void wrap_word(struct wrap *w, const char *word)
{
	struct buf safe = {0};

	buf_puts(&safe, "");
	report_safe(&safe, word);
	if (w->words && w->line.len + 1 + safe.len > w->width) {
		buf_add(w->out, w->line.p, w->line.len);
		buf_puts(w->out, "\n");
		w->line.len = 0;
		buf_printf(&w->line, "%*s", w->indent, "");
		w->words = 0;
	}
	if (w->words++)
		buf_puts(&w->line, " ");
	buf_add(&w->line, safe.p, safe.len);
	buf_free(&safe);
}

void wrap_words(struct wrap *w, const char *text)
{
	char *words = buf_strdup(text), *save = NULL;

	for (char *p = strtok_r(words, " ", &save); p; p = strtok_r(NULL, " ", &save))
		wrap_word(w, p);
	free(words);
}

void wrap_end(struct wrap *w)
{
	buf_add(w->out, w->line.p, w->line.len);
	buf_puts(w->out, "\n");
	buf_free(&w->line);
}
