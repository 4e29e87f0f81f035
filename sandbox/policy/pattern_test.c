/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern_test.c - the table of what patterns match, and what is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/pattern.h"
#include "sandbox/policy/policy_test_util.h"

static bool matches(const char *text, unsigned int flags, const char *path)
{
	struct pattern *p;
	struct policy_error err;
	bool yes;

	if (pattern_compile(text, flags, &test_env, &p, &err) != 0)
		atf_tc_fail("'%s' is refused: %s", text, err.text);
	yes = pattern_match(p, path, strlen(path));
	pattern_free(p);
	return yes;
}

static const struct {
	const char *pattern, *path;
	bool match;
} table[] = {
	/* Literal text, runs of slashes. */
	{"/etc/passwd", "/etc/passwd", true},
	{"/etc/passwd", "/etc/passwd2", false},
	{"/etc/passwd", "/etc/passw", false},
	{"/etc/passwd", "/etc/Passwd", false},
	{"//etc///passwd", "/etc/passwd", true},
	{"/", "/", true},
	{"/", "/a", false},
	/* One component. */
	{"/tmp/*", "/tmp/a", true},
	{"/tmp/*", "/tmp/.a", true},
	{"/tmp/*", "/tmp/", true},
	{"/tmp/*", "/tmp", false},
	{"/tmp/*", "/tmp/a/b", false},
	{"/a/*/c", "/a/b/c", true},
	{"/a/*/c", "/a/b/b/c", false},
	{"/a/*/c", "/a/c", false},
	{"/a/b*d", "/a/bd", true},
	{"/a/b*d", "/a/bccd", true},
	{"/a/b*d", "/a/b/d", false},
	{"/a/*.[ch]", "/a/x.c", true},
	{"/a/*.[ch]", "/a/x.o", false},
	{"/*", "/", true},
	{"/*", "/a", true},
	/* Any depth. */
	{"/tmp/**", "/tmp/a", true},
	{"/tmp/**", "/tmp/a/b/c", true},
	{"/tmp/**", "/tmp", false},
	{"/tmp/**", "/tmpx", false},
	{"/a/**/z", "/a/b/z", true},
	{"/a/**/z", "/a/b/c/z", true},
	{"/a/**/z", "/a/z", false},
	{"/a**z", "/a/b/z", true},
	{"/a**z", "/az", true},
	{"/**.o", "/a/b/c.o", true},
	{"/**.o", "/a/b/c.o.d", false},
	{"/**", "/", true},
	{"/****", "/a/b", true},
	/* A directory and all below it. */
	{"/tmp/***", "/tmp", true},
	{"/tmp/***", "/tmp/a", true},
	{"/tmp/***", "/tmp/a/b", true},
	{"/tmp/***", "/tmpx", false},
	{"/tmp/***", "/tm", false},
	{"/***", "/", true},
	{"/***", "/a/b", true},
	{"/home/*/.ssh/***", "/home/me/.ssh", true},
	{"/home/*/.ssh/***", "/home/me/.ssh/id", true},
	{"/home/*/.ssh/***", "/home/me/.sshd", false},
	{"/home/*/.ssh/***", "/home/me/x/.ssh/id", false},
	{"/a/***/z", "/a/z", true},
	{"/a/***/z", "/a/b/z", true},
	{"/a/***/z", "/a/b/c/z", true},
	{"/a/***/z", "/abz", false},
	{"/a/***z", "/a/b/z", true},
	{"/a/***z", "/az", false},
	{"/***/x/***", "/x", true},
	{"/***/x/***", "/a/x/b", true},
	{"/***/x/***", "/a/xb", false},
	/* One byte. */
	{"/a/?", "/a/b", true},
	{"/a/?", "/a/bc", false},
	{"/a/?", "/a/", false},
	{"/a?b", "/a/b", false},
	{"/a/??", "/a/\303\251", true},
	/* Sets. */
	{"/[abc]", "/b", true},
	{"/[abc]", "/d", false},
	{"/[a-c]x", "/bx", true},
	{"/[!a-c]x", "/dx", true},
	{"/[!a-c]x", "/bx", false},
	{"/[^a-c]x", "/dx", true},
	{"/[]a]", "/]", true},
	{"/[!]a]", "/b", true},
	{"/[a-]", "/-", true},
	{"/[a\\-c]", "/b", false},
	{"/[a\\-c]", "/-", true},
	{"/[\\]]", "/]", true},
	{"/a[!x]b", "/a/b", false},
	{"/a[/]b", "/a/b", false},
	{"/[[:digit:]]", "/7", true},
	{"/[[:digit:]]", "/x", false},
	{"/[[:alpha:]_][[:alnum:]]", "/_7", true},
	{"/[![:space:]]", "/ ", false},
	{"/[[:upper:]]", "/\303", false},
	/* Escapes. */
	{"/a\\*b", "/a*b", true},
	{"/a\\*b", "/axb", false},
	{"/a\\b", "/ab", true},
	{"/a\\\\b", "/a\\b", true},
	{"/a\\ ", "/a ", true},
	{"/a\\${CWD}", "/a${CWD}", true},
	{"/a$b", "/a$b", true},
	{"/a \\#b", "/a #b", true},
	{"/a#b", "/a#b", true},
	{"/a]", "/a]", true},
	{"/...", "/...", true},
	{"/a/.b", "/a/.b", true},
	/* Variables: their text is literal. */
	{"${CWD}/***", "/work dir/x", true},
	{"${TMPDIR}/*", "/tmp/t*p/x", true},
	{"${TMPDIR}/*", "/tmp/tap/x", false},
	{"${HOME}/.x", "/home/me/.x", true},
	{"/run/user/${UID}/***", "/run/user/1000/bus", true},
	{"/run/user/${UID}/***", "/run/user/1001/bus", false},
	{"/jail/${HOME}", "/jail/home/me", true},
};

