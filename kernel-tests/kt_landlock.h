/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_landlock.h - rulesets and domains for cases, with the kernel's own numbers:
 * the system's headers are older than the kernels. Asks for nothing that the
 * caller has not named: what a domain handles is in the case.
 */
#ifndef BELAY_KT_LANDLOCK_H
#define BELAY_KT_LANDLOCK_H

#include <stdint.h>
#include <sys/syscall.h>

/* The numbers are the same on every ABI, but for the bit of x32. */
#define KT_LL_NR_BIT   (SYS_read & 0x40000000)
#define KT_LL_CREATE   (444 | KT_LL_NR_BIT)
#define KT_LL_ADD_RULE (445 | KT_LL_NR_BIT)
#define KT_LL_RESTRICT (446 | KT_LL_NR_BIT)

/* Flags of KT_LL_CREATE. */
#define KT_LL_VERSION (1U << 0)
#define KT_LL_ERRATA  (1U << 1) /* 6.15 */

/* Flag of KT_LL_RESTRICT, ABI 8. */
#define KT_LL_TSYNC (1U << 3)

#define KT_LL_WRITE_FILE  (1ULL << 1)
#define KT_LL_READ_FILE	  (1ULL << 2)
#define KT_LL_READ_DIR	  (1ULL << 3)
#define KT_LL_REMOVE_FILE (1ULL << 5)
#define KT_LL_MAKE_REG	  (1ULL << 8)
#define KT_LL_MAKE_BLOCK  (1ULL << 11)
#define KT_LL_REFER	  (1ULL << 13) /* ABI 2 */
#define KT_LL_TRUNCATE	  (1ULL << 14) /* ABI 3 */
#define KT_LL_IOCTL_DEV	  (1ULL << 15) /* ABI 5 */

/* ABI 4 */
#define KT_LL_BIND_TCP	  (1ULL << 0)
#define KT_LL_CONNECT_TCP (1ULL << 1)

/* ABI 6 */
#define KT_LL_SCOPE_ABSTRACT_UNIX (1ULL << 0)
#define KT_LL_SCOPE_SIGNAL	  (1ULL << 1)

/* Older kernels take the longer structure as long as what they do not know is 0. */
struct kt_ruleset {
	uint64_t fs, net, scoped;
};

/* NULL when the kernel has at least this ABI of Landlock, else the reason to skip. */
const char *kt_probe_landlock(long abi);

/* A new ruleset: a descriptor. */
int kt_ruleset_new(uint64_t fs, uint64_t net, uint64_t scoped);

/* Allows `access` below `path`, or for a TCP port. */
void kt_ruleset_path(int ruleset, const char *path, uint64_t access);
void kt_ruleset_port(int ruleset, uint16_t port, uint64_t access);

/* In a child: sets no_new_privs and enters a domain with the rules; closes it. */
void kt_ruleset_enter(int ruleset);

/* The same for a ruleset without rules. */
void kt_landlock_enter(uint64_t fs, uint64_t net, uint64_t scoped);

#endif
