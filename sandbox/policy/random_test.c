/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_test.c - bounded random input with a fixed seed: patterns against a
 * second matcher that is too simple to be wrong, and bytes of no meaning
 * against everything that reads bytes from outside.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/pattern.h"
#include "sandbox/policy/policy_test_util.h"

#define SEED UINT64_C(0x9e3779b97f4a7c15)

static uint64_t state;

/* xorshift64 */
static unsigned int random_below(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state >> 32) % n;
}

static void seed(void)
{
	state = SEED;
	printf("seed %#llx\n", (unsigned long long)state);
}

/* Text of up to max bytes from an alphabet, after a leading slash. */
static void random_path(char *out, unsigned int max, const char *alphabet)
{
	unsigned int n = random_below(max + 1), letters = (unsigned int)strlen(alphabet);

	*out++ = '/';
	while (n-- > 0)
		*out++ = alphabet[random_below(letters)];
	*out = '\0';
}

/* "[...]" of plain letters at *p: whether c is in it; *p moves behind. */
static bool in_set(const char **p, char c)
{
	const char *s = *p + 1;
	bool negated = *s == '!', found = false;

	for (s += negated; *s != ']'; s++)
		found |= *s == c;
	*p = s + 1;
	return found != negated && c != '/';
}

/*
 * By trying everything. Only for what random_path() makes of "/ab*?[]!" with
 * no runs of slashes.
 */
static bool slow_match(const char *p, const char *s)
{
	const char *next = p;

	if (strcmp(p, "/***") == 0 && *s == '\0')
		return true;
	if (strncmp(p, "/***/", 5) == 0 && slow_match(p + 4, s))
		return true;
	if (strcmp(p, "/***") == 0)
		return *s == '/';
	switch (*p) {
	case '\0':
		return *s == '\0';
	case '*':
		next += strspn(p, "*");
		for (;; s++) {
			if (slow_match(next, s))
				return true;
			if (*s == '\0' || (next - p == 1 && *s == '/'))
				return false;
		}
	case '?':
		return *s != '\0' && *s != '/' && slow_match(p + 1, s + 1);
	case '[':
		return *s != '\0' && in_set(&next, *s) && slow_match(next, s + 1);
	default:
		return *s == *p && slow_match(p + 1, s + 1);
	}
}

/* Verify that random patterns match random paths exactly as trying everything does. */
ATF_TC(patterns);
ATF_TC_HEAD(patterns, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that random patterns match as trying everything does");
}
ATF_TC_BODY(patterns, tc)
{
	char text[32], path[32];
	unsigned int matched = 0, compared = 0;

	(void)tc;
	seed();
	for (int i = 0; i < 40000; i++) {
		struct policy_error err;
		struct pattern *p;

		random_path(text, 12, i % 2 ? "ab/*" : "ab/*?[]!*");
		/* The slow one knows neither runs of slashes nor a first ']' as a letter. */
		if (strstr(text, "//") != NULL || strstr(text, "[]") != NULL ||
		    strstr(text, "[!]") != NULL || pattern_compile(text, 0, &test_env, &p, &err))
			continue;
		for (int k = 0; k < 20; k++) {
			bool want;

			random_path(path, 14, "ab/");
			want = slow_match(text, path);
			ATF_CHECK_MSG(pattern_match(p, path, strlen(path)) == want, "'%s' on '%s'",
				      text, path);
			matched += want;
			compared++;
		}
		pattern_free(p);
	}
	/* Both answers must have been put to the test. */
	ATF_CHECK_MSG(matched > compared / 100 && compared > 100000, "%u of %u", matched,
		      compared);
}

static const char *const corpus[] = {
	"core/sandbox/network:deny", "allow/write+/tmp/***", "deny/read+/home/*/.ssh/[a-z]*",
	"allow/network/bind+inet6:2001:db8::/32@80-http", "allow/network/connect+LOCAL@0-65535",
	"filter/network+unix-abstract:x[[:alpha:]]", "deny/exec-/a\\*b?c**", "include @default",
	"whitelist/write+${CWD}/${UID}/***", "core/violation/exit_code:12", "log/file:/x",
	"allow/network/bind+unix:/run/*", "core/match/no_wildcard:prefix", "include nowhere"};

