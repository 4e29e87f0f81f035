/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.c - reading and writing tracee memory. process_vm_readv is one system
 * call; where it is missing (CONFIG_CROSS_MEMORY_ATTACH) or forbidden,
 * /proc/TID/mem does the same. It must not interpret what it copies.
 */
#include "config.h"

#include "sandbox/supervise/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Most paths end within this; the first read asks for no more. */
#define STRING_FIRST 256

static bool no_vm_calls;

void mem_force_procfs(int force)
{
	no_vm_calls = force != 0;
}

static uint64_t mem_address(struct mem m, uint64_t addr)
{
	if (m.abi->word == 4)
		return addr & UINT32_MAX;
	return addr;
}

/* Bytes copied, which may be fewer where the mapping ends, or -errno. */
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

static ssize_t copy(struct mem m, uint64_t addr, void *buf, size_t len, bool write)
{
	addr = mem_address(m, addr);
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

static int copy_all(struct mem m, uint64_t addr, void *buf, size_t len, bool write)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = copy(m, addr + done, (char *)buf + done, len - done, write);

		if (n < 0)
			return (int)n;
		if (n == 0)
			return -EFAULT;
		done += (size_t)n;
	}
	return 0;
}

int mem_read(struct mem m, uint64_t addr, void *buf, size_t len)
{
	return copy_all(m, addr, buf, len, false);
}

int mem_write(struct mem m, uint64_t addr, const void *buf, size_t len)
{
	return copy_all(m, addr, (void *)(uintptr_t)buf, len, true);
}

int mem_read_string(struct mem m, uint64_t addr, char *buf, size_t size, size_t *len)
{
	size_t have = 0;

	if (mem_address(m, addr) == 0)
		return -EFAULT;
	while (have < size) {
		size_t want = have == 0 && size > STRING_FIRST ? STRING_FIRST : size - have;
		ssize_t n = copy(m, addr + have, buf + have, want, false);
		const char *end;

		if (n < 0)
			return (int)n;
		if (n == 0)
			return -EFAULT;
		end = memchr(buf + have, '\0', (size_t)n);
		if (end != NULL) {
			*len = (size_t)(end - buf);
			return 0;
		}
		have += (size_t)n;
	}
	return -ENAMETOOLONG;
}

int mem_read_words(struct mem m, uint64_t addr, uint64_t *out, size_t count)
{
	int rc;

	if (m.abi->word == 8)
		return mem_read(m, addr, out, count * sizeof(*out));
	for (size_t i = 0; i < count; i++) {
		uint32_t word;

		rc = mem_read(m, addr + i * sizeof(word), &word, sizeof(word));
		if (rc < 0)
			return rc;
		out[i] = word;
	}
	return 0;
}
