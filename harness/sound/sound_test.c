/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sound_test.c - each rule of sound.h: from results to the verdict on a backend.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/base/case.h"
#include "harness/sound/sound.h"

static struct cell cells[2];
static struct store_run run;
static struct sound sound;

static void begin(void)
{
	cell_init(&cells[0], "amd64-6.1", "x86_64");
	cell_init(&cells[1], "amd64-6.1", "i386");
	run = (struct store_run){.cells = cells, .count = 2, .ended = true};
}

static void end(void)
{
	sound_free(&sound);
	relies_free(&run.relies);
	cell_free(&cells[0]);
	cell_free(&cells[1]);
}

/* trace needs `contract` for this part. */
static void needs(const char *part, const char *contract)
{
	relies_add(&run.relies, "trace", "backend", part, false, contract, "all", "w");
}

static void uses(const char *part, const char *contract)
{
	relies_add(&run.relies, "trace", "backend", part, true, contract, "all", "w");
}

/* The first cell's answer. */
static void answer(const char *contract, enum status s)
{
	results_add(&cells[0].results, "kernel-tests/a_test", contract, contract, s,
		    s == STATUS_PASS ? "" : "because");
}

/* The verdict on trace in the first cell, and why, of up to three causes. */
static void is(enum sound_verdict verdict, const char *why)
{
	char *reason;

	sound_free(&sound);
	sound_make(&run, &sound);
	ATF_REQUIRE_EQ(1, sound.count);
	ATF_CHECK_STREQ("trace", sound.rows[0].what);
	ATF_CHECK_STREQ("backend", sound.rows[0].kind);
	ATF_CHECK_STREQ(sound_word(verdict), sound_word(sound.rows[0].at[0].verdict));
	reason = sound_reason(&sound.rows[0].at[0], 3);
	ATF_CHECK_STREQ(why, reason);
	free(reason);
}

CASE(kept, "Verify that a backend is sound where all its contracts passed, expected or not")
{
	begin();
	needs("", "a.b.one");
	needs("x", "a.b.two");
	answer("a.b.one", STATUS_PASS);
	answer("a.b.two", STATUS_XPASS);
	answer("a.b.three", STATUS_FAIL); /* nobody relies on it */
	is(SOUND_YES, "");
	end();
}

CASE(broken, "Verify that one broken contract makes a backend unsound, a known bug too")
{
	static const enum status bad[] = {STATUS_FAIL, STATUS_XFAIL, STATUS_CRASHED,
					  STATUS_TIMEOUT};

	for (size_t i = 0; i < COUNT(bad); i++) {
		char *want = buf_asprintf("a.b.two (%s: because)", status_word(bad[i]));

		begin();
		needs("", "a.b.one");
		needs("", "a.b.two");
		needs("", "a.b.open");
		answer("a.b.one", STATUS_PASS);
		answer("a.b.two", bad[i]);
		is(SOUND_NO, want);
		end();
		free(want);
	}
}

CASE(open, "Verify that whatever is no answer makes a backend unknown, whatever else passed")
{
	for (enum status s = 0; s < STATUS_COUNT; s++) {
		char *want = buf_asprintf("a.b.two (%s: because)", status_word(s));

		switch (s) {
		case STATUS_PASS:
		case STATUS_XPASS:
		case STATUS_FAIL:
		case STATUS_XFAIL:
		case STATUS_CRASHED:
		case STATUS_TIMEOUT:
		case STATUS_SKIP:
		case STATUS_NA:
			break;
		default:
			begin();
			needs("", "a.b.one");
			needs("", "a.b.two");
			answer("a.b.one", STATUS_PASS);
			answer("a.b.two", s);
			is(SOUND_UNKNOWN, want);
			end();
		}
		free(want);
	}
}

CASE(not_run, "Verify that a contract without a result makes a backend unknown")
{
	begin();
	needs("", "a.b.one");
	needs("", "a.b.two");
	answer("a.b.one", STATUS_PASS);
	is(SOUND_UNKNOWN, "a.b.two (not run)");
	end();
}

CASE(absent, "Verify that a backend is absent where a part that it needs is, unsound or not")
{
	begin();
	needs("", "a.b.one");
	needs("getfd", "a.b.two");
	needs("getfd", "a.b.three");
	answer("a.b.one", STATUS_FAIL);
	answer("a.b.two", STATUS_SKIP);
	answer("a.b.three", STATUS_NA);
	is(SOUND_ABSENT, "no getfd (because)");
	end();
}

CASE(optional, "Verify that a backend is sound without an optional part, and unsound with "
	       "a broken one")
{
	begin();
	needs("", "a.b.one");
	uses("openat2", "a.b.two");
	answer("a.b.one", STATUS_PASS);
	answer("a.b.two", STATUS_SKIP);
	is(SOUND_YES, "no openat2 (because)");
	uses("openat2", "a.b.three");
	answer("a.b.three", STATUS_FAIL);
	is(SOUND_NO, "a.b.three (fail: because)");
	end();
}

