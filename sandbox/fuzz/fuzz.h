/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz.h - a fuzz target: a function that is given any bytes and aborts when
 * the code under test breaks a promise. The same function runs below libFuzzer
 * (libfuzzer.c) and on the corpora in `make check` (replay.c). Test code.
 */
#ifndef BELAY_FUZZ_H
#define BELAY_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fuzz_target {
	const char *name;	/* the folder of its corpus, too */
	void (*run)(const uint8_t *bytes, size_t len);
};

/* The targets of this room; run is NULL past the last. */
extern const struct fuzz_target fuzz_targets[];

/* By name, or NULL. */
static inline const struct fuzz_target *fuzz_find(const char *name)
{
	for (const struct fuzz_target *t = fuzz_targets; t->run; t++)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

/* A promise: what is said is printed, and the process aborts, when it is broken. */
#define FUZZ_CHECK(holds, ...) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #holds); \
			fprintf(stderr, __VA_ARGS__); \
			fputc('\n', stderr); \
			abort(); \
		} \
	} while (0)

/* The input, taken from its front; zeros where it has ended. */
struct fuzz_in {
	const uint8_t *at;
	size_t left;
};

static inline void fuzz_take(struct fuzz_in *in, void *out, size_t len)
{
	size_t n = len < in->left ? len : in->left;

	memset(out, 0, len);
	if (n)
		memcpy(out, in->at, n);
	in->at += n;
	in->left -= n;
}

static inline uint8_t fuzz_u8(struct fuzz_in *in)
{
	uint8_t v;

	fuzz_take(in, &v, sizeof(v));
	return v;
}

static inline uint64_t fuzz_u64(struct fuzz_in *in)
{
	uint64_t v;

	fuzz_take(in, &v, sizeof(v));
	return v;
}

/* `len` bytes as a string of its own, so that a sanitizer sees one too many; to be freed. */
static inline char *fuzz_text(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1);

	if (!text)
		abort();
	if (len)
		memcpy(text, bytes, len);
	text[len] = '\0';
	return text;
}

#endif
