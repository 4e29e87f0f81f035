/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream_test.c - a runner's blocks, whole, damaged and forged.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/case.h"
#include "harness/base/crc32.h"
#include "harness/cell/canned.h"
#include "harness/cell/stream.h"

#define A "kernel-tests/a_test"

static void check_case(const struct stream_event *e, const char *abi, const char *program,
		       const char *name, const char *word, const char *reason, const char *text)
{
	ATF_REQUIRE_EQ(STREAM_CASE, e->kind);
	ATF_CHECK_STREQ(abi, e->abi);
	ATF_CHECK_STREQ(program, e->program);
	ATF_CHECK_STREQ(name, e->name);
	if (!word) {
		ATF_CHECK(e->word == NULL);
		return;
	}
	ATF_REQUIRE(e->word != NULL);
	ATF_CHECK_STREQ(word, e->word);
	ATF_CHECK_STREQ(reason, e->reason);
	ATF_CHECK_EQ(strlen(text), e->len);
	ATF_CHECK_STREQ(text, e->text ? e->text : "");
}

static void check_bad(const struct stream_event *e, const char *name, const char *reason)
{
	ATF_REQUIRE_EQ(STREAM_BAD, e->kind);
	ATF_CHECK_STREQ("arm", e->abi);
	ATF_CHECK_STREQ(name, e->name);
	ATF_CHECK_MSG(strstr(e->reason, reason), "'%s' does not say '%s'", e->reason, reason);
}

static void parse(const char *text, struct stream *out)
{
	stream_parse(text, strlen(text), out);
}

CASE(crc, "Verify that the checksum is the one of zlib, also over bytes in pieces")
{
	ATF_CHECK_EQ(0xcbf43926, crc32_add(0, "123456789", 9));
	ATF_CHECK_EQ(0xcbf43926, crc32_add(crc32_add(0, "1234", 4), "56789", 5));
	ATF_CHECK_EQ(0, crc32_add(0, "", 0));
}

CASE(answers, "Verify that every answer is read as it was said, whatever the case printed")
{
	static const char output[] = "KT-CASE x\nKT-END 00000000 passed 1\n|\n\r\n\nlast";
	struct buf text = {0};
	struct stream s = {0};

	canned_case(&text, "i386", A, "one", "passed", "", "");
	canned_case(&text, "i386", A, "two", "skipped", "needs X, Linux >= 5.3: yes", output);
	buf_puts(&text, "runner: a complaint\nnoise\n\n");
	canned_case(&text, "arm", "t", "c", "failed", "1 != 2", "x\n");
	stream_parse(text.p, text.len, &s);
	ATF_REQUIRE_EQ(3, s.count);
	check_case(&s.v[0], "i386", A, "one", "passed", "", "");
	ATF_CHECK_EQ(250000, s.v[0].us);
	/* Each line has an end now. */
	check_case(&s.v[1], "i386", A, "two", "skipped", "needs X, Linux >= 5.3: yes",
		   "KT-CASE x\nKT-END 00000000 passed 1\n|\n\r\n\nlast\n");
	check_case(&s.v[2], "arm", "t", "c", "failed", "1 != 2", "x\n");
	stream_free(&s);
	buf_free(&text);
}

CASE(binary, "Verify that output of every byte comes through whole")
{
	struct buf text = {0};
	struct stream s = {0};
	char bytes[257];

	/* What is written with a string here ends at its NUL: the sum is made by hand. */
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)(i == '\n' ? 'n' : i);
	bytes[256] = '\n';
	canned_begin(&text, "arm", "t", "c");
	buf_puts(&text, "|");
	buf_add(&text, bytes, sizeof(bytes));
	buf_printf(&text, "KT-END %08x passed 7\n",
		   crc32_add(crc32_add(crc32_add(0, "arm t c\n|", 9), bytes, sizeof(bytes)),
			     "passed 7", 8));
	stream_parse(text.p, text.len, &s);
	ATF_REQUIRE_EQ(1, s.count);
	ATF_REQUIRE(s.v[0].word != NULL);
	ATF_CHECK_EQ(7, s.v[0].us);
	ATF_REQUIRE_EQ(sizeof(bytes), s.v[0].len);
	ATF_CHECK(!memcmp(bytes, s.v[0].text, sizeof(bytes)));
	stream_free(&s);
	buf_free(&text);
}