CASE(half_missing, "Verify that a part of which some is missing is unknown: nothing was proven")
{
	begin();
	needs("", "a.b.one");
	needs("", "a.b.two");
	answer("a.b.one", STATUS_PASS);
	answer("a.b.two", STATUS_SKIP);
	is(SOUND_UNKNOWN, "a.b.two (skip: because)");
	end();
}

CASE(family, "Verify that a family is as its worst case, and that skipped cases beside "
	     "others that passed do not count")
{
	begin();
	needs("", "a.b.*");
	answer("a.b.one", STATUS_PASS);
	answer("a.b.two", STATUS_SKIP);
	answer("a.bc.three", STATUS_FAIL); /* of another family */
	is(SOUND_YES, "");
	answer("a.b.four", STATUS_LOST);
	is(SOUND_UNKNOWN, "a.b.four (lost: because)");
	answer("a.b.five", STATUS_XFAIL);
	is(SOUND_NO, "a.b.five (xfail: because)");
	end();
}

CASE(several, "Verify that of several cases with one contract the worst counts")
{
	begin();
	needs("", "a.b.one");
	answer("a.b.one", STATUS_PASS);
	answer("a.b.one", STATUS_FAIL);
	answer("a.b.one", STATUS_PASS);
	is(SOUND_NO, "a.b.one (fail: because)");
	end();
}

CASE(abis, "Verify that a reliance counts for the ABIs that it names alone")
{
	begin();
	needs("", "a.b.one");
	relies_add(&run.relies, "trace", "backend", "", false, "a.b.x", "arm,i386", "w");
	answer("a.b.one", STATUS_PASS);
	is(SOUND_YES, "");
	results_add(&cells[1].results, "p", "one", "a.b.one", STATUS_PASS, "");
	results_add(&cells[1].results, "p", "x", "a.b.x", STATUS_FAIL, "");
	sound_free(&sound);
	sound_make(&run, &sound);
	ATF_CHECK_EQ(SOUND_YES, sound.rows[0].at[0].verdict);
	ATF_CHECK_EQ(SOUND_NO, sound.rows[0].at[1].verdict);
	end();
}

CASE(no_such_abi, "Verify that a backend which says nothing of an ABI is unknown there")
{
	begin();
	relies_add(&run.relies, "trace", "backend", "", false, "a.b.x", "arm", "w");
	is(SOUND_UNKNOWN, "");
	end();
}

CASE(rows, "Verify that each backend and layer is one row, in the order of the declaration")
{
	begin();
	needs("", "a.b.one");
	relies_add(&run.relies, "landlock", "layer", "", false, "a.b.two", "all", "w");
	needs("y", "a.b.three");
	answer("a.b.one", STATUS_PASS);
	answer("a.b.two", STATUS_SKIP);
	answer("a.b.three", STATUS_FAIL);
	sound_make(&run, &sound);
	ATF_REQUIRE_EQ(2, sound.count);
	ATF_CHECK_STREQ("trace", sound.rows[0].what);
	ATF_CHECK_STREQ("landlock", sound.rows[1].what);
	ATF_CHECK_STREQ("layer", sound.rows[1].kind);
	ATF_CHECK_EQ(SOUND_NO, sound.rows[0].at[0].verdict);
	ATF_CHECK_EQ(SOUND_ABSENT, sound.rows[1].at[0].verdict);
	end();
}

CASE(undeclared, "Verify that without a declaration there is no verdict")
{
	begin();
	answer("a.b.one", STATUS_PASS);
	sound_make(&run, &sound);
	ATF_CHECK_EQ(0, sound.count);
	end();
}

CASE(reasons, "Verify that more causes than are wanted are counted")
{
	char *reason;

	begin();
	for (int i = 0; i < 5; i++) {
		char *name = buf_asprintf("a.b.c%d", i);

		needs("", name);
		answer(name, STATUS_FAIL);
		free(name);
	}
	is(SOUND_NO, "a.b.c0 (fail: because); a.b.c1 (fail: because); a.b.c2 (fail: because); "
		     "and 2 more");
	reason = sound_reason(&sound.rows[0].at[0], 0);
	ATF_CHECK_STREQ("and 5 more", reason);
	free(reason);
	end();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, kept);
	ATF_TP_ADD_TC(tp, broken);
	ATF_TP_ADD_TC(tp, open);
	ATF_TP_ADD_TC(tp, not_run);
	ATF_TP_ADD_TC(tp, absent);
	ATF_TP_ADD_TC(tp, optional);
	ATF_TP_ADD_TC(tp, half_missing);
	ATF_TP_ADD_TC(tp, family);
	ATF_TP_ADD_TC(tp, several);
	ATF_TP_ADD_TC(tp, abis);
	ATF_TP_ADD_TC(tp, no_such_abi);
	ATF_TP_ADD_TC(tp, rows);
	ATF_TP_ADD_TC(tp, undeclared);
	ATF_TP_ADD_TC(tp, reasons);
	return atf_no_error();
}
