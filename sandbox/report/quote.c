/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quote.c - hostile bytes made fit for a terminal. Pure.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sandbox/report/quote.h"
#include "sandbox/report/report.h"

/* The letter after a backslash, or 0. */
static char escape_letter(unsigned char byte)
{
	switch (byte) {
	case '\a':
		return 'a';
	case '\b':
		return 'b';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\v':
		return 'v';
	case '\f':
		return 'f';
	case '\r':
		return 'r';
	case '"':
	case '\\':
		return (char)byte;
	}
	return 0;
}

/*
 * Bytes of the UTF-8 character that starts here and its code point; 0 for
 * anything that is none: overlong forms, surrogates, beyond U+10FFFF.
 */
static size_t utf8(const unsigned char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;

	if (s[0] < 0x80)
		n = 1;
	else if ((s[0] & 0xe0) == 0xc0)
		n = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		n = 3;
	else if ((s[0] & 0xf8) == 0xf0)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	*code = n == 1 ? s[0] : s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[n] || (*code >= 0xd800 && *code < 0xe000) || *code > 0x10ffff)
		return 0;
	return n;
}

/* Not to be shown as it is: it moves the cursor, hides, or turns text around. */
static bool is_unsafe(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);
}

static size_t hex(char *piece, const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		piece[at++] = '\\';
		piece[at++] = 'x';
		piece[at++] = digits[bytes[i] >> 4];
		piece[at++] = digits[bytes[i] & 0xf];
	}
	return at;
}

size_t quote_bytes(char *out, size_t size, const char *bytes, size_t len, bool marks)
{
	const unsigned char *s = (const unsigned char *)bytes;
	size_t need = 0, written = 0;
	bool full = size == 0;

	for (size_t i = 0; i < len;) {
		char piece[4 * 4];
		uint32_t code = 0;
		size_t n = utf8(s + i, len - i, &code), plen;
		bool mark = n == 1 && (s[i] == '"' || s[i] == '\\');
		char letter = n == 1 ? escape_letter(s[i]) : 0;

		if (letter && (marks || !mark)) {
			piece[0] = '\\';
			piece[1] = letter;
			plen = 2;
		} else if (n == 0 || is_unsafe(code)) {
			plen = hex(piece, s + i, n ? n : 1);
		} else {
			memcpy(piece, s + i, n);
			plen = n;
		}
		/* Once a piece does not fit, nothing after it is written either. */
		full |= size - written <= plen;
		if (!full) {
			memcpy(out + written, piece, plen);
			written += plen;
		}
		need += plen;
		i += n ? n : 1;
	}
	if (size)
		out[written] = '\0';
	return need;
}

size_t report_quote(char *out, size_t size, const char *bytes, size_t len)
{
	return quote_bytes(out, size, bytes, len, true);
}
