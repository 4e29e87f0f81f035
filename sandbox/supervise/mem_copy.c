/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem_copy.c - the one place where bytes of a tracee's memory come from.
 * process_vm_readv is one system call; where it is missing
 * (CONFIG_CROSS_MEMORY_ATTACH) or forbidden, /proc/TID/mem does the same. It
 * must not interpret what it copies. The fuzz targets put their own in its place.
 */
#include "sandbox/supervise/mem_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

static bool no_vm_calls;

void mem_force_procfs(int force)
{
	no_vm_calls = force != 0;
}

static ssize_t copy_procfs(struct mem m, uint64_t addr, void *buf, size_t len, bool write)
{
	char path[32];
	ssize_t n;
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)m.tid);
	fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	/* pread takes a signed offset: the upper half is no user memory. */
	if (addr > INT64_MAX)
		n = -1, errno = EIO;
	else if (write)
		n = pwrite(fd, buf, len, (off_t)addr);
	else
		n = pread(fd, buf, len, (off_t)addr);
	err = errno;
	close(fd);
	if (n < 0)
		return err == EIO ? -EFAULT : -err;
	return n == 0 ? -ESRCH : n; /* end of file: the address space is gone */
}

ssize_t mem_copy(struct mem m, uint64_t addr, void *buf, size_t len, bool write)
{
	if (!no_vm_calls && addr <= UINTPTR_MAX) {
		struct iovec local = { buf, len };
		struct iovec remote = { (void *)(uintptr_t)addr, len };
		ssize_t n = write ? process_vm_writev(m.tid, &local, 1, &remote, 1, 0) :
				    process_vm_readv(m.tid, &local, 1, &remote, 1, 0);

		if (n >= 0)
			return n;
		if (errno != ENOSYS && errno != EPERM)
			return -errno;
	}
	return copy_procfs(m, addr, buf, len, write);
}
