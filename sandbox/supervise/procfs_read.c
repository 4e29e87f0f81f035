/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs_read.c - the texts of /proc/TID, whole. It must not look into them.
 * The fuzz targets put their own in its place.
 */
#include "sandbox/supervise/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

ssize_t procfs_read(pid_t tid, const char *name, char *buf, size_t size)
{
	char path[64];
	size_t len = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n = read(fd, buf + len, size - 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int err = errno;

			close(fd);
			return -err;
		}
		if (n == 0)
			break;
		len += (size_t)n;
		if (len == size - 1) {
			close(fd);
			return -E2BIG;
		}
	}
	close(fd);
	buf[len] = '\0';
	return (ssize_t)len;
}

FILE *procfs_lines(pid_t tid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, name);
	return fopen(path, "re");
}
