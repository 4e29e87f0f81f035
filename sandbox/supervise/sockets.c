/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sockets.c - the tracee's socket and the addresses it is used with. The
 * socket is duplicated with pidfd_getfd, so whatever the program does to its
 * descriptor number afterwards, what is performed is done to the one taken.
 * It must not connect or send.
 */
#include "sandbox/supervise/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/take.h"

#define PATH_AT offsetof(struct sockaddr_un, sun_path)

int socket_take(struct tracee *t, int fd)
{
	struct stat st;
	int sock = take_fd(t, fd);

	if (sock < 0)
		return sock;
	if (fstat(sock, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		close(sock);
		return -ENOTSOCK;
	}
	return sock;
}

int socket_option(int sock, int option)
{
	int value;
	socklen_t len = sizeof(value);

	return getsockopt(sock, SOL_SOCKET, option, &value, &len) < 0 ? -1 : value;
}

bool socket_is_blocking(int sock)
{
	return (fcntl(sock, F_GETFL) & O_NONBLOCK) == 0;
}

int socket_read_addr(struct mem m, uint64_t addr, int64_t len, struct socket_addr *out)
{
	int rc;

	if (len < 0 || len > (int64_t)sizeof(out->ss))
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	rc = len > 0 ? mem_read(m, addr, &out->ss, (size_t)len) : 0;
	if (rc < 0)
		return rc;
	out->len = (socklen_t)len;
	out->pathname = out->ss.ss_family == AF_UNIX && out->len > PATH_AT &&
			((struct sockaddr_un *)&out->ss)->sun_path[0] != '\0';
	if (out->pathname && out->len > sizeof(struct sockaddr_un))
		return -EINVAL;
	return 0;
}

int socket_path_operand(struct supervisor *sv, const struct socket_addr *a)
{
	const struct sockaddr_un *un = (const void *)&a->ss;
	struct operand *op = &sv->req.op[0];

	op->present = true;
	op->is_fd = false;
	op->dirfd = AT_FDCWD;
	op->len = strnlen(un->sun_path, a->len - PATH_AT);
	memcpy(op->path, un->sun_path, op->len);
	op->path[op->len] = '\0';
	return resolve_open_base(&sv->resolve, op, 0, &sv->base[0]);
}

int socket_judge_peer(struct supervisor *sv, struct tracee *t, struct socket_addr *a)
{
	struct sockaddr_un *un = (void *)&a->ss;
	struct pin *pin = &sv->pin[0];
	int rc = a->pathname ? socket_path_operand(sv, a) : 0;

	if (rc == 0)
		rc = identity_enter(&sv->identity, t->tid, &t->known, false);
	if (rc < 0)
		return rc;
	if (!a->pathname)
		return judge_addr(sv, t, POLICY_CONNECT, (struct sockaddr *)&a->ss, a->len, NULL);
	rc = perform_resolve(sv, 0, RESOLVE_OBJECT, false);
	if (rc == 0)
		rc = judge_addr(sv, t, POLICY_CONNECT, (struct sockaddr *)&a->ss, a->len, pin);
	if (rc < 0)
		return rc;
	/* The socket itself, whatever its name leads to by now. */
	snprintf(un->sun_path, sizeof(un->sun_path), "/proc/self/fd/%d", pin->fd);
	a->len = (socklen_t)(PATH_AT + strlen(un->sun_path) + 1);
	return 0;
}
