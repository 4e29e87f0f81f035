/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake.c - the memory and the /proc of a tracee that does not exist. It
 * answers as the kernel does: fewer bytes where the mapping ends, EFAULT
 * beyond it.
 */
#include "sandbox/fuzz/fake.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/fuzz/fuzz.h"
#include "sandbox/supervise/mem_copy.h"
#include "sandbox/supervise/procfs.h"

static const uint8_t *memory, *proc;
static size_t memory_len, proc_len;

void fake_memory(const uint8_t *bytes, size_t len)
{
	memory = bytes;
	memory_len = len;
}

void fake_proc(const uint8_t *bytes, size_t len)
{
	proc = bytes;
	proc_len = len;
}

ssize_t mem_copy(struct mem m, uint64_t addr, void *buf, size_t len, bool write)
{
	FUZZ_CHECK(!write, "a decoder writes to the tracee");
	FUZZ_CHECK(m.abi->word == 8 || addr <= UINT32_MAX, "an address beyond the ABI's");
	if (addr < FAKE_BASE || addr >= FAKE_BASE + memory_len)
		return -EFAULT;
	addr -= FAKE_BASE;
	if (len > memory_len - addr)
		len = memory_len - (size_t)addr;
	memcpy(buf, memory + addr, len);
	return (ssize_t)len;
}

ssize_t procfs_read(pid_t tid, const char *name, char *buf, size_t size)
{
	(void)tid;
	(void)name;
	if (proc_len >= size - 1)
		return -E2BIG;
	if (proc_len)
		memcpy(buf, proc, proc_len);
	buf[proc_len] = '\0';
	return (ssize_t)proc_len;
}

FILE *procfs_lines(pid_t tid, const char *name)
{
	(void)tid;
	(void)name;
	/* fmemopen() refuses a size of 0 in some C libraries. */
	return proc_len ? fmemopen((void *)(uintptr_t)proc, proc_len, "r") :
			  fopen("/dev/null", "re");
}
