/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command_test.c - every command of the language, and every error with its
 * line.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/policy_test_util.h"

/* Verify that each mode command sets the mode of its operations. */
ATF_TC(modes);
ATF_TC_HEAD(modes, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that each mode command sets the mode of its operations");
}
ATF_TC_BODY(modes, tc)
{
	static const char *const ops[] = {"read", "write", "exec", "network"};
	static const char *const modes[] = {"off", "deny", "allow"};
	struct policy *p = policy_new();
	struct policy_error err;
	char command[64];

	(void)tc;
	for (int op = 0; op < 4; op++)
		for (int m = 2; m >= 0; m--) {
			snprintf(command, sizeof command, "core/sandbox/%s:%s", ops[op], modes[m]);
			ATF_CHECK_EQ(0, policy_command(p, command, here, &err));
			ATF_CHECK_EQ((enum policy_mode)m, policy_mode_of(p, (enum policy_op)op));
			if (op == POLICY_BIND)
				ATF_CHECK_EQ((enum policy_mode)m,
					     policy_mode_of(p, POLICY_CONNECT));
		}
	policy_free(p);
}

/* Verify that the names of sydbox-1 and sydbox-2 and both prefixes mean the same rules. */
ATF_TC(names);
ATF_TC_HEAD(names, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that the names of sydbox-1 and sydbox-2 mean the same rules");
}
ATF_TC_BODY(names, tc)
{
	static const char *const prefixes[] = {"", "/dev/sydbox/", "/dev/belay/", "  \t"};
	static const char *const allowing[] = {"allow", "whitelist", "allowlist"};
	static const char *const denying[] = {"deny", "blacklist", "denylist"};
	static const char *const kinds[] = {"read", "write", "exec"};
	struct policy_error err;
	char command[128];

	(void)tc;
	for (size_t pre = 0; pre < 4; pre++)
		for (size_t i = 0; i < 3; i++) {
			struct policy *p = POLICY_OF(
				"core/sandbox/read:deny", "core/sandbox/write:deny",
				"core/sandbox/exec:deny", "core/sandbox/network:deny");

			for (int op = 0; op < 3; op++) {
				snprintf(command, sizeof command, "%s%s/%s+/x/***", prefixes[pre],
					 allowing[i], kinds[op]);
				ATF_CHECK_EQ_MSG(0, policy_command(p, command, here, &err), "%s",
						 command);
				ATF_CHECK(allows(p, (enum policy_op)op, "/x/y"));
				snprintf(command, sizeof command, "%s%s/%s+/x/y", prefixes[pre],
					 denying[i], kinds[op]);
				ATF_CHECK_EQ_MSG(0, policy_command(p, command, here, &err), "%s",
						 command);
				ATF_CHECK(!allows(p, (enum policy_op)op, "/x/y"));
				ATF_CHECK(allows(p, (enum policy_op)op, "/x/z"));
			}
			snprintf(command, sizeof command, "%s%s/network/bind+LOOPBACK@1-9",
				 prefixes[pre], allowing[i]);
			ATF_CHECK_EQ(0, policy_command(p, command, here, &err));
			snprintf(command, sizeof command, "%s%s/network/bind+LOOPBACK@5",
				 prefixes[pre], denying[i]);
			ATF_CHECK_EQ(0, policy_command(p, command, here, &err));
			ATF_CHECK(binds(p, "127.0.0.1@4"));
			ATF_CHECK(!binds(p, "127.0.0.1@5"));
			ATF_CHECK(!connects(p, "127.0.0.1@4"));
			snprintf(command, sizeof command, "%s%s/network/connect+LOOPBACK@1-9",
				 prefixes[pre], allowing[i]);
			ATF_CHECK_EQ(0, policy_command(p, command, here, &err));
			snprintf(command, sizeof command, "%s%s/network/connect+LOOPBACK@6",
				 prefixes[pre], denying[i]);
			ATF_CHECK_EQ(0, policy_command(p, command, here, &err));
			ATF_CHECK(connects(p, "127.0.0.1@5"));
			ATF_CHECK(!connects(p, "127.0.0.1@6"));
			policy_free(p);
		}
}

