/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fdpass.h - one message with one descriptor over a unix SOCK_SEQPACKET
 * socket of ours.
 */
#ifndef BELAY_SANDBOX_FDPASS_H
#define BELAY_SANDBOX_FDPASS_H

#include <stddef.h>

/* Send `size` bytes, and `fd` unless it is -1. Never waits. 0 or -errno. */
int fdpass_send(int sock, int fd, const void *data, size_t size);

/*
 * Receive exactly `size` bytes; *fd is the descriptor, the caller's, or -1.
 * Never waits: -EAGAIN. -EPIPE at the end, -EPROTO for anything else.
 */
int fdpass_receive(int sock, int *fd, void *data, size_t size);

#endif
