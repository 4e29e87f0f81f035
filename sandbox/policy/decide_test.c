/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decide_test.c - which rule decides, in which mode, and who hears of it.
 */
#include <stdlib.h>

#include "sandbox/policy/policy_test_util.h"

/* Verify that an empty policy supervises nothing. */
ATF_TC(empty);
ATF_TC_HEAD(empty, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that an empty policy supervises nothing");
}
ATF_TC_BODY(empty, tc)
{
	struct policy *p = policy_new();

	(void)tc;
	for (int op = 0; op < POLICY_OPS; op++) {
		ATF_CHECK_EQ(POLICY_OFF, policy_mode_of(p, op));
		ATF_CHECK(policy_is_open(p, op));
	}
	ATF_CHECK(allows(p, POLICY_WRITE, "/etc/passwd"));
	ATF_CHECK(connects(p, "192.0.2.1@80"));
	policy_free(p);
}

/* Verify that the mode decides where no rule matches. */
ATF_TC(modes);
ATF_TC_HEAD(modes, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the mode decides where no rule matches");
}
ATF_TC_BODY(modes, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "allow/write+/tmp/***",
				     "core/sandbox/read:allow", "deny/read+/home/*/.ssh/***",
				     "deny/exec+/bin/su");

	(void)tc;
	ATF_CHECK(allows(p, POLICY_WRITE, "/tmp"));
	ATF_CHECK(allows(p, POLICY_WRITE, "/tmp/a/b"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/tmpfile"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/etc/passwd"));
	ATF_CHECK(allows(p, POLICY_READ, "/etc/passwd"));
	ATF_CHECK(!allows(p, POLICY_READ, "/home/me/.ssh"));
	ATF_CHECK(!allows(p, POLICY_READ, "/home/me/.ssh/id"));
	ATF_CHECK(allows(p, POLICY_READ, "/home/me/x/.ssh/id"));
	ATF_CHECK(allows(p, POLICY_EXEC, "/bin/su"));
	ATF_CHECK(!policy_is_open(p, POLICY_WRITE));
	ATF_CHECK(!policy_is_open(p, POLICY_READ));
	ATF_CHECK(policy_is_open(p, POLICY_EXEC));
	policy_free(p);
}

/* Verify that no rule at all in mode deny means nothing, not everything. */
ATF_TC(no_rules);
ATF_TC_HEAD(no_rules, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that no rule at all in mode deny means nothing, not everything");
}
ATF_TC_BODY(no_rules, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/read:deny", "core/sandbox/write:deny",
				     "core/sandbox/exec:deny", "core/sandbox/network:deny");
	struct policy_verdict v;

	(void)tc;
	for (int op = 0; op < POLICY_OPS; op++) {
		ATF_CHECK(!policy_is_open(p, op));
		ATF_CHECK(!allows(p, op, "/"));
		ATF_CHECK(!allows(p, op, "/tmp/x"));
	}
	ATF_CHECK(!connects(p, "127.0.0.1@80"));
	ATF_CHECK(!binds(p, "127.0.0.1@80"));
	ATF_CHECK(!connects(p, "unix:/run/x"));
	/* Where nothing is supervised, a path is still no address. */
	policy_free(p);
	p = policy_new();
	policy_decide_path(p, POLICY_BIND, "/run/x", &v);
	ATF_CHECK(!v.allow);
	policy_free(p);
}

