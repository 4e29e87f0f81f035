/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_mount_test.c - mount namespaces: what goes from one to another, and what
 * a less privileged one cannot undo. pivot_root is ns_pivot_root_test.c. All
 * happens in children with mount namespaces of their own, on the directory "m"
 * of the case.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

/* Two namespaces that meet; each waits for the other. */
struct two {
	struct kt_gate inside_mounted, outside_mounted;
	int propagation;	/* MS_SHARED or MS_PRIVATE | MS_REC, set by the copy on "m" */
	int user;		/* CLONE_NEWUSER: the copy is less privileged */
	bool seen_outside, seen_inside;
};

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* A tmpfs on `dir`, which exists, with a directory "here". */
static void mount_mark(const char *dir)
{
	char path[64];

	KT_SYS(mount("tmpfs", dir, "tmpfs", 0, "size=64k"));
	snprintf(path, sizeof(path), "%s/here", dir);
	KT_SYS(mkdir(path, 0700));
}

/* In the copy: one mount of its own, and a look at that of the original. */
static void copy_body(void *arg)
{
	struct two *t = arg;
	ino_t original = kt_ns_id(0, "mnt");
	uid_t uid = geteuid();
	gid_t gid = getegid();

	KT_OK(kt_raw(SYS_unshare, CLONE_NEWNS | t->user));
	KT_REQUIRE(kt_ns_id(0, "mnt") != original);
	if (t->user)
		KT_OK(kt_ns_map(0, uid, gid));
	if (t->propagation)
		KT_OK(kt_raw(SYS_mount, NULL, "m", NULL, t->propagation, NULL));
	mount_mark("m/in");
	kt_gate_open(&t->inside_mounted);
	kt_gate_wait(&t->outside_mounted);
	t->seen_inside = exists("m/out/here");
}

/* In the original: "m" is shared. */
static void original_body(void *arg)
{
	struct two *t = arg;
	pid_t copy;

	KT_SYS(mount("tmpfs", "m", "tmpfs", 0, "size=64k"));
	KT_SYS(mkdir("m/in", 0700));
	KT_SYS(mkdir("m/out", 0700));
	KT_SYS(mount(NULL, "m", NULL, MS_SHARED, NULL));
	copy = kt_child(copy_body, t);
	kt_gate_wait(&t->inside_mounted);
	t->seen_outside = exists("m/in/here");
	mount_mark("m/out");
	kt_gate_open(&t->outside_mounted);
	KT_WAIT(copy, "exited(0)");
}

static struct two *two_namespaces(int propagation, int user)
{
	struct two *t = kt_shared(sizeof(*t));

	KT_NEEDS(kt_probe_ns(CLONE_NEWNS | user));
	KT_SYS(mkdir("m", 0755));
	t->propagation = propagation;
	t->user = user;
	KT_WAIT(kt_ns_child(CLONE_NEWNS, original_body, t), "exited(0)");
	return t;
}

KT_CASE(ns_mount_shared, "ns.mount.shared",
	"Verify that a copied mount namespace goes on sharing the mounts below a shared one with "
	"its original, in both directions",
	KT_CHANGES_ARG(call, SYS_unshare, 0, CLONE_NEWNS, 0), KT_SEES("outside", false),
	KT_SEES("inside", false))
{
	struct two *t = two_namespaces(0, 0);

	KT_REQUIRE(KT_SEEN("outside", t->seen_outside));
	KT_REQUIRE(KT_SEEN("inside", t->seen_inside));
}

KT_CASE(ns_mount_private, "ns.mount.private",
	"Verify that with MS_PRIVATE and MS_REC no mount is seen in the other of two mount "
	"namespaces",
	KT_CHANGES_ARG(call, SYS_mount, 3, MS_PRIVATE, MS_SHARED), KT_ANSWERS(call, SYS_mount, 0))
{
	struct two *t = two_namespaces(MS_PRIVATE | MS_REC, 0);

	KT_REQUIRE(!t->seen_outside);
	KT_REQUIRE(!t->seen_inside);
}

KT_CASE(ns_mount_slave, "ns.mount.slave",
	"Verify that the mount namespace of a new user namespace receives the mounts of its "
	"original, and passes none of its own on",
	KT_SEES("outside", true), KT_SEES("inside", false))
{
	struct two *t = two_namespaces(0, CLONE_NEWUSER);

	KT_REQUIRE(!KT_SEEN("outside", t->seen_outside));
	KT_REQUIRE(KT_SEEN("inside", t->seen_inside));
}

/* What a less privileged namespace gets of its original: "m", with flags and something hidden. */
#define LOCKED (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

static void locked_body(void *arg)
{
	kt_body *const *less_privileged = arg;

	KT_SYS(mount("tmpfs", "m", "tmpfs", 0, "size=64k"));
	KT_SYS(mkdir("m/hidden", 0755));
	KT_SYS(mkdir("m/hidden/secret", 0755));
	KT_SYS(mount("tmpfs", "m/hidden", "tmpfs", 0, "size=64k"));
	KT_SYS(mkdir("m/copy", 0755));
	KT_SYS(mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND | LOCKED, NULL));
	KT_WAIT(kt_child(*less_privileged, NULL), "exited(0)");
}

