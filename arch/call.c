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

int call_get_interrupted(struct call_io *io, pid_t tid, struct call *out)
{
	struct syscall_info info;
	struct call_regs regs;
	struct call c, ended;
	const struct abi *abi;
	int r = call_get_info(io, tid, &info);

	if (r)
		return r;
	/* On its way out of a call the architecture is that of the call. */
	abi = abi_of_call(info.arch, UINT32_MAX);
	if (!abi || !abi->shows_restart)
		return -ENODATA;
	r = call_save_regs(tid, &regs);
	if (r)
		return r;
	if (call_decode(abi, CALL_ENTRY, regs.bytes, regs.size, &c) ||
	    call_decode(abi, CALL_EXIT, regs.bytes, regs.size, &ended) || !c.abi || c.nr < 0 ||
	    !call_is_restart_code((int32_t)ended.result))
		return -ENODATA;
	c.result = ended.result;
	*out = c;
	return 0;
}
