/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress_test.c - how long the rest will take, and how that is said.
 */
#include "harness/base/case.h"
#include "harness/run/progress.h"

CASE(estimate, "Verify that the time left is told only when enough is done to know it")
{
	static const struct {
		long elapsed;
		size_t done, total;
		long left;
	} table[] = {
		{100, 50, 100, 100}, {60, 900, 1000, 6}, {600, 100, 1000, 5400}, {100, 100, 100, 0},
		/* Too early, too little, nothing at all, more than there is. */
		{4, 50, 100, -1}, {100, 99, 1000, -1}, {100, 0, 5, -1}, {100, 6, 5, -1},
		{0, 0, 0, -1},
	};

	for (size_t i = 0; i < COUNT(table); i++)
		ATF_CHECK_EQ_MSG(table[i].left, progress_estimate(table[i].elapsed, table[i].done,
								  table[i].total),
				 "%zu", i);
}

CASE(words, "Verify that a time is told in the unit that suits it")
{
	static const struct {
		long seconds;
		const char *text;
	} table[] = {
		{0, "0 s"}, {89, "89 s"}, {90, "2 min"}, {600, "10 min"}, {5399, "90 min"},
		{5400, "1 h 30 min"}, {36000, "10 h 0 min"},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		char text[32];

		progress_time(table[i].seconds, text, sizeof(text));
		ATF_CHECK_STREQ(table[i].text, text);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, estimate);
	ATF_TP_ADD_TC(tp, words);
	return atf_no_error();
}
