/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.c - reading and writing tracee memory: whole amounts, strings, words.
 * It must not interpret what it copies.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "sandbox/supervise/mem_copy.h"

/* Most paths end within this; the first read asks for no more. */
#define STRING_FIRST 256

static uint64_t mem_address(struct mem m, uint64_t addr)
{
	if (m.abi->word == 4)
		return addr & UINT32_MAX;
	return addr;
}

static int copy_all(struct mem m, uint64_t addr, void *buf, size_t len, bool write)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = mem_copy(m, mem_address(m, addr + done), (char *)buf + done,
				     len - done, write);

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
		ssize_t n = mem_copy(m, mem_address(m, addr + have), buf + have, want, false);
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