/* Verify that each pattern of the table matches what the table says. */
ATF_TC(matching);
ATF_TC_HEAD(matching, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that each pattern of the table matches what the table says");
}
ATF_TC_BODY(matching, tc)
{
	(void)tc;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		ATF_CHECK_MSG(matches(table[i].pattern, 0, table[i].path) == table[i].match,
			      "'%s' on '%s'", table[i].pattern, table[i].path);
}

/* Verify that without case each letter matches both, in text, ranges and sets. */
ATF_TC(icase);
ATF_TC_HEAD(icase, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that without case each letter matches both");
}
ATF_TC_BODY(icase, tc)
{
	(void)tc;
	ATF_CHECK(matches("/Home/***", PATTERN_ICASE, "/hOME/x"));
	ATF_CHECK(matches("/x/*.C", PATTERN_ICASE, "/X/a.c"));
	ATF_CHECK(matches("/[a-c]?/x", PATTERN_ICASE, "/BZ/X"));
	ATF_CHECK(!matches("/[!a-c]/x", PATTERN_ICASE, "/B/x"));
	ATF_CHECK(!matches("/[a-c]", PATTERN_ICASE, "/D"));
	ATF_CHECK(!matches("/{", PATTERN_ICASE, "/["));
}

/* Verify that under no_wildcard:prefix a plain path means all below it too. */
ATF_TC(prefix);
ATF_TC_HEAD(prefix, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that under no_wildcard:prefix a plain path means all below it");
}
ATF_TC_BODY(prefix, tc)
{
	(void)tc;
	ATF_CHECK(matches("/tmp", PATTERN_PREFIX, "/tmp"));
	ATF_CHECK(matches("/tmp", PATTERN_PREFIX, "/tmp/a/b"));
	ATF_CHECK(!matches("/tmp", PATTERN_PREFIX, "/tmpx"));
	ATF_CHECK(matches("/", PATTERN_PREFIX, "/a/b"));
	ATF_CHECK(!matches("/tmp/?", PATTERN_PREFIX, "/tmp/a/b"));
	ATF_CHECK(!matches("/tmp", 0, "/tmp/a"));
}

