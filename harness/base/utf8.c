/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf8.c - well-formed UTF-8, by table 3-7 of the Unicode standard.
 */
#include <stdint.h>

#include "harness/base/utf8.h"

static const struct {
	uint8_t first_low, first_high; /* the first byte */
	uint8_t second_low, second_high;
	uint8_t length;
} utf8_table[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3}, /* below: overlong */
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3}, /* above: surrogates */
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4}, /* below: overlong */
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4}, /* above: beyond U+10FFFF */
};

size_t utf8_length(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (p[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(utf8_table) / sizeof(utf8_table[0]); i++) {
		if (p[0] < utf8_table[i].first_low || p[0] > utf8_table[i].first_high)
			continue;
		if (p[1] < utf8_table[i].second_low || p[1] > utf8_table[i].second_high)
			return 0;
		for (size_t k = 2; k < utf8_table[i].length; k++)
			if (p[k] < 0x80 || p[k] > 0xbf)
				return 0;
		return utf8_table[i].length;
	}
	return 0;
}
