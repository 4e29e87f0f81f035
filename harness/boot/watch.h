/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.h - what a guest's console tells about the guest. Pure: bytes in, state
 * out, in pieces of any size.
 */
#ifndef BELAY_HARNESS_WATCH_H
#define BELAY_HARNESS_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#define WATCH_LINE_MAX 512

/* {0} is one that has seen nothing. */
struct watch {
	bool booted;			/* KT-BOOT */
	bool done;			/* KT-DONE */
	bool panicked;			/* the kernel said so, or that files are missing */
	char release[128];		/* of KT-BOOT */
	char words[WATCH_LINE_MAX];	/* the panic's line */
	char line[WATCH_LINE_MAX];	/* not ended yet; what is too long is cut */
	size_t len;
};

void watch_feed(struct watch *w, const char *bytes, size_t len);

#endif
