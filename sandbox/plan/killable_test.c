/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * killable_test.c - a look at whether answers are lost sees it where they are, and says
 * nothing else where they are not.
 */
#include <atf-c.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "sandbox/plan/killable.h"
#include "sandbox/plan/listener.h"
#include "sandbox/plan/look_test_util.h"

#define LOOKS 4

/* Until it could be told. */
static int tell(unsigned int flags)
{
	for (int i = 0; i < LOOKS; i++) {
		int said = look_in_child(killable_look, flags);

		if (said >= 0)
			return said;
	}
	atf_tc_skip("somebody else was quicker in each of %d looks", LOOKS);
}

ATF_TC(kept);
ATF_TC_HEAD(kept, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a look finds no answer lost on Linux 6.18, nor "
			  "where it is known that none is");
}
ATF_TC_BODY(kept, tc)
{
	struct utsname u;
	int major = 0, minor = 0;

	(void)tc;
	ATF_REQUIRE_EQ(0, uname(&u));
	ATF_REQUIRE_EQ(2, sscanf(u.release, "%d.%d", &major, &minor));
	if (major < 6 || (major == 6 && minor < 18))
		atf_tc_skip("what this kernel does is plan_sound_test's question");
	ATF_CHECK(killable_keeps_answers(-1));
	for (int i = 0; i < 3; i++)
		ATF_CHECK_EQ(1, tell((unsigned int)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
}

ATF_TC(lost);
ATF_TC_HEAD(lost, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a look sees answers that are lost: those to calls "
			  "which do not wait killable, on every kernel");
}
ATF_TC_BODY(lost, tc)
{
	(void)tc;
	for (int i = 0; i < 3; i++)
		ATF_CHECK_EQ(0, tell(0));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, kept);
	ATF_TP_ADD_TC(tp, lost);
	return atf_no_error();
}