CASE(list, "Verify that a list is given whole, and not at all when it is damaged or cut")
{
	static const char *const lines[] = {A ":one ptrace.a.one", A ":two", NULL};
	struct buf text = {0};
	struct stream s = {0};

	canned_list(&text, "arm", lines);
	stream_parse(text.p, text.len, &s);
	ATF_REQUIRE_EQ(1, s.count);
	ATF_CHECK_EQ(STREAM_LIST, s.v[0].kind);
	ATF_CHECK_STREQ("arm", s.v[0].abi);
	ATF_CHECK_STREQ(A ":one ptrace.a.one\n" A ":two\n", s.v[0].text);
	stream_free(&s);
	for (size_t len = 0; len < text.len; len++) {
		stream_parse(text.p, len, &s);
		for (size_t i = 0; i < s.count; i++)
			check_bad(&s.v[i], "", "cut short");
		stream_free(&s);
	}
	text.p[20] ^= 1;
	stream_parse(text.p, text.len, &s);
	ATF_REQUIRE_EQ(1, s.count);
	check_bad(&s.v[0], "", "checksum");
	stream_free(&s);
	buf_free(&text);
}

CASE(cut, "Verify that an answer cut at any byte is never taken for one: the case did not end")
{
	struct buf text = {0};
	size_t begun;

	canned_begin(&text, "arm", "t", "c");
	begun = text.len;
	text.len = 0;
	canned_case(&text, "arm", "t", "c", "passed", "", "out\nput\n");
	for (size_t len = 0; len < text.len; len++) {
		struct stream s = {0};

		stream_parse(text.p, len, &s);
		ATF_REQUIRE_EQ_MSG(len < begun ? 0 : 1, s.count, "cut at %zu", len);
		if (s.count)
			check_case(&s.v[0], "arm", "t", "c", NULL, NULL, NULL);
		stream_free(&s);
	}
	buf_free(&text);
}

CASE(damage, "Verify that one byte that is wrong, anywhere in an answer, leaves no pass of its case")
{
	struct buf text = {0};

	canned_case(&text, "arm", "t", "c", "passed", "", "out\n");
	for (size_t i = 0; i < text.len; i++) {
		struct stream s = {0};
		char *bytes = buf_strndup(text.p, text.len);

		bytes[i] = bytes[i] == 'x' ? 'y' : 'x';
		stream_parse(bytes, text.len, &s);
		for (size_t k = 0; k < s.count; k++)
			ATF_CHECK_MSG(s.v[k].kind == STREAM_BAD || !s.v[k].word,
				      "byte %zu: a result of %s", i, s.v[k].name);
		stream_free(&s);
		/* One that is missing. */
		memmove(bytes + i, text.p + i + 1, text.len - i - 1);
		stream_parse(bytes, text.len - 1, &s);
		for (size_t k = 0; k < s.count; k++)
			ATF_CHECK_MSG(s.v[k].kind == STREAM_BAD || !s.v[k].word,
				      "without byte %zu: a result of %s", i, s.v[k].name);
		stream_free(&s);
		free(bytes);
	}
	buf_free(&text);
}

CASE(lies, "Verify that ends that lie are refused, named, and what comes behind is still read")
{
	static const struct {
		const char *end, *reason;
	} table[] = {
		{"KT-END deadbeef passed 7\n", "checksum"},
		{"KT-END 00000000 passed 99999999999999999999999\n", "checksum"},
		{"KT-END xyz passed 7\n", "damaged"},
		{"KT-END -1 passed 7\n", "damaged"},
		{"KT-END 1234567890 passed 7\n", "damaged"},
		{"KT-END \n", "damaged"},
		{"KT-END 0\n", "damaged"},
	};
	/* Right sums of what is no answer. */
	static const char *const ends[] = {"", "passed", "passed x", "passed -1", "passed  1",
					   " passed 1", "passed 99999999999999999999", "pa:ed 1"};

	for (size_t i = 0; i < COUNT(table) + COUNT(ends); i++) {
		struct buf text = {0};
		struct stream s = {0};

		canned_begin(&text, "arm", "t", "c");
		if (i < COUNT(table)) {
			buf_puts(&text, table[i].end);
		} else {
			const char *end = ends[i - COUNT(table)];

			buf_printf(&text, "KT-END %08x %s\n",
				   crc32_add(crc32_add(0, "arm t c\n", 8), end, strlen(end)), end);
		}
		canned_case(&text, "arm", "u", "d", "passed", "", "");
		stream_parse(text.p, text.len, &s);
		ATF_REQUIRE_EQ_MSG(2, s.count, "%zu: %zu events", i, s.count);
		check_bad(&s.v[0], "c", i < COUNT(table) ? table[i].reason : "no result and time");
		check_case(&s.v[1], "arm", "u", "d", "passed", "", "");
		stream_free(&s);
		buf_free(&text);
	}
}

