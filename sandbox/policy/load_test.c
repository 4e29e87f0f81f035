/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_test.c - files, includes and profile directories: what is read, in
 * which order, and what is refused with its place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/policy/policy_test_util.h"

static void write_bytes(const char *name, const void *bytes, size_t n)
{
	FILE *f = fopen(name, "we");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE_EQ(n, fwrite(bytes, 1, n, f));
	ATF_REQUIRE_EQ(0, fclose(f));
}

static void write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static struct policy *new_policy(void)
{
	struct policy_env env = test_env;
	struct policy *p = policy_new();

	env.profile_dir = "profiles";
	ATF_REQUIRE_EQ(0, policy_set_env(p, &env));
	return p;
}

/* Load and compare the error; NULL: it must load. */
static void check_load(const char *name, const char *want)
{
	struct policy_error err = {.text = ""};
	struct policy *p = new_policy();
	int rc = policy_load_file(p, name, &err);

	ATF_CHECK_EQ_MSG(want == NULL ? 0 : -22, rc, "%s: %d %s", name, rc, err.text);
	if (want != NULL)
		ATF_CHECK_STREQ(want, err.text);
	policy_free(p);
}

/* Verify that comments, empty lines, CR LF and a missing last newline are read over. */
ATF_TC(lines);
ATF_TC_HEAD(lines, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that comments, empty lines and CR LF are read over");
}
ATF_TC_BODY(lines, tc)
{
	struct policy *p = new_policy();
	struct policy_verdict v;
	struct policy_error err;

	(void)tc;
	write_file("a", "# comment\n\n  # another: not/a/command\n \t \n\r\n"
			"core/sandbox/write:deny\r\n  allow/write+/a b\n#\nallow/write+/c");
	ATF_REQUIRE_EQ(0, policy_load_file(p, "a", &err));
	ATF_CHECK(allows(p, POLICY_WRITE, "/a b"));
	ATF_CHECK(allows(p, POLICY_WRITE, "/c"));
	policy_decide_path(p, POLICY_WRITE, "/c", &v);
	ATF_CHECK_STREQ("a", v.origin.file);
	ATF_CHECK_EQ(9, v.origin.line);
	policy_decide_path(p, POLICY_WRITE, "/d", &v);
	ATF_CHECK_EQ(6, v.origin.line);
	policy_free(p);
	write_file("empty", "");
	check_load("empty", NULL);
	write_file("newlines", "\n\n");
	check_load("newlines", NULL);
}

