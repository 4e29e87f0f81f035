/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * identity.c - the tracee's umask and credentials for one operation. The raw
 * system calls act on the calling thread alone. It must never leave more
 * rights in force than the tracee has: a step that fails denies.
 */
#include "sandbox/supervise/identity.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(SYS_setgroups32)
#define NR_SETGROUPS SYS_setgroups32
#else
#define NR_SETGROUPS SYS_setgroups
#endif

static int caps_read(struct identity *id)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	id->own.cap_effective = data[0].effective | (uint64_t)data[1].effective << 32;
	id->cap_permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	id->cap_inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

static int caps_set_effective(const struct identity *id, uint64_t effective)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)effective, (uint32_t)id->cap_permitted,
		  (uint32_t)id->cap_inheritable },
		{ (uint32_t)(effective >> 32), (uint32_t)(id->cap_permitted >> 32),
		  (uint32_t)(id->cap_inheritable >> 32) },
	};

	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

static int fs_ids_set(uid_t uid, gid_t gid)
{
	/* They report no failure; asking with -1 tells what is in force. */
	setfsgid(gid);
	if ((gid_t)setfsgid((gid_t)-1) != gid)
		return -EPERM;
	setfsuid(uid);
	if ((uid_t)setfsuid((uid_t)-1) != uid)
		return -EPERM;
	return 0;
}

int identity_init(struct identity *id)
{
	int rc = procfs_status(getpid(), &id->own);

	if (rc == 0)
		rc = caps_read(id);
	if (rc < 0)
		return rc;
	id->privileged = id->cap_permitted != 0;
	id->umask = id->own.umask;
	id->changed = 0;
	id->generation = 1;
	return 0;
}

static bool same_groups(const struct procfs_status *a, const struct procfs_status *b)
{
	return a->ngroups == b->ngroups &&
	       memcmp(a->groups, b->groups, a->ngroups * sizeof(a->groups[0])) == 0;
}

/* Change what differs, and note it first: a half-made change is undone too. */
static int become(struct identity *id, const struct procfs_status *who)
{
	uint64_t effective = who->cap_effective & id->cap_permitted;
	int rc;

	if (!same_groups(who, &id->own)) {
		id->changed |= CHANGED_GROUPS;
		if (syscall(NR_SETGROUPS, who->ngroups, who->groups) < 0)
			return -errno;
	}
	if (who->fsuid != id->own.fsuid || who->fsgid != id->own.fsgid) {
		id->changed |= CHANGED_IDS | CHANGED_CAPS;
		rc = fs_ids_set(who->fsuid, who->fsgid);
		if (rc < 0)
			return rc;
	}
	/* Leaving fsuid 0 drops the file capabilities: say exactly which stay. */
	if (id->changed != 0 || effective != id->own.cap_effective) {
		id->changed |= CHANGED_CAPS;
		return caps_set_effective(id, effective);
	}
	return 0;
}

static bool same_credentials(const struct procfs_status *a, const struct procfs_status *b)
{
	return a->fsuid == b->fsuid && a->fsgid == b->fsgid &&
	       a->cap_effective == b->cap_effective && same_groups(a, b);
}

static bool is_known(const struct identity *id, const struct identity_known *known)
{
	return id->changing == 0 && known->at == id->generation;
}

static void take_umask(struct identity *id, mode_t mask)
{
	if (mask != id->umask)
		umask(mask);
	id->umask = mask;
}

int identity_enter(struct identity *id, pid_t tid, struct identity_known *known, bool creates)
{
	struct procfs_status who;
	int rc;

	if (!id->privileged && !creates)
		return 0;
	if (is_known(id, known) && (known->plain || !id->privileged)) {
		take_umask(id, known->umask);
		return id->privileged ? become(id, &id->plain) : 0;
	}
	rc = procfs_status(tid, &who);
	if (rc < 0)
		return rc;
	if (!id->have_plain) {
		id->plain = who;
		id->have_plain = true;
	}
	if (id->changing == 0) {
		known->at = id->generation;
		known->umask = who.umask;
		known->plain = same_credentials(&who, &id->plain);
	}
	take_umask(id, who.umask);
	return id->privileged ? become(id, &who) : 0;
}

void identity_inherit(const struct identity *id, struct identity_known *child,
		      const struct identity_known *maker)
{
	if (is_known(id, maker))
		*child = *maker;
}

void identity_changing(struct identity *id)
{
	id->changing++;
}

void identity_changed(struct identity *id)
{
	id->changing--;
	id->generation++;
}

int identity_leave(struct identity *id)
{
	unsigned int changed = id->changed;
	int rc = 0;

	id->changed = 0;
	/* The capabilities to change ids come first; ids change them once more. */
	if (changed & CHANGED_CAPS)
		rc = caps_set_effective(id, id->own.cap_effective);
	if (rc == 0 && (changed & CHANGED_IDS)) {
		rc = fs_ids_set(id->own.fsuid, id->own.fsgid);
		if (rc == 0)
			rc = caps_set_effective(id, id->own.cap_effective);
	}
	if (rc == 0 && (changed & CHANGED_GROUPS) &&
	    syscall(NR_SETGROUPS, id->own.ngroups, id->own.groups) < 0)
		rc = -errno;
	if (rc == 0 && (changed & CHANGED_IDS) && id->restored != NULL)
		rc = id->restored();
	return rc;
}
