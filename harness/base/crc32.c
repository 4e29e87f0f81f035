/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crc32.c - a checksum against accidents on a serial port, not against attackers.
 */
#include "harness/base/crc32.h"

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	crc = ~crc;
	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}
