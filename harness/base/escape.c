/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape.c - one character after the other. It knows no report.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "harness/base/escape.h"
#include "harness/base/utf8.h"

/* Characters of Unicode that show nothing, steer the direction or are none. */
static const struct {
	uint32_t first, last;
} escape_hidden[] = {
	{0x0080, 0x009f},   /* control characters */
	{0x00ad, 0x00ad},   /* soft hyphen */
	{0x061c, 0x061c},   /* Arabic letter mark */
	{0x180e, 0x180e},
	{0x200b, 0x200f},   /* zero width, marks of direction */
	{0x2028, 0x202e},   /* ends of lines, embeddings, overrides */
	{0x2060, 0x206f},   /* isolates and invisible operators */
	{0xe000, 0xf8ff},   /* private use */
	{0xfdd0, 0xfdef},   /* noncharacters */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xfff0, 0xfffb},
	{0xfffe, 0xffff},   /* XML allows neither */
	{0xe0000, 0x10ffff}, /* tags, private use */
};

/* The character of `len` bytes (utf8_length()). */
static uint32_t escape_code(const char *text, size_t len)
{
	static const uint8_t first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t code = (unsigned char)*text & first[len];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	return code;
}

/* The length of the next character, 0 for a byte that begins none before the end. */
static size_t escape_next(const char *text, size_t left)
{
	char copy[5] = {0};
	size_t len;

	memcpy(copy, text, left < 4 ? left : 4);
	len = utf8_length(copy);
	return len <= left ? len : 0;
}

static bool escape_is_hidden(uint32_t code)
{
	if (code < 0x20 || code == 0x7f)
		return true;
	for (size_t i = 0; i < sizeof(escape_hidden) / sizeof(escape_hidden[0]); i++)
		if (code >= escape_hidden[i].first && code <= escape_hidden[i].last)
			return true;
	return false;
}

void escape_visible(struct buf *out, const char *text, size_t len, enum escape_lines lines)
{
	while (len) {
		size_t n = escape_next(text, len);
		bool line = lines == ESCAPE_KEEP_LINES && (*text == '\n' || *text == '\t');

		if (n && (line || !escape_is_hidden(escape_code(text, n)))) {
			buf_add(out, text, n);
		} else {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				buf_printf(out, "\\x%02x", (unsigned char)text[i]);
		}
		text += n;
		len -= n;
	}
}

void escape_json(struct buf *out, const char *text, size_t len)
{
	buf_puts(out, "\"");
	while (len) {
		size_t n = escape_next(text, len);

		if (!n) {
			buf_puts(out, "\\ufffd");
			n = 1;
		} else if (*text == '"' || *text == '\\') {
			buf_printf(out, "\\%c", *text);
		} else if (*text == '\n' || *text == '\t') {
			buf_puts(out, *text == '\n' ? "\\n" : "\\t");
		} else if ((unsigned char)*text < 0x20 || *text == 0x7f || *text == '<') {
			buf_printf(out, "\\u%04x", (unsigned char)*text);
		} else {
			buf_add(out, text, n);
		}
		text += n;
		len -= n;
	}
	buf_puts(out, "\"");
}

void escape_markup(struct buf *out, const char *text, size_t len, enum escape_lines lines)
{
	struct buf seen = {0};

	escape_visible(&seen, text, len, lines);
	for (size_t i = 0; i < seen.len; i++) {
		switch (seen.p[i]) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		case '\'':
			buf_puts(out, "&#39;");
			break;
		default:
			buf_add(out, &seen.p[i], 1);
		}
	}
	buf_free(&seen);
}

void escape_json_visible(struct buf *out, const char *text, size_t len, enum escape_lines lines)
{
	struct buf seen = {0};

	escape_visible(&seen, text, len, lines);
	escape_json(out, seen.p, seen.len);
	buf_free(&seen);
}

size_t escape_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	for (size_t back = 0; back < 4 && back < max; back++)
		if (((unsigned char)text[max - back] & 0xc0) != 0x80)
			return max - back;
	return max;
}
