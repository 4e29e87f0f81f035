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

/* Registers as the call has left them, its result a restart code. */
static int get_ended(const struct abi *abi, const struct call_regs *regs, struct call *out)
{
	struct call c, ended;

	if (call_decode(abi, CALL_ENTRY, regs->bytes, regs->size, &c) ||
	    call_decode(abi, CALL_EXIT, regs->bytes, regs->size, &ended) || !c.abi || c.nr < 0 ||
	    !call_is_restart_code((int32_t)ended.result))
		return -ENODATA;
	c.result = ended.result;
	*out = c;
	return 0;
}

/* Whether a syscall instruction is the next. 0, -ENODATA, or -errno. */
static int is_next(pid_t tid, const struct abi *abi, const struct abi_regs *at,
		   const struct call_regs *regs)
{
	bool is_short = at->psr.size != 0 &&
			(call_reg_load(regs->bytes, at->psr) & at->psr_short) != 0;
	/* Some kernels show the bit that a jump to Thumb code has. */
	uint64_t ip = call_reg_load(regs->bytes, at->ip) & ~(uint64_t)1;
	unsigned long word;
	/* A whole word, which crosses no page. */
	size_t into = ip % sizeof(word);
	int r = call_peek_text(tid, ip - into, &word);

	if (r)
		return r == -ESRCH ? r : -ENODATA;
	word >>= 8 * into;
	if (is_short)
		return (uint16_t)word == abi->insn_short ? 0 : -ENODATA;
	return (uint32_t)word == abi->insn ? 0 : -ENODATA;
}

/* Registers as the call will find them: the restart was prepared before the stop. */
static int get_next(pid_t tid, const struct abi *abi, const struct call_regs *regs,
		    struct call *out)
{
	const struct abi_regs *at = abi_regs_of_size(abi, regs->size);
	struct call c;
	int r;

	if (!at || call_decode(abi, CALL_ENTRY, regs->bytes, regs->size, &c) || !c.abi || c.nr < 0)
		return -ENODATA;
	r = is_next(tid, abi, at, regs);
	if (r)
		return r;
	/* Outside of calls the copy is anything. */
	c.args[0] = call_reg_load(regs->bytes, at->args[0]);
	c.result = -CALL_ERESTARTSYS;
	*out = c;
	return 0;
}

int call_get_interrupted(struct call_io *io, pid_t tid, struct call *out)
{
	struct syscall_info info;
	struct call_regs regs;
	const struct abi *abi;
	int r = call_get_info(io, tid, &info);

	if (r)
		return r;
	/* On its way out of a call the architecture is that of the call. */
	abi = abi_of_call(info.arch, UINT32_MAX);
	if (!abi)
		return -ENODATA;
	r = call_save_regs(tid, &regs);
	if (r)
		return r;
	return abi->shows_restart ? get_ended(abi, &regs, out) : get_next(tid, abi, &regs, out);
}
