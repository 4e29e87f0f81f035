/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.c - ask the running kernel what it has. Nothing here changes it.
 */
#include <errno.h>
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

/* Newer than the oldest kernel that belay runs on, 5.6: since 5.8, 6.6, 6.13, 6.13. */
static const char *const newer[PLAN_NEWER] = {
	"faccessat2", "fchmodat2", "removexattrat", "setxattrat",
};

size_t plan_absent(const struct abi *native, const struct call_spec *out[PLAN_NEWER])
{
	size_t n = 0;

	for (size_t i = 0; i < PLAN_NEWER; i++) {
		long nr = (long)calls_nr(native, newer[i]);

		/* Nothing is named: where there is such a call it finds no file or a bad address. */
		if (nr >= 0 && syscall(nr, -1L, "", 0L, 0L, 0L, 0L) == -1 && errno == ENOSYS)
			out[n++] = calls_named(newer[i]);
	}
	return n;
}