CASE(mixed, "Verify that an answer counts for no other case than the one that it was made for")
{
	struct buf one = {0}, text = {0};
	struct stream s = {0};

	canned_case(&one, "arm", "t", "c", "passed", "", "");
	/* The end of that, behind the beginnings of others; and once more. */
	canned_begin(&text, "arm", "t", "d");
	buf_puts(&text, strstr(one.p, "KT-END"));
	canned_begin(&text, "arm", "u", "c");
	buf_puts(&text, strstr(one.p, "KT-END"));
	buf_puts(&text, strstr(one.p, "KT-END"));
	buf_puts(&text, "KT-PROG arm\n");
	buf_puts(&text, strstr(one.p, "KT-CASE"));
	stream_parse(text.p, text.len, &s);
	ATF_REQUIRE_EQ(2, s.count);
	check_bad(&s.v[0], "d", "checksum");
	check_bad(&s.v[1], "c", "checksum");
	stream_free(&s);
	buf_free(&text);
	buf_free(&one);
}

CASE(unfinished, "Verify that a case that did not end is told, also when another one begins")
{
	struct buf text = {0};
	struct stream s = {0};

	canned_begin(&text, "arm", "t", "c");
	canned_case(&text, "arm", "t", "d", "passed", "", "");
	canned_begin(&text, "arm", "t", "e");
	buf_puts(&text, "|output\n");
	stream_parse(text.p, text.len, &s);
	ATF_REQUIRE_EQ(3, s.count);
	check_case(&s.v[0], "arm", "t", "c", NULL, NULL, NULL);
	check_case(&s.v[1], "arm", "t", "d", "passed", "", "");
	check_case(&s.v[2], "arm", "t", "e", NULL, NULL, NULL);
	stream_free(&s);
	buf_free(&text);
}

CASE(garbage, "Verify that bytes of any kind are read without a crash and bring no result")
{
	static const char names[] = "KT-PROG a b\nKT-CASE a/../b c\nKT-CASE \nKT-LIST a b\nKT-LIST\n"
				    "KT-PROG  a\nKT-CASE c\n";
	struct stream s = {0};
	unsigned char bytes[8192];
	uint32_t seed = 1;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (unsigned char)(seed >> 24);
	}
	stream_parse(bytes, sizeof(bytes), &s);
	ATF_CHECK_EQ(0, s.count);
	stream_free(&s);
	parse("", &s);
	ATF_CHECK_EQ(0, s.count);
	stream_free(&s);
	parse(names, &s);
	ATF_CHECK_EQ(0, s.count);
	stream_free(&s);
}

CASE(count, "Verify that the count for progress has whole answers only, and names the place")
{
	static const char *const lines[] = {A ":one", NULL};
	struct buf text = {0};
	char place[32];

	ATF_CHECK_EQ(0, stream_count("", 0, place, sizeof(place)));
	ATF_CHECK_STREQ("", place);
	canned_list(&text, "i386", lines);
	canned_case(&text, "i386", A, "one", "passed", "", "");
	canned_begin(&text, "i386", "k/b_test", "two");
	ATF_CHECK_EQ(1, stream_count(text.p, text.len, place, sizeof(place)));
	ATF_CHECK_STREQ("i386 b_test", place);
	buf_free(&text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, crc);
	ATF_TP_ADD_TC(tp, answers);
	ATF_TP_ADD_TC(tp, binary);
	ATF_TP_ADD_TC(tp, list);
	ATF_TP_ADD_TC(tp, cut);
	ATF_TP_ADD_TC(tp, damage);
	ATF_TP_ADD_TC(tp, lies);
	ATF_TP_ADD_TC(tp, mixed);
	ATF_TP_ADD_TC(tp, unfinished);
	ATF_TP_ADD_TC(tp, garbage);
	ATF_TP_ADD_TC(tp, count);
	return atf_no_error();
}
