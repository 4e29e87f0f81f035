/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.c - copy a message in and send the copy. Descriptors in it are
 * duplicated from the tracee; credentials in it (SCM_CREDENTIALS) are left
 * out, for the kernel lets nobody but the sender itself name its pid: the
 * receiver sees the supervisor's. It must not judge the address.
 */
#include "sandbox/supervise/message.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sandbox/supervise/take.h"

#ifndef SCM_CREDENTIALS
#define SCM_CREDENTIALS 2
#endif

struct header {
	uint64_t name, iov, iovlen, control, controllen;
	int32_t namelen;
};

size_t message_stride(const struct abi *abi, size_t *len_at)
{
	*len_at = abi->word == 8 ? 56 : 28;
	return abi->word == 8 ? 64 : 32;
}

/* struct msghdr: seven words, of which namelen and flags are ints. */
static int read_header(struct mem m, uint64_t addr, struct header *h)
{
	uint64_t w[6];
	int rc = mem_read_words(m, addr, w, 6);

	if (rc < 0)
		return rc;
	h->name = w[0];
	h->namelen = (int32_t)(uint32_t)w[1];
	h->iov = w[2];
	h->iovlen = w[3];
	h->control = w[4];
	h->controllen = w[5];
	return 0;
}

static int add_data(struct mem m, uint64_t addr, uint64_t size, struct message *msg)
{
	size_t room = MESSAGE_DATA_MAX - msg->size;
	unsigned char *more;
	int rc;

	if (size > room) {
		size = room;
		msg->cut = true;
	}
	if (size == 0)
		return 0;
	more = realloc(msg->data, msg->size + (size_t)size);
	if (more == NULL)
		return -ENOMEM;
	msg->data = more;
	rc = mem_read(m, addr, msg->data + msg->size, (size_t)size);
	if (rc == 0)
		msg->size += (size_t)size;
	return rc;
}

