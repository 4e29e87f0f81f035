/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_test.c - hostile names, whole lines, counts.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sandbox/report/report.h"

#define CASE(name, text) \
	ATF_TC(name); \
	ATF_TC_HEAD(name, tc) \
	{ \
		atf_tc_set_md_var(tc, "descr", text); \
	} \
	ATF_TC_BODY(name, tc)

static void quotes(const char *want, const char *bytes, size_t len)
{
	char out[256];

	ATF_CHECK_EQ(strlen(want), report_quote(out, sizeof(out), bytes, len));
	ATF_CHECK_STREQ(want, out);
}

#define QUOTES(want, literal) quotes(want, literal, sizeof(literal) - 1)

CASE(quote_plain, "Verify that plain and valid UTF-8 text is not changed")
{
	(void)tc;
	QUOTES("", "");
	QUOTES("/etc/passwd", "/etc/passwd");
	QUOTES("/tmp/\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7", "/tmp/\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7");
}

CASE(quote_control, "Verify that control bytes, escape sequences and line ends are escaped")
{
	(void)tc;
	QUOTES("a\\nbelay: forged", "a\nbelay: forged");
	QUOTES("\\x1b[2J\\x1b]0;x\\a", "\x1b[2J\x1b]0;x\a");
	QUOTES("\\r\\t\\b\\v\\f\\x00\\x7f", "\r\t\b\v\f\0\x7f");
	QUOTES("\\\\x41\\\"", "\\x41\"");
}

CASE(quote_unicode, "Verify that C1 controls and characters that turn text around are escaped")
{
	(void)tc;
	QUOTES("\\xc2\\x9b", "\xc2\x9b");
	QUOTES("\\xe2\\x80\\xae", "\xe2\x80\xae");
	QUOTES("\\xe2\\x80\\xa8", "\xe2\x80\xa8");
	QUOTES("\\xe2\\x81\\xa6", "\xe2\x81\xa6");
	QUOTES("\\xef\\xbb\\xbf", "\xef\xbb\xbf");
	QUOTES("\\xf3\\xa0\\x81\\x81", "\xf3\xa0\x81\x81");
}

CASE(quote_invalid, "Verify that bytes that are no UTF-8 are escaped one by one")
{
	(void)tc;
	QUOTES("\\xff\\xfe", "\xff\xfe");
	QUOTES("\\x80", "\x80");
	QUOTES("\\xc3(", "\xc3(");
	QUOTES("\\xc3", "\xc3");
	QUOTES("\\xe2\\x82", "\xe2\x82");
	QUOTES("\\xc0\\xaf", "\xc0\xaf");
	QUOTES("\\xe0\\x80\\xaf", "\xe0\x80\xaf");
	QUOTES("\\xed\\xa0\\x80", "\xed\xa0\x80");
	QUOTES("\\xf4\\x90\\x80\\x80", "\xf4\x90\x80\x80");
	QUOTES("\\xf8\\x88\\x80\\x80\\x80", "\xf8\x88\x80\x80\x80");
}

CASE(quote_short, "Verify that a short buffer gets whole pieces, a NUL, and the length needed")
{
	char out[16];

	(void)tc;
	for (size_t size = 0; size <= 8; size++) {
		memset(out, '#', sizeof(out));
		ATF_CHECK_EQ(8, report_quote(out, size, "a\nb\xff", 4));
		ATF_CHECK_EQ('#', out[size]);
		if (size)
			ATF_CHECK(memchr(out, '\0', size) != NULL);
	}
	report_quote(out, 3, "a\nb", 3);
	ATF_CHECK_STREQ("a", out);
	report_quote(out, 4, "a\nb", 3);
	ATF_CHECK_STREQ("a\\n", out);
	report_quote(out, 3, "a\xe2\x82\xac", 4);
	ATF_CHECK_STREQ("a", out);
}

/* What a report wrote, read back from the file that it writes to. */
static const char *written(int fd)
{
	static char text[65536];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	ATF_REQUIRE(n >= 0);
	text[n] = '\0';
	return text;
}

static int output(void)
{
	int fd = open("out", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);

	ATF_REQUIRE(fd >= 0);
	return fd;
}

static const struct policy_verdict verdict = {
	.rule = "core/sandbox/write:deny",
	.origin = { "default", 12 },
};

static const struct violation example = {
	.pid = 1234, .comm = "sh", .call = "openat", .abi = "x86_64", .op = "write",
	.object = "/etc/x", .verdict = &verdict, .error = EACCES,
};

