/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf.c - growing text and memory. It knows nothing of what is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/buf.h"

static void __attribute__((noreturn)) buf_die(void)
{
	static const char text[] = "kmatrix: out of memory\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(2);
}

void *buf_realloc(void *old, size_t count, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(count, size, &bytes))
		buf_die();
	p = realloc(old, bytes ? bytes : 1);
	if (!p)
		buf_die();
	return p;
}

char *buf_strndup(const char *s, size_t len)
{
	char *p = buf_realloc(NULL, len + 1, 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *buf_strdup(const char *s)
{
	return s ? buf_strndup(s, strlen(s)) : NULL;
}

/* The length; the text may hold NULs. */
__attribute__((format(printf, 2, 0)))
static size_t buf_vasprintf(char **out, const char *fmt, va_list ap)
{
	int n = vasprintf(out, fmt, ap);

	if (n < 0)
		buf_die();
	return (size_t)n;
}

char *buf_asprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	buf_vasprintf(&p, fmt, ap);
	va_end(ap);
	return p;
}

void *buf_grow(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 16;
	return buf_realloc(array, *cap, size);
}

static void buf_room(struct buf *b, size_t more)
{
	size_t need;

	if (__builtin_add_overflow(b->len, more, &need) || need == SIZE_MAX)
		buf_die();
	if (need + 1 <= b->cap)
		return;
	b->cap = need + 1 > 2 * b->cap ? need + 1 : 2 * b->cap;
	b->p = buf_realloc(b->p, b->cap, 1);
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	buf_room(b, len);
	if (len)
		memcpy(b->p + b->len, bytes, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *p;
	size_t n;

	va_start(ap, fmt);
	n = buf_vasprintf(&p, fmt, ap);
	va_end(ap);
	buf_add(b, p, n);
	free(p);
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}

int buf_read_fd(struct buf *b, int fd, size_t max)
{
	while (b->len < max) {
		size_t want = max - b->len < 65536 ? max - b->len : 65536;
		ssize_t n;

		buf_room(b, want);
		n = read(fd, b->p + b->len, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		b->len += (size_t)n;
	}
	buf_add(b, "", 0);
	return 0;
}

int buf_read_file(struct buf *b, const char *path, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int err;

	if (fd < 0)
		return -errno;
	err = buf_read_fd(b, fd, max);
	close(fd);
	return err;
}