static void run_locked(kt_body *less_privileged)
{
	kt_body **shared = kt_shared(sizeof(*shared));

	KT_NEEDS(kt_probe_ns(CLONE_NEWNS | CLONE_NEWUSER));
	KT_SYS(mkdir("m", 0755));
	*shared = less_privileged;
	KT_WAIT(kt_ns_child(CLONE_NEWNS, locked_body, shared), "exited(0)");
}

static void unmount_locked(void *unused)
{
	(void)unused;
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS));
	KT_ERR(EINVAL, kt_raw(SYS_umount2, "m/hidden", MNT_DETACH));
	KT_ERR(EINVAL, kt_raw(SYS_umount2, "m", MNT_DETACH));
	/* What it has mounted itself it may take away. */
	KT_SYS(mount("tmpfs", "m", "tmpfs", 0, "size=64k"));
	KT_OK(kt_raw(SYS_umount2, "m", MNT_DETACH));
}

KT_CASE(ns_mount_locked, "ns.mount.locked",
	"Verify that a less privileged mount namespace cannot unmount what it got from its "
	"original: umount2 fails with EINVAL",
	KT_CHANGES_ARG(call, SYS_unshare, 0, CLONE_NEWUSER, 0),
	KT_ANSWERS(call, SYS_umount2, -EPERM))
{
	run_locked(unmount_locked);
}

static long remount(unsigned long flags)
{
	return kt_raw(SYS_mount, NULL, "m", NULL, MS_REMOUNT | MS_BIND | flags, NULL);
}

static void remount_locked(void *unused)
{
	const unsigned long flags[] = { MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC };

	(void)unused;
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS));
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		printf("without flag 0x%lx\n", flags[i]);
		KT_ERR(EPERM, remount(LOCKED & ~flags[i]));
	}
	KT_ERR(EPERM, remount(LOCKED | MS_STRICTATIME));
	KT_OK(remount(LOCKED));
}

KT_CASE(ns_mount_locked_flags, "ns.mount.locked_flags",
	"Verify that a less privileged mount namespace cannot clear ro, nosuid, nodev or noexec of "
	"a mount from its original, nor change its atime: the remount fails with EPERM",
	KT_CHANGES_ARG(call, SYS_unshare, 0, CLONE_NEWUSER, 0),
	KT_CHANGES_ARG(call, SYS_mount, 3, 0, MS_NODEV), KT_ANSWERS(call, SYS_mount, -EPERM))
{
	run_locked(remount_locked);
}

static void bind_locked(void *unused)
{
	(void)unused;
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS));
	KT_ERR(EINVAL, kt_raw(SYS_mount, "m", "m/copy", NULL, MS_BIND, NULL));
	KT_REQUIRE(!exists("m/copy/hidden/secret"));
	/* With what hides it, it may. */
	KT_OK(kt_raw(SYS_mount, "m", "m/copy", NULL, MS_BIND | MS_REC, NULL));
	KT_REQUIRE(exists("m/copy/hidden"));
	KT_REQUIRE(!exists("m/copy/hidden/secret"));
}

KT_CASE(ns_mount_locked_bind, "ns.mount.locked_bind",
	"Verify that a less privileged mount namespace cannot uncover what a mount from its "
	"original hides: a bind mount without MS_REC fails with EINVAL",
	KT_CHANGES_ARG(call, SYS_unshare, 0, CLONE_NEWUSER, 0),
	KT_CHANGES_ARG(call, SYS_mount, 3, 0, MS_REC))
{
	run_locked(bind_locked);
}

/* Process 1 with a mount on a directory of /proc; below it, one that wants a /proc of its own. */
static void mount_proc_inside(void *expected)
{
	KT_OK(kt_raw(SYS_mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	if (*(int *)expected)
		KT_ERR(*(int *)expected, kt_raw(SYS_mount, "proc", "m", "proc", 0, NULL));
	else
		KT_OK(kt_raw(SYS_mount, "proc", "m", "proc", 0, NULL));
}

static void mask_proc(void *unused)
{
	const int inner = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID;
	int *expected = kt_shared(sizeof(*expected));

	(void)unused;
	KT_OK(kt_ns_mount_proc());
	KT_WAIT(kt_child_clone(mount_proc_inside, expected, inner), "exited(0)");
	KT_SYS(mount("tmpfs", "/proc/sys", "tmpfs", MS_RDONLY, "size=64k"));
	*expected = EPERM;
	KT_WAIT(kt_child_clone(mount_proc_inside, expected, inner), "exited(0)");
}

KT_CASE(ns_mount_proc_mask, "ns.mount.proc_mask",
	"Verify that a /proc can be mounted in a new user and pid namespace where the one outside "
	"is fully visible, and fails with EPERM where a mount hides a part of it",
	KT_ANSWERS(call, SYS_mount, 0, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_mount, -EPERM, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER));
	KT_NEEDS(kt_probe_ns_proc());
	KT_SYS(mkdir("m", 0755));
	KT_WAIT(kt_ns_child(CLONE_NEWNS | CLONE_NEWPID, mask_proc, NULL), "exited(0)");
}

KT_PROGRAM
