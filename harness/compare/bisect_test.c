/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect_test.c - good, bad and unsure, the order of versions, and turns.
 */
#include <string.h>

#include "harness/base/case.h"
#include "harness/compare/bisect.h"

CASE(statuses, "Verify that only kept promises are good, only broken ones bad, the rest unsure")
{
	static const enum bisect_answer expected[STATUS_COUNT] = {
		[STATUS_PASS] = BISECT_GOOD,	  [STATUS_XPASS] = BISECT_GOOD,
		[STATUS_FAIL] = BISECT_BAD,	  [STATUS_XFAIL] = BISECT_BAD,
		[STATUS_TIMEOUT] = BISECT_BAD,	  [STATUS_CRASHED] = BISECT_BAD,
		[STATUS_SKIP] = BISECT_UNSURE,	  [STATUS_BROKEN] = BISECT_UNSURE,
		[STATUS_LOST] = BISECT_UNSURE,	  [STATUS_NA] = BISECT_UNSURE,
		[STATUS_NOBUILD] = BISECT_UNSURE, [STATUS_NOBOOT] = BISECT_UNSURE,
		[STATUS_FLAKY] = BISECT_UNSURE,
	};

	for (enum status s = 0; s < STATUS_COUNT; s++)
		ATF_CHECK_EQ_MSG(expected[s], bisect_status(s), "%s", status_word(s));
}

CASE(several, "Verify which of several cases decides")
{
	static const struct {
		enum status v[3];
		enum bisect_answer answer;
	} table[] = {
		{{STATUS_PASS, STATUS_PASS, STATUS_PASS}, BISECT_GOOD},
		{{STATUS_PASS, STATUS_SKIP, STATUS_NA}, BISECT_GOOD},
		{{STATUS_SKIP, STATUS_SKIP, STATUS_NA}, BISECT_UNSURE},
		{{STATUS_PASS, STATUS_LOST, STATUS_PASS}, BISECT_UNSURE},
		{{STATUS_PASS, STATUS_FLAKY, STATUS_SKIP}, BISECT_UNSURE},
		{{STATUS_LOST, STATUS_FAIL, STATUS_PASS}, BISECT_BAD},
		{{STATUS_NOBOOT, STATUS_NOBOOT, STATUS_NOBOOT}, BISECT_UNSURE},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		static const char *const names[] = {"one", "two", "three"};
		struct cell cells[2];
		const struct result *why;
		const struct cell *in;

		/* Two in one cell, one in another, and one that is not asked for. */
		cell_init(&cells[0], "k", "x86_64");
		cell_init(&cells[1], "k", "i386");
		for (size_t k = 0; k < 3; k++)
			results_add(&cells[k / 2].results, "p", names[k], "a.b.c", table[i].v[k],
				    "");
		results_add(&cells[1].results, "p", "other", "a.b.d", STATUS_FAIL, "");
		ATF_CHECK_EQ_MSG(table[i].answer, bisect_cells(cells, 2, "a.b.c", &why, &in),
				 "line %zu", i);
		ATF_CHECK_EQ(table[i].answer, bisect_status(why->status));
		ATF_CHECK_EQ(BISECT_UNSURE, bisect_cells(cells, 2, "x.y.z", &why, &in));
		ATF_CHECK(why == NULL);
		cell_free(&cells[0]);
		cell_free(&cells[1]);
	}
}

CASE(versions, "Verify the order of versions")
{
	/* Each is older than the next. */
	static const char *const row[] = {
		"4.19.0", "5.10.0-46-amd64 (5.10.262-1)", "6.1.0-9-amd64 (6.1.27-1)",
		"6.1.0-56-amd64 (6.1.192-2)", "6.1.0-56-amd64 (6.1.192-2+b1)",
		"6.12.5", "6.12.41+deb13-amd64 (6.12.41-1)",
		"7.2~rc1-amd64 (7.2~rc1-1~exp1)", "7.2~rc10-amd64 (7.2~rc10-1~exp1)",
		"7.2-amd64 (7.2-1~exp1)", "7.2-amd64 (7.2-1)", "7.2.13+deb14-amd64 (7.2.13-1)",
	};

	for (size_t i = 0; i < COUNT(row); i++)
		for (size_t k = 0; k < COUNT(row); k++) {
			int order = bisect_version_compare(row[i], row[k]);

			ATF_CHECK_MSG((order > 0) - (order < 0) == (i > k) - (i < k),
				      "'%s' and '%s': %d", row[i], row[k], order);
		}
	ATF_CHECK_EQ(0, bisect_version_compare("6.1", "x (6.1)"));
	ATF_CHECK_EQ(0, bisect_version_compare("6.01", "6.1"));
	ATF_CHECK(bisect_version_compare("", "6.1") < 0);
}

CASE(turns, "Verify that turns are counted, and the unsure passed over")
{
#define G BISECT_GOOD
#define B BISECT_BAD
#define U BISECT_UNSURE
	static const struct {
		enum bisect_answer v[5];
		size_t turns, at;
	} table[] = {
		{{G, G, G, G, G}, 0, 9}, {{B, B, B, B, B}, 0, 9}, {{U, U, U, U, U}, 0, 9},
		{{G, G, B, B, B}, 1, 2}, {{B, G, G, G, G}, 1, 1}, {{G, U, U, B, U}, 1, 3},
		{{U, G, U, G, B}, 1, 4}, {{G, B, G, G, G}, 2, 1}, {{G, U, B, U, G}, 2, 2},
		{{G, B, G, B, G}, 4, 1},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		size_t at = 9;

		ATF_CHECK_EQ_MSG(table[i].turns, bisect_turns(table[i].v, 5, &at), "line %zu", i);
		ATF_CHECK_EQ_MSG(table[i].at, at, "line %zu", i);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, statuses);
	ATF_TP_ADD_TC(tp, several);
	ATF_TP_ADD_TC(tp, versions);
	ATF_TP_ADD_TC(tp, turns);
	return atf_no_error();
}
