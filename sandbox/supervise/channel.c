/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.c - the socket pair for handing over descriptors, and the layout of
 * the recvmsg that takes one. It makes no ptrace request and touches no tracee
 * memory.
 */
#include "sandbox/supervise/channel.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/supervise/job.h"
#include "sandbox/supervise/procfs.h"

#define NUMBER_MAX 1024	/* above, the kernel would grow the table a lot */
#define NUMBER_ROOM 64

struct channel *channel_new(int sock)
{
	struct channel *ch = calloc(1, sizeof(*ch));

	if (ch == NULL)
		return NULL;
	ch->refs = 1;
	ch->sock = sock;
	ch->theirs = ch->number = -1;
	return ch;
}

struct channel *channel_ref(struct channel *ch)
{
	if (ch != NULL)
		ch->refs++;
	return ch;
}

void channel_unref(struct channel *ch)
{
	if (ch == NULL || --ch->refs > 0)
		return;
	close(ch->sock);
	if (ch->theirs >= 0)
		close(ch->theirs);
	free(ch);
}

/* The inode of a socket that a thread holds, or 0. */
static unsigned long socket_inode(pid_t tid, int fd)
{
	char path[64], text[64];
	unsigned long inode;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, fd);
	n = readlink(path, text, sizeof(text) - 1);
	if (n < 0)
		return 0;
	text[n] = '\0';
	return sscanf(text, "socket:[%lu]", &inode) == 1 ? inode : 0;
}

int channel_identify(struct channel *ch, pid_t tid, int number)
{
	unsigned long inode = socket_inode(tid, number);

	if (inode == 0)
		return -ENOTSOCK;
	ch->number = number;
	ch->inode = inode;
	return 0;
}

bool channel_is_valid(const struct channel *ch, pid_t tid)
{
	long same = -1;

	errno = 0;
	if (ch->dead)
		return false;
	/* Where the kernel was built without kcmp the name in /proc tells. */
	if (ch->theirs >= 0)
		same = syscall(SYS_kcmp, getpid(), tid, KCMP_FILE, ch->theirs, ch->number);
	if (same >= 0 || errno == EBADF)
		return same == 0;
	return socket_inode(tid, ch->number) == ch->inode;
}

bool channel_fits(int sock)
{
	int domain, type;
	socklen_t len = sizeof(int);

	if (getsockopt(sock, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0)
		return false;
	len = sizeof(int);
	if (getsockopt(sock, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return false;
	return domain == AF_UNIX && type == SOCK_SEQPACKET;
}

int channel_pick_number(pid_t tgid)
{
	struct rlimit lim;
	rlim_t cur = NUMBER_MAX;

	if (prlimit(tgid, RLIMIT_NOFILE, NULL, &lim) == 0 && lim.rlim_cur < cur)
		cur = lim.rlim_cur;
	return (int)(cur > 2 * NUMBER_ROOM ? cur - NUMBER_ROOM : cur / 2);
}

/*
 * No data is asked for: a message of a SOCK_SEQPACKET socket is consumed
 * whole, and its descriptor arrives without an iovec.
 */
struct msghdr64 {
	uint64_t name;
	uint32_t namelen, pad;
	uint64_t iov, iovlen, control, controllen;
	uint32_t flags, pad2;
};

struct cmsg64 {
	uint64_t len;
	int32_t level, type, fd, pad;
};

struct msghdr32 {
	uint32_t name, namelen, iov, iovlen, control, controllen, flags;
};

struct cmsg32 {
	uint32_t len;
	int32_t level, type, fd;
};

struct layout64 {
	struct msghdr64 msg;
	struct cmsg64 cmsg;
};

struct layout32 {
	struct msghdr32 msg;
	uint32_t pad;
	struct cmsg32 cmsg;
};

_Static_assert(sizeof(struct layout64) <= JOB_SCRATCH, "room for a 64-bit recvmsg");
_Static_assert(sizeof(struct layout32) <= JOB_SCRATCH, "room for a 32-bit recvmsg");

size_t channel_layout(const struct abi *abi, uint64_t addr, unsigned char *out)
{
	if (abi->word == 8) {
		struct layout64 l = { .msg = {
			.control = addr + offsetof(struct layout64, cmsg),
			.controllen = sizeof(struct cmsg64),
		} };

		memcpy(out, &l, sizeof(l));
		return sizeof(l);
	} else {
		struct layout32 l = { .msg = {
			.control = (uint32_t)(addr + offsetof(struct layout32, cmsg)),
			.controllen = sizeof(struct cmsg32),
		} };

		memcpy(out, &l, sizeof(l));
		return sizeof(l);
	}
}

int channel_received(const struct abi *abi, const unsigned char *buf)
{
	uint64_t controllen, len;
	int32_t level, type, fd;

	if (abi->word == 8) {
		struct layout64 l;

		memcpy(&l, buf, sizeof(l));
		controllen = l.msg.controllen;
		len = l.cmsg.len;
		level = l.cmsg.level, type = l.cmsg.type, fd = l.cmsg.fd;
		if (len != offsetof(struct cmsg64, pad))
			return -EMFILE;
	} else {
		struct layout32 l;

		memcpy(&l, buf, sizeof(l));
		controllen = l.msg.controllen;
		len = l.cmsg.len;
		level = l.cmsg.level, type = l.cmsg.type, fd = l.cmsg.fd;
		if (len != sizeof(struct cmsg32))
			return -EMFILE;
	}
	/* No free number left: the kernel drops the descriptor and says MSG_CTRUNC. */
	if (controllen < len || level != SOL_SOCKET || type != SCM_RIGHTS || fd < 0)
		return -EMFILE;
	return fd;
}
