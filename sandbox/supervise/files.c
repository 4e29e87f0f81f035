/* SPDX-License-Identifier: BSD-2-Clause */
/* files.c - which descriptors may last; it must not open or close any. */
#include "sandbox/supervise/files.h"

#include <limits.h>
#include <sys/resource.h>

#define RESERVE_MAX 512	/* a message with all descriptors it may have, and more */

static rlim_t lasting = INT_MAX;

void files_init(void)
{
	struct rlimit lim;
	rlim_t reserve;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0 || lim.rlim_cur > INT_MAX)
		return;
	reserve = lim.rlim_cur / 4 < RESERVE_MAX ? lim.rlim_cur / 4 : RESERVE_MAX;
	lasting = lim.rlim_cur - reserve;
}

bool files_may_last(int fd)
{
	return fd >= 0 && (rlim_t)fd < lasting;
}
