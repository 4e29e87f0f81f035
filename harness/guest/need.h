/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * need.h - whether this machine has what a case requires (require.* of ATF).
 */
#ifndef BELAY_HARNESS_GUEST_NEED_H
#define BELAY_HARNESS_GUEST_NEED_H

#include <stdbool.h>

#include "harness/guest/atf.h"

/* Where the case would run. */
struct need_place {
	const char *abi;
	const char *const *config; /* "name=value", NULL-terminated; or NULL */
	const char *scratch;	   /* a directory on the file system that it may fill */
	bool root;		   /* it would run as root */
	bool can_drop;		   /* the runner is root and may make it anybody */
};

/*
 * NULL: it may run. "skipped": a requirement is not met. "broken": one of them is
 * not known, or says nothing that can be checked. `reason` is to be freed. `drop`
 * becomes whether it has to run without privilege.
 */
const char *need_check(const struct atf_case *c, const struct need_place *place, bool *drop,
		       char **reason);

/* "1G", "20m", "4096"; -EINVAL for anything else. Pure. */
int need_bytes(const char *text, unsigned long long *out);

#endif
