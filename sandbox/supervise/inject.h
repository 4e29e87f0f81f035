/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inject.h - the numbers of the calls that a job makes a tracee execute.
 * All of them are allowed by the filter.
 */
#ifndef BELAY_SANDBOX_INJECT_H
#define BELAY_SANDBOX_INJECT_H

#include <stdint.h>

#include "arch/abi.h"

enum inject_call {
	INJECT_PPOLL,
	INJECT_MMAP,
	INJECT_MUNMAP,
	INJECT_SOCKETPAIR,
	INJECT_FCNTL,
	INJECT_CLOSE,
	INJECT_RECVMSG,
	INJECT_IOCTL,
	INJECT_CALLS
};

/* The number on this ABI, or -1. Looked up once. */
int64_t inject_nr(const struct abi *abi, enum inject_call which);

#endif
