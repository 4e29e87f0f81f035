/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges.c - no_new_privs, and capabilities dropped from every set.
 *
 * Root in the sandbox is root for file permissions, owners and ports, and no
 * more: not for other processes, devices, the network's set-up, the kernel.
 * Most of these calls are refused by the filter as well; the capability is
 * what holds where a call has harmless uses, too (adjtimex, ioctl on sockets,
 * mknod, setxattr).
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/launch/privileges.h"

static const uint8_t dropped[] = {
	CAP_AUDIT_CONTROL,
	CAP_AUDIT_READ,
	CAP_BPF,
	CAP_CHECKPOINT_RESTORE,
	CAP_LINUX_IMMUTABLE,
	CAP_MAC_ADMIN,
	CAP_MAC_OVERRIDE,
	CAP_MKNOD,	/* a device node below the current directory is a way to the disk */
	CAP_NET_ADMIN,	/* ioctl on any socket sets up the machine's network */
	CAP_NET_RAW,
	CAP_PERFMON,
	CAP_SETFCAP,	/* a file that gives capabilities outlives the sandbox */
	CAP_SYSLOG,
	CAP_SYS_ADMIN,
	CAP_SYS_BOOT,
	CAP_SYS_MODULE,
	CAP_SYS_PACCT,
	CAP_SYS_PTRACE,	/* with it the supervisor's memory is open although not dumpable */
	CAP_SYS_RAWIO,
	CAP_SYS_TIME,
	CAP_SYS_TTY_CONFIG,
};
#define NDROPPED (sizeof(dropped) / sizeof(dropped[0]))

/* Only for the sets of a process that may change its bounding set at all. */
static int drop_bounding(void)
{
	for (size_t i = 0; i < NDROPPED; i++)
		/* EINVAL: the kernel is older than the capability. */
		if (prctl(PR_CAPBSET_DROP, dropped[i], 0, 0, 0) < 0 && errno != EINVAL)
			return -errno;
	return 0;
}

int privileges_drop(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	/* Also what lets a process without privileges install a filter. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (syscall(SYS_capget, &header, sets) < 0)
		return -errno;
	/* Without CAP_SETPCAP it stays, and no_new_privs keeps it from being used. */
	if (sets[0].effective & (1u << CAP_SETPCAP)) {
		int r = drop_bounding();

		if (r)
			return r;
	}
	for (size_t i = 0; i < NDROPPED; i++) {
		struct __user_cap_data_struct *set = &sets[CAP_TO_INDEX(dropped[i])];
		uint32_t keep = ~(uint32_t)CAP_TO_MASK(dropped[i]);

		set->effective &= keep;
		set->permitted &= keep;
		set->inheritable &= keep; /* and with it the ambient one */
	}
	return syscall(SYS_capset, &header, sets) < 0 ? -errno : 0;
}