static int read_vector(struct mem m, const struct header *h, struct message *msg)
{
	size_t word = m.abi->word;

	if (h->iovlen > IOV_MAX)
		return -EMSGSIZE;
	for (uint64_t i = 0; i < h->iovlen && !msg->cut; i++) {
		uint64_t iov[2];
		int rc = mem_read_words(m, h->iov + i * 2 * word, iov, 2);

		if (rc == 0 && iov[1] > (word == 8 ? (uint64_t)INT64_MAX : INT32_MAX))
			rc = -EINVAL;
		if (rc == 0)
			rc = add_data(m, iov[0], iov[1], msg);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Append one control message in the native layout. */
static int add_control(struct message *msg, int level, int type, const void *data, size_t size)
{
	size_t space = CMSG_SPACE(size);
	unsigned char *more = realloc(msg->control, msg->control_size + space);
	struct cmsghdr head = { .cmsg_len = CMSG_LEN(size),
				.cmsg_level = level,
				.cmsg_type = type };

	if (more == NULL)
		return -ENOMEM;
	msg->control = more;
	more += msg->control_size;
	memset(more, 0, space);
	memcpy(more, &head, sizeof(head));
	memcpy(more + CMSG_LEN(0), data, size);
	msg->control_size += space;
	return 0;
}

static int add_rights(struct tracee *t, struct message *msg, const void *data, size_t size)
{
	size_t first = msg->nfds;

	if (size % sizeof(int) != 0)
		size -= size % sizeof(int);
	for (size_t i = 0; i < size / sizeof(int); i++) {
		int fd;

		if (msg->nfds == MESSAGE_FDS_MAX)
			return -EINVAL;
		memcpy(&fd, (const char *)data + i * sizeof(fd), sizeof(fd));
		fd = take_fd(t, fd);
		if (fd < 0)
			return fd;
		msg->fds[msg->nfds++] = fd;
	}
	return add_control(msg, SOL_SOCKET, SCM_RIGHTS, msg->fds + first,
			   (msg->nfds - first) * sizeof(int));
}

/* A source route or routing header: the packet goes to the first hop in it. */
static bool is_route(int level, int type)
{
	return (level == IPPROTO_IP && type == IP_RETOPTS) ||
	       (level == IPPROTO_IPV6 && (type == IPV6_RTHDR || type == IPV6_2292RTHDR));
}

static int add_one(struct tracee *t, struct message *msg, int level, int type, const void *data,
		   size_t size)
{
	msg->routed |= is_route(level, type);
	if (level != SOL_SOCKET)
		return add_control(msg, level, type, data, size);
	switch (type) {
	case SCM_RIGHTS:
		return add_rights(t, msg, data, size);
	case SCM_CREDENTIALS:
		return 0;
	default:
		return add_control(msg, level, type, data, size);
	}
}

/* Control data in the tracee's layout: { long len; int level, type; } and data. */
static int convert_control(struct tracee *t, const struct abi *abi, const unsigned char *in,
			   size_t size, struct message *msg)
{
	size_t word = abi->word, head = word + 8, at = 0;

	while (size - at >= head) {
		uint64_t len = 0;
		int32_t level, type;
		int rc;

		memcpy(&len, in + at, word);
		memcpy(&level, in + at + word, sizeof(level));
		memcpy(&type, in + at + word + 4, sizeof(type));
		if (len < head || len > size - at)
			return -EINVAL;
		rc = add_one(t, msg, level, type, in + at + head, (size_t)len - head);
		if (rc < 0)
			return rc;
		len = (len + word - 1) & ~(uint64_t)(word - 1);
		if (len > size - at)
			break;
		at += (size_t)len;
	}
	return 0;
}

static int read_control(struct tracee *t, struct mem m, const struct header *h,
			struct message *msg)
{
	unsigned char *in;
	int rc;

	if (h->control == 0 || h->controllen == 0)
		return 0;
	if (h->controllen > MESSAGE_CONTROL_MAX)
		return -ENOBUFS;
	in = malloc((size_t)h->controllen);
	if (in == NULL)
		return -ENOMEM;
	rc = mem_read(m, h->control, in, (size_t)h->controllen);
	if (rc == 0)
		rc = convert_control(t, m.abi, in, (size_t)h->controllen, msg);
	free(in);
	return rc;
}

int message_read_plain(struct mem m, uint64_t data, uint64_t size, uint64_t addr, int64_t len,
		       struct message *out)
{
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (addr != 0) {
		out->named = true;
		rc = socket_read_addr(m, addr, len, &out->addr);
	}
	return rc < 0 ? rc : add_data(m, data, size, out);
}

int message_read(struct tracee *t, struct mem m, uint64_t addr, struct message *out)
{
	struct header h;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = read_header(m, addr, &h);
	if (rc < 0)
		return rc;
	if (h.namelen < 0)
		return -EINVAL;
	if (h.name != 0 && h.namelen > 0) {
		if (h.namelen > (int32_t)sizeof(out->addr.ss))
			h.namelen = (int32_t)sizeof(out->addr.ss);
		out->named = true;
		rc = socket_read_addr(m, h.name, h.namelen, &out->addr);
	}
	if (rc == 0)
		rc = read_vector(m, &h, out);
	if (rc == 0)
		rc = read_control(t, m, &h, out);
	return rc;
}

void message_free(struct message *msg)
{
	free(msg->data);
	free(msg->control);
	for (size_t i = 0; i < msg->nfds; i++)
		close(msg->fds[i]);
	memset(msg, 0, sizeof(*msg));
}

int64_t message_send(int sock, const struct message *msg, int flags)
{
	struct iovec iov = { msg->data, msg->size };
	struct msghdr h = {
		.msg_name = msg->named ? (void *)(uintptr_t)&msg->addr.ss : NULL,
		.msg_namelen = msg->named ? msg->addr.len : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = msg->control,
		.msg_controllen = msg->control_size,
	};
	ssize_t n = sendmsg(sock, &h, flags);

	return n < 0 ? -errno : n;
}