/* Verify that names match as bytes: relative, empty, with NUL and runs of slashes. */
ATF_TC(names);
ATF_TC_HEAD(names, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that names match as bytes");
}
ATF_TC_BODY(names, tc)
{
	struct policy_error err;
	struct pattern *p;

	(void)tc;
	ATF_CHECK(matches("dbus-*", PATTERN_NAME, "dbus-1"));
	ATF_CHECK(matches("", PATTERN_NAME, ""));
	ATF_CHECK(!matches("", PATTERN_NAME, "x"));
	ATF_CHECK(matches("a//b", PATTERN_NAME, "a//b"));
	ATF_CHECK(!matches("a//b", PATTERN_NAME, "a/b"));
	ATF_CHECK(matches("x/", PATTERN_NAME, "x/"));
	ATF_REQUIRE_EQ(0, pattern_compile("a?b", PATTERN_NAME, &test_env, &p, &err));
	ATF_CHECK(pattern_match(p, "a\0b", 3));
	ATF_CHECK(!pattern_match(p, "a\0c", 3));
	ATF_CHECK(!pattern_match(p, "a\0b", 2));
	pattern_free(p);
	ATF_REQUIRE_EQ(0, pattern_compile("google.com", PATTERN_NAME, &test_env, &p, &err));
	ATF_CHECK(!pattern_match(p, "google.com\0x", 12));
	pattern_free(p);
}

static const struct {
	const char *pattern, *error;
} bad[] = {
	{"", "empty pattern"},
	{"tmp/x", "'tmp/x' is not absolute: a pattern begins with '/' (${CWD}/tmp/x is below the "
		  "current directory)"},
	{"*.c", "'*.c' is not absolute: a pattern begins with '/' (${CWD}/*.c is below the current "
		"directory)"},
	{"/tmp/", "'/tmp/' ends in '/' and would never match: end it in a name for the directory "
		  "alone, in /*** for all below it too"},
	{"/tmp/*/", "'/tmp/*/' ends in '/' and would never match: end it in a name for the "
		    "directory alone, in /*** for all below it too"},
	{"/a/../b", "'/a/../b' has a '.' or '..' component and would never match: paths are "
		    "canonical"},
	{"/a/.", "'/a/.' has a '.' or '..' component and would never match: paths are canonical"},
	{"/a/./***", "'/a/./***' has a '.' or '..' component and would never match: paths are "
		     "canonical"},
	{"/a[b", "'[' without ']' in '/a[b'"},
	{"/a[", "'[' without ']' in '/a['"},
	{"/a[]", "'[' without ']' in '/a[]'"},
	{"/a[b-", "'[' without ']' in '/a[b-'"},
	{"/a[\\", "'[' without ']' in '/a[\\'"},
	{"/a[z-a]", "empty range 'z-a' in '/a[z-a]'"},
	{"/a[[:letter:]]", "unknown class '[:letter:]]' in '/a[[:letter:]]': such as [:alpha:], "
			   "[:digit:], [:space:]"},
	{"/a[[:alpha", "unknown class '[:alpha' in '/a[[:alpha': such as [:alpha:], [:digit:], "
		       "[:space:]"},
	{"/a\\", "'\\' at the end of '/a\\' escapes nothing"},
	{"/a # b", "'#' after a pattern: a comment has its own line (a name with '#' is written "
		   "'\\#')"},
	{"${CWD", "'${' without '}' in '${CWD'"},
	{"${TMP}/x", "unknown variable '${TMP}': there are ${CWD}, ${TMPDIR}, ${HOME} and ${UID}"},
	{"${HOMES}/x", "unknown variable '${HOMES}', did you mean '${HOME}': there are ${CWD}, "
		       "${TMPDIR}, ${HOME} and ${UID}"},
	{"${UID}/x", "'${UID}/x' is not absolute: a pattern begins with '/' (${CWD}/${UID}/x is "
		     "below the current directory)"},
};

