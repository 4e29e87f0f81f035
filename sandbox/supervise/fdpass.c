/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fdpass.c - SCM_RIGHTS with one descriptor. Must not interpret the data.
 */
#include "sandbox/supervise/fdpass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

union control {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(int))];
};

int fdpass_send(int sock, int fd, const void *data, size_t size)
{
	struct iovec iov = { (void *)(size_t)data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control;

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		control.head.cmsg_len = CMSG_LEN(sizeof(fd));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	return sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int fdpass_receive(int sock, int *fd, void *data, size_t size)
{
	struct iovec iov = { data, size };
	union control control;
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	const struct cmsghdr *c;
	int got = -1;
	ssize_t n;

	do
		n = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -EPIPE;
	c = CMSG_FIRSTHDR(&msg);
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(got)))
		memcpy(&got, CMSG_DATA(c), sizeof(got));
	if ((size_t)n != size || (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		if (got >= 0)
			close(got);
		return -EPROTO;
	}
	*fd = got;
	return 0;
}
