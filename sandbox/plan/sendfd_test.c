/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendfd_test.c - the look at hand-overs says the same each time, and what is known
 * of new kernels.
 */
#include <atf-c.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "sandbox/plan/listener.h"
#include "sandbox/plan/look_test_util.h"
#include "sandbox/plan/sendfd.h"

static int look(void)
{
	return look_in_child(sendfd_look, (unsigned int)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
}

ATF_TC(same);
ATF_TC_HEAD(same, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that ten looks at one kernel say the same, and "
			  "that from Linux 7.4 on a hand-over may be interrupted");
}
ATF_TC_BODY(same, tc)
{
	int first = look();
	struct utsname u;
	int major = 0, minor = 0;

	(void)tc;
	ATF_REQUIRE_EQ(0, uname(&u));
	ATF_REQUIRE_EQ(2, sscanf(u.release, "%d.%d", &major, &minor));
	if (major > 7 || (major == 7 && minor >= 4))
		ATF_CHECK_EQ(1, first);
	ATF_CHECK(first >= 0);
	for (int i = 0; i < 9; i++)
		ATF_CHECK_EQ(first, look());
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, same);
	return atf_no_error();
}
