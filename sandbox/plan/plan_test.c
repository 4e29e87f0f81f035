/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan_test.c - policies to plans.
 */
#include <atf-c.h>
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/plan/cond.h"
#include "sandbox/plan/plan.h"

#define CASE(name, text) \
	ATF_TC(name); \
	ATF_TC_HEAD(name, tc) \
	{ \
		atf_tc_set_md_var(tc, "descr", text); \
	} \
	ATF_TC_BODY(name, tc)

/* A policy of up to four commands. */
static struct policy *make(const char *const commands[])
{
	const struct policy_env env = { .cwd = "/work" };
	struct policy *p = policy_new();
	struct policy_error err;

	ATF_REQUIRE(p != NULL);
	ATF_REQUIRE_EQ(0, policy_set_env(p, &env));
	for (size_t i = 0; commands[i]; i++)
		ATF_REQUIRE_EQ_MSG(0, policy_command(p, commands[i],
						     (struct policy_origin){ "test", 0 }, &err),
				   "%s", err.text);
	return p;
}

static unsigned int closed_by(const char *const commands[])
{
	struct policy *p = make(commands);
	unsigned int closed = plan_closed(p);

	policy_free(p);
	return closed;
}

#define CLOSED_BY(...) closed_by((const char *const[]){ __VA_ARGS__, NULL })
#define BIND (1u << POLICY_BIND)
#define CONNECT (1u << POLICY_CONNECT)

CASE(closed, "Verify that only what a policy can refuse is closed")
{
	(void)tc;
	ATF_CHECK_EQ(0, CLOSED_BY("core/sandbox/write:off"));
	ATF_CHECK_EQ(1u << POLICY_WRITE, CLOSED_BY("core/sandbox/write:deny"));
	ATF_CHECK_EQ(0, CLOSED_BY("core/sandbox/write:allow"));
	ATF_CHECK_EQ(1u << POLICY_READ,
		     CLOSED_BY("core/sandbox/read:allow", "deny/read+/home/*/.ssh/***"));
	ATF_CHECK_EQ(1u << POLICY_EXEC, CLOSED_BY("core/sandbox/exec:deny"));
}

CASE(unlocked, "Verify that where rules may change at run time everything comes to the supervisor, "
	       "and stat there alone")
{
	(void)tc;
	ATF_CHECK_EQ(0, CLOSED_BY("core/trace/magic_lock:on"));
	ATF_CHECK_EQ(PLAN_ALL, CLOSED_BY("core/trace/magic_lock:off"));
	ATF_CHECK_EQ(PLAN_ALL, CLOSED_BY("core/trace/magic_lock:exec"));
	ATF_CHECK_EQ(PLAN_ALL & ~PLAN_FAMILIES,
		     CLOSED_BY("core/trace/magic_lock:off",
			       "core/whitelist/unsupported_socket_families:true"));
}

CASE(families, "Verify that socket families without rules are closed with a denied network, "
	       "unless the option says otherwise")
{
	(void)tc;
	ATF_CHECK_EQ(BIND | CONNECT | PLAN_FAMILIES, CLOSED_BY("core/sandbox/network:deny"));
	ATF_CHECK_EQ(BIND | CONNECT,
		     CLOSED_BY("core/sandbox/network:deny",
			       "core/whitelist/unsupported_socket_families:true"));
	ATF_CHECK_EQ(0, CLOSED_BY("core/sandbox/network:off",
				  "core/whitelist/unsupported_socket_families:false"));
}

CASE(profile_default, "Verify that under the profile default the kernel decides reads and execs")
{
	const struct policy_env env = { .cwd = "/work" };
	struct policy *p = policy_new();
	struct policy_error err;

	(void)tc;
	ATF_REQUIRE_EQ(0, policy_set_env(p, &env));
	ATF_REQUIRE_EQ_MSG(0, policy_load_profile(p, "default", &err), "%s", err.text);
	ATF_CHECK_EQ(1u << POLICY_WRITE | BIND | CONNECT | PLAN_FAMILIES, plan_closed(p));
	policy_free(p);
}

CASE(profile_allow_all, "Verify that under the profile allow-all no operation needs a supervisor")
{
	struct policy *p = policy_new();
	struct policy_error err;

	(void)tc;
	ATF_REQUIRE_EQ_MSG(0, policy_load_profile(p, "allow-all", &err), "%s", err.text);
	ATF_CHECK_EQ(0, plan_closed(p));
	policy_free(p);
}

CASE(filtered, "Verify that signals by number are the kernel's in a pid namespace alone, and "
	       "there where they cannot reach a helper")
{
	const unsigned int write = 1u << POLICY_WRITE;

	(void)tc;
	ATF_CHECK_EQ(write | PLAN_TRACED, plan_filtered(write, LIFETIME_PTRACE, true));
	ATF_CHECK_EQ(PLAN_TRACED, plan_filtered(0, LIFETIME_PTRACE, true));
	ATF_CHECK_EQ(write | PLAN_NESTED, plan_filtered(write, LIFETIME_PIDNS, true));
	ATF_CHECK_EQ(write, plan_filtered(write, LIFETIME_PIDNS, false));
	ATF_CHECK_EQ(PLAN_NESTED, plan_filtered(0, LIFETIME_PIDNS, false));
}

static bool runs_all(const struct abi *abi)
{
	(void)abi;
	return true;
}

static bool runs_no_bit(const struct abi *abi)
{
	return !abi->nr_bit;
}

