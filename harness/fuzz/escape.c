/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape.c - hostile text on its way to a terminal, JSON and XML: what comes out
 * is UTF-8 of characters that are seen, and never ends what it stands in.
 *
 *	byte 0		bit 0: lines are kept
 *	byte 1		how much a cut may leave
 *	rest		the text
 */
#include "harness/fuzz/targets.h"

#include <stdbool.h>

#include "harness/base/escape.h"
#include "harness/base/utf8.h"

static void check_visible(const struct buf *b, bool lines)
{
	for (size_t i = 0; i < b->len;) {
		size_t n = utf8_length(b->p + i);
		unsigned char c = (unsigned char)b->p[i];

		FUZZ_CHECK(n > 0, "byte %zu, %#x, is no UTF-8", i, c);
		FUZZ_CHECK((c >= 0x20 && c != 0x7f) || (lines && (c == '\n' || c == '\t')),
			   "control byte %#x", c);
		FUZZ_CHECK(!(c == 0xc2 && (unsigned char)b->p[i + 1] < 0xa0), "C1");
		i += n;
	}
}

static void check_json(const struct buf *b)
{
	FUZZ_CHECK(b->len >= 2 && b->p[0] == '"' && b->p[b->len - 1] == '"', "no string");
	for (size_t i = 1; i < b->len - 1; i++) {
		unsigned char c = (unsigned char)b->p[i];

		FUZZ_CHECK(c >= 0x20 && c != '"' && c != '<', "%#x in a string", c);
		if (c != '\\')
			continue;
		i++;
		FUZZ_CHECK(i < b->len - 1 && strchr("\"\\/bfnrtu", b->p[i]), "an escape that is none");
		if (b->p[i] == 'u') {
			FUZZ_CHECK(i + 4 < b->len - 1 &&
				   strspn(b->p + i + 1, "0123456789abcdefABCDEF") >= 4, "a cut escape");
			i += 4;
		}
	}
}

static void check_markup(const struct buf *b)
{
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&apos;",
					       "&#10;", "&#9;"};

	for (const char *s = b->p; s && *s; s++) {
		bool known = false;

		FUZZ_CHECK(!strchr("<>\"'", *s), "%c in markup", *s);
		for (size_t i = 0; *s == '&' && i < sizeof(entities) / sizeof(entities[0]); i++)
			known |= !strncmp(s, entities[i], strlen(entities[i]));
		FUZZ_CHECK(*s != '&' || known, "'%.8s' in markup", s);
	}
}

void fuzz_escape(const uint8_t *bytes, size_t len)
{
	struct fuzz_in in = { bytes, len };
	enum escape_lines lines = fuzz_u8(&in) & 1 ? ESCAPE_KEEP_LINES : ESCAPE_ONE_LINE;
	size_t max = fuzz_u8(&in), cut;
	char *text = fuzz_text(in.at, in.left);
	struct buf b = {0};

	escape_visible(&b, text, in.left, lines);
	check_visible(&b, lines == ESCAPE_KEEP_LINES);
	buf_free(&b);
	b = (struct buf){0};
	escape_markup(&b, text, in.left, lines);
	check_visible(&b, lines == ESCAPE_KEEP_LINES);
	check_markup(&b);
	buf_free(&b);
	b = (struct buf){0};
	escape_json(&b, text, in.left);
	check_json(&b);
	buf_free(&b);
	b = (struct buf){0};
	escape_json_visible(&b, text, in.left, lines);
	check_json(&b);
	buf_free(&b);
	cut = escape_cut(text, in.left, max);
	FUZZ_CHECK(cut <= max && cut <= in.left && (in.left <= max ? cut == in.left : cut + 4 > max),
		   "%zu of %zu, at most %zu", cut, in.left, max);
	free(text);
}
