/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_cred.h - children that are less than the case: another user, fewer
 * capabilities. The case itself stays what it is.
 */
#ifndef BELAY_KT_CRED_H
#define BELAY_KT_CRED_H

#include <stdint.h>

/* Who root becomes. Not the overflow id, which stands for those without a mapping. */
#define KT_CRED_ID 65533

/*
 * In a child: a user without capabilities, dumpable as if it had been nobody
 * else. Root becomes KT_CRED_ID; any other user stays itself. Clears the death
 * signal of root's child; the guard still has its group.
 */
void kt_cred_unprivileged(void);

/* In a child: without one capability, and dumpable or not as before. */
void kt_cred_drop_cap(int cap);

/* The effective capabilities of the calling thread, as bits. */
uint64_t kt_cred_effective(void);

#endif
