/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.c - ask the running kernel what it has. Nothing here changes it.
 */
#include <unistd.h>

#include "sandbox/plan/calls.h"
#include "sandbox/plan/plan.h"

/*
 * An ABI that is told by a bit in the number is entered by our own syscall
 * instruction, so it can be asked (x32: off in most kernels, and Debian's has
 * a switch at boot). Others cannot without code of theirs; a filter that
 * knows an ABI that the kernel lacks is no weaker for it.
 */
bool plan_probe(const struct abi *abi)
{
	if (!abi->nr_bit)
		return true;
	return syscall((long)calls_nr(abi, "getpid")) == getpid();
}
