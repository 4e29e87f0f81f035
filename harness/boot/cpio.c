/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpio.c - the newc archive format: for each entry a header of hexadecimal
 * numbers, the name, the content, each filled up to four bytes. It knows nothing
 * of what a guest needs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/boot/cpio.h"

struct cpio {
	FILE *out;
	uint32_t ino;
	int error;
	char **names; /* written so far, sorted */
	size_t n, cap;
};

struct cpio *cpio_begin(FILE *out)
{
	struct cpio *c = buf_realloc(NULL, 1, sizeof(*c));

	*c = (struct cpio){.out = out};
	return c;
}

static int fail(struct cpio *c, int error)
{
	if (c->error == 0)
		c->error = error;
	return -error;
}

/* Whether the name is new; it is not the next time. */
static bool first_time(struct cpio *c, const char *name)
{
	size_t lo = 0, hi = c->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int cmp = strcmp(name, c->names[mid]);

		if (cmp == 0)
			return false;
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	c->names = buf_grow(c->names, c->n, &c->cap, sizeof(*c->names));
	memmove(c->names + lo + 1, c->names + lo, (c->n - lo) * sizeof(*c->names));
	c->names[lo] = buf_strdup(name);
	c->n++;
	return true;
}

static int put(struct cpio *c, const void *bytes, size_t len)
{
	static const char zeros[4];
	size_t fill = -len & 3;

	if (c->error)
		return -c->error;
	if ((len && fwrite(bytes, 1, len, c->out) != len) ||
	    (fill && fwrite(zeros, 1, fill, c->out) != fill))
		return fail(c, errno ? errno : EIO);
	return 0;
}

static int put_header(struct cpio *c, const char *name, mode_t mode, size_t size, unsigned major,
		      unsigned minor)
{
	size_t len = strlen(name) + 1;
	struct buf b = {0};
	int rc;

	if (size > UINT32_MAX)
		return fail(c, EFBIG);
	/* ino mode uid gid nlink mtime size, the device it is on, the one it is, name's length,
	 * checksum (of another format) */
	buf_printf(&b, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", ++c->ino,
		   (unsigned)mode, 0, 0, S_ISDIR(mode) ? 2 : 1, 0, size, 0, 0, major, minor, len,
		   0);
	buf_add(&b, name, len);
	rc = put(c, b.p, b.len);
	buf_free(&b);
	return rc;
}

static int put_parents(struct cpio *c, const char *name)
{
	const char *slash = name;
	int rc = 0;

	while (rc == 0 && (slash = strchr(slash, '/'))) {
		char *parent = buf_strndup(name, slash - name);

		rc = cpio_dir(c, parent, 0755);
		free(parent);
		slash++;
	}
	return rc;
}

/* An entry that has no content but what is at hand; nothing when it is there. */
static int put_entry(struct cpio *c, const char *name, mode_t mode, const void *bytes, size_t len,
		     unsigned major, unsigned minor)
{
	int rc = put_parents(c, name);

	if (rc < 0 || !first_time(c, name))
		return rc;
	rc = put_header(c, name, mode, len, major, minor);
	return rc < 0 ? rc : put(c, bytes, len);
}

int cpio_dir(struct cpio *c, const char *name, mode_t perm)
{
	return put_entry(c, name, S_IFDIR | perm, NULL, 0, 0, 0);
}

int cpio_link(struct cpio *c, const char *name, const char *target)
{
	return put_entry(c, name, S_IFLNK | 0777, target, strlen(target), 0, 0);
}

int cpio_char_device(struct cpio *c, const char *name, mode_t perm, unsigned major, unsigned minor)
{
	return put_entry(c, name, S_IFCHR | perm, NULL, 0, major, minor);
}

int cpio_data(struct cpio *c, const char *name, mode_t perm, const void *bytes, size_t len)
{
	return put_entry(c, name, S_IFREG | perm, bytes, len, 0, 0);
}

int cpio_file(struct cpio *c, const char *name, mode_t perm, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	char block[65536]; /* a multiple of four: only the last one is filled up */
	struct stat st;
	off_t left;

	if (fd < 0)
		return fail(c, errno);
	if (fstat(fd, &st) < 0)
		rc = fail(c, errno);
	else if (!S_ISREG(st.st_mode))
		rc = fail(c, EINVAL);
	if (rc == 0)
		rc = put_parents(c, name);
	if (rc < 0 || !first_time(c, name)) {
		close(fd);
		return rc;
	}
	rc = put_header(c, name, S_IFREG | perm, st.st_size, 0, 0);
	for (left = st.st_size; rc == 0 && left > 0;) {
		size_t want = left < (off_t)sizeof(block) ? (size_t)left : sizeof(block), have = 0;

		while (have < want) {
			ssize_t n = read(fd, block + have, want - have);

			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0) {
				/* It shrank while it was read. */
				rc = fail(c, n < 0 ? errno : EIO);
				break;
			}
			have += n;
		}
		if (rc == 0)
			rc = put(c, block, want);
		left -= want;
	}
	close(fd);
	return rc;
}

int cpio_end(struct cpio *c)
{
	size_t i;
	int rc;

	c->ino = -1;
	put_header(c, "TRAILER!!!", 0, 0, 0, 0);
	if (c->error == 0 && fflush(c->out) != 0)
		fail(c, errno);
	rc = -c->error;
	for (i = 0; i < c->n; i++)
		free(c->names[i]);
	free(c->names);
	free(c);
	return rc;
}
