/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_fd_test.c - descriptors of namespaces: what they keep alive, and what
 * their ioctls tell.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"

/* linux/nsfs.h */
#define GET_USERNS	      _IO(0xb7, 1)
#define GET_PARENT	      _IO(0xb7, 2)
#define GET_NSTYPE	      _IO(0xb7, 3)
#define GET_OWNER_UID	      _IO(0xb7, 4)
#define GET_PID_FROM_PIDNS    _IOR(0xb7, 6, int)  /* 6.11 */
#define GET_TGID_FROM_PIDNS   _IOR(0xb7, 7, int)
#define GET_PID_IN_PIDNS      _IOR(0xb7, 8, int)
#define GET_TGID_IN_PIDNS     _IOR(0xb7, 9, int)

static long ask(int fd, unsigned int request, void *arg)
{
	return kt_raw(SYS_ioctl, fd, request, arg);
}

/* Compat programs had none of these ioctls for long, and qemu-user has none. */
static const char *probe_ioctl(void)
{
	int fd = kt_ns_open(0, "user"), rc = ioctl(fd, GET_NSTYPE), err = errno;

	close(fd);
	return rc < 0 && (err == ENOTTY || err == ENOSYS)
		       ? "needs the ioctls of namespaces for this ABI"
		       : NULL;
}

static ino_t inode(int fd)
{
	struct stat st;

	KT_SYS(fstat(fd, &st));
	return st.st_ino;
}

/* In a child with a UTS namespace of its own. */
static void name_and_park(void *ready)
{
	KT_SYS(sethostname("kept", 4));
	kt_gate_open(ready);
	kt_park();
}

static pid_t start_named(void)
{
	struct kt_gate *ready = kt_shared(sizeof(*ready));
	pid_t pid = kt_ns_child(CLONE_NEWUTS, name_and_park, ready);

	kt_gate_wait(ready);
	return pid;
}

/* The name that is left in the namespace, once nobody is there. */
static void read_name(void *arg)
{
	struct utsname u;

	KT_OK(kt_raw(SYS_setns, *(const int *)arg, CLONE_NEWUTS));
	KT_SYS(uname(&u));
	KT_REQUIRE(KT_SEEN("name", strcmp(u.nodename, "kept")) == 0);
}

static void kept_by_descriptor(void *unused)
{
	pid_t pid = start_named();
	int fd = kt_ns_open(pid, "uts");

	(void)unused;
	KT_KILL(pid);
	KT_WAIT(kt_child(read_name, &fd), "exited(0)");
}

KT_CASE(ns_fd_alive, "ns.fd.alive",
	"Verify that a namespace without processes lives on, with what was set in it, while "
	"somebody has a descriptor of it",
	KT_SEES("name", 1), KT_ANSWERS(call, SYS_setns, 0))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWUTS));
	KT_WAIT(kt_ns_child(0, kept_by_descriptor, NULL), "exited(0)");
}

static void kept_by_mount(void *unused)
{
	pid_t pid = start_named();
	char path[64];
	int fd = KT_SYS(open("uts", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));

	(void)unused;
	KT_SYS(close(fd));
	snprintf(path, sizeof(path), "/proc/%d/ns/uts", (int)pid);
	KT_OK(kt_raw(SYS_mount, path, "uts", NULL, MS_BIND, NULL));
	KT_KILL(pid);
	fd = KT_SYS(open("uts", O_RDONLY | O_CLOEXEC));
	KT_WAIT(kt_child(read_name, &fd), "exited(0)");
}

KT_CASE(ns_fd_bind, "ns.fd_bind",
	"Verify that a namespace without processes lives on while it is mounted on a file",
	KT_SEES("name", 1), KT_ANSWERS(call, SYS_mount, 0))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWNS | CLONE_NEWUTS));
	KT_WAIT(kt_ns_child(CLONE_NEWNS, kept_by_mount, NULL), "exited(0)");
}

static const struct {
	const char *name;
	int flag;
} types[] = {
	{ "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC },	  { "mnt", CLONE_NEWNS },
	{ "net", CLONE_NEWNET },       { "pid", CLONE_NEWPID },	  { "time", CLONE_NEWTIME },
	{ "user", CLONE_NEWUSER },     { "uts", CLONE_NEWUTS },
};

static void describe_type(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", types[i].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that NS_GET_NSTYPE of a %s namespace is the flag of clone for it",
		 types[i].name);
	out->wrong = (struct kt_wrong)KT_RETURNS(call, SYS_ioctl, 0);
}

