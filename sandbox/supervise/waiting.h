/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waiting.h - the calls at the listener that a helper performs, because they
 * may wait long.
 */
#ifndef BELAY_SANDBOX_WAITING_H
#define BELAY_SANDBOX_WAITING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct helper;
struct supervisor;

struct waiting {
	uint64_t id;		/* of the call at the listener */
	pid_t tid;		/* its caller */
	struct helper *helper;	/* its owner is helper.c */
	bool cloexec;		/* of the descriptor that may come of it */
	bool cancelled;		/* the helper was asked to give up */
	struct waiting *next;
};

struct waitings {
	struct waiting *first;
	int64_t look_at;	/* ms of CLOCK_MONOTONIC: when to look after them again */
};

/* One more. 0 or -ENOMEM. */
int waiting_add(struct waitings *ws, uint64_t id, pid_t tid, struct helper *h, bool cloexec);

/* The call that this helper performs, no longer among them: to be freed. NULL: none. */
struct waiting *waiting_remove(struct waitings *ws, const struct helper *h);

/* How long poll(2) may wait with these: ms, or -1 for ever. */
int waiting_timeout(const struct waitings *ws);

/* If it is time: see that they keep out neither signals nor the end of their callers. */
void waiting_look_after(struct supervisor *sv, struct waitings *ws, int listener);

/* Forget all; their helpers stay. */
void waiting_forget(struct waitings *ws);

#endif
