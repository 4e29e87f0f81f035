/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_cred.c - gives up privileges. Gets none back.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_fail.h"

typedef struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

void kt_cred_unprivileged(void)
{
	if (geteuid() == 0) {
		KT_SYS(setgroups(0, NULL));
		KT_SYS(setresgid(KT_CRED_ID, KT_CRED_ID, KT_CRED_ID));
		KT_SYS(setresuid(KT_CRED_ID, KT_CRED_ID, KT_CRED_ID));
	}
	KT_SYS(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static void get_caps(caps data)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	KT_SYS(syscall(SYS_capget, &header, data));
}

void kt_cred_drop_cap(int cap)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	caps data;

	get_caps(data);
	data[CAP_TO_INDEX(cap)].effective &= ~CAP_TO_MASK(cap);
	data[CAP_TO_INDEX(cap)].permitted &= ~CAP_TO_MASK(cap);
	KT_SYS(syscall(SYS_capset, &header, data));
}

uint64_t kt_cred_effective(void)
{
	caps data;

	get_caps(data);
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}
