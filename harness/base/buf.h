/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf.h - growing text and memory that cannot be refused: kmatrix is a tool for
 * people at a terminal, so out of memory ends it with one line and status 2.
 */
#ifndef BELAY_HARNESS_BUF_H
#define BELAY_HARNESS_BUF_H

#include <stdarg.h>
#include <stddef.h>

void *buf_realloc(void *old, size_t count, size_t size);
/* NULL stays NULL. */
char *buf_strdup(const char *s);
char *buf_strndup(const char *s, size_t len);
char *buf_asprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Room for one more element in an array of *cap elements that holds `count`;
 * returns the array, perhaps moved.
 */
void *buf_grow(void *array, size_t count, size_t *cap, size_t size);

/* Bytes with a NUL behind them; {0} is an empty one. */
struct buf {
	char *p; /* NULL until the first byte */
	size_t len, cap;
};

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *b);

/*
 * A whole file, at most `max` bytes of it (what is behind is left out: a guest
 * that floods its console must not take the host's memory). 0 or -errno.
 */
int buf_read_file(struct buf *b, const char *path, size_t max);
/* The same from a descriptor, from where it stands to its end. */
int buf_read_fd(struct buf *b, int fd, size_t max);

#endif
