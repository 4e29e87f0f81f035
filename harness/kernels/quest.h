/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quest.h - from the lists of a mirror to an entry of the cache: what they lead to is
 * found, fetched when it is not there, and what the mirror refuses an older one of the
 * cache stands in for. It knows no package.
 */
#ifndef BELAY_HARNESS_QUEST_H
#define BELAY_HARNESS_QUEST_H

#include "harness/kernels/apt.h"

struct quest {
	const char *suite, *arch;
	const char *place;   /* where its entries are in the cache: "kernels/amd64" */
	const char *offline; /* what is said when nothing may be asked and the cache has none */
	run_say *say;
	void *arg;
	void *own; /* of these two functions */
	/* Set q->entry, below q->base, to what the lists lead to; it need not be there. */
	int (*find)(struct apt *apt, struct quest *q, struct why *why);
	/* Make that entry. -EAGAIN: the packages cannot be had. */
	int (*get)(struct apt *apt, const struct quest *q, struct why *why);
	char *base, *entry; /* quest_run()'s */
};

/* The row's entry, whole; *entry is to be freed. */
int quest_run(struct quest *q, const char *row, char **entry, struct why *why);

#endif
