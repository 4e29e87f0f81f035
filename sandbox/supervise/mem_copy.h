/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem_copy.h - one copy from or to the memory of a tracee. For mem.c alone.
 */
#ifndef BELAY_SANDBOX_MEM_COPY_H
#define BELAY_SANDBOX_MEM_COPY_H

#include <stdbool.h>

#include "sandbox/supervise/mem.h"

/* Bytes copied, which may be fewer where the mapping ends, or -errno. */
ssize_t mem_copy(struct mem m, uint64_t addr, void *buf, size_t len, bool write);

#endif
