/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quote.c - hostile names on their way to a terminal or a log: whatever they
 * are, what is written is UTF-8 without control characters, says which bytes
 * they were, and keeps to its room.
 *
 *	byte 0		bit 0: quotation marks and backslashes are escaped
 *	bytes 1, 2	room of a second, smaller buffer
 *	rest		the name
 */
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/fuzz/targets.h"
#include "sandbox/report/quote.h"
#include "sandbox/report/report.h"

/* Bytes of the well-formed UTF-8 character at s (RFC 3629, section 4), or 0. */
static size_t character(const uint8_t *s, size_t len)
{
	static const struct {
		uint8_t first, last, low, high, n;
	} forms[] = {
		{ 0x00, 0x7f, 0, 0, 1 },	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },	{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last || forms[i].n > len)
			continue;
		if (forms[i].n > 1 && (s[1] < forms[i].low || s[1] > forms[i].high))
			return 0;
		for (size_t k = 2; k < forms[i].n; k++)
			if (s[k] < 0x80 || s[k] > 0xbf)
				return 0;
		return forms[i].n;
	}
	return 0;
}

/* Only what a terminal shows and does not act on. */
static void check_visible(const char *text, size_t len)
{
	/* C1, soft hyphen; marks and overrides of direction; separators; BOM */
	static const char *const bad[] = { "\xc2\xad", "\xd8\x9c", "\xe2\x80\x8b", "\xe2\x80\x8e",
					   "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xaa",
					   "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9",
					   "\xef\xbb\xbf" };
	const uint8_t *s = (const uint8_t *)text;

	for (size_t i = 0; i < len;) {
		size_t n = character(s + i, len - i);

		FUZZ_CHECK(n > 0, "byte %zu, %#x, is no UTF-8", i, s[i]);
		FUZZ_CHECK(s[i] >= 0x20 && s[i] != 0x7f, "control byte %#x", s[i]);
		FUZZ_CHECK(!(s[i] == 0xc2 && s[i + 1] < 0xa0), "control character %#x", s[i + 1]);
		for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++)
			FUZZ_CHECK(n != strlen(bad[b]) || memcmp(s + i, bad[b], n) != 0,
				   "unsafe character %zu", b);
		i += n;
	}
}

/* The bytes that a quoted text stands for; it is whole escapes and characters. */
static size_t unquote(const char *text, uint8_t *out)
{
	static const char letters[] = "abtnvfr\"\\", meant[] = "\a\b\t\n\v\f\r\"\\";
	size_t n = 0;

	for (const char *s = text; *s; s++) {
		const char *letter;
		unsigned int byte;

		if (*s != '\\') {
			out[n++] = (uint8_t)*s;
		} else if (s[1] == 'x') {
			FUZZ_CHECK(sscanf(s + 2, "%2x", &byte) == 1 && s[3], "cut escape %s", s);
			out[n++] = (uint8_t)byte;
			s += 3;
		} else {
			letter = s[1] ? strchr(letters, s[1]) : NULL;
			FUZZ_CHECK(letter, "no such escape: %s", s);
			out[n++] = (uint8_t)meant[letter - letters];
			s++;
		}
	}
	return n;
}

/* Everything that is said about it is one line. */
static void check_report(const char *name)
{
	int fd = memfd_create("report", MFD_CLOEXEC);
	struct report *r = fd < 0 ? NULL : report_new(fd);
	struct violation v = { .pid = 1, .comm = name, .call = "openat", .abi = "x86_64",
			       .op = "write", .object = name, .why = "fuzzed", .error = 1 };
	char *text;
	off_t size;

	FUZZ_CHECK(r, "no report");
	report_violation(r, &v);
	report_free(r);
	size = lseek(fd, 0, SEEK_END);
	text = malloc((size_t)size + 1);
	FUZZ_CHECK(text && size > 1 && pread(fd, text, (size_t)size, 0) == size, "no line");
	FUZZ_CHECK(text[size - 1] == '\n', "no whole line");
	check_visible(text, (size_t)size - 1);
	free(text);
	close(fd);
}

void fuzz_quote(const uint8_t *bytes, size_t len)
{
	struct fuzz_in in = { bytes, len };
	bool marks = fuzz_u8(&in) & 1;
	size_t small = fuzz_u8(&in), need;
	char *name, *out, *cut;
	uint8_t *back;

	small |= (size_t)fuzz_u8(&in) << 8;
	name = fuzz_text(in.at, in.left);
	need = quote_bytes(NULL, 0, name, in.left, marks);
	FUZZ_CHECK(need >= in.left && need <= 4 * in.left, "%zu for %zu", need, in.left);
	out = malloc(need + 1);
	cut = malloc(small + 1);
	back = malloc(need + 1);
	FUZZ_CHECK(out && cut && back, "memory");
	FUZZ_CHECK(quote_bytes(out, need + 1, name, in.left, marks) == need, "another length");
	FUZZ_CHECK(strlen(out) == need, "cut");
	check_visible(out, need);
	if (marks)
		FUZZ_CHECK(unquote(out, back) == in.left && !memcmp(back, name, in.left),
			   "%s is not what was quoted", out);

	cut[small] = 'X';
	FUZZ_CHECK(quote_bytes(cut, small, name, in.left, marks) == need, "another length");
	FUZZ_CHECK(cut[small] == 'X', "beyond its room");
	if (small) {
		FUZZ_CHECK(!strncmp(cut, out, strlen(cut)), "%s is no beginning of %s", cut, out);
		check_visible(cut, strlen(cut));
		if (marks)
			unquote(cut, back);
	}
	check_report(name);
	free(name);
	free(out);
	free(cut);
	free(back);
}
