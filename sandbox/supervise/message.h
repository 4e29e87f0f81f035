/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.h - a message to send, copied out of a tracee once: header, vector,
 * payload and control data of any ABI as one native msghdr.
 */
#ifndef BELAY_SANDBOX_MESSAGE_H
#define BELAY_SANDBOX_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/supervise/sockets.h"

/* More is never copied at once: a stream may be cut, a datagram is too long. */
#define MESSAGE_DATA_MAX (1 << 20)
#define MESSAGE_CONTROL_MAX (128 << 10)
#define MESSAGE_FDS_MAX 253 /* SCM_MAX_FD */

struct message {
	bool named;		/* it has an address of its own */
	struct socket_addr addr;
	unsigned char *data;	/* owned */
	size_t size;
	bool cut;		/* there was more data than we copy */
	bool routed;		/* its control data name hosts to pass on the way */
	unsigned char *control;	/* owned; native layout */
	size_t control_size;
	int fds[MESSAGE_FDS_MAX]; /* owned: duplicates of the tracee's */
	size_t nfds;
};

/* sendto: data and optional address. 0 or -errno for the program. */
int message_read_plain(struct mem m, uint64_t data, uint64_t size, uint64_t addr, int64_t len,
		       struct message *out);

/* The msghdr at `addr`. 0 or -errno for the program. */
int message_read(struct tracee *t, struct mem m, uint64_t addr, struct message *out);

/* Bytes of one element of sendmmsg's vector, and where its msg_len is. */
size_t message_stride(const struct abi *abi, size_t *len_at);

/* Frees what it owns; a message that was never filled in must be zero. */
void message_free(struct message *msg);

/* Send it with these flags. The count, or -errno. */
int64_t message_send(int sock, const struct message *msg, int flags);

#endif
