/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.c - texts of errors, and the word that was probably meant. Prints
 * nothing.
 */
#include "sandbox/policy/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What is quoted comes from a file or a command line and may hold anything. */
static void make_one_line(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++)
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
}

int error_set(struct policy_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	make_one_line(err->text);
	return -EINVAL;
}

int error_memory(struct policy_error *err)
{
	error_set(err, "out of memory");
	return -ENOMEM;
}

void error_place(struct policy_error *err, struct policy_origin at)
{
	struct policy_error bare = *err;

	if (at.file == NULL)
		return;
	if (at.line != 0)
		error_set(err, "%.200s:%u: %s", at.file, at.line, bare.text);
	else
		error_set(err, "%.200s: %s", at.file, bare.text);
}

#define WORD_MAX 64

/* Levenshtein distance, a swap of neighbours counting one; words up to WORD_MAX. */
static unsigned int distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned int rows[3][WORD_MAX + 1];
	unsigned int *older = rows[0], *old = rows[1], *now = rows[2];

	for (size_t j = 0; j <= nb; j++)
		old[j] = (unsigned int)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned int *spare = older;

		now[0] = (unsigned int)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned int best = old[j - 1] + (a[i - 1] != b[j - 1]);

			if (old[j] + 1 < best)
				best = old[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    older[j - 2] + 1 < best)
				best = older[j - 2] + 1;
			now[j] = best;
		}
		older = old;
		old = now;
		now = spare;
	}
	return old[nb];
}

const char *error_nearest(const char *word, size_t len, const char *const *words)
{
	const char *nearest = NULL;
	unsigned int best = 0;

	if (len > WORD_MAX)
		return NULL;
	for (; *words != NULL; words++) {
		size_t n = strlen(*words);
		unsigned int d;

		if (n > WORD_MAX)
			continue;
		d = distance(word, len, *words, n);
		if (nearest == NULL || d < best) {
			nearest = *words;
			best = d;
		}
	}
	/* Beyond a third of the word it is another word. */
	return nearest != NULL && best <= 1 + len / 3 ? nearest : NULL;
}
