/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream_test.c - frames and Kyua's lines, whole and damaged.
 */
#include "config.h"

#include <string.h>

#include "harness/case.h"
#include "harness/kyuadb_canned.h"
#include "harness/stream.h"

static void check_case(const struct stream_event *e, const char *abi, const char *program,
		       const char *name, const char *word, const char *reason)
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
}

static void parse(const char *text, const char *abi, struct stream *out)
{
	stream_parse(text, strlen(text), abi, out);
}

CASE(crc, "Verify that the checksum is the one of zlib and busybox's crc32")
{
	ATF_CHECK_EQ(0xcbf43926, stream_crc32("123456789", 9));
	ATF_CHECK_EQ(0, stream_crc32("", 0));
}

CASE(lines, "Verify that every form of Kyua's lines is read, and other lines are passed over")
{
	struct stream s = {0};

	parse("kernel-tests/a_test:one  ->  passed  [0.024s]\r\n"
	      "a_test:two  ->  skipped: needs X, Linux >= 5.3: yes  [1.500s]\n"
	      "a_test:three  ->  expected_failure: [1.0s]  [0.001s]\n"
	      "\n"
	      "Results saved to /tmp/o.db\n"
	      "some: text  ->  passed  [0.1s]\n"
	      ":none  ->  passed  [0.1s]\n"
	      "a_test:  ->  passed  [0.1s]\n"
	      "3/6 passed (3 failed)\n",
	      "i386", &s);
	ATF_REQUIRE_EQ(3, s.count);
	check_case(&s.v[0], "i386", "kernel-tests/a_test", "one", "passed", "");
	ATF_CHECK_EQ(24000, s.v[0].us);
	check_case(&s.v[1], "i386", "a_test", "two", "skipped", "needs X, Linux >= 5.3: yes");
	ATF_CHECK_EQ(1500000, s.v[1].us);
	check_case(&s.v[2], "i386", "a_test", "three", "expected_failure", "[1.0s]");
	stream_free(&s);
}

CASE(cut_line, "Verify that a line without its duration is a case that has not ended")
{
	static const char *const lines[] = {
		"a_test:one  ->  ",	       "a_test:one  ->  pas",
		"a_test:one  ->  passed",      "a_test:one  ->  passed  [0.024",
		"a_test:one  ->  passed  [0.0s", "a_test:one  ->  passed  [xs]",
	};

	for (size_t i = 0; i < COUNT(lines); i++) {
		struct stream s = {0};

		parse(lines[i], "x32", &s);
		ATF_REQUIRE_EQ_MSG(1, s.count, "%s", lines[i]);
		check_case(&s.v[0], "x32", "a_test", "one", NULL, NULL);
		stream_free(&s);
	}
}

CASE(frames, "Verify that frames give their bytes, whatever is in them, and the lines their ABI")
{
	struct buf text = {0}, one = {0}, two = {0};
	struct stream s = {0};

	buf_add(&one, "KT-FILE x y 3 00000000\nabc\0\n\na:b  ->  passed  [0.1s]\n", 52);
	buf_puts(&text, "t:lost  ->  passed  [0.1s]\n"); /* no ABI is known yet */
	canned_frame(&text, "arm", STREAM_CASES, &two);
	buf_puts(&text, "t:c  ->  passed  [0.1s]\n");
	canned_frame(&text, "arm", "kernel-tests/t_test", &one);
	buf_puts(&text, "KT-LOST aarch64 u\nu:d  ->  ");
	stream_parse(text.p, text.len, NULL, &s);
	ATF_REQUIRE_EQ(5, s.count);
	ATF_CHECK_EQ(STREAM_FRAME, s.v[0].kind);
	ATF_CHECK_EQ(0, s.v[0].len);
	check_case(&s.v[1], "arm", "t", "c", "passed", "");
	ATF_REQUIRE_EQ(STREAM_FRAME, s.v[2].kind);
	ATF_CHECK_STREQ("kernel-tests/t_test", s.v[2].program);
	ATF_REQUIRE_EQ(one.len, s.v[2].len);
	ATF_CHECK(!memcmp(one.p, s.v[2].bytes, one.len));
	ATF_CHECK_EQ(STREAM_LOST, s.v[3].kind);
	ATF_CHECK_STREQ("aarch64", s.v[3].abi);
	check_case(&s.v[4], "aarch64", "u", "d", NULL, NULL);
	stream_free(&s);
	buf_free(&text);
	buf_free(&one);
}

CASE(cut_frame, "Verify that a frame cut at any byte is never taken for a whole one")
{
	struct buf text = {0}, bytes = {0};

	buf_puts(&bytes, "payload with a\nnew line");
	canned_frame(&text, "arm", "t", &bytes);
	/* Up to the last byte of the payload; the newline behind it is not part of it. */
	for (size_t len = 0; len < text.len - 1; len++) {
		struct stream s = {0};

		stream_parse(text.p, len, "arm", &s);
		for (size_t i = 0; i < s.count; i++)
			ATF_CHECK_MSG(s.v[i].kind == STREAM_BAD, "cut at %zu: kind %d", len,
				      (int)s.v[i].kind);
		stream_free(&s);
	}
	buf_free(&text);
	buf_free(&bytes);
}