KT_FAMILY(ns_fd_type, "ns.fd.type", sizeof(types) / sizeof(types[0]), describe_type)
{
	char path[64];
	int fd;

	KT_NEEDS(probe_ioctl());
	snprintf(path, sizeof(path), "/proc/self/ns/%s", types[i].name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		atf_tc_skip("no %s namespaces in this kernel", types[i].name);
	KT_EQ(KT_OK(ask(fd, GET_NSTYPE, NULL)), types[i].flag);
}

/* A user namespace, and a UTS namespace that belongs to it. */
static void park_ready(void *ready)
{
	kt_gate_open(ready);
	kt_park();
}

KT_CASE(ns_fd_owner, "ns.fd.owner",
	"Verify that NS_GET_USERNS gives the user namespace that a namespace belongs to, and "
	"NS_GET_OWNER_UID the user who made that",
	KT_CHANGES_ARG(call, SYS_ioctl, 1, 0xff, 2),
	KT_STORES(call, SYS_ioctl, 2, 0, 1, KT_NOT_FIRST(1)))
{
	struct kt_gate *ready = kt_shared(sizeof(*ready));
	uid_t owner = 4711;
	pid_t pid;
	int user;

	KT_NEEDS(probe_ioctl());
	KT_NEEDS(kt_probe_ns(CLONE_NEWUSER | CLONE_NEWUTS));
	pid = kt_ns_child(CLONE_NEWUSER | CLONE_NEWUTS, park_ready, ready);
	kt_gate_wait(ready);
	user = (int)KT_OK(ask(kt_ns_open(pid, "uts"), GET_USERNS, NULL));
	KT_EQ(inode(user), kt_ns_id(pid, "user"));
	KT_OK(ask(user, GET_OWNER_UID, &owner));
	KT_EQ(owner, geteuid());
	KT_ERR(EINVAL, ask(kt_ns_open(pid, "uts"), GET_OWNER_UID, &owner));
}

KT_CASE(ns_fd_parent, "ns.fd.parent",
	"Verify that NS_GET_PARENT gives the pid or user namespace above, fails with EPERM above "
	"the caller's own, and with EINVAL for a kind of namespace that has no parent",
	KT_CHANGES_ARG(call, SYS_ioctl, 1, 0xff, 1), KT_ANSWERS(call, SYS_ioctl, -EPERM),
	KT_ANSWERS(call, SYS_ioctl, 100, KT_NOT_FIRST(2)))
{
	struct kt_gate *ready = kt_shared(sizeof(*ready));
	pid_t pid;

	KT_NEEDS(probe_ioctl());
	KT_NEEDS(kt_probe_ns(CLONE_NEWUSER | CLONE_NEWPID));
	pid = kt_ns_child(CLONE_NEWUSER | CLONE_NEWPID, park_ready, ready);
	kt_gate_wait(ready);
	KT_EQ(inode((int)KT_OK(ask(kt_ns_open(pid, "pid"), GET_PARENT, NULL))), kt_ns_id(0, "pid"));
	KT_EQ(inode((int)KT_OK(ask(kt_ns_open(pid, "user"), GET_PARENT, NULL))),
	      kt_ns_id(0, "user"));
	KT_ERR(EPERM, ask(kt_ns_open(0, "pid"), GET_PARENT, NULL));
	KT_ERR(EPERM, ask(kt_ns_open(0, "user"), GET_PARENT, NULL));
	KT_ERR(EINVAL, ask(kt_ns_open(pid, "uts"), GET_PARENT, NULL));
}

KT_CASE(ns_fd_pid, "ns.fd.pid",
	"Verify that the ioctls of a pid namespace translate a pid there to the caller's and back, "
	"and fail with ESRCH for one that is not there",
	KT_RETURNS(call, SYS_ioctl, 1), KT_ANSWERS(call, SYS_ioctl, -EINVAL, KT_NOT_FIRST(4)))
{
	struct kt_gate *ready = kt_shared(sizeof(*ready));
	pid_t pid;
	int fd;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	if (ioctl(kt_ns_open(0, "pid"), GET_PID_IN_PIDNS, getpid()) < 0)
		atf_tc_skip("needs NS_GET_PID_IN_PIDNS (Linux 6.11)");
	pid = kt_ns_child(CLONE_NEWPID, park_ready, ready);
	kt_gate_wait(ready);
	fd = kt_ns_open(pid, "pid");
	KT_EQ(KT_OK(kt_raw(SYS_ioctl, fd, GET_PID_FROM_PIDNS, 1)), pid);
	KT_EQ(KT_OK(kt_raw(SYS_ioctl, fd, GET_TGID_FROM_PIDNS, 1)), pid);
	KT_EQ(KT_OK(kt_raw(SYS_ioctl, fd, GET_PID_IN_PIDNS, pid)), 1);
	KT_EQ(KT_OK(kt_raw(SYS_ioctl, fd, GET_TGID_IN_PIDNS, pid)), 1);
	KT_ERR(ESRCH, kt_raw(SYS_ioctl, fd, GET_PID_FROM_PIDNS, 2));
	KT_ERR(ESRCH, kt_raw(SYS_ioctl, fd, GET_PID_IN_PIDNS, getpid()));
}

KT_PROGRAM