/* Verify that a removed rule no longer decides, and the others still do. */
ATF_TC(removal);
ATF_TC_HEAD(removal, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that a removed rule no longer decides, and the others do");
}
ATF_TC_BODY(removal, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "allow/write+/a/***",
				     "deny/write+/a/***", "whitelist/write+/b", "allow/write+/b",
				     "allow/write+/c", "blacklist/write-/a/***",
				     "allow/write-/b", "filter/write+/x", "filter/write-/x",
				     "core/sandbox/network:deny", "allow/network/bind+LOOPBACK@1",
				     "allow/network/bind-LOOPBACK@1");
	struct policy_error err;

	(void)tc;
	ATF_CHECK(allows(p, POLICY_WRITE, "/a/x"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/b"));
	ATF_CHECK(allows(p, POLICY_WRITE, "/c"));
	ATF_CHECK(!binds(p, "127.0.0.1@1"));
	ATF_CHECK(policy_command(p, "deny/write-/c", here, &err) < 0);
	ATF_CHECK_STREQ("command line: deny/write has no rule '/c' to remove", err.text);
	ATF_CHECK(allows(p, POLICY_WRITE, "/c"));
	policy_free(p);
}

/* Verify that every option takes its values, keeps them, and that its key is unique. */
ATF_TC(options);
ATF_TC_HEAD(options, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every option takes its values and keeps them");
}
ATF_TC_BODY(options, tc)
{
	static const char *const yes[] = {"true", "t", "1", "yes"};
	static const char *const no[] = {"false", "f", "0", "no"};
	const struct policy_option_info *o;
	struct policy *p = policy_new();
	struct policy_error err;
	char command[256];

	(void)tc;
	for (size_t i = 0; (o = policy_option_at(i)) != NULL; i++) {
		ATF_CHECK_MSG(o->what != NULL && o->what[0] != '\0', "%s", o->key);
		for (size_t k = 0; k < i; k++)
			ATF_CHECK(strcmp(policy_option_at(k)->key, o->key) != 0);
		ATF_CHECK_EQ_MSG(o->value, policy_option(p, o->key), "%s", o->key);
		for (size_t k = 0; o->type == POLICY_BOOLEAN && k < 8; k++) {
			snprintf(command, sizeof command, "%s:%s", o->key,
				 k < 4 ? yes[k] : no[k - 4]);
			ATF_CHECK_EQ_MSG(0, policy_command(p, command, here, &err), "%s", command);
			ATF_CHECK_EQ(k < 4, policy_option(p, o->key));
		}
		if (o->type == POLICY_INTEGER) {
			snprintf(command, sizeof command, "%s:%ld", o->key, o->min);
			ATF_CHECK_EQ_MSG(0, policy_command(p, command, here, &err), "%s", command);
			ATF_CHECK_EQ(o->min, policy_option(p, o->key));
			snprintf(command, sizeof command, "%s:%ld", o->key, o->max);
			ATF_CHECK_EQ_MSG(0, policy_command(p, command, here, &err), "%s", command);
			ATF_CHECK_EQ(o->max, policy_option(p, o->key));
		}
		if (o->type == POLICY_CHOICE) {
			char words[128], *word, *save;
			long n = 0;

			snprintf(words, sizeof words, "%s", o->words);
			for (word = strtok_r(words, " ", &save); word != NULL;
			     word = strtok_r(NULL, " ", &save), n++) {
				snprintf(command, sizeof command, "%s:%s", o->key, word);
				ATF_CHECK_EQ_MSG(0, policy_command(p, command, here, &err), "%s",
						 command);
				ATF_CHECK_EQ(n, policy_option(p, o->key));
			}
			ATF_CHECK(n >= 2 && o->value < n);
		}
	}
	ATF_CHECK_EQ(LONG_MIN, policy_option(p, "core/trace/exit"));
	ATF_CHECK_STREQ("", policy_option_text(p, "log/file"));
	ATF_CHECK(policy_option_text(p, "core/trace/exit_kill") == NULL);
	ATF_CHECK_EQ(0, policy_command(p, "log/file:/tmp/a b", here, &err));
	ATF_CHECK_STREQ("/tmp/a b", policy_option_text(p, "log/file"));
	policy_free(p);
}

/* Verify that the match options govern the rules that follow them. */
ATF_TC(match_options);
ATF_TC_HEAD(match_options, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that the match options govern the rules that follow them");
}
ATF_TC_BODY(match_options, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "allow/write+/a",
				     "core/match/case_sensitive:false",
				     "core/match/no_wildcard:prefix", "allow/write+/b",
				     "core/sandbox/network:deny", "allow/network/bind+unix:/c",
				     "allow/network/bind+unix-abstract:d",
				     "core/match/case_sensitive:true",
				     "core/match/no_wildcard:literal", "allow/write+/e");

	(void)tc;
	ATF_CHECK(!allows(p, POLICY_WRITE, "/A"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/a/x"));
	ATF_CHECK(allows(p, POLICY_WRITE, "/B/x"));
	ATF_CHECK(binds(p, "unix:/C/x"));
	ATF_CHECK(binds(p, "abstract:D"));
	ATF_CHECK(!binds(p, "abstract:d/x"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/E"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/e/x"));
	policy_free(p);
}

/* Verify that blanks around a command and its value do not matter, escaped ones do. */
ATF_TC(blanks);
ATF_TC_HEAD(blanks, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that blanks around a command do not matter");
}
ATF_TC_BODY(blanks, tc)
{
	struct policy *p = POLICY_OF(" core/sandbox/write: deny \t\r", "\tallow/write+ /a b ",
				     "allow/write+/c\\ ", "allow/write+/d\\\\ ");

	(void)tc;
	ATF_CHECK_EQ(POLICY_DENY, policy_mode_of(p, POLICY_WRITE));
	ATF_CHECK(allows(p, POLICY_WRITE, "/a b"));
	ATF_CHECK(allows(p, POLICY_WRITE, "/c "));
	ATF_CHECK(allows(p, POLICY_WRITE, "/d\\"));
	policy_free(p);
}

/* Verify that what a policy asks for and does not get is told, and nothing else. */
ATF_TC(notes);
ATF_TC_HEAD(notes, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that what a policy asks for and does not get is told");
}
ATF_TC_BODY(notes, tc)
{
	struct policy *p = POLICY_OF("core/trace/exit_kill:true", "core/trace/use_seize:yes",
				     "core/violation/decision:killall",
				     "core/sandbox/read:allow", "deny/read+/x", "allow/write+/x",
				     "core/match/case_sensitive:false");
	static const char *const want[] = {
		"command line: core/violation/decision is accepted without effect: the call is "
		"refused, and nothing is ever let out of the sandbox",
		"command line: core/trace/exit_kill is accepted without effect: always on",
		"command line: log/file is accepted without effect: all that is said goes to standard error",
		"command line: exec/resume_if_match+/bin/su is accepted without effect: nothing "
		"is ever let out of the sandbox",
		"command line: deny/write+/y has no effect: core/sandbox/write is off",
		"command line: deny/write+/z has no effect: core/sandbox/write is off",
		"command line: deny/network/connect+LOOPBACK@1 has no effect: "
		"core/sandbox/network is off",
	};
	static const char *const commands[] = {
		"core/violation/decision:contall", "core/trace/exit_kill:false", "log/file:/x", "exec/resume_if_match+/bin/su",
		"deny/write+/y", "deny/write+/z", "deny/network/connect+LOOPBACK@1"};
	struct policy_error note;

	(void)tc;
	ATF_CHECK(policy_note(p, 0, &note) < 0);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		ATF_REQUIRE_EQ(0, policy_command(p, commands[i], here, &note));
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		ATF_REQUIRE_EQ(0, policy_note(p, i, &note));
		ATF_CHECK_STREQ(want[i], note.text);
	}
	ATF_CHECK(policy_note(p, sizeof want / sizeof *want, &note) < 0);
	policy_free(p);
}

#define EXAMPLE "+/path/***"

static const struct {
	const char *command, *error;
} bad[] = {
	{"", "unknown command '': commands begin with core/, allow/, deny/, filter/ or include"},
	{"nonsense", "unknown command 'nonsense': commands begin with core/, allow/, deny/, "
		     "filter/ or include"},
	{"alow/write+/tmp", "unknown command 'alow/write': did you mean 'allow/write'?"},
	{"allow/wirte+/tmp", "unknown command 'allow/wirte': did you mean 'allow/write'?"},
	{"Allow/Write+/tmp", "unknown command 'Allow/Write': did you mean 'allow/write'?"},
	{"whitelist/writ+/tmp", "unknown command 'whitelist/writ': did you mean "
				"'whitelist/write'?"},
	{"core/trace/exitkill:1", "unknown command 'core/trace/exitkill': did you mean "
				  "'core/trace/exit_kill'?"},
	{"core/sandbox/net:deny", "unknown command 'core/sandbox/net': did you mean "
				  "'core/sandbox/read'?"},
	{"inlcude @default", "unknown command 'inlcude': did you mean 'include'?"},
	{"core/sandbox/write:maybe", "core/sandbox/write cannot be 'maybe': off, deny or allow"},
	{"core/sandbox/write:dump", "core/sandbox/write cannot be 'dump': off, deny or allow"},
	{"core/sandbox/write:", "core/sandbox/write cannot be '': off, deny or allow"},
	{"core/sandbox/write", "'core/sandbox/write' needs an operator and a value: "
			       "core/sandbox/write:deny (or off, or allow)"},
	{"core/sandbox/write+deny", "'core/sandbox/write' needs an operator and a value: "
				    "core/sandbox/write:deny (or off, or allow)"},
	{"allow/write", "'allow/write' needs an operator and a value: allow/write" EXAMPLE},
	{"allow/write:/tmp", "'allow/write' needs an operator and a value: allow/write" EXAMPLE},
	{"allow/write /tmp", "'allow/write' needs an operator and a value: allow/write" EXAMPLE},
	{"allow/network/bind:x", "'allow/network/bind' needs an operator and a value: "
				 "allow/network/bind+inet:ADDR/BITS@PORT"},
	{"core/sandbox/write?", "'core/sandbox/write?' belongs to the run-time interface, not in "
				"a policy"},
	{"allow/write?/x", "'allow/write?' belongs to the run-time interface, not in a policy"},
	{"core/trace/exit_kill?", "'core/trace/exit_kill?' belongs to the run-time interface, not "
				  "in a policy"},
	{"cmd/exec!/bin/true", "'cmd/exec' belongs to the run-time interface, not in a policy"},
	{"core/trace/exit_kill", "'core/trace/exit_kill' needs an operator and a value: "
				 "core/trace/exit_kill:VALUE"},
	{"core/trace/exit_kill+1", "'core/trace/exit_kill' needs an operator and a value: "
				   "core/trace/exit_kill:VALUE"},
	{"core/trace/exit_kill:maybe", "core/trace/exit_kill is a boolean, not 'maybe': true or "
				       "false (t, f, 1, 0, yes, no)"},
	{"core/trace/exit_kill:", "core/trace/exit_kill is a boolean, not '': true or false (t, f, "
				  "1, 0, yes, no)"},
	{"core/trace/magic_lock:maybe", "core/trace/magic_lock cannot be 'maybe': one of: off exec "
					"on"},
	{"core/trace/magic_lock:", "core/trace/magic_lock cannot be '': one of: off exec on"},
	{"core/violation/exit_code:256", "core/violation/exit_code is an integer from -1 to 255, "
					 "not '256'"},
	{"core/violation/exit_code:1x", "core/violation/exit_code is an integer from -1 to 255, "
					"not '1x'"},
	{"core/violation/exit_code:", "core/violation/exit_code is an integer from -1 to 255, not "
				      "''"},
	{"core/violation/exit_code:+1", "core/violation/exit_code is an integer from -1 to 255, "
					"not '+1'"},
	{"allow/write+tmp", "'tmp' is not absolute: a pattern begins with '/' (${CWD}/tmp is below "
			    "the current directory)"},
	{"allow/write+", "empty pattern"},
	{"allow/write+/\033[31m", "'[' without ']' in '/?[31m'"},
	{"include", "include names no file: include PATH or include @PROFILE"},
	{"include  ", "include names no file: include PATH or include @PROFILE"},
	{"include /no/such/file", "cannot open '/no/such/file': No such file or directory"},
	{"include /etc/*", "wildcards in '/etc/*': one name is wanted"},
	{"include @", "'' is no name of a profile: letters, digits, '.', '_' and '-'"},
	{"include @../x", "'../x' is no name of a profile: letters, digits, '.', '_' and '-'"},
	{"include @x/y", "'x/y' is no name of a profile: letters, digits, '.', '_' and '-'"},
	{"include @defualt", "no profile '@defualt', did you mean '@default': neither built in nor "
			     "/profiles/defualt.belay"},
	{"include @mine", "no profile '@mine': neither built in nor /profiles/mine.belay"},
};

/* Verify that each wrong command is refused with its one line and changes nothing. */
ATF_TC(errors);
ATF_TC_HEAD(errors, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that each wrong command is refused with its one line");
}
ATF_TC_BODY(errors, tc)
{
	struct policy_env env = test_env;
	struct policy *p = policy_new();
	struct policy_error err;
	char want[512];

	(void)tc;
	env.profile_dir = "/profiles";
	ATF_REQUIRE_EQ(0, policy_set_env(p, &env));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(want, sizeof want, "command line: %s", bad[i].error);
		ATF_CHECK_MSG(policy_command(p, bad[i].command, here, &err) < 0,
			      "'%s' is accepted", bad[i].command);
		ATF_CHECK_STREQ(want, err.text);
	}
	for (int op = 0; op < POLICY_OPS; op++)
		ATF_CHECK(policy_mode_of(p, op) == POLICY_OFF && policy_is_open(p, op));
	ATF_CHECK(policy_command(p, "x", (struct policy_origin){"a.belay", 7}, &err) < 0);
	ATF_CHECK_STREQ("a.belay:7: unknown command 'x': commands begin with core/, allow/, "
			"deny/, filter/ or include", err.text);
	policy_free(p);
}

