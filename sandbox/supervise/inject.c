/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inject.c - names to numbers, remembered per ABI. Nothing else.
 */
#include "sandbox/supervise/inject.h"

#include <stdbool.h>
#include <stddef.h>

#include "sandbox/plan/calls.h"

#define ABIS_MAX 8

static const char *const names[INJECT_CALLS] = {
	[INJECT_PPOLL] = "ppoll",
	[INJECT_MMAP] = "mmap",
	[INJECT_MUNMAP] = "munmap",
	[INJECT_SOCKETPAIR] = "socketpair",
	[INJECT_FCNTL] = "fcntl",
	[INJECT_CLOSE] = "close",
	[INJECT_RECVMSG] = "recvmsg",
	[INJECT_IOCTL] = "ioctl",
};

static int64_t look_up(const struct abi *abi, enum inject_call which)
{
	/* On i386 and arm mmap is old or absent; mmap2 takes the same arguments. */
	if (which == INJECT_MMAP && calls_nr(abi, "mmap2") >= 0)
		return calls_nr(abi, "mmap2");
	return calls_nr(abi, names[which]);
}

int64_t inject_nr(const struct abi *abi, enum inject_call which)
{
	static struct {
		const struct abi *abi;
		bool known[INJECT_CALLS];
		int64_t nr[INJECT_CALLS];
	} cache[ABIS_MAX];

	for (size_t i = 0; i < ABIS_MAX; i++) {
		if (cache[i].abi == NULL)
			cache[i].abi = abi;
		if (cache[i].abi != abi)
			continue;
		if (!cache[i].known[which]) {
			cache[i].nr[which] = look_up(abi, which);
			cache[i].known[which] = true;
		}
		return cache[i].nr[which];
	}
	return look_up(abi, which);
}
