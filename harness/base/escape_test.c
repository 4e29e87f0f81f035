/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape_test.c - the small pure parts that every report is made of: escapes, JSON's
 * commas, sets of texts, the catalogue of contracts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/case.h"
#include "harness/base/escape.h"
#include "harness/base/intern.h"
#include "harness/base/json.h"
#include "harness/report/catalogue.h"

CASE(visible, "Verify that what cannot be seen or turns text around becomes \\xNN, and no more")
{
	static const struct {
		const char *text;
		size_t len;
		enum escape_lines lines;
		const char *expected;
	} table[] = {
		{"plain <&> \"'", 12, ESCAPE_ONE_LINE, "plain <&> \"'"},
		{"a\nb\tc\rd", 7, ESCAPE_ONE_LINE, "a\\x0ab\\x09c\\x0dd"},
		{"a\nb\tc\rd", 7, ESCAPE_KEEP_LINES, "a\nb\tc\\x0dd"},
		{"a\0b", 3, ESCAPE_KEEP_LINES, "a\\x00b"},
		{"\x1b[2J\x7f", 5, ESCAPE_KEEP_LINES, "\\x1b[2J\\x7f"},
		{"gr\xc3\xbcn \xf0\x9f\x98\x80", 10, ESCAPE_ONE_LINE, "gr\xc3\xbcn \xf0\x9f\x98\x80"},
		{"\x80\xff", 2, ESCAPE_ONE_LINE, "\\x80\\xff"},
		{"\xc2\x9b", 2, ESCAPE_ONE_LINE, "\\xc2\\x9b"},		/* CSI of 8 bits */
		{"\xe2\x80\xae", 3, ESCAPE_ONE_LINE, "\\xe2\\x80\\xae"}, /* right to left */
		{"\xe2\x81\xa7", 3, ESCAPE_ONE_LINE, "\\xe2\\x81\\xa7"}, /* isolate */
		{"\xe2\x80\xa8", 3, ESCAPE_KEEP_LINES, "\\xe2\\x80\\xa8"}, /* line separator */
		{"\xef\xbf\xbe", 3, ESCAPE_ONE_LINE, "\\xef\\xbf\\xbe"}, /* no character */
		{"\xf3\xa0\x81\x81", 4, ESCAPE_ONE_LINE, "\\xf3\\xa0\\x81\\x81"}, /* a tag */
		/* Cut short: what is behind the end is not looked at. */
		{"\xc3\xbc", 1, ESCAPE_ONE_LINE, "\\xc3"},
		{"\xe2\x82\xac", 2, ESCAPE_ONE_LINE, "\\xe2\\x82"},
		{"x", 0, ESCAPE_ONE_LINE, NULL},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct buf out = {0};

		escape_visible(&out, table[i].text, table[i].len, table[i].lines);
		ATF_CHECK_MSG(table[i].expected ? out.p && !strcmp(out.p, table[i].expected)
						: !out.len,
			      "row %zu is '%s'", i, out.p ? out.p : "");
		buf_free(&out);
	}
}

CASE(quoted, "Verify the quoting of JSON and of markup, and that no '<' is left in either")
{
	static const char text[] = "</a> & \"q\" 'r' \\ \n\1\xff";
	struct buf json = {0}, markup = {0};

	escape_json(&json, text, sizeof(text) - 1);
	ATF_CHECK_STREQ("\"\\u003c/a> & \\\"q\\\" 'r' \\\\ \\n\\u0001\\ufffd\"", json.p);
	escape_markup(&markup, text, sizeof(text) - 1, ESCAPE_ONE_LINE);
	ATF_CHECK_STREQ("&lt;/a&gt; &amp; &quot;q&quot; &#39;r&#39; \\ \\x0a\\x01\\xff", markup.p);
	buf_free(&json);
	buf_free(&markup);
}

CASE(cut, "Verify that text is cut between characters")
{
	ATF_CHECK_EQ(3, escape_cut("abc", 3, 3));
	ATF_CHECK_EQ(2, escape_cut("abc", 3, 2));
	ATF_CHECK_EQ(1, escape_cut("a\xe2\x82\xac", 4, 2));
	ATF_CHECK_EQ(1, escape_cut("a\xe2\x82\xac", 4, 3));
	ATF_CHECK_EQ(4, escape_cut("a\xe2\x82\xac", 4, 4));
	ATF_CHECK_EQ_MSG(5, escape_cut("\x80\x80\x80\x80\x80\x80", 6, 5), "no characters at all");
	ATF_CHECK_EQ(0, escape_cut(NULL, 0, 5));
}

