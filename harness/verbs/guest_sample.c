/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_sample.c - a test program for the guests that the tests of kmatrix boot: cases
 * that do in a guest what no promise of a kernel should. It is no test itself, and has
 * nothing to do outside of a guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

/* Lasts as long as the guest, and no longer: each boot has a root of its own. */
#define SAMPLE_MARK "/guest_sample.begun"

#define SAMPLE(name)                                                                               \
	ATF_TC(name);                                                                              \
	ATF_TC_HEAD(name, tc)                                                                      \
	{                                                                                          \
		atf_tc_set_md_var(tc, "X-contract", "sample.guest." #name);                        \
	}                                                                                          \
	ATF_TC_BODY(name, tc)

SAMPLE(begun)
{
	ATF_REQUIRE(close(open(SAMPLE_MARK, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
}

/* Fails behind "begun", and passes in a boot in which nobody asks for that one. */
SAMPLE(once)
{
	ATF_REQUIRE_MSG(access(SAMPLE_MARK, F_OK) && errno == ENOENT, "not the first in this boot");
}

/* Behind "begun" it waits for the end of the guest; in a boot without that one it passes. */
SAMPLE(hold)
{
	while (!access(SAMPLE_MARK, F_OK))
		pause();
}

/* What WARN() writes, from a program. */
SAMPLE(splat)
{
	static const char *const lines[] = {
		"------------[ cut here ]------------\n",
		"WARNING: CPU: 0 PID: 1 at guest_sample.c:1 sample+0x0/0x0\n",
		"---[ end trace 0000000000000000 ]---\n",
	};
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	ATF_REQUIRE(fd >= 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ATF_REQUIRE_EQ((ssize_t)strlen(lines[i]), write(fd, lines[i], strlen(lines[i])));
	ATF_REQUIRE_EQ(0, close(fd));
}

/* What the variable "verdict" says. */
SAMPLE(verdict)
{
	const char *verdict = atf_tc_get_config_var_wd(tc, "verdict", "pass");

	if (!strcmp(verdict, "fail"))
		atf_tc_fail("as it was told");
	if (!strcmp(verdict, "skip"))
		atf_tc_skip("as it was told");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, begun);
	ATF_TP_ADD_TC(tp, once);
	ATF_TP_ADD_TC(tp, hold);
	ATF_TP_ADD_TC(tp, splat);
	ATF_TP_ADD_TC(tp, verdict);
	return atf_no_error();
}
