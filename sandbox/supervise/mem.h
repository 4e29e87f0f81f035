/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.h - the one place that reads and writes the memory of a tracee. What is
 * read once is used; nothing is read twice for one decision.
 *
 * Addresses are those of a call: pointers of a 32-bit ABI are cut to the word
 * the kernel would look at. Errors are -errno; -EFAULT is the program's fault.
 */
#ifndef BELAY_SANDBOX_MEM_H
#define BELAY_SANDBOX_MEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/abi.h"

struct mem {
	pid_t tid;
	const struct abi *abi;
};

/* Exactly `len` bytes, or an error. */
int mem_read(struct mem m, uint64_t addr, void *buf, size_t len);
int mem_write(struct mem m, uint64_t addr, const void *buf, size_t len);

/*
 * A string with its NUL into buf. Its length without NUL goes to *len.
 * -ENAMETOOLONG when there is no NUL in `size` bytes.
 */
int mem_read_string(struct mem m, uint64_t addr, char *buf, size_t size, size_t *len);

/* `count` longs or pointers of the ABI, each zero-extended. */
int mem_read_words(struct mem m, uint64_t addr, uint64_t *out, size_t count);

/* Tests: leave process_vm_readv alone and go through /proc/TID/mem. */
void mem_force_procfs(int force);

#endif