CASE(members, "Verify that commas stand between members and nowhere else")
{
	struct buf out = {0};

	buf_puts(&out, "{");
	json_string(&out, "a", "x,");
	json_int(&out, "b", -1);
	json_name(&out, "c");
	buf_puts(&out, "[");
	json_next(&out);
	buf_puts(&out, "\n1");
	json_next(&out);
	buf_puts(&out, "2]");
	json_bool(&out, "d", true);
	json_seconds(&out, "e", 1000002);
	json_time(&out, "f", 86400);
	json_time(&out, "g", INT64_MAX);
	json_string(&out, "h", "[");
	json_visible(&out, "i", "\n");
	buf_puts(&out, "}");
	ATF_CHECK_STREQ("{\"a\":\"x,\",\"b\":-1,\"c\":[\n1,2],\"d\":true,\"e\":1.000002,"
			"\"f\":\"1970-01-02T00:00:00Z\",\"g\":\"1970-01-01T00:00:00Z\",\"h\":\"[\","
			"\"i\":\"\\\\x0a\"}", out.p);
	buf_free(&out);
}

CASE(interned, "Verify that equal texts share a number, and many texts have theirs")
{
	struct intern set = {0};
	char text[5000][16];

	for (size_t i = 0; i < 5000; i++) {
		snprintf(text[i], sizeof(text[i]), "%zu", i);
		ATF_REQUIRE_EQ(i, intern_add(&set, text[i], strlen(text[i])));
	}
	for (size_t i = 0; i < 5000; i++) {
		char copy[16];

		strcpy(copy, text[i]);
		ATF_REQUIRE_EQ(i, intern_add(&set, copy, strlen(copy)));
	}
	ATF_CHECK_EQ(5000, set.count);
	ATF_CHECK_EQ_MSG(5000, intern_add(&set, "1\0", 2), "the length counts, not a NUL");
	ATF_CHECK_EQ(5001, intern_add(&set, "", 0));
	ATF_CHECK_EQ(5001, intern_add(&set, NULL, 0));
	intern_free(&set);
}

CASE(catalogue, "Verify that a contract is found, else its family, and what is no row is not")
{
	static const char text[] =
		"id\tpromise\tsince\tuntil\tabis\treference\tkind\tlink\n"
		"# a comment\n"
		"a.b.*\tFamily.\t3.4\t6.1\tx32 arm\tman\trequired\thttps://example.org/\n"
		"a.b.c\tOne.\t-\t-\tall\t-\trecord\t-\n"
		"a.*\tWhole.\t-\t-\tall\t-\trecord\t-\n"
		"short\trow\n"
		"long\t1\t2\t3\t4\t5\t6\t7\t8\n"
		"z.z\tNo newline.\t-\t-\tall\t-\trecord\t-";
	struct catalogue *c = catalogue_parse(text, sizeof(text) - 1);
	const struct catalogue_entry *e;

	ATF_REQUIRE((e = catalogue_find(c, "a.b.c")) != NULL);
	ATF_CHECK_STREQ("One.", e->promise);
	ATF_CHECK_STREQ("", e->since);
	ATF_CHECK_STREQ("", e->link);
	ATF_REQUIRE((e = catalogue_find(c, "a.b.d.e")) != NULL);
	ATF_CHECK_STREQ("Family.", e->promise);
	ATF_CHECK_STREQ("6.1", e->until);
	ATF_REQUIRE((e = catalogue_find(c, "a.x")) != NULL);
	ATF_CHECK_STREQ("Whole.", e->promise);
	ATF_CHECK(catalogue_find(c, "z.z") != NULL);
	ATF_CHECK(catalogue_find(c, "b.c.d") == NULL);
	ATF_CHECK(catalogue_find(c, "a") == NULL);
	ATF_CHECK(catalogue_find(c, "") == NULL);
	ATF_CHECK(catalogue_find(c, "id") == NULL);
	ATF_CHECK(catalogue_find(c, "short") == NULL);
	ATF_CHECK(catalogue_find(c, "long") == NULL);
	ATF_CHECK(catalogue_find(NULL, "a.b.c") == NULL);
	catalogue_free(c);
	catalogue_free(NULL);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, visible);
	ATF_TP_ADD_TC(tp, quoted);
	ATF_TP_ADD_TC(tp, cut);
	ATF_TP_ADD_TC(tp, members);
	ATF_TP_ADD_TC(tp, interned);
	ATF_TP_ADD_TC(tp, catalogue);
	return atf_no_error();
}
