/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options_test.c - command lines, good and bad.
 */
#include <atf-c.h>
#include <errno.h>
#include <string.h>

#include "sandbox/options.h"

#define CASE(name, text) \
	ATF_TC(name); \
	ATF_TC_HEAD(name, tc) \
	{ \
		atf_tc_set_md_var(tc, "descr", text); \
	} \
	ATF_TC_BODY(name, tc)

static char error[256];

/* The options point into the words, which must outlive the call that has them. */
static int parse(char **argv, struct options *o)
{
	static char *words[64];
	int argc = 0;

	for (; argv[argc]; argc++) {
		ATF_REQUIRE(argc < 63);
		words[argc] = argv[argc];
	}
	words[argc] = NULL;
	return options_parse(argc, words, o, error, sizeof(error));
}

#define ARGV(...) (char *[]){ "belay", __VA_ARGS__, NULL }

/* A bad command line, and what the line about it must hold. */
static void bad(char **argv, const char *want)
{
	struct options o;

	error[0] = '\0';
	ATF_CHECK_EQ(-EINVAL, parse(argv, &o));
	ATF_CHECK_MSG(strstr(error, want) != NULL, "'%s' lacks '%s'", error, want);
	ATF_CHECK(strchr(error, '\n') == NULL);
}

CASE(command, "Verify that the first word that is no option begins the command")
{
	struct options o;

	(void)tc;
	ATF_REQUIRE_EQ(0, parse(ARGV("ls", "-l", "--help"), &o));
	ATF_CHECK_STREQ("ls", o.command[0]);
	ATF_CHECK_STREQ("-l", o.command[1]);
	ATF_CHECK_STREQ("--help", o.command[2]);
	ATF_CHECK(o.command[3] == NULL);
	ATF_CHECK(!o.help);
	options_free(&o);
	ATF_REQUIRE_EQ(0, parse(ARGV("--", "-p"), &o));
	ATF_CHECK_STREQ("-p", o.command[0]);
	options_free(&o);
}

CASE(order, "Verify that profiles, files and magic commands keep their order")
{
	struct options o;

	(void)tc;
	ATF_REQUIRE_EQ(0, parse(ARGV("-m", "one", "-p", "two", "-cthree", "--magic=four", "true"), &o));
	ATF_REQUIRE_EQ(4, o.nrules);
	ATF_CHECK_EQ(OPTION_MAGIC, o.rules[0].kind);
	ATF_CHECK_STREQ("one", o.rules[0].text);
	ATF_CHECK_EQ(OPTION_PROFILE, o.rules[1].kind);
	ATF_CHECK_STREQ("two", o.rules[1].text);
	ATF_CHECK_EQ(OPTION_FILE, o.rules[2].kind);
	ATF_CHECK_STREQ("three", o.rules[2].text);
	ATF_CHECK_EQ(OPTION_MAGIC, o.rules[3].kind);
	ATF_CHECK_STREQ("four", o.rules[3].text);
	options_free(&o);
}

