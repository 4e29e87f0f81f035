/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock_fs_test.c - what Landlock's rights over files forbid, with which error,
 * and to which descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_landlock.h"

/* A descriptor that is closed at once, or -errno. */
static long try_open(const char *path, int flags)
{
	long fd = kt_raw(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close((int)fd);
	return fd < 0 ? fd : 0;
}

static void make_file(const char *path)
{
	int fd = KT_SYS(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));

	KT_SYS(write(fd, "content", 7));
	KT_SYS(close(fd));
}

/* In the case: a directory for it alone, in Kyua's work directory, and into it. */
static void make_place(void)
{
	char name[] = "landlock.XXXXXX";

	if (!mkdtemp(name))
		kt_broken(__FILE__, __LINE__, "mkdtemp: %s", kt_errno_name(errno));
	KT_SYS(chdir(name));
	KT_SYS(mkdir("a", 0700));
	KT_SYS(mkdir("b", 0700));
	make_file("a/old");
	make_file("b/old");
}

static void denied(void *unused)
{
	int ruleset = kt_ruleset_new(KT_LL_READ_FILE | KT_LL_WRITE_FILE | KT_LL_MAKE_REG, 0, 0);

	(void)unused;
	kt_ruleset_path(ruleset, "b", KT_LL_READ_FILE | KT_LL_MAKE_REG);
	kt_ruleset_enter(ruleset);
	KT_ERR(EACCES, try_open("a/old", O_RDONLY));
	KT_ERR(EACCES, try_open("a/new", O_WRONLY | O_CREAT | O_EXCL));
	KT_ERR(EACCES, try_open("b/old", O_RDWR));
	KT_OK(try_open("b/old", O_RDONLY));
	KT_OK(try_open("a/old", O_PATH));
	/* Creating it is allowed, but not writing. */
	KT_ERR(EACCES, try_open("b/new", O_WRONLY | O_CREAT | O_EXCL));
	KT_ERR(ENOENT, try_open("a/none", O_RDONLY));
	/* Rights that the domain does not handle are not its business. */
	KT_SYS(unlink("a/old"));
}

KT_CASE(landlock_deny_eacces, "landlock.deny_eacces",
	"Verify that a Landlock domain refuses the handled rights that no rule grants with EACCES, "
	"and grants those of the rules and every other",
	KT_RETURNS(call, SYS_openat, 3), KT_ANSWERS(call, SYS_openat, 3, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_openat, -EACCES, KT_NOT_FIRST(3)),
	KT_ANSWERS(call, KT_LL_RESTRICT, 0))
{
	KT_NEEDS(kt_probe_landlock(1));
	make_place();
	KT_WAIT(kt_child(denied, NULL), "exited(0)");
}

