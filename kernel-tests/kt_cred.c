/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_cred.c - gives up privileges. Gets none back.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_fail.h"

typedef struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

static const struct kt_ids nobody = {
	{ KT_CRED_ID, KT_CRED_ID, KT_CRED_ID },
	{ KT_CRED_ID, KT_CRED_ID, KT_CRED_ID },
};

static bool become(const struct kt_ids *ids)
{
	return setgroups(0, NULL) == 0 &&
	       setresgid(ids->gid[0], ids->gid[1], ids->gid[2]) == 0 &&
	       setresuid(ids->uid[0], ids->uid[1], ids->uid[2]) == 0;
}

const char *kt_probe_unprivileged_child(void)
{
	static char why[80];
	pid_t pid;
	int status;

	if (geteuid() != 0)
		return NULL;
	pid = KT_SYS(fork());
	if (pid == 0)
		_exit(become(&nobody) ? 0 : errno & 0xff);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	snprintf(why, sizeof(why), "root cannot become another user: %s",
		 WIFEXITED(status) ? kt_errno_name(WEXITSTATUS(status)) : "killed");
	return why;
}

void kt_cred_become(const struct kt_ids *ids)
{
	if (!become(ids))
		kt_broken(__FILE__, __LINE__, "cannot take other ids: %s", kt_errno_name(errno));
	KT_SYS(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

void kt_cred_unprivileged(void)
{
	if (geteuid() == 0)
		kt_cred_become(&nobody);
	kt_cred_set_caps(0);
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

void kt_cred_set_caps(uint64_t wanted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	caps data = { 0 };

	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].permitted = data[i].effective = (uint32_t)(wanted >> 32 * i);
	KT_SYS(syscall(SYS_capset, &header, data));
	KT_SYS(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

uint64_t kt_cred_effective(void)
{
	caps data;

	get_caps(data);
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}