CASE(rest, "Verify that variables, descriptors and the plan are understood")
{
	struct options o;

	(void)tc;
	ATF_REQUIRE_EQ(0, parse(ARGV("-E", "A=b=c", "-E", "D", "--keep-fd", "3", "--keep-fd=77",
				     "--backend", "trace", "--plan"), &o));
	ATF_REQUIRE_EQ(2, o.nenv);
	ATF_CHECK_STREQ("A=b=c", o.env[0]);
	ATF_CHECK_STREQ("D", o.env[1]);
	ATF_REQUIRE_EQ(2, o.nkeep);
	ATF_CHECK_EQ(3, o.keep_fds[0]);
	ATF_CHECK_EQ(77, o.keep_fds[1]);
	ATF_CHECK(o.plan);
	ATF_CHECK(o.command[0] == NULL);
	options_free(&o);
	ATF_CHECK(!o.relies && !o.json);
	ATF_REQUIRE_EQ(0, parse(ARGV("--relies"), &o));
	ATF_CHECK(o.relies && !o.json);
	options_free(&o);
	ATF_REQUIRE_EQ(0, parse(ARGV("--json", "--relies"), &o));
	ATF_CHECK(o.relies && o.json);
	options_free(&o);
	ATF_REQUIRE_EQ(0, parse(ARGV("--plan", "--json"), &o));
	ATF_CHECK(o.plan && o.json && !o.relies && o.required == 0);
	options_free(&o);
	ATF_REQUIRE_EQ(0, parse(ARGV("--require", "landlock", "--require=pidns", "true"), &o));
	ATF_CHECK_EQ(REQUIRE_MEMORY | REQUIRE_PIDNS, o.required);
	ATF_CHECK_EQ(BACKEND_AUTO, o.backend);
	ATF_CHECK_EQ(LIFETIME_PIDNS, o.lifetime);
	options_free(&o);
	ATF_REQUIRE_EQ(0, parse(ARGV("--require", "landlock-signals", "--require=notify", "true"), &o));
	ATF_CHECK_EQ(REQUIRE_MEMORY | REQUIRE_SIGNALS | REQUIRE_NOTIFY, o.required);
	ATF_CHECK_EQ(BACKEND_NOTIFY, o.backend);
	options_free(&o);
	ATF_REQUIRE_EQ(0, parse(ARGV("--calls", "--json"), &o));
	ATF_CHECK(o.calls && o.json && !o.relies);
	options_free(&o);
	ATF_REQUIRE_EQ(0, parse(ARGV("-h"), &o));
	ATF_CHECK(o.help);
	options_free(&o);
	ATF_REQUIRE_EQ(0, parse(ARGV("--version"), &o));
	ATF_CHECK(o.version);
	options_free(&o);
}

CASE(wrong, "Verify that a bad command line gives one line that names the word that is wrong")
{
	(void)tc;
	bad((char *[]){ "belay", NULL }, "no command");
	bad(ARGV("-m", "core/sandbox/write:deny"), "no command");
	bad(ARGV("--"), "no command");
	bad(ARGV("-x", "true"), "'-x' does not exist");
	bad(ARGV("--no-such", "true"), "'--no-such' does not exist");
	bad(ARGV("--plan=yes", "true"), "'--plan=yes' takes no argument");
	bad(ARGV("--json"), "--json is for --plan, --calls and --relies");
	bad(ARGV("--require", "root", "true"), "'root' is not known; there are: notify, pidns, ");
	bad(ARGV("--require", "notify", "--backend", "trace", "true"), "--backend trace exclude");
	bad(ARGV("--require", "pidns", "--lifetime", "ptrace", "true"), "--lifetime ptrace exclude");
	bad(ARGV("-m"), "'-m' needs an argument");
	bad(ARGV("--keep-fd"), "'--keep-fd' needs an argument");
	bad(ARGV("--backend", "magic", "true"), "'magic' is not known; there are: auto, trace, notify");
	bad(ARGV("--keep-fd", "2", "true"), "'2' is not a descriptor above 2");
	bad(ARGV("--keep-fd", "3x", "true"), "'3x'");
	bad(ARGV("--keep-fd", "-3", "true"), "'-3'");
	bad(ARGV("--keep-fd", "", "true"), "''");
	bad(ARGV("--keep-fd", "99999999999999999999", "true"), "not a descriptor");
	bad(ARGV("-E", "=x", "true"), "-E");
	bad(ARGV("-E", "", "true"), "-E");
}

CASE(cut, "Verify that an overlong word cannot overflow the line about it")
{
	static char word[4096];
	char line[32];
	struct options o;
	char *argv[] = { "belay", "--backend", word, "true", NULL };

	(void)tc;
	memset(word, 'x', sizeof(word) - 1);
	memset(line, '#', sizeof(line));
	ATF_CHECK_EQ(-EINVAL, options_parse(4, argv, &o, line, sizeof(line) - 1));
	ATF_CHECK_EQ('#', line[sizeof(line) - 1]);
	ATF_CHECK(strlen(line) < sizeof(line));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, command);
	ATF_TP_ADD_TC(tp, order);
	ATF_TP_ADD_TC(tp, rest);
	ATF_TP_ADD_TC(tp, wrong);
	ATF_TP_ADD_TC(tp, cut);
	return atf_no_error();
}