static long rename_file(const char *from, const char *to)
{
	return kt_raw(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

#define MOVE (KT_LL_REMOVE_FILE | KT_LL_MAKE_REG)

static void move_without_refer(void *unused)
{
	int ruleset = kt_ruleset_new(MOVE, 0, 0);

	(void)unused;
	kt_ruleset_path(ruleset, "a", MOVE);
	kt_ruleset_path(ruleset, "b", MOVE);
	kt_ruleset_enter(ruleset);
	KT_OK(rename_file("a/old", "a/moved"));
	KT_ERR(EXDEV, rename_file("a/moved", "b/moved"));
	KT_ERR(EXDEV, kt_raw(SYS_linkat, AT_FDCWD, "a/moved", AT_FDCWD, "b/moved", 0));
}

KT_CASE(landlock_refer, "landlock.refer",
	"Verify that a file can be renamed or linked within its directory in a Landlock domain, "
	"and not to another one without the right to refer: EXDEV",
	KT_ANSWERS(call, SYS_renameat2, 0, KT_NOT_FIRST(1)), KT_ANSWERS(call, SYS_linkat, 0),
	KT_ANSWERS(call, SYS_renameat2, -EXDEV))
{
	KT_NEEDS(kt_probe_landlock(1));
	make_place();
	KT_WAIT(kt_child(move_without_refer, NULL), "exited(0)");
}

static void move_with_refer(void *unused)
{
	int ruleset = kt_ruleset_new(MOVE | KT_LL_REFER, 0, 0);

	(void)unused;
	kt_ruleset_path(ruleset, "a", MOVE | KT_LL_REFER);
	kt_ruleset_path(ruleset, "b", MOVE | KT_LL_REFER);
	kt_ruleset_enter(ruleset);
	KT_OK(rename_file("a/old", "b/moved"));
	KT_ERR(EACCES, rename_file("b/moved", "moved"));
}

KT_CASE(landlock_refer_granted, "landlock.refer_granted",
	"Verify that the right to refer lets a Landlock domain rename a file from one directory of "
	"its rules to another, and to no other: EACCES",
	KT_ANSWERS(call, SYS_renameat2, -EXDEV),
	KT_ANSWERS(call, SYS_renameat2, 0, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_landlock(2));
	make_place();
	KT_WAIT(kt_child(move_with_refer, NULL), "exited(0)");
}

static void cut_off(void *unused)
{
	int fd = KT_SYS(open("a/old", O_RDWR | O_CLOEXEC));
	int ruleset = kt_ruleset_new(KT_LL_WRITE_FILE | KT_LL_TRUNCATE, 0, 0);

	(void)unused;
	kt_ruleset_path(ruleset, "a", KT_LL_WRITE_FILE);
	kt_ruleset_path(ruleset, "b", KT_LL_TRUNCATE);
	kt_ruleset_enter(ruleset);
	KT_ERR(EACCES, kt_raw(SYS_truncate, "a/old", 1));
	KT_ERR(EACCES, try_open("a/old", O_WRONLY | O_TRUNC));
	KT_OK(try_open("a/old", O_WRONLY));
	/* It need not be writable to be cut off. */
	KT_OK(kt_raw(SYS_truncate, "b/old", 1));
	KT_ERR(EACCES, try_open("b/old", O_WRONLY));
	KT_OK(kt_raw(SYS_ftruncate, fd, 1));
}

KT_CASE(landlock_truncate, "landlock.truncate",
	"Verify that to truncate, also by O_TRUNC, needs the right to truncate, which is apart "
	"from the right to write: else EACCES",
	KT_RETURNS(call, SYS_truncate, 0), KT_RETURNS(call, SYS_truncate, -EACCES),
	KT_CHANGES_ARG(call, SYS_openat, 2, O_TRUNC, 0))
{
	KT_NEEDS(kt_probe_landlock(3));
	make_place();
	KT_WAIT(kt_child(cut_off, NULL), "exited(0)");
}

static void ioctl_device(void *unused)
{
	int before = KT_SYS(open("/dev/null", O_RDWR | O_CLOEXEC)), after, one = 1;
	unsigned long size;

	(void)unused;
	kt_landlock_enter(KT_LL_IOCTL_DEV, 0, 0);
	after = KT_SYS(open("/dev/null", O_RDWR | O_CLOEXEC));
	/* /dev/null knows none of these: ENOTTY is its own answer. */
	KT_ERR(EACCES, kt_raw(SYS_ioctl, after, TIOCGWINSZ, &size));
	KT_ERR(EACCES, kt_raw(SYS_ioctl, after, FIONREAD, &size));
	KT_ERR(ENOTTY, kt_raw(SYS_ioctl, before, TIOCGWINSZ, &size));
	KT_OK(kt_raw(SYS_ioctl, after, FIOCLEX, 0));
	KT_OK(kt_raw(SYS_ioctl, after, FIONBIO, &one));
}

KT_CASE(landlock_ioctl_dev, "landlock.ioctl_dev",
	"Verify that a Landlock domain refuses the ioctls of devices with EACCES, but for the "
	"generic ones, and on descriptors from before the domain none",
	KT_ANSWERS(call, SYS_ioctl, -ENOTTY), KT_ANSWERS(call, SYS_ioctl, -EACCES, KT_NOT_FIRST(2)))
{
	KT_NEEDS(kt_probe_landlock(5));
	if (access("/dev/null", R_OK | W_OK) < 0)
		atf_tc_skip("needs /dev/null");
	KT_WAIT(kt_child(ioctl_device, NULL), "exited(0)");
}

static void send_fd(int sock, int fd)
{
	char data = 0, control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec iov = { &data, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	KT_SYS(sendmsg(sock, &msg, 0));
}

static int receive_fd(int sock)
{
	char data, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &data, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd = -1;

	KT_SYS(recvmsg(sock, &msg, MSG_CMSG_CLOEXEC));
	if (CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return KT_SYS(fd);
}

static int ends[2]; /* of the case, and of its child */

static void exchange(void *unused)
{
	(void)unused;
	kt_landlock_enter(KT_LL_TRUNCATE, 0, 0);
	send_fd(ends[1], KT_SYS(open("b/old", O_RDWR | O_CLOEXEC)));
	KT_OK(kt_raw(SYS_ftruncate, receive_fd(ends[1]), 1));
}

KT_CASE(landlock_fd_transfer, "landlock.fd_transfer",
	"Verify that a descriptor keeps the right to truncate that its opener had, whichever side "
	"of a Landlock domain it is sent to",
	KT_ANSWERS(call, SYS_ftruncate, 0), KT_ANSWERS(call, SYS_ftruncate, -EACCES))
{
	pid_t pid;

	KT_NEEDS(kt_probe_landlock(3));
	make_place();
	KT_SYS(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends));
	pid = kt_child(exchange, NULL);
	KT_ERR(EACCES, kt_raw(SYS_ftruncate, receive_fd(ends[0]), 1));
	KT_OK(kt_raw(SYS_truncate, "b/old", 1));
	send_fd(ends[0], KT_SYS(open("a/old", O_RDWR | O_CLOEXEC)));
	KT_WAIT(pid, "exited(0)");
}

KT_PROGRAM
