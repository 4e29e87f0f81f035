/* SPDX-License-Identifier: BSD-2-Clause */
/* call.c - read the call of a stopped tracee; how is in the files it calls. */
#include <errno.h>

#include "arch/call_impl.h"

int call_get(struct call_io *io, pid_t tid, enum call_point expect, struct call *out)
{
	struct syscall_info info;
	int r = call_get_info(io, tid, &info);

	if (r == CALL_NO_REQUEST)
		return call_get_from_regs(tid, expect, out);
	return r ? r : call_decode_info(&info, expect, out);
}
