/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crc32.h - the CRC-32 of zlib and Ethernet, over bytes that come in pieces.
 */
#ifndef BELAY_HARNESS_CRC32_H
#define BELAY_HARNESS_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Begin with 0; the sum after the last piece is the sum of all. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t len);

#endif