/* Verify that of several rules that match the last one decides, whatever its kind. */
ATF_TC(last_match);
ATF_TC_HEAD(last_match, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that of several rules that match the last one decides");
}
ATF_TC_BODY(last_match, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "allow/write+/a/***",
				     "deny/write+/a/b/***", "allow/write+/a/b/c");
	struct policy_verdict v;

	(void)tc;
	ATF_CHECK(allows(p, POLICY_WRITE, "/a/x"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/a/b/x"));
	ATF_CHECK(allows(p, POLICY_WRITE, "/a/b/c"));
	policy_decide_path(p, POLICY_WRITE, "/a/b/x", &v);
	ATF_CHECK_STREQ("deny/write+/a/b/***", v.rule);
	ATF_CHECK_STREQ("command line", v.origin.file);
	policy_decide_path(p, POLICY_WRITE, "/z", &v);
	ATF_CHECK_STREQ("core/sandbox/write:deny", v.rule);
	policy_free(p);

	p = POLICY_OF("core/sandbox/network:deny", "allow/network/connect+inet:10.0.0.0/8@0-65535",
		      "deny/network/connect+inet:10.1.0.0/16@0-65535",
		      "allow/network/connect+inet:10.1.1.1@22");
	ATF_CHECK(connects(p, "10.2.3.4@22"));
	ATF_CHECK(!connects(p, "10.1.3.4@22"));
	ATF_CHECK(connects(p, "10.1.1.1@22"));
	ATF_CHECK(!connects(p, "10.1.1.1@23"));
	ATF_CHECK(!binds(p, "10.2.3.4@22"));
	policy_free(p);
}

/* Verify that a filter silences refusals and decides nothing. */
ATF_TC(filter);
ATF_TC_HEAD(filter, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that a filter silences refusals and decides nothing");
}
ATF_TC_BODY(filter, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "filter/write+/var/**",
				     "allow/write+/var/ok", "core/sandbox/network:deny",
				     "filter/network+LOOPBACK@0-65535");
	struct policy_verdict v;

	(void)tc;
	policy_decide_path(p, POLICY_WRITE, "/var/x", &v);
	ATF_CHECK(!v.allow && v.silent);
	policy_decide_path(p, POLICY_WRITE, "/etc/x", &v);
	ATF_CHECK(!v.allow && !v.silent);
	policy_decide_path(p, POLICY_WRITE, "/var/ok", &v);
	ATF_CHECK(v.allow && !v.silent);
	v = verdict_on(p, POLICY_CONNECT, "127.0.0.1@80");
	ATF_CHECK(!v.allow && v.silent);
	v = verdict_on(p, POLICY_BIND, "127.0.0.1@80");
	ATF_CHECK(!v.allow && v.silent);
	v = verdict_on(p, POLICY_CONNECT, "::ffff:127.0.0.1@80");
	ATF_CHECK(!v.allow && v.silent);
	v = verdict_on(p, POLICY_CONNECT, "192.0.2.1@80");
	ATF_CHECK(!v.allow && !v.silent);
	policy_free(p);
}

/* Verify that a policy is called open only when nothing of it can refuse. */
ATF_TC(open);
ATF_TC_HEAD(open, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that a policy is called open only when nothing of it can refuse");
}
ATF_TC_BODY(open, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/read:allow", "allow/read+/x",
				     "core/sandbox/write:allow", "deny/write+/x",
				     "core/sandbox/exec:off", "exec/kill_if_match+/bin/su",
				     "core/sandbox/network:allow",
				     "deny/network/connect+inet:192.0.2.1@0-65535");
	struct policy_verdict v;

	(void)tc;
	ATF_CHECK(policy_is_open(p, POLICY_READ));
	ATF_CHECK(!policy_is_open(p, POLICY_WRITE));
	ATF_CHECK(!policy_is_open(p, POLICY_EXEC));
	ATF_CHECK(policy_is_open(p, POLICY_BIND));
	ATF_CHECK(!policy_is_open(p, POLICY_CONNECT));
	policy_decide_path(p, POLICY_EXEC, "/bin/su", &v);
	ATF_CHECK(!v.allow);
	ATF_CHECK_STREQ("exec/kill_if_match+/bin/su", v.rule);
	ATF_CHECK(allows(p, POLICY_EXEC, "/bin/sh"));
	policy_free(p);
}

