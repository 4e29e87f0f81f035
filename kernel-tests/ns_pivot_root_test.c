/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_pivot_root_test.c - pivot_root(2): what it takes and what it refuses. A
 * guest's root may be the first mount there is, from which it is special. So
 * here the root is a tmpfs on "m", by chroot, with another on its directory "new".
 */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_ns.h"

static long pivot(const char *new_root, const char *put_old)
{
	return kt_raw(SYS_pivot_root, new_root, put_old);
}

static void make_root(void)
{
	KT_SYS(mount("tmpfs", "m", "tmpfs", 0, "size=64k"));
	KT_SYS(mkdir("m/plain", 0755));
	KT_SYS(mkdir("m/plain/old", 0755));
	KT_SYS(mkdir("m/new", 0755));
	KT_SYS(mount("tmpfs", "m/new", "tmpfs", 0, "size=64k"));
	KT_SYS(mkdir("m/new/old", 0755));
	KT_SYS(mkdir("m/new/sub", 0755));
	KT_SYS(mkdir("m/new/sub/old", 0755));
	KT_SYS(chroot("m"));
	KT_SYS(chdir("/"));
}

static void run_in_root(kt_body *body)
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWNS));
	KT_SYS(mkdir("m", 0755));
	KT_WAIT(kt_ns_child(CLONE_NEWNS, body, NULL), "exited(0)");
}

static void pivot_body(void *unused)
{
	(void)unused;
	make_root();
	KT_OK(pivot("/new", "/new/old"));
	/* The root and the directory of this process have moved with it. */
	KT_REQUIRE(KT_SEEN("old root", access("/old/plain", F_OK)) == 0);
	KT_REQUIRE(KT_SEEN("new root", access("/sub", F_OK)) == 0);
	KT_REQUIRE(access("sub", F_OK) == 0);
	KT_SYS(umount2("/old", MNT_DETACH));
	KT_REQUIRE(access("/old/plain", F_OK) < 0);
}

KT_CASE(ns_mount_pivot_root, "ns.mount.pivot_root",
	"Verify that pivot_root makes a mount the root and moves the old one to a directory below "
	"it, from where it can be unmounted",
	KT_SEES("old root", -1), KT_SEES("new root", -1), KT_ANSWERS(call, SYS_pivot_root, 0))
{
	run_in_root(pivot_body);
}

static void pivot_dot_body(void *unused)
{
	(void)unused;
	make_root();
	KT_SYS(chdir("/new"));
	KT_OK(pivot(".", "."));
	KT_SYS(umount2(".", MNT_DETACH));
	KT_SYS(chdir("/"));
	KT_REQUIRE(KT_SEEN("new root", access("/sub", F_OK)) == 0);
	KT_REQUIRE(access("/plain", F_OK) < 0);
}

KT_CASE(ns_mount_pivot_root_dot, "ns.mount.pivot_root.dot",
	"Verify that pivot_root takes the same directory twice: the old root covers the new one, "
	"until it is unmounted",
	KT_ANSWERS(call, SYS_pivot_root, -EINVAL), KT_SEES("new root", -1))
{
	run_in_root(pivot_dot_body);
}

static void refused_body(void *unused)
{
	(void)unused;
	make_root();
	/* On the mount of the root. */
	KT_ERR(EBUSY, pivot("/plain", "/plain/old"));
	KT_ERR(EBUSY, pivot("/new", "/plain/old"));
	KT_ERR(EBUSY, pivot("/", "/new/old"));
	/* Not the top of a mount; not above the place for the old one. */
	KT_ERR(EINVAL, pivot("/new/sub", "/new/sub/old"));
	KT_ERR(ENOENT, pivot("/new", "/new/none"));
	KT_REQUIRE(access("/plain", F_OK) == 0);
}

KT_CASE(ns_mount_pivot_root_refused, "ns.mount.pivot_root.refused",
	"Verify that pivot_root fails with EBUSY for a directory on the mount of the root, and "
	"with EINVAL for a new root that is not the top of a mount",
	KT_ANSWERS(call, SYS_pivot_root, -EINVAL),
	KT_ANSWERS(call, SYS_pivot_root, 0, KT_NOT_FIRST(3)))
{
	run_in_root(refused_body);
}

static void shared_body(void *unused)
{
	(void)unused;
	make_root();
	KT_SYS(mount(NULL, "/", NULL, MS_SHARED, NULL));
	KT_ERR(EINVAL, pivot("/new", "/new/old"));
	KT_SYS(mount(NULL, "/", NULL, MS_PRIVATE, NULL));
	KT_OK(pivot("/new", "/new/old"));
}

KT_CASE(ns_mount_pivot_root_shared, "ns.mount.pivot_root.shared",
	"Verify that pivot_root fails with EINVAL while the mount that the new root is on is "
	"shared",
	KT_ANSWERS(call, SYS_pivot_root, 0), KT_ANSWERS(call, SYS_pivot_root, -EBUSY))
{
	run_in_root(shared_body);
}

static void no_cap_body(void *unused)
{
	(void)unused;
	make_root();
	kt_cred_drop_cap(CAP_SYS_ADMIN);
	KT_ERR(EPERM, pivot("/new", "/new/old"));
}

KT_CASE(ns_mount_pivot_root_perm, "ns.mount.pivot_root.perm",
	"Verify that pivot_root fails with EPERM without CAP_SYS_ADMIN",
	KT_ANSWERS(call, SYS_pivot_root, 0), KT_ANSWERS(call, SYS_pivot_root, -EINVAL))
{
	run_in_root(no_cap_body);
}

/* Whether "/" is the kernel's first mount, as in a guest that runs from its initramfs. */
static bool root_is_rootfs(void)
{
	char line[512];
	bool found = false;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, " / / ") && strstr(line, " - rootfs ");
	if (f)
		fclose(f);
	return found;
}

static void from_initramfs_body(void *unused)
{
	long rc;

	(void)unused;
	KT_SYS(mount("tmpfs", "m", "tmpfs", 0, "size=64k"));
	KT_SYS(chdir("m"));
	rc = pivot(".", ".");
	if (kt_kernel_has(KT_CHANGE_PIVOT_INITRAMFS))
		KT_OK(rc);
	else
		KT_ERR(EINVAL, rc);
}

KT_CASE(ns_mount_pivot_root_initramfs, "ns.mount.pivot_root.initramfs",
	"Verify that pivot_root away from the initramfs fails with EINVAL before Linux 7.0 and "
	"succeeds since then",
	KT_ANSWERS(call, SYS_pivot_root, -EBUSY))
{
	if (!root_is_rootfs())
		atf_tc_skip("the root is not an initramfs");
	run_in_root(from_initramfs_body);
}

KT_PROGRAM
