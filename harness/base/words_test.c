/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words_test.c - small pure parts: the nearest word, UTF-8, lists of cases.
 */
#include <string.h>

#include "harness/base/case.h"
#include "harness/base/utf8.h"
#include "harness/base/word.h"
#include "harness/cell/cases.h"

CASE(nearest, "Verify that the word that was meant is found, and none where none was")
{
	static const char *const words[] = {"run", "report", "kernels", "--qemu-user"};
	static const struct {
		const char *given, *nearest;
	} table[] = {
		{"rnu", "run"},		 {"reprot", "report"},	 {"kernel", "kernels"},
		{"--qemuuser", "--qemu-user"}, {"runs", "run"}, {"xyz", NULL}, {"", NULL},
	};
	char giant[4096];

	for (size_t i = 0; i < COUNT(table); i++) {
		const char *found = word_nearest(table[i].given, words, COUNT(words));

		ATF_CHECK_MSG(found == table[i].nearest ||
			      (found && table[i].nearest && !strcmp(found, table[i].nearest)),
			      "'%s' gives '%s'", table[i].given, found ? found : "none");
	}
	memset(giant, 'r', sizeof(giant) - 1);
	giant[sizeof(giant) - 1] = '\0';
	ATF_CHECK(word_nearest(giant, words, COUNT(words)) == NULL);
}

CASE(utf8, "Verify that only well-formed UTF-8 counts as a character")
{
	static const struct {
		const char *text;
		size_t length;
	} table[] = {
		{"a", 1},		 {"\x7f", 1},		  {"\xc3\xbc", 2},
		{"\xe2\x82\xac", 3},	 {"\xf0\x9f\x98\x80", 4}, {"\xef\xbf\xbd", 3},
		{"\x80", 0},		 {"\xc0\xaf", 0},	  {"\xc1\xbf", 0},
		{"\xc3", 0},		 {"\xc3(", 0},		  {"\xe0\x80\xaf", 0},
		{"\xed\xa0\x80", 0},	 {"\xe2\x82", 0},	  {"\xf0\x80\x80\x80", 0},
		{"\xf4\x90\x80\x80", 0}, {"\xf5\x80\x80\x80", 0}, {"\xff", 0},
	};

	for (size_t i = 0; i < COUNT(table); i++)
		ATF_CHECK_EQ_MSG(table[i].length, utf8_length(table[i].text), "row %zu", i);
}

CASE(cases, "Verify that a list of cases is read with contracts, and other text passed over")
{
	static const char text[] = "kernel-tests/a_test:one ptrace.a.one\n"
				   "kernel-tests/a_test:two\n"
				   "runner: E: something: went wrong.\n"
				   ":x c\nx: c\nx:\nx:y \nx:y c d\n a:b\n\n"
				   "kernel-tests/b_test:last";
	struct results out = {0};

	cases_parse(text, strlen(text), &out);
	ATF_REQUIRE_EQ(3, out.count);
	ATF_CHECK_STREQ("kernel-tests/a_test", out.v[0].program);
	ATF_CHECK_STREQ("one", out.v[0].name);
	ATF_CHECK_STREQ("ptrace.a.one", out.v[0].contract);
	ATF_CHECK_STREQ("two", out.v[1].name);
	ATF_CHECK_STREQ("", out.v[1].contract);
	ATF_CHECK_STREQ("last", out.v[2].name);
	for (size_t i = 0; i < out.count; i++)
		ATF_CHECK_EQ(STATUS_LOST, out.v[i].status);
	results_free(&out);
}

CASE(wanted, "Verify that a case is chosen by contract, by program:case or by program")
{
	struct results list = {0};
	struct result *r = results_add(&list, "kernel-tests/seize_test", "no_stop",
				       "ptrace.seize.no_stop", STATUS_LOST, "");
	static const struct {
		const char *pattern;
		bool wanted;
	} table[] = {
		{NULL, true},		       {"*", true},
		{"ptrace.seize.*", true},      {"seize_test", true},
		{"seize_test:no_*", true},     {"kernel-tests/seize_test", true},
		{"ptrace.seize", false},       {"seccomp.*", false},
		{"seize_test:other", false},   {"", false},
		{"x ptrace.seize.* y", true},  {"ptrace seccomp.*", false},
	};

	for (size_t i = 0; i < COUNT(table); i++)
		ATF_CHECK_EQ_MSG(table[i].wanted, cases_wanted(table[i].pattern, r), "%s",
				 table[i].pattern ? table[i].pattern : "(none)");
	results_free(&list);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, nearest);
	ATF_TP_ADD_TC(tp, utf8);
	ATF_TP_ADD_TC(tp, cases);
	ATF_TP_ADD_TC(tp, wanted);
	return atf_no_error();
}
