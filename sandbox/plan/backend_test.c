/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_test.c - the choice of a backend on a kernel that loses answers. Where those
 * are gone from the distributions the look at the kernel says so here: killable_test has
 * the look itself.
 */
#include <atf-c.h>
#include <errno.h>
#include <string.h>

#include "sandbox/plan/killable.h"
#include "sandbox/plan/plan.h"
#include "sandbox/policy/policy.h"

/* In place of the one that looks. */
bool killable_keeps_answers(int listener)
{
	(void)listener;
	return false;
}

static const char *none(void)
{
	return "nobody may make one";
}

ATF_TC(answers_lost);
ATF_TC_HEAD(answers_lost, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that where the kernel loses answers auto means trace, "
			  "and notify is refused with the reason");
}
ATF_TC_BODY(answers_lost, tc)
{
	struct plan_wish wish = { .backend = BACKEND_AUTO, .lifetime = LIFETIME_AUTO,
				  .namespaces = none };
	struct policy *p = policy_new();
	struct plan_refusal refusal;
	struct plan plan;

	(void)tc;
	ATF_REQUIRE(p != NULL);
	ATF_REQUIRE_EQ(0, plan_make(p, &wish, &plan, &refusal));
	ATF_CHECK_EQ(BACKEND_TRACE, plan.backend);
	plan_free(&plan);
	wish.backend = BACKEND_NOTIFY;
	ATF_REQUIRE_EQ(-ENOTSUP, plan_make(p, &wish, &plan, &refusal));
	/* An older kernel, one with a listener above, and valgrind lack more. */
	if (strstr(refusal.why, "listener") != NULL ||
	    strstr(refusal.why, "WAIT_KILLABLE") != NULL ||
	    strstr(refusal.why, "cannot be installed") != NULL)
		atf_tc_skip("%s", refusal.why);
	ATF_CHECK_MSG(strstr(refusal.why, "may lose an answer") != NULL, "%s", refusal.why);
	policy_free(p);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, answers_lost);
	return atf_no_error();
}