static void abis_are(const char *native, bool (*runs)(const struct abi *), const char *want)
{
	const struct abi *abis[PLAN_ABIS];
	size_t n = plan_abis(abi_find(native), runs, abis);
	char got[128] = "";

	ATF_CHECK(n > 0 && abis[0] == abi_find(native));
	for (size_t i = 1; i < n; i++) {
		strcat(got, abis[i]->name);
		strcat(got, " ");
	}
	/* The order after the native one does not matter. */
	ATF_CHECK_EQ_MSG(strlen(want), strlen(got), "%s: %s", native, got);
	for (size_t i = 1; i < n; i++)
		ATF_CHECK_MSG(strstr(want, abis[i]->name) != NULL, "%s: %s", native, got);
}

CASE(abis, "Verify that a supervisor judges the ABIs that it can handle and the kernel has")
{
	(void)tc;
	abis_are("x86_64", runs_all, "i386 x32 ");
	abis_are("x86_64", runs_no_bit, "i386 ");
	abis_are("x32", runs_all, "i386 ");
	abis_are("i386", runs_all, "");
	abis_are("aarch64", runs_all, "arm ");
	abis_are("arm", runs_all, "");
}

static const struct plan_wish traced = { .backend = BACKEND_TRACE };
static struct plan_refusal refusal;

CASE(make_here, "Verify that the plan for this kernel has the native ABI and a filter")
{
	struct policy *p = make((const char *const[]){ "core/sandbox/write:deny", NULL });
	struct plan plan;

	(void)tc;
	ATF_REQUIRE_EQ(0, plan_make(p, &traced, &plan, &refusal));
	ATF_CHECK_EQ(abi_native(), plan.abis[0]);
	ATF_CHECK(plan.filter.len > 100 && plan.filter.filter != NULL);
	plan_free(&plan);
	policy_free(p);
}

CASE(probe_x32, "Verify that x32 is in the plan exactly where the kernel takes its calls")
{
	const struct abi *x32 = abi_find("x32");
	struct policy *p = make((const char *const[]){ "core/sandbox/write:deny", NULL });
	bool planned = false;
	struct plan plan;

	(void)tc;
	if (strcmp(abi_native()->name, "x86_64"))
		atf_tc_skip("only code of x86_64 can ask");
	ATF_REQUIRE_EQ(0, plan_make(p, &traced, &plan, &refusal));
	for (size_t i = 0; i < plan.nabis; i++)
		planned |= plan.abis[i] == x32;
	ATF_CHECK_EQ(syscall(0x40000000 + 39) == getpid(), planned);
	plan_free(&plan);
	policy_free(p);
}

CASE(printed, "Verify that the printed plan names every supervised and every refused call")
{
	struct policy *p = make((const char *const[]){ "core/sandbox/write:deny",
						       "core/sandbox/network:deny",
						       "core/sandbox/exec:deny",
						       "core/sandbox/read:deny",
						       "core/trace/magic_lock:off", NULL });
	const struct call_spec *spec;
	struct plan plan;
	char *text = NULL, word[64];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)tc;
	ATF_REQUIRE(out != NULL);
	ATF_REQUIRE_EQ(0, plan_make(p, &traced, &plan, &refusal));
	plan_print(out, &plan, p, PLAN_SIGNALS);
	ATF_REQUIRE_EQ(0, fclose(out));
	for (size_t i = 0; (spec = calls_at(i)); i++) {
		snprintf(word, sizeof(word), " %s", spec->name);
		if (spec->action != CALL_ALLOW)
			ATF_CHECK_MSG(strstr(text, word) != NULL, "%s is missing", spec->name);
	}
	ATF_CHECK(strstr(text, "write:deny: decided by the supervisor") != NULL);
	free(text);
	plan_free(&plan);
	policy_free(p);
}

CASE(absent, "Verify that a supervised call that the kernel has not is known as absent, and no other")
{
	const struct call_spec *out[PLAN_NEWER];
	size_t before = plan_absent(abi_native(), out), after;
	scmp_filter_ctx old = seccomp_init(SCMP_ACT_ALLOW);
	long nr = (long)calls_nr(abi_native(), "faccessat2");

	(void)tc;
	for (size_t i = 0; i < before; i++) {
		ATF_CHECK_EQ(CALL_SUPERVISE, out[i]->action);
		ATF_CHECK_EQ(out[i], calls_find(abi_native(), calls_nr(abi_native(), out[i]->name)));
		ATF_CHECK_EQ(-1, syscall((long)calls_nr(abi_native(), out[i]->name), -1L, "", 0L, 0L));
		ATF_CHECK_EQ(ENOSYS, errno);
	}
	if (syscall(nr, -1L, "", 0L, 0L) == -1 && errno == ENOSYS)
		atf_tc_skip("this kernel has none of them");
	/* A kernel as old as that. */
	ATF_REQUIRE(old != NULL);
	ATF_REQUIRE_EQ(0, seccomp_rule_add(old, SCMP_ACT_ERRNO(ENOSYS), (int)nr, 0));
	ATF_REQUIRE_EQ(0, seccomp_load(old));
	seccomp_release(old);
	after = plan_absent(abi_native(), out);
	ATF_CHECK_EQ(before + 1, after);
	ATF_CHECK_STREQ("faccessat2", out[0]->name);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, closed);
	ATF_TP_ADD_TC(tp, unlocked);
	ATF_TP_ADD_TC(tp, families);
	ATF_TP_ADD_TC(tp, profile_default);
	ATF_TP_ADD_TC(tp, profile_allow_all);
	ATF_TP_ADD_TC(tp, filtered);
	ATF_TP_ADD_TC(tp, abis);
	ATF_TP_ADD_TC(tp, make_here);
	ATF_TP_ADD_TC(tp, probe_x32);
	ATF_TP_ADD_TC(tp, printed);
	ATF_TP_ADD_TC(tp, absent);
	return atf_no_error();
}
