/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.h - the socket pair over which a process is handed descriptors: its
 * own end at a high number, the other with the supervisor. Children of fork
 * inherit theirs; exec closes it.
 */
#ifndef BELAY_SANDBOX_CHANNEL_H
#define BELAY_SANDBOX_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/abi.h"

struct channel {
	unsigned int refs;
	int sock;		/* the supervisor's end */
	int theirs;		/* a duplicate of the process's end, to compare with; or < 0 */
	int number;		/* the process's descriptor */
	unsigned long inode;	/* of the process's end */
	bool busy;		/* a descriptor is on its way */
	bool dead;		/* something may be left in it: not to be used again */
};

/* Takes over `sock`. NULL when memory is short; sock stays open then. */
struct channel *channel_new(int sock);
struct channel *channel_ref(struct channel *ch);
void channel_unref(struct channel *ch);

/* Learn the inode of the process's end. 0, or -errno if it is no socket. */
int channel_identify(struct channel *ch, pid_t tid, int number);

/* Is the thread's descriptor still that very socket? */
bool channel_is_valid(const struct channel *ch, pid_t tid);

/* Is this descriptor of ours a unix SOCK_SEQPACKET socket? */
bool channel_fits(int sock);

/* Where the process's end should go: high, but below its limit. */
int channel_pick_number(pid_t tgid);

/*
 * The msghdr and control buffer for a recvmsg of one descriptor, as the ABI
 * lays them out at `addr`. Returns the size; `out` has JOB_SCRATCH bytes.
 */
size_t channel_layout(const struct abi *abi, uint64_t addr, unsigned char *out);

/* What the kernel wrote there: the descriptor's number, or -EMFILE. */
int channel_received(const struct abi *abi, const unsigned char *buf);

#endif