/* Verify that a command may be 65,536 bytes long and no longer. */
ATF_TC(longest);
ATF_TC_HEAD(longest, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a command may be 65,536 bytes long");
}
ATF_TC_BODY(longest, tc)
{
	struct policy *p = policy_new();
	struct policy_error err;
	char *line = malloc(65536 + 2);

	(void)tc;
	memset(line, '/', 65537);
	memcpy(line, "log/file:", 9);
	line[65536] = '\0';
	ATF_CHECK_EQ(0, policy_command(p, line, here, &err));
	ATF_CHECK_EQ(65536 - 9, strlen(policy_option_text(p, "log/file")));
	memcpy(line, "allow/write+", 12);
	ATF_CHECK_EQ(0, policy_command(p, line, here, &err)); /* a run of slashes is one */
	memcpy(line, "allow/write+/tmp", 16);
	line[65535] = 'x';
	ATF_CHECK_EQ(0, policy_command(p, line, here, &err));
	line[65536] = '/';
	line[65537] = '\0';
	ATF_CHECK(policy_command(p, line, here, &err) < 0);
	ATF_CHECK_STREQ("command line: command longer than 65536 bytes", err.text);
	free(line);
	policy_free(p);
}

/* Verify that a program may change its rules in a copy, and nothing of the whole sandbox. */
ATF_TC(runtime);
ATF_TC_HEAD(runtime, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a program may change its rules in a copy, and "
			  "nothing of the whole sandbox");
}
ATF_TC_BODY(runtime, tc)
{
	static const struct {
		const char *command;
		int ask, edit;
	} rows[] = {
		{"", 0, -EINVAL}, {"1", 0, -EINVAL}, {"2", 1, -EINVAL},
		{"core/sandbox/write?", 0, -EINVAL}, {"core/sandbox/read?", -ENOENT, -EINVAL},
		{"core/sandbox/write?x", -EINVAL, -EINVAL}, {"core/sandbox?", -EINVAL, -EINVAL},
		{"core/match/case_sensitive?", 0, -EINVAL},
		{"core/whitelist/successful_bind?", -ENOENT, -EINVAL},
		{"core/trace/magic_lock?", -EINVAL, -EINVAL}, {"allow/write?", -EINVAL, -EINVAL},
		{"cmd/exec!/bin/true", 1, -EPERM}, {"include /etc/passwd", 1, -EPERM},
		{"include @allow-all", 1, -EPERM}, {"core/trace/exit_kill:0", 1, -EPERM},
		{"core/violation/exit_code:1", 1, -EPERM},
		{"core/whitelist/unsupported_socket_families:1", 1, -EPERM},
		{"log/file:/x", 1, -EPERM}, {"allow/write+x", 1, -EINVAL},
		{"allow/write", 1, -EINVAL}, {"core/sandbox/write:x", 1, -EINVAL},
		{"/dev/belay/core/sandbox/write:off", 1, -EINVAL},
		{"allow/write+/a", 1, 0}, {"filter/network+LOOPBACK@1", 1, 0},
		{"core/sandbox/read:deny", 1, 0}, {"core/trace/magic_lock:on", 1, 0},
	};
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "allow/write+/b");
	struct policy *copy = policy_copy(p), *second;
	struct policy_verdict v;

	(void)tc;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ATF_CHECK_EQ_MSG(rows[i].ask, policy_runtime_ask(p, rows[i].command), "%s",
				 rows[i].command);
		ATF_CHECK_EQ_MSG(rows[i].edit, policy_runtime_edit(copy, rows[i].command), "%s",
				 rows[i].command);
	}
	/* What was copied is as it was, and so is a copy when its origin changes. */
	second = policy_copy(copy);
	ATF_CHECK_EQ(0, policy_runtime_edit(copy, "allow/write-/b"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/a") && allows(p, POLICY_WRITE, "/b"));
	ATF_CHECK(allows(copy, POLICY_WRITE, "/a") && !allows(copy, POLICY_WRITE, "/b"));
	ATF_CHECK(allows(second, POLICY_WRITE, "/a") && allows(second, POLICY_WRITE, "/b"));
	ATF_CHECK(allows(p, POLICY_READ, "/x") && !allows(second, POLICY_READ, "/x"));
	ATF_CHECK_EQ(POLICY_LOCK_ON, policy_lock(second));
	policy_decide_path(second, POLICY_READ, "/x", &v);
	ATF_CHECK_STREQ("core/sandbox/read:deny", v.rule);
	ATF_CHECK_STREQ("run time", v.origin.file);
	policy_free(second);
	policy_free(copy);
	policy_free(p);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, modes);
	ATF_TP_ADD_TC(tp, names);
	ATF_TP_ADD_TC(tp, removal);
	ATF_TP_ADD_TC(tp, options);
	ATF_TP_ADD_TC(tp, match_options);
	ATF_TP_ADD_TC(tp, blanks);
	ATF_TP_ADD_TC(tp, notes);
	ATF_TP_ADD_TC(tp, errors);
	ATF_TP_ADD_TC(tp, longest);
	ATF_TP_ADD_TC(tp, runtime);
	return atf_no_error();
}
