/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake.h - a tracee that is bytes of the input: its memory in the place of
 * mem_copy.c, its /proc in the place of procfs_read.c.
 */
#ifndef BELAY_SANDBOX_FUZZ_FAKE_H
#define BELAY_SANDBOX_FUZZ_FAKE_H

#include <stddef.h>
#include <stdint.h>

/* Where the memory begins; it ends with its bytes, and nothing else is mapped. */
#define FAKE_BASE 0x10000

/* Neither is copied: both stay the caller's. */
void fake_memory(const uint8_t *bytes, size_t len);
/* What every file of /proc/TID says. */
void fake_proc(const uint8_t *bytes, size_t len);

#endif