/* Verify that what could never match, or is not well formed, is refused with the reason. */
ATF_TC(refused);
ATF_TC_HEAD(refused, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that patterns that are wrong are refused with the reason");
}
ATF_TC_BODY(refused, tc)
{
	static const struct policy_env nothing = {.home = "relative"};
	struct policy_error err;
	struct pattern *p = NULL;

	(void)tc;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		err.text[0] = '\0';
		ATF_CHECK_MSG(pattern_compile(bad[i].pattern, 0, &test_env, &p, &err) < 0,
			      "'%s' is accepted", bad[i].pattern);
		ATF_CHECK_STREQ(bad[i].error, err.text);
	}
	ATF_CHECK(pattern_compile("${CWD}/x", 0, &nothing, &p, &err) < 0);
	ATF_CHECK_STREQ("${CWD} has no value here: there is no current directory", err.text);
	ATF_CHECK(pattern_compile("${HOME}/x", 0, &nothing, &p, &err) < 0);
	ATF_CHECK_STREQ("${HOME} has no value here: HOME names no directory", err.text);
	ATF_CHECK(p == NULL);
	ATF_REQUIRE_EQ(0, pattern_compile("${TMPDIR}", 0, &nothing, &p, &err));
	ATF_CHECK(pattern_match(p, "/tmp", 4));
	pattern_free(p);
}

/* Verify that a pattern may be as long as a path, and no longer. */
ATF_TC(longest);
ATF_TC_HEAD(longest, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a pattern may be as long as a path");
}
ATF_TC_BODY(longest, tc)
{
	char text[PATTERN_MAX + 2];
	struct policy_error err;
	struct pattern *p;

	(void)tc;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 == 0 ? '/' : '?';
	text[PATTERN_MAX] = '\0';
	ATF_REQUIRE_EQ(0, pattern_compile(text, 0, &test_env, &p, &err));
	for (size_t i = 1; i < PATTERN_MAX; i += 2)
		text[i] = 'x';
	ATF_CHECK(pattern_match(p, text, PATTERN_MAX));
	ATF_CHECK(!pattern_match(p, text, PATTERN_MAX - 1));
	pattern_free(p);
	text[PATTERN_MAX] = '/';
	text[PATTERN_MAX + 1] = '\0';
	text[PATTERN_MAX - 1] = 'y';
	ATF_CHECK(pattern_compile(text, 0, &test_env, &p, &err) < 0);
	ATF_CHECK_STREQ("pattern longer than 4096 bytes", err.text);
}

/*
 * Verify that no path makes a pattern slow. A matcher that tries and goes back
 * needs more than the age of the universe for these; this one counts to some
 * millions, which the deadline of the test case bounds.
 */
ATF_TC(hostile);
ATF_TC_HEAD(hostile, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that no path makes a pattern slow");
	atf_tc_set_md_var(tc, "timeout", "300");
}
ATF_TC_BODY(hostile, tc)
{
	static const char *const units[] = {"a*", "a**", "?*", "[a-b]*", "*a", "**a", "/a/***"};
	char path[PATTERN_MAX], text[PATTERN_MAX];

	(void)tc;
	for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
		size_t n = 1;

		strcpy(text, "/");
		while (n + strlen(units[u]) + 3 < sizeof text) {
			strcpy(text + n, units[u]);
			n += strlen(units[u]);
		}
		strcpy(text + n, "c?");
		memset(path, 'a', sizeof path);
		path[0] = '/';
		path[sizeof path - 1] = '\0';
		ATF_CHECK_MSG(!matches(text, 0, path), "%s", units[u]);
		for (size_t i = 2; i < sizeof path - 1; i += 2)
			path[i] = '/';
		ATF_CHECK_MSG(!matches(text, 0, path), "%s", units[u]);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, matching);
	ATF_TP_ADD_TC(tp, icase);
	ATF_TP_ADD_TC(tp, prefix);
	ATF_TP_ADD_TC(tp, names);
	ATF_TP_ADD_TC(tp, refused);
	ATF_TP_ADD_TC(tp, longest);
	ATF_TP_ADD_TC(tp, hostile);
	return atf_no_error();
}
