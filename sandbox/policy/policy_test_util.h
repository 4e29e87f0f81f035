/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy_test_util.h - what the tests of policy/ share: a policy from lines,
 * decisions as one word, addresses from text. Header only; for tests alone.
 */
#ifndef BELAY_SANDBOX_POLICY_TEST_UTIL_H
#define BELAY_SANDBOX_POLICY_TEST_UTIL_H

#include <arpa/inet.h>
#include <atf-c.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "sandbox/policy/policy.h"

static const struct policy_origin here = {.file = "command line"};
static const struct policy_env test_env = {
	.cwd = "/work dir", .tmpdir = "/tmp/t*p", .home = "/home/me", .uid = 1000};

/* A policy of these lines; every line must be right. */
static inline struct policy *policy_of(const char *const *lines)
{
	struct policy *p = policy_new();
	struct policy_error err;

	ATF_REQUIRE(p != NULL);
	ATF_REQUIRE_EQ(0, policy_set_env(p, &test_env));
	for (; *lines != NULL; lines++)
		if (policy_command(p, *lines, here, &err) != 0)
			atf_tc_fail("'%s' is refused: %s", *lines, err.text);
	return p;
}

#define POLICY_OF(...) policy_of((const char *const[]){__VA_ARGS__, NULL})

static inline bool allows(const struct policy *p, enum policy_op op, const char *path)
{
	struct policy_verdict v;

	policy_decide_path(p, op, path, &v);
	return v.allow;
}

/*
 * An address from "1.2.3.4@80", "::1@80", "unix:/path" or "abstract:name";
 * returns its length.
 */
static inline socklen_t address_of(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	struct sockaddr_un *un = (struct sockaddr_un *)out;
	size_t offset = offsetof(struct sockaddr_un, sun_path);
	char copy[128], *at;

	memset(out, 0, sizeof *out);
	if (strncmp(text, "unix:", 5) == 0) {
		un->sun_family = AF_UNIX;
		memcpy(un->sun_path, text + 5, strlen(text + 5) + 1);
		return (socklen_t)(offset + strlen(text + 5) + 1);
	}
	if (strncmp(text, "abstract:", 9) == 0) {
		un->sun_family = AF_UNIX;
		memcpy(un->sun_path + 1, text + 9, strlen(text + 9));
		return (socklen_t)(offset + 1 + strlen(text + 9));
	}
	ATF_REQUIRE(strlen(text) < sizeof copy);
	strcpy(copy, text);
	at = strchr(copy, '@');
	ATF_REQUIRE(at != NULL);
	*at = '\0';
	if (inet_pton(AF_INET, copy, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)atoi(at + 1));
		return sizeof *in;
	}
	ATF_REQUIRE_EQ(1, inet_pton(AF_INET6, copy, &in6->sin6_addr));
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)atoi(at + 1));
	return sizeof *in6;
}

static inline struct policy_verdict verdict_on(const struct policy *p, enum policy_op op,
					       const char *text)
{
	struct sockaddr_storage addr;
	socklen_t len = address_of(text, &addr);
	struct policy_verdict v;

	policy_decide_addr(p, op, (struct sockaddr *)&addr, len,
			   strncmp(text, "unix:", 5) == 0 ? text + 5 : NULL, &v);
	return v;
}

static inline bool connects(const struct policy *p, const char *text)
{
	return verdict_on(p, POLICY_CONNECT, text).allow;
}

static inline bool binds(const struct policy *p, const char *text)
{
	return verdict_on(p, POLICY_BIND, text).allow;
}

#endif