/* Verify that no command, however damaged, does more than fail with one line. */
ATF_TC(commands);
ATF_TC_HEAD(commands, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that damaged commands fail with one line");
}
ATF_TC_BODY(commands, tc)
{
	struct policy *p = policy_new();
	struct policy_error err;
	struct policy_verdict v;
	unsigned int refused = 0;
	char line[256];

	(void)tc;
	seed();
	for (int i = 0; i < 10000; i++) {
		size_t len;
		int rc;

		if (i % 500 == 0) {
			policy_free(p);
			p = POLICY_OF("core/sandbox/read:deny");
		}
		strcpy(line, corpus[random_below(sizeof corpus / sizeof *corpus)]);
		len = strlen(line);
		for (unsigned int n = random_below(4); n > 0; n--)
			line[random_below((unsigned int)len)] = (char)(1 + random_below(255));
		if (random_below(4) == 0)
			line[random_below((unsigned int)len)] = '\0';
		err.text[0] = '\0';
		rc = policy_command(p, line, here, &err);
		if (rc == 0)
			continue;
		refused++;
		ATF_CHECK_EQ_MSG(-22, rc, "'%s'", line);
		ATF_CHECK_MSG(err.text[0] != '\0', "'%s'", line);
		for (const char *c = err.text; *c != '\0'; c++)
			ATF_CHECK_MSG((unsigned char)*c >= 0x20 && *c != 0x7f, "'%s'", line);
		policy_decide_path(p, POLICY_READ, line, &v);
	}
	ATF_CHECK_MSG(refused > 1000 && refused < 9500, "%u", refused);
	policy_free(p);
}

/*
 * Verify that no address of any bytes and length passes where nothing is
 * allowed, except one that only disconnects. The buffer has exactly the size
 * that is announced, so that a sanitizer sees a byte too many.
 */
ATF_TC(addresses);
ATF_TC_HEAD(addresses, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that no random address passes where none may");
}
ATF_TC_BODY(addresses, tc)
{
	static const unsigned char families[] = {AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, 99};
	struct policy *none = POLICY_OF("core/sandbox/network:deny");
	struct policy *some = POLICY_OF(
		"core/sandbox/network:deny", "allow/network/connect+unix-abstract:**a*",
		"allow/network/connect+inet:0.0.0.0/1@0-40000", "allow/network/bind+LOCAL6@1-9",
		"deny/network/connect+inet6:8000::/1@0-65535", "filter/network+unix:/**[!x]");
	unsigned int passed = 0;

	(void)tc;
	seed();
	for (int i = 0; i < 30000; i++) {
		socklen_t len = random_below(i % 3 == 0 ? 200 : 40);
		unsigned char *bytes = malloc(len == 0 ? 1 : len);
		struct policy_verdict v;
		char path[32];
		bool zero = true;

		for (socklen_t k = 0; k < len; k++)
			bytes[k] = random_below(3) == 0 ? 0 : (unsigned char)random_below(256);
		if (len >= sizeof(sa_family_t)) {
			sa_family_t family = families[random_below(sizeof families)];

			memcpy(bytes, &family, sizeof family);
		}
		random_path(path, 20, "abx/");
		for (int k = 0; k < 4; k++) {
			policy_decide_addr(k < 2 ? none : some,
					   k % 2 ? POLICY_BIND : POLICY_CONNECT,
					   (struct sockaddr *)bytes, len,
					   random_below(2) ? path : NULL, &v);
			passed += k == 2 && v.allow;
			for (socklen_t b = 0; b < len && b < 8; b++)
				zero &= bytes[b] == 0;
			if (k < 2 && v.allow)
				ATF_CHECK_MSG(k == 0 && (zero || len < 16) && len >= 2 &&
					      bytes[0] == 0 && bytes[1] == 0, "length %u", len);
		}
		free(bytes);
	}
	ATF_CHECK_MSG(passed > 1000, "%u", passed);
	policy_free(none);
	policy_free(some);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, patterns);
	ATF_TP_ADD_TC(tp, commands);
	ATF_TP_ADD_TC(tp, addresses);
	return atf_no_error();
}
