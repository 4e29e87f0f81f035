/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strip_test.c - programs without their sections still run; what is no program stays.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/base/case.h"
#include "harness/boot/strip.h"

CASE(runs, "Verify that a stripped program is shorter and does the same")
{
	struct buf b = {0};
	size_t len;
	int fd;

	ATF_REQUIRE_EQ(0, buf_read_file(&b, "/proc/self/exe", 64 << 20));
	len = strip_program(b.p, b.len);
	ATF_CHECK(len < b.len);
	ATF_CHECK_EQ(len, strip_program(b.p, len));
	fd = open("copy", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ATF_REQUIRE(fd >= 0);
	ATF_REQUIRE_EQ((ssize_t)len, write(fd, b.p, len));
	ATF_REQUIRE_EQ(0, close(fd));
	ATF_CHECK_EQ(0, system("./copy -l | grep -qx 'ident: runs'"));
	buf_free(&b);
}

CASE(whole, "Verify that what is no program, or one that lies about its parts, stays as it is")
{
	struct buf b = {0};

	ATF_REQUIRE_EQ(0, buf_read_file(&b, "/proc/self/exe", 64 << 20));
	/* Its segments are behind the end of each of these. */
	for (size_t len = 0; len < 4096; len++) {
		char *part = malloc(len + 1);

		ATF_REQUIRE(part != NULL);
		memcpy(part, b.p, len);
		ATF_CHECK_EQ(len, strip_program(part, len));
		ATF_CHECK(!memcmp(part, b.p, len));
		free(part);
	}
	memset(b.p + 4, 0xff, 60);
	ATF_CHECK_EQ(b.len, strip_program(b.p, b.len));
	memset(b.p + 4, 0, 1);
	ATF_CHECK_EQ(b.len, strip_program(b.p, b.len));
	buf_free(&b);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, runs);
	ATF_TP_ADD_TC(tp, whole);
	return atf_no_error();
}
