/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_kinds_test.c - what UTS, IPC and cgroup namespaces keep apart.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

static void set_name(void *name)
{
	struct utsname u;

	KT_OK(kt_raw(SYS_sethostname, name, strlen(name)));
	KT_SYS(uname(&u));
	KT_REQUIRE(strcmp(u.nodename, name) == 0);
}

static void set_name_above(void *unused)
{
	char name[] = "above", below[] = "below";
	struct utsname u;

	(void)unused;
	set_name(name);
	KT_WAIT(kt_ns_child(CLONE_NEWUTS, set_name, below), "exited(0)");
	KT_SYS(uname(&u));
	KT_REQUIRE(KT_SEEN("name", strcmp(u.nodename, "above")) == 0);
}

KT_CASE(ns_uts_hostname, "ns.uts.hostname",
	"Verify that a host name set in a UTS namespace is not that of another",
	KT_SEES("name", 1), KT_ANSWERS(call, SYS_sethostname, 0))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWUTS));
	KT_WAIT(kt_ns_child(CLONE_NEWUTS, set_name_above, NULL), "exited(0)");
}

#define KEY 0x5eed

/* The identifier of a segment, without a flag one that exists; or -errno. */
static long get_segment(int flags)
{
	return kt_raw(SYS_shmget, KEY, 4096, flags);
}

static void look_for_segment(void *id)
{
	struct shmid_ds ds;

	KT_ERR(ENOENT, get_segment(0));
	KT_REQUIRE(shmctl(*(const int *)id, IPC_STAT, &ds) < 0);
	/* The key is free, and what is made with it is gone with the namespace. */
	KT_OK(get_segment(IPC_CREAT | IPC_EXCL | 0600));
}

static void make_segment(void *unused)
{
	int id = (int)KT_OK(get_segment(IPC_CREAT | IPC_EXCL | 0600));

	(void)unused;
	KT_EQ(KT_OK(get_segment(0)), id);
	KT_WAIT(kt_ns_child(CLONE_NEWIPC, look_for_segment, &id), "exited(0)");
	KT_EQ(KT_OK(get_segment(0)), id);
}

static const char *probe_sysvipc(void)
{
	struct shmid_ds ds;

	return shmctl(0x7fffffff, IPC_STAT, &ds) < 0 && errno == ENOSYS ? "needs CONFIG_SYSVIPC" :
									  NULL;
}

KT_CASE(ns_ipc_keys, "ns.ipc.keys",
	"Verify that a System V key and its identifier mean nothing in another IPC namespace",
	KT_ANSWERS(call, SYS_shmget, 0, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_shmget, -EEXIST, KT_NOT_FIRST(3)))
{
	KT_NEEDS(probe_sysvipc());
	KT_NEEDS(kt_probe_ns(CLONE_NEWIPC));
	KT_WAIT(kt_ns_child(CLONE_NEWIPC, make_segment, NULL), "exited(0)");
}

/* How many lines of /proc/self/cgroup name another cgroup than the root. */
static int count_paths(void)
{
	char line[512];
	int n = 0;
	FILE *f = fopen("/proc/self/cgroup", "re");

	if (!f)
		kt_skip("needs /proc/self/cgroup (CONFIG_CGROUPS)");
	while (fgets(line, sizeof(line), f)) {
		const char *path = strchr(line, ':');

		printf("%s", line);
		path = path ? strchr(path + 1, ':') : NULL;
		n += !path || strcmp(path, ":/\n") != 0;
	}
	fclose(f);
	return n;
}

static void look_at_cgroups(void *unused)
{
	ino_t before = kt_ns_id(0, "cgroup");

	(void)unused;
	count_paths();
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWCGROUP));
	KT_REQUIRE(kt_ns_id(0, "cgroup") != before);
	KT_EQ(KT_SEEN("paths", count_paths()), 0);
}

KT_CASE(ns_cgroup_root, "ns.cgroup.root",
	"Verify that in a new cgroup namespace the cgroups of the process that made it are the "
	"root",
	KT_SEES("paths", 1), KT_ANSWERS(call, SYS_unshare, 0))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWCGROUP));
	KT_WAIT(kt_ns_child(0, look_at_cgroups, NULL), "exited(0)");
}

KT_PROGRAM