CASE(line, "Verify that a violation is one line with operation, call, path, process, rule, answer")
{
	int fd = output();
	struct report *r = report_new(fd);

	(void)tc;
	ATF_REQUIRE(r != NULL);
	report_violation(r, &example);
	ATF_CHECK_STREQ("belay: denied write: openat(\"/etc/x\") by sh[1234] (x86_64): "
			"rule core/sandbox/write:deny from default:12, answered EACCES\n",
			written(fd));
	ATF_CHECK_EQ(1, report_violations(r));
	report_free(r);
	close(fd);
}

CASE(line_builtin, "Verify that a refusal without a rule says why")
{
	int fd = output();
	struct report *r = report_new(fd);
	struct violation v = { .pid = getpid(), .call = "kill", .abi = "i386", .op = "signal",
			       .why = "not a process of the sandbox", .error = 4095 };

	(void)tc;
	ATF_REQUIRE_EQ(0, prctl(PR_SET_NAME, "na\nme"));
	report_violation(r, &v);
	ATF_CHECK(strstr(written(fd), "belay: denied signal: kill() by na\\nme[") == written(fd));
	ATF_CHECK(strstr(written(fd), "(i386): not a process of the sandbox, answered errno 4095\n"));
	report_free(r);
	close(fd);
}

CASE(line_hostile, "Verify that names cannot forge a second line, and overlong ones are cut")
{
	int fd = output();
	struct report *r = report_new(fd);
	struct violation v = example;
	char *newline;
	char path[20000];

	(void)tc;
	memset(path, '\n', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	v.object = path;
	v.comm = "\nbelay: all is well\x1b[2K";
	report_violation(r, &v);
	newline = strchr(written(fd), '\n');
	ATF_REQUIRE(newline != NULL);
	ATF_CHECK_EQ('\0', newline[1]);
	ATF_CHECK(strchr(written(fd), '\x1b') == NULL);
	ATF_CHECK(strstr(written(fd), "...\") by \\nbelay: all is well\\x1b[2K[1234]"));
	ATF_CHECK(strstr(written(fd), "answered EACCES\n"));
	report_free(r);
	close(fd);
}

CASE(fold, "Verify that a repeated refusal is counted, and told once with its number")
{
	int fd = output();
	struct report *r = report_new(fd);
	struct violation v = example;

	(void)tc;
	for (int i = 0; i < 10; i++) {
		v.pid = 1000 + i;
		report_violation(r, &v);
	}
	v.object = "/etc/y";
	report_violation(r, &v);
	ATF_CHECK_EQ(11, report_violations(r));
	report_summary(r);
	ATF_CHECK_STREQ("belay: denied write: openat(\"/etc/x\") by sh[1000] (x86_64): "
			"rule core/sandbox/write:deny from default:12, answered EACCES\n"
			"belay: denied write: openat(\"/etc/y\") by sh[1009] (x86_64): "
			"rule core/sandbox/write:deny from default:12, answered EACCES\n"
			"belay: 11 calls were denied, 9 of them like one that is shown above\n",
			written(fd));
	report_free(r);
	close(fd);
}

CASE(silent, "Verify that a silenced refusal is neither told nor counted")
{
	int fd = output();
	struct report *r = report_new(fd);
	struct policy_verdict quiet = verdict;
	struct violation v = example;

	(void)tc;
	quiet.silent = true;
	v.verdict = &quiet;
	report_violation(r, &v);
	report_summary(r);
	ATF_CHECK_EQ(0, report_violations(r));
	ATF_CHECK_STREQ("", written(fd));
	report_free(r);
	close(fd);
}

CASE(message, "Verify that a message is one line, its own quotes kept, control bytes escaped")
{
	int fd = output();
	struct report *r = report_new(fd);

	(void)tc;
	report_message(r, "cannot read \"%s\": %s", "a\nb\\x", "no");
	ATF_CHECK_STREQ("belay: cannot read \"a\\nb\\x\": no\n", written(fd));
	report_free(r);
	close(fd);
}

CASE(nobody_listens, "Verify that a report to a closed descriptor changes nothing else")
{
	struct report *r = report_new(-1);

	(void)tc;
	report_violation(r, &example);
	report_message(r, "hello");
	ATF_CHECK_EQ(1, report_violations(r));
	report_free(r);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, quote_plain);
	ATF_TP_ADD_TC(tp, quote_control);
	ATF_TP_ADD_TC(tp, quote_unicode);
	ATF_TP_ADD_TC(tp, quote_invalid);
	ATF_TP_ADD_TC(tp, quote_short);
	ATF_TP_ADD_TC(tp, line);
	ATF_TP_ADD_TC(tp, line_builtin);
	ATF_TP_ADD_TC(tp, line_hostile);
	ATF_TP_ADD_TC(tp, fold);
	ATF_TP_ADD_TC(tp, silent);
	ATF_TP_ADD_TC(tp, message);
	ATF_TP_ADD_TC(tp, nobody_listens);
	return atf_no_error();
}