/* Verify that /proc/self in a rule means the processes of the sandbox. */
ATF_TC(proc_self);
ATF_TC_HEAD(proc_self, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that /proc/self in a rule means the processes of the sandbox");
}
ATF_TC_BODY(proc_self, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "deny/write+/proc/self/mem",
				     "core/sandbox/read:allow", "deny/read+/proc/*/environ",
				     "allow/read+/proc/self/environ", "core/sandbox/exec:deny");
	struct policy_verdict v;

	(void)tc;
	ATF_CHECK_EQ(12, policy_proc_pid("/proc/12"));
	ATF_CHECK_EQ(12, policy_proc_pid("/proc/12/fd/3"));
	ATF_CHECK_EQ(0, policy_proc_pid("/proc/12a/fd"));
	ATF_CHECK_EQ(0, policy_proc_pid("/proc/"));
	ATF_CHECK_EQ(0, policy_proc_pid("/proc"));
	ATF_CHECK_EQ(0, policy_proc_pid("/proc/self/fd"));
	ATF_CHECK_EQ(0, policy_proc_pid("/proc/012"));
	ATF_CHECK_EQ(0, policy_proc_pid("/proc/99999999999999999999/fd"));
	ATF_CHECK_EQ(0, policy_proc_pid("/home/12/fd"));

	/* Where no rule speaks, the own directory is free; what a rule says holds. */
	policy_decide_own(p, POLICY_WRITE, "/proc/12/oom_score_adj", &v);
	ATF_CHECK(v.allow);
	policy_decide_own(p, POLICY_WRITE, "/proc/12", &v);
	ATF_CHECK(v.allow);
	policy_decide_own(p, POLICY_WRITE, "/proc/12/mem", &v);
	ATF_CHECK(!v.allow);
	policy_decide_path(p, POLICY_WRITE, "/proc/12/oom_score_adj", &v);
	ATF_CHECK(!v.allow);
	policy_decide_own(p, POLICY_EXEC, "/proc/12/mem", &v);
	ATF_CHECK(!v.allow);
	policy_decide_own(p, POLICY_WRITE, "/etc/passwd", &v);
	ATF_CHECK(!v.allow);
	policy_decide_own(p, POLICY_READ, "/proc/12/environ", &v);
	ATF_CHECK(v.allow);
	policy_decide_path(p, POLICY_READ, "/proc/12/environ", &v);
	ATF_CHECK(!v.allow);
	policy_free(p);

	p = POLICY_OF("core/sandbox/write:deny", "core/whitelist/per_process_directories:no");
	policy_decide_own(p, POLICY_WRITE, "/proc/12/oom_score_adj", &v);
	ATF_CHECK(!v.allow);
	policy_free(p);
}

/* Verify that what is not an absolute path matches no rule. */
ATF_TC(not_a_path);
ATF_TC_HEAD(not_a_path, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that what is not an absolute path matches no rule");
}
ATF_TC_BODY(not_a_path, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "allow/write+/**",
				     "core/sandbox/read:deny", "allow/read+/***");
	static const char *const odd[] = {"", "pipe:[12]", "x/y", "."};

	(void)tc;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		ATF_CHECK_MSG(!allows(p, POLICY_WRITE, odd[i]), "%s", odd[i]);
	ATF_CHECK(!allows(p, POLICY_READ, "pipe:[12]"));
	ATF_CHECK(!allows(p, POLICY_READ, ""));
	ATF_CHECK(allows(p, POLICY_READ, "/"));
	policy_free(p);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, empty);
	ATF_TP_ADD_TC(tp, modes);
	ATF_TP_ADD_TC(tp, no_rules);
	ATF_TP_ADD_TC(tp, last_match);
	ATF_TP_ADD_TC(tp, filter);
	ATF_TP_ADD_TC(tp, open);
	ATF_TP_ADD_TC(tp, proc_self);
	ATF_TP_ADD_TC(tp, not_a_path);
	return atf_no_error();
}
