/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmatrix_sample.c - a test program with one case of every kind, for the tests of
 * kmatrix to run as if it were a kernel test. It is no test itself.
 *
 * KMATRIX_SAMPLE in the environment lists the kinds that are to happen; the others
 * pass. With KMATRIX_SAMPLE_ONCE it fails in its first run alone: the file of that name
 * says that there was one. "block" writes its process id to the FIFO KMATRIX_SAMPLE_PID
 * and waits; with "mute" the program does so before it lists its cases.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

static bool wanted(const char *kind)
{
	const char *list = getenv("KMATRIX_SAMPLE");

	return list && strstr(list, kind);
}

#define SAMPLE(name)                                                                               \
	ATF_TC(name);                                                                              \
	ATF_TC_HEAD(name, tc)                                                                      \
	{                                                                                          \
		atf_tc_set_md_var(tc, "X-contract", "sample.kind." #name);                         \
	}                                                                                          \
	ATF_TC_BODY(name, tc)

/* Whether this is the first run, or nobody asks. */
static bool first(void)
{
	const char *path = getenv("KMATRIX_SAMPLE_ONCE");
	int fd = path ? open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600) : -1;

	if (fd >= 0)
		close(fd);
	return !path || fd >= 0;
}

SAMPLE(pass)
{
	puts("said by the case");
}

SAMPLE(fail)
{
	if (wanted("fail") && first())
		atf_tc_fail("1 != 2 \"quoted\"");
}

SAMPLE(skip)
{
	if (wanted("skip"))
		atf_tc_skip("needs Linux 9");
}

SAMPLE(xfail)
{
	if (!wanted("xfail"))
		return;
	atf_tc_expect_fail("known bug");
	atf_tc_fail("it is");
}

SAMPLE(xpass)
{
	if (wanted("xpass"))
		atf_tc_expect_fail("known bug that is none");
}

SAMPLE(broken)
{
	if (wanted("broken"))
		raise(SIGKILL);
}

/* Comes back only where it could not tell who waits. */
static void wait_for_ever(void)
{
	const char *path = getenv("KMATRIX_SAMPLE_PID");
	FILE *f = path ? fopen(path, "we") : NULL;

	if (!f || fprintf(f, "%d\n", (int)getpid()) < 0 || fclose(f))
		return;
	for (;;)
		pause();
}

SAMPLE(block)
{
	if (!wanted("block") || !getenv("KMATRIX_SAMPLE_PID"))
		return;
	wait_for_ever();
	atf_tc_fail("KMATRIX_SAMPLE_PID cannot be written");
}

ATF_TP_ADD_TCS(tp)
{
	if (wanted("mute"))
		wait_for_ever();
	ATF_TP_ADD_TC(tp, pass);
	ATF_TP_ADD_TC(tp, fail);
	ATF_TP_ADD_TC(tp, skip);
	ATF_TP_ADD_TC(tp, xfail);
	ATF_TP_ADD_TC(tp, xpass);
	ATF_TP_ADD_TC(tp, broken);
	ATF_TP_ADD_TC(tp, block);
	return atf_no_error();
}
