/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unix_rights_test.c - descriptors that come over a SOCK_SEQPACKET socket with
 * SCM_RIGHTS to a receiver that asks for no data.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

/* One byte and one descriptor. */
static void send_fd(int sock, int fd)
{
	union control control;
	struct iovec byte = { (void *)"", 1 };
	struct msghdr msg = { .msg_iov = &byte,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };

	memset(&control, 0, sizeof(control));
	control.head.cmsg_len = CMSG_LEN(sizeof(fd));
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	KT_SYS(sendmsg(sock, &msg, MSG_NOSIGNAL));
}

/* recvmsg without an iovec: its answer, with the message's flags, and its descriptor or -1. */
static long receive(int sock, int flags, int *fd, int *msg_flags)
{
	union control control;
	struct msghdr msg = { .msg_control = &control, .msg_controllen = sizeof(control) };
	const struct cmsghdr *c;
	long rc;

	memset(&control, 0, sizeof(control));
	*fd = -1;
	rc = kt_raw(SYS_recvmsg, sock, &msg, flags | MSG_DONTWAIT);
	if (rc < 0)
		return rc;
	*msg_flags = msg.msg_flags;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(*fd)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return rc;
}

static void make_pair(int pair[2])
{
	KT_SYS(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
}

static ino_t inode(int fd)
{
	struct stat st;

	KT_SYS(fstat(fd, &st));
	return st.st_ino;
}

KT_CASE(unix_rights_no_data, "unix.rights.no_data",
	"Verify that a message of a SOCK_SEQPACKET socket gives its descriptor to a recvmsg that "
	"has no room for data, and is gone then",
	KT_ANSWERS(call, SYS_recvmsg, 0), KT_ANSWERS(call, SYS_recvmsg, 0, KT_NOT_FIRST(2)))
{
	int pair[2], files[2][2], fd, flags;

	KT_NEEDS(kt_probe_kernel());
	make_pair(pair);
	for (int i = 0; i < 2; i++) {
		KT_SYS(pipe2(files[i], O_CLOEXEC));
		send_fd(pair[0], files[i][0]);
	}
	for (int i = 0; i < 2; i++) {
		KT_OK(receive(pair[1], 0, &fd, &flags));
		KT_REQUIRE(fd >= 0);
		KT_REQUIRE((flags & MSG_CTRUNC) == 0);
		KT_EQ(inode(fd), inode(files[i][0]));
	}
	KT_ERR(EAGAIN, receive(pair[1], 0, &fd, &flags));
}

KT_CASE(unix_rights_cloexec, "unix.rights.cloexec",
	"Verify that a descriptor is received as close-on-exec with MSG_CMSG_CLOEXEC, and not "
	"without",
	KT_CHANGES_ARG(call, SYS_recvmsg, 2, MSG_CMSG_CLOEXEC, 0),
	KT_CHANGES_ARG(call, SYS_recvmsg, 2, 0, MSG_CMSG_CLOEXEC))
{
	int pair[2], fd, flags;

	KT_NEEDS(kt_probe_kernel());
	make_pair(pair);
	send_fd(pair[0], STDIN_FILENO);
	send_fd(pair[0], STDIN_FILENO);
	KT_OK(receive(pair[1], MSG_CMSG_CLOEXEC, &fd, &flags));
	KT_EQ(KT_SYS(fcntl(fd, F_GETFD)), FD_CLOEXEC);
	KT_OK(receive(pair[1], 0, &fd, &flags));
	KT_EQ(KT_SYS(fcntl(fd, F_GETFD)), 0);
}

static void receive_at_limit(void *unused)
{
	struct rlimit files;
	int pair[2], ends[2], fd, flags;
	char byte;

	(void)unused;
	make_pair(pair);
	KT_SYS(pipe2(ends, O_CLOEXEC));
	send_fd(pair[0], ends[1]);
	close(ends[1]);
	/* The least number that is free now. */
	fd = KT_SYS(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
	close(fd);
	KT_SYS(getrlimit(RLIMIT_NOFILE, &files));
	files.rlim_cur = (rlim_t)fd;
	KT_SYS(setrlimit(RLIMIT_NOFILE, &files));
	KT_OK(receive(pair[1], 0, &fd, &flags));
	KT_EQ(fd, -1);
	KT_REQUIRE((flags & MSG_CTRUNC) != 0);
	KT_ERR(EAGAIN, receive(pair[1], 0, &fd, &flags));
	/* Nobody holds the other end of the pipe any more. */
	KT_EQ(KT_SYS(read(ends[0], &byte, 1)), 0);
}

KT_CASE(unix_rights_no_number, "unix.rights.no_number",
	"Verify that a descriptor for which the receiver has no number left is dropped with its "
	"message, and MSG_CTRUNC says so",
	KT_STORES(call, SYS_recvmsg, 1, offsetof(struct msghdr, msg_flags), MSG_CTRUNC),
	KT_ANSWERS(call, SYS_recvmsg, 0, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_kernel());
	KT_WAIT(kt_child(receive_at_limit, NULL), "exited(0)");
}

KT_PROGRAM