CASE(damaged_frame, "Verify that damage is found, named, and what comes behind is still read")
{
	static const char *const heads[] = {
		"KT-FILE arm t 7 deadbeef\n",
		"KT-FILE arm t 99999999 00000000\n",
		"KT-FILE arm t 18446744073709551615 00000000\n",
		"KT-FILE arm t 99999999999999999999999 00000000\n",
		"KT-FILE arm t -1 00000000\n",
		"KT-FILE arm t 7 xyz\n",
		"KT-FILE arm t 7 1234567890\n",
		"KT-FILE arm t 7 00000000 more\n",
		"KT-FILE arm t\n",
	};

	for (size_t i = 0; i < COUNT(heads); i++) {
		struct buf text = {0}, bytes = {0};
		struct stream s = {0};

		buf_puts(&bytes, "bytes");
		buf_puts(&text, heads[i]);
		buf_puts(&text, "garbage\n");
		canned_frame(&text, "arm", "u", &bytes);
		buf_puts(&text, "u:c  ->  passed  [0.1s]\n");
		stream_parse(text.p, text.len, NULL, &s);
		ATF_REQUIRE_EQ_MSG(3, s.count, "%s%zu events", heads[i], s.count);
		ATF_CHECK_EQ(STREAM_BAD, s.v[0].kind);
		ATF_CHECK_STREQ("t", s.v[0].program);
		ATF_CHECK(s.v[0].reason && s.v[0].reason[0]);
		ATF_CHECK_EQ(STREAM_FRAME, s.v[1].kind);
		check_case(&s.v[2], "arm", "u", "c", "passed", "");
		stream_free(&s);
		buf_free(&text);
		buf_free(&bytes);
	}
}

CASE(interrupted_line, "Verify that a frame is found behind a case that Kyua never finished")
{
	struct buf text = {0}, bytes = {0};
	struct stream s = {0};

	buf_puts(&bytes, "x");
	buf_puts(&text, "t:c  ->  ");
	canned_frame(&text, "arm", "t", &bytes);
	stream_parse(text.p, text.len, "arm", &s);
	ATF_REQUIRE_EQ(2, s.count);
	check_case(&s.v[0], "arm", "t", "c", NULL, NULL);
	ATF_CHECK_EQ(STREAM_FRAME, s.v[1].kind);
	stream_free(&s);
	/* But not inside what a test says. */
	parse("t:c  ->  failed: KT-FILE arm t 0 00000000  [0.1s]\n", "arm", &s);
	ATF_REQUIRE_EQ(1, s.count);
	check_case(&s.v[0], "arm", "t", "c", "failed", "KT-FILE arm t 0 00000000");
	stream_free(&s);
	buf_free(&text);
	buf_free(&bytes);
}

CASE(garbage, "Verify that bytes of any kind are read without a crash and bring no result")
{
	struct stream s = {0};
	unsigned char bytes[8192];
	uint32_t seed = 1;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (unsigned char)(seed >> 24);
	}
	stream_parse(bytes, sizeof(bytes), "arm", &s);
	ATF_CHECK_EQ(0, s.count);
	stream_free(&s);
	stream_parse("", 0, "arm", &s);
	ATF_CHECK_EQ(0, s.count);
	stream_free(&s);
}

CASE(count, "Verify that the count for progress has whole lines only, and names the place")
{
	static const char text[] = "k/a_test:one  ->  passed  [0.1s]\nk/b_test:two  ->  ";
	char place[32];

	ATF_CHECK_EQ(1, stream_count(text, strlen(text), place, sizeof(place)));
	ATF_CHECK_STREQ("b_test", place);
	ATF_CHECK_EQ(0, stream_count("", 0, place, sizeof(place)));
	ATF_CHECK_STREQ("", place);
	ATF_CHECK_EQ(0, stream_count("KT-FILE i386 cases 0 0\nk/b_test:t  ->  ", 40, place,
				     sizeof(place)));
	ATF_CHECK_STREQ("i386 b_test", place);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, crc);
	ATF_TP_ADD_TC(tp, lines);
	ATF_TP_ADD_TC(tp, cut_line);
	ATF_TP_ADD_TC(tp, frames);
	ATF_TP_ADD_TC(tp, cut_frame);
	ATF_TP_ADD_TC(tp, damaged_frame);
	ATF_TP_ADD_TC(tp, interrupted_line);
	ATF_TP_ADD_TC(tp, garbage);
	ATF_TP_ADD_TC(tp, count);
	return atf_no_error();
}
