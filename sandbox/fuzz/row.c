/* SPDX-License-Identifier: BSD-2-Clause */
/* row.c - names of calls by a sum of 16 bits; it knows nothing of the rows. */
#include "sandbox/fuzz/row.h"

static uint16_t sum(const char *name)
{
	uint32_t h = 0x811c9dc5;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x01000193;
	return (uint16_t)(h ^ h >> 16);
}

const struct call_spec *fuzz_row(struct fuzz_in *in)
{
	static size_t by_sum[1 << 16]; /* index + 1 */
	static size_t rows;
	uint16_t want;

	for (; calls_at(rows); rows++)
		by_sum[sum(calls_at(rows)->name)] = rows + 1;
	fuzz_take(in, &want, sizeof(want));
	return by_sum[want] ? calls_at(by_sum[want] - 1) : calls_at(want % rows);
}
