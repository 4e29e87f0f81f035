/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_raw.c - raw system calls. No judging.
 */
#include "kernel-tests/kt_raw.h"
#include "kernel-tests/kt_wrong.h"

long kt_raw_call(long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		 unsigned long e, unsigned long f)
{
	unsigned long args[6] = {a, b, c, d, e, f};

	return kt_wrong_call(KT_SEAM_call, nr, nr, args);
}
