/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_user.c - gives up rights. Nothing here takes any.
 */
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_user.h"

#define NOBODY 65534

void kt_user_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (geteuid() == 0) {
		KT_SYS(setgroups(0, NULL));
		KT_SYS(setresgid(NOBODY, NOBODY, NOBODY));
		KT_SYS(setresuid(NOBODY, NOBODY, NOBODY));
		/* The change of user has taken both away. */
		KT_SYS(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
		KT_SYS(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
	}
	KT_SYS(syscall(SYS_capset, &header, none));
}
