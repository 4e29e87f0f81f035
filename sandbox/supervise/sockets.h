/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sockets.h - what the performers of socket calls share: the tracee's socket
 * itself, an address copied once, and its judgement.
 */
#ifndef BELAY_SANDBOX_SOCKETS_H
#define BELAY_SANDBOX_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "sandbox/supervise/supervisor.h"

/* An address as the program gave it, then as the supervisor uses it. */
struct socket_addr {
	struct sockaddr_storage ss;
	socklen_t len;
	bool pathname;	/* a unix socket with a place in the file system */
};

/* A duplicate of the tracee's socket, the caller's. -ENOTSOCK, or as take_fd(). */
int socket_take(struct tracee *t, int fd);

/* SO_DOMAIN, SO_TYPE: -1 when it has none. */
int socket_option(int sock, int option);
bool socket_is_blocking(int sock);

/* Copy an address of `len` bytes in. -EINVAL, -EFAULT. */
int socket_read_addr(struct mem m, uint64_t addr, int64_t len, struct socket_addr *out);

/*
 * Judge the address for connecting or sending to it. A pathname is resolved
 * (in sv->pin[0]) and replaced by the name of the pinned socket. Takes on the
 * tracee's identity. 0 or -errno for the program.
 */
int socket_judge_peer(struct supervisor *sv, struct tracee *t, struct socket_addr *a);

/* The path of a pathname address into sv->req.op[0], its base opened. */
int socket_path_operand(struct supervisor *sv, const struct socket_addr *a);

#endif
