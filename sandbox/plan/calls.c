/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - the registry of the call table: rows by name and by number.
 *
 * Numbers come from libseccomp; the supplement holds what its releases may
 * not know yet. Verdicts are in calls_*.c, never here.
 *
 * To add a call: one row with its verdict in the topic it belongs to, in order
 * of names; its number in the supplement while libseccomp releases in use do
 * not know it. Until then it is refused with ENOSYS, and calls_test.c fails
 * where the kernel headers have it. What a row can say is in calls_rows.h, a
 * rule on register arguments is a line in cond.c.
 */
#include <linux/audit.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/plan/calls_rows.h"

static const struct call_topic *const topics[] = {
	&calls_fs,
	&calls_net,
	&calls_process,
	&calls_rest,
};
#define NTOPICS (sizeof(topics) / sizeof(topics[0]))

/*
 * Numbers that Linux added after libseccomp 2.5, the same on every ABI (x32
 * with its bit) unless an audit_arch restricts them; and the calls of i386
 * that libseccomp gives a number of its own invention, because older kernels
 * had them only inside of socketcall and ipc (Linux 4.3 and 5.1).
 */
static const struct {
	const char *name;
	uint16_t nr;
	uint32_t only; /* audit_arch, or 0 */
} supplement[] = {
	{ "uretprobe", 335, AUDIT_ARCH_X86_64 },
	{ "uprobe", 336, AUDIT_ARCH_X86_64 },
	{ "recvmmsg", 337, AUDIT_ARCH_I386 },
	{ "sendmmsg", 345, AUDIT_ARCH_I386 },
	{ "socket", 359, AUDIT_ARCH_I386 },
	{ "socketpair", 360, AUDIT_ARCH_I386 },
	{ "bind", 361, AUDIT_ARCH_I386 },
	{ "connect", 362, AUDIT_ARCH_I386 },
	{ "listen", 363, AUDIT_ARCH_I386 },
	{ "accept4", 364, AUDIT_ARCH_I386 },
	{ "getsockopt", 365, AUDIT_ARCH_I386 },
	{ "setsockopt", 366, AUDIT_ARCH_I386 },
	{ "getsockname", 367, AUDIT_ARCH_I386 },
	{ "getpeername", 368, AUDIT_ARCH_I386 },
	{ "sendto", 369, AUDIT_ARCH_I386 },
	{ "sendmsg", 370, AUDIT_ARCH_I386 },
	{ "recvfrom", 371, AUDIT_ARCH_I386 },
	{ "recvmsg", 372, AUDIT_ARCH_I386 },
	{ "shutdown", 373, AUDIT_ARCH_I386 },
	{ "semget", 393, AUDIT_ARCH_I386 },
	{ "semctl", 394, AUDIT_ARCH_I386 },
	{ "shmget", 395, AUDIT_ARCH_I386 },
	{ "shmctl", 396, AUDIT_ARCH_I386 },
	{ "shmat", 397, AUDIT_ARCH_I386 },
	{ "shmdt", 398, AUDIT_ARCH_I386 },
	{ "msgget", 399, AUDIT_ARCH_I386 },
	{ "msgsnd", 400, AUDIT_ARCH_I386 },
	{ "msgrcv", 401, AUDIT_ARCH_I386 },
	{ "msgctl", 402, AUDIT_ARCH_I386 },
	{ "cachestat", 451, 0 },
	{ "fchmodat2", 452, 0 },
	{ "map_shadow_stack", 453, 0 },
	{ "futex_wake", 454, 0 },
	{ "futex_wait", 455, 0 },
	{ "futex_requeue", 456, 0 },
	{ "statmount", 457, 0 },
	{ "listmount", 458, 0 },
	{ "lsm_get_self_attr", 459, 0 },
	{ "lsm_set_self_attr", 460, 0 },
	{ "lsm_list_modules", 461, 0 },
	{ "mseal", 462, 0 },
	{ "setxattrat", 463, 0 },
	{ "getxattrat", 464, 0 },
	{ "listxattrat", 465, 0 },
	{ "removexattrat", 466, 0 },
	{ "open_tree_attr", 467, 0 },
	{ "file_getattr", 468, 0 },
	{ "file_setattr", 469, 0 },
	{ "listns", 470, 0 },
	{ "rseq_slice_yield", 471, 0 },
};
#define NSUPPLEMENT (sizeof(supplement) / sizeof(supplement[0]))

const struct call_spec *calls_at(size_t i)
{
	for (size_t t = 0; t < NTOPICS; t++) {
		if (i < topics[t]->count)
			return &topics[t]->rows[i];
		i -= topics[t]->count;
	}
	return NULL;
}

static int compare_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct call_spec *)row)->name);
}

const struct call_spec *calls_named(const char *name)
{
	for (size_t t = 0; t < NTOPICS; t++) {
		const struct call_spec *row = bsearch(name, topics[t]->rows, topics[t]->count,
						      sizeof(*row), compare_name);

		if (row)
			return row;
	}
	return NULL;
}

/* libseccomp tells x32 from x86_64 by an architecture that is not 64-bit. */
static uint32_t seccomp_token(const struct abi *abi)
{
	return abi->nr_bit ? abi->audit_arch & ~(uint32_t)__AUDIT_ARCH_64BIT : abi->audit_arch;
}

int64_t calls_nr(const struct abi *abi, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(seccomp_token(abi), name);

	if (nr >= 0)
		return nr;
	for (size_t i = 0; i < NSUPPLEMENT; i++) {
		if (strcmp(supplement[i].name, name) != 0)
			continue;
		if (supplement[i].only &&
		    (supplement[i].only != abi->audit_arch || abi->nr_bit))
			continue;
		return supplement[i].nr | abi->nr_bit;
	}
	return -1;
}

/*
 * Where a number lives in the index: every ABI counts below 1024, and arm has
 * private calls from 0xf0000 (__ARM_NR_BASE) on. -1: nowhere.
 */
#define SLOTS 1024
#define ARM_PRIVATE 0xf0000
#define ARM_SLOTS 16
#define MAX_ABIS 8

static int slot(const struct abi *abi, int64_t nr)
{
	if (nr < 0 || (nr & abi->nr_bit) != abi->nr_bit)
		return -1;
	nr -= abi->nr_bit;
	if (nr < SLOTS)
		return (int)nr;
	if (abi->audit_arch == AUDIT_ARCH_ARM && nr >= ARM_PRIVATE && nr < ARM_PRIVATE + ARM_SLOTS)
		return (int)(SLOTS + nr - ARM_PRIVATE);
	return -1;
}

static const struct call_spec *index_of[MAX_ABIS][SLOTS + ARM_SLOTS];
static bool indexed[MAX_ABIS];

static void index_abi(const struct abi *abi, size_t a)
{
	const struct call_spec *row;

	for (size_t i = 0; (row = calls_at(i)); i++) {
		int at = slot(abi, calls_nr(abi, row->name));

		if (at >= 0)
			index_of[a][at] = row;
	}
	indexed[a] = true;
}

const struct call_spec *calls_find(const struct abi *abi, int64_t nr)
{
	int at = slot(abi, nr);

	if (at < 0)
		return NULL;
	for (size_t a = 0; a < MAX_ABIS && abi_at(a); a++) {
		if (abi_at(a) != abi)
			continue;
		if (!indexed[a])
			index_abi(abi, a);
		return index_of[a][at];
	}
	return NULL;
}
