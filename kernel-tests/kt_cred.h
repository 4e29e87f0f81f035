/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_cred.h - children that are less than the case: another user, fewer
 * capabilities. The case itself stays what it is. A process that changes its
 * ids loses its death signal; the guard still has its group.
 */
#ifndef BELAY_KT_CRED_H
#define BELAY_KT_CRED_H

#include <stdint.h>
#include <sys/types.h>

/* Who root becomes. Not the overflow id, which stands for those without a mapping. */
#define KT_CRED_ID 65533

/*
 * In a child: a user without capabilities, dumpable as if it had been nobody
 * else. Root becomes KT_CRED_ID; any other user stays itself.
 */
void kt_cred_unprivileged(void);

/* Whether that can work: NULL or why not. */
const char *kt_probe_unprivileged_child(void);

/* Real, effective, saved. */
struct kt_ids {
	uid_t uid[3];
	gid_t gid[3];
};

/* In a child of root: these ids, no supplementary groups, dumpable. */
void kt_cred_become(const struct kt_ids *ids);

/* In a child: exactly these capabilities, permitted and effective: 1 << CAP_*; dumpable. */
void kt_cred_set_caps(uint64_t caps);

/* In a child: without one capability, and dumpable or not as before. */
void kt_cred_drop_cap(int cap);

/* The effective capabilities of the calling thread, as bits. */
uint64_t kt_cred_effective(void);

#endif
