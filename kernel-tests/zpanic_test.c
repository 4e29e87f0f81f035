/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zpanic_test.c - panics the kernel, for the test of kmatrix: a guest that dies
 * in a case must be told from one that hangs. Only with the configuration
 * variable allow_panic=yes, which nothing sets but kmatrix for a guest of its
 * own. No contract.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

KT_TEST(guest_panic, "Verify that kmatrix survives a guest that panics in the middle of a case")
{
	const char *allowed = kt_case_config("allow_panic");
	int fd;

	if (!allowed || strcmp(allowed, "yes") != 0)
		atf_tc_skip("panics the kernel: needs the configuration variable allow_panic=yes");
	KT_NEEDS(kt_probe_root());
	fd = KT_SYS(open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC));
	KT_SYS(write(fd, "c", 1));
	KT_FAIL("still alive after the panic");
}

KT_PROGRAM