/* Verify that an error names file and line, and leaves the policy as it was. */
ATF_TC(errors);
ATF_TC_HEAD(errors, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that an error names file and line and changes "
				       "nothing");
}
ATF_TC_BODY(errors, tc)
{
	struct policy *p = new_policy();
	struct policy_error err;

	(void)tc;
	write_file("bad", "core/sandbox/write:off\ndeny/write-/keep\nallow/write+/more\n\nalow/write+/y\n");
	ATF_REQUIRE_EQ(0, policy_command(p, "core/sandbox/write:allow", here, &err));
	ATF_REQUIRE_EQ(0, policy_command(p, "deny/write+/keep", here, &err));
	ATF_REQUIRE_EQ(0, policy_command(p, "deny/write+/more", here, &err));
	ATF_CHECK_EQ(-22, policy_load_file(p, "bad", &err));
	ATF_CHECK_STREQ("bad:5: unknown command 'alow/write': did you mean 'allow/write'?", err.text);
	ATF_CHECK(!allows(p, POLICY_WRITE, "/keep"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/more"));
	ATF_CHECK(allows(p, POLICY_WRITE, "/other"));
	ATF_CHECK_EQ(-22, policy_command(p, "include bad", here, &err));
	ATF_CHECK_STREQ("bad:5: unknown command 'alow/write': did you mean 'allow/write'?", err.text);
	ATF_CHECK(!allows(p, POLICY_WRITE, "/keep"));
	policy_free(p);

	check_load("missing", "cannot open 'missing': No such file or directory");
	ATF_REQUIRE_EQ(0, mkdir("dir", 0777));
	check_load("dir", "cannot read 'dir': Is a directory");
	write_file("inc", "\ninclude missing\n");
	check_load("inc", "inc:2: cannot open 'missing': No such file or directory");
	write_bytes("nul", "# ok\nallow/write+/a\0b\n", 23);
	check_load("nul", "nul:2: NUL byte in the line");
	write_bytes("nulcomment", "#\0\n", 3);
	check_load("nulcomment", "nulcomment:1: NUL byte in the line");
}

/* Verify that a line may be 65,536 bytes long, and a file 16 MiB. */
ATF_TC(limits);
ATF_TC_HEAD(limits, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a line may be 65,536 bytes, a file 16 MiB");
}
ATF_TC_BODY(limits, tc)
{
	size_t most = 16 << 20;
	char *text = malloc(most + 1);

	(void)tc;
	memset(text, 'x', most + 1);
	memcpy(text, "\nlog/file:", 10);
	text[65537] = '\n';
	write_bytes("line", text, 65538);
	check_load("line", NULL);
	text[65537] = 'x';
	text[65538] = '\n';
	write_bytes("line", text, 65539);
	check_load("line", "line:2: command longer than 65536 bytes");
	memset(text, '\n', most + 1);
	write_bytes("file", text, most);
	check_load("file", NULL);
	write_bytes("file", text, most + 1);
	check_load("file", "cannot read 'file': File too large");
	free(text);
}

/* Verify that an include is found beside the file that names it, in its place in the order. */
ATF_TC(include);
ATF_TC_HEAD(include, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that an include is found beside the file that names it");
}
ATF_TC_BODY(include, tc)
{
	struct policy *p = new_policy();
	struct policy_verdict v;
	struct policy_error err;
	char cwd[4096], path[4200];

	(void)tc;
	ATF_REQUIRE(getcwd(cwd, sizeof cwd) != NULL);
	ATF_REQUIRE_EQ(0, mkdir("sub", 0777));
	ATF_REQUIRE_EQ(0, mkdir("sub/deep", 0777));
	write_file("top", "core/sandbox/write:deny\nallow/write+/x\ninclude sub/a name\n"
			  "allow/write+/y\n");
	write_file("sub/a name", "deny/write+/x\ndeny/write+/y\ninclude deep/b\n");
	write_file("sub/deep/b", "allow/write+/z\n");
	ATF_REQUIRE_EQ_MSG(0, policy_load_file(p, "top", &err), "%s", err.text);
	ATF_CHECK(!allows(p, POLICY_WRITE, "/x"));
	ATF_CHECK(allows(p, POLICY_WRITE, "/y"));
	policy_decide_path(p, POLICY_WRITE, "/z", &v);
	ATF_CHECK(v.allow);
	ATF_CHECK_STREQ("sub/deep/b", v.origin.file);
	ATF_CHECK_EQ(1, v.origin.line);
	policy_free(p);

	p = new_policy();
	snprintf(path, sizeof path, "include %s/top", cwd);
	ATF_CHECK_EQ(0, policy_command(p, path, here, &err));
	ATF_CHECK_EQ(0, policy_command(p, "include\t sub/deep/b ", here, &err));
	ATF_CHECK_EQ(0, policy_command(p, "include sub/a\\ name", here, &err));
	policy_free(p);
}

/* Verify that loops of includes, and too many or too deep ones, are refused. */
ATF_TC(include_limits);
ATF_TC_HEAD(include_limits, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that loops and floods of includes are refused");
}
ATF_TC_BODY(include_limits, tc)
{
	char name[32], text[64];
	FILE *f;

	(void)tc;
	write_file("self", "include self\n");
	check_load("self", "self:1: include loop: 'self' is being read already");
	write_file("a", "include b\n");
	write_file("b", "\ninclude c\n");
	write_file("c", "\n\ninclude a\n");
	check_load("a", "c:3: include loop: 'a' is being read already");
	ATF_REQUIRE_EQ(0, symlink("d", "link"));
	write_file("d", "include link\n");
	check_load("d", "d:1: include loop: 'link' is being read already");
	ATF_REQUIRE_EQ(0, mkdir("profiles", 0777));
	write_file("profiles/p.belay", "include @p\n");
	write_file("usep", "include @p\n");
	check_load("usep", "profiles/p.belay:1: include loop: 'profiles/p.belay' is being read "
			   "already");

	/* Twice one after the other is no loop. */
	write_file("leaf", "core/sandbox/read:off\n");
	write_file("twice", "include leaf\ninclude leaf\ninclude @default\ninclude @default\n");
	check_load("twice", NULL);

	for (int i = 0; i < 18; i++) {
		snprintf(name, sizeof name, "deep%d", i);
		snprintf(text, sizeof text, "include deep%d\n", i + 1);
		write_file(name, i == 17 ? "" : text);
	}
	check_load("deep1", NULL);
	check_load("deep0", "deep16:1: includes deeper than 16 files");

	f = fopen("many", "we");
	ATF_REQUIRE(f != NULL);
	for (int i = 0; i < 1024; i++)
		fputs("include leaf\n", f);
	ATF_REQUIRE_EQ(0, fclose(f));
	check_load("many", "many:1024: more than 1024 includes");
}

/* Verify that profiles come from the binary first, then from the directory. */
ATF_TC(profile_dir);
ATF_TC_HEAD(profile_dir, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that profiles come from the binary, then from the directory");
}
ATF_TC_BODY(profile_dir, tc)
{
	struct policy *p = new_policy();
	struct policy_verdict v;
	struct policy_error err;

	(void)tc;
	ATF_REQUIRE_EQ(0, mkdir("profiles", 0777));
	write_file("profiles/default.belay", "core/sandbox/write:off\n");
	write_file("profiles/site.belay", "include @default\ninclude rest.belay\n");
	write_file("profiles/rest.belay", "allow/write+/srv/***\n");
	ATF_REQUIRE_EQ_MSG(0, policy_load_profile(p, "site", &err), "%s", err.text);
	ATF_CHECK_EQ(POLICY_DENY, policy_mode_of(p, POLICY_WRITE));
	policy_decide_path(p, POLICY_WRITE, "/srv/x", &v);
	ATF_CHECK(v.allow);
	ATF_CHECK_STREQ("profiles/rest.belay", v.origin.file);
	policy_decide_path(p, POLICY_WRITE, "/etc/x", &v);
	ATF_CHECK(!v.allow);
	ATF_CHECK_STREQ("@default", v.origin.file);
	ATF_CHECK_EQ(0, policy_load_profile(p, "@site", &err));
	ATF_CHECK_EQ(-22, policy_load_profile(p, "@sit", &err));
	ATF_CHECK_STREQ("no profile '@sit': neither built in nor profiles/sit.belay", err.text);
	ATF_CHECK_EQ(-22, policy_load_profile(p, "profiles/site", &err));
	ATF_CHECK_STREQ("'profiles/site' is no name of a profile: letters, digits, '.', '_' and "
			"'-'", err.text);
	policy_free(p);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, lines);
	ATF_TP_ADD_TC(tp, errors);
	ATF_TP_ADD_TC(tp, limits);
	ATF_TP_ADD_TC(tp, include);
	ATF_TP_ADD_TC(tp, include_limits);
	ATF_TP_ADD_TC(tp, profile_dir);
	return atf_no_error();
}
