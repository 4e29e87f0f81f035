/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_test.c - the words of kmatrix and how Kyua's become them.
 */
#include <errno.h>
#include <string.h>

#include "harness/base/case.h"
#include "harness/cell/status.h"

CASE(table, "Verify that every status has a word, a letter of its own and a meaning")
{
	for (enum status a = 0; a < STATUS_COUNT; a++) {
		enum status back;

		ATF_REQUIRE_EQ(0, status_parse(status_word(a), &back));
		ATF_CHECK_EQ(a, back);
		ATF_CHECK(strlen(status_meaning(a)) > 0);
		for (enum status b = 0; b < a; b++) {
			ATF_CHECK(status_letter(a) != status_letter(b));
			ATF_CHECK(status_is_worse(a, b) != status_is_worse(b, a));
		}
	}
}

CASE(unknown_word, "Verify that a word of nobody is refused")
{
	enum status out = STATUS_COUNT;

	ATF_CHECK_EQ(-EINVAL, status_parse("passed", &out));
	ATF_CHECK_EQ(-EINVAL, status_parse("", &out));
	ATF_CHECK_EQ(STATUS_COUNT, out);
}

CASE(kyua, "Verify that Kyua's results become ours, timeouts and unexpected passes by reason")
{
	static const struct {
		const char *word, *reason;
		enum status status;
	} table[] = {
		{"passed", NULL, STATUS_PASS},
		{"passed", "", STATUS_PASS},
		{"failed", "x != y", STATUS_FAIL},
		{"failed", "Test case was expecting a failure but none were raised", STATUS_XPASS},
		{"failed", "Test case was expecting a failure but got a pass", STATUS_XPASS},
		{"skipped", "needs Linux 5.3", STATUS_SKIP},
		{"expected_failure", "bug: why", STATUS_XFAIL},
		{"broken", "Premature exit; test case received signal 11", STATUS_BROKEN},
		{"broken", "Test case body timed out", STATUS_TIMEOUT},
		{"broken", "Test case cleanup timed out", STATUS_TIMEOUT},
		{"broken", NULL, STATUS_BROKEN},
	};

	for (size_t i = 0; i < COUNT(table); i++)
		ATF_CHECK_EQ_MSG(table[i].status, status_of_kyua(table[i].word, table[i].reason),
				 "%s: %s", table[i].word, table[i].reason);
}

CASE(kyua_unknown, "Verify that no unknown word is ever a pass")
{
	static const char *const words[] = {"", "pass", "PASSED", "passed ", "ok", "passe",
					    "passedd", "unknown"};

	for (size_t i = 0; i < COUNT(words); i++)
		ATF_CHECK_EQ_MSG(STATUS_BROKEN, status_of_kyua(words[i], "fine"), "'%s'", words[i]);
}

CASE(classes, "Verify that pass, skip, xfail and na alone are good, and missing is told apart")
{
	static const enum status good[] = {STATUS_PASS, STATUS_SKIP, STATUS_XFAIL, STATUS_NA};
	static const enum status missing[] = {STATUS_LOST, STATUS_NOBUILD, STATUS_NOBOOT};
	unsigned seen = 0;

	for (size_t i = 0; i < COUNT(good); i++, seen++)
		ATF_CHECK_EQ(STATUS_CLASS_GOOD, status_class(good[i]));
	for (size_t i = 0; i < COUNT(missing); i++, seen++)
		ATF_CHECK_EQ(STATUS_CLASS_MISSING, status_class(missing[i]));
	for (enum status s = 0; s < STATUS_COUNT; s++)
		seen += status_class(s) == STATUS_CLASS_FAILURE;
	ATF_CHECK_EQ(STATUS_COUNT, seen);
	ATF_CHECK(status_is_worse(STATUS_FAIL, STATUS_PASS));
	ATF_CHECK(status_is_worse(STATUS_CRASHED, STATUS_FAIL));
	ATF_CHECK(status_is_worse(STATUS_LOST, STATUS_XFAIL));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, table);
	ATF_TP_ADD_TC(tp, unknown_word);
	ATF_TP_ADD_TC(tp, kyua);
	ATF_TP_ADD_TC(tp, kyua_unknown);
	ATF_TP_ADD_TC(tp, classes);
	return atf_no_error();
}
