/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_change.c - change the call of a stopped tracee: number, arguments,
 * result, or the instruction executed again. Few requests: every supervised
 * call that is answered here pays for them.
 *
 *			x86_64 tracer	aarch64, arm	i386, x32
 *	set_nr		1		1		2
 *	skip		2		2		2
 *	set_result	1		1		2
 *	rewrite		1 with SET_SYSCALL_INFO, else 2 or 3
 */
#include <errno.h>

#include "arch/call_impl.h"

/* A register set that is being changed. */
struct edit {
	struct call_regs regs;
	const struct abi_regs *at;
};

static int edit_begin(pid_t tid, const struct abi *abi, struct edit *e)
{
	int r = call_save_regs(tid, &e->regs);

	if (r)
		return r;
	if (!call_regs_fit(abi, e->regs.bytes, e->regs.size))
		return -EOPNOTSUPP;
	e->at = abi_regs_of_size(abi, e->regs.size);
	return 0;
}

static void edit_reg(struct edit *e, struct abi_reg reg, uint64_t value)
{
	call_reg_store(e->regs.bytes, reg, value);
}

static void edit_args(struct edit *e, const uint64_t args[ABI_NARGS])
{
	for (int i = 0; i < ABI_NARGS; i++)
		edit_reg(e, e->at->args[i], args[i]);
	edit_reg(e, e->at->arg0_copy, args[0]);
}

static int edit_end(pid_t tid, const struct edit *e)
{
	return call_load_regs(tid, &e->regs);
}

/*
 * Number and result sit in the same place for all ABIs of a register set, so
 * any ABI with a set of the tracee's size serves for a call of unknown ABI.
 */
static int edit_begin_any(pid_t tid, const struct call *c, struct edit *e)
{
	const struct abi *abi;
	int r;

	if (c->abi)
		return edit_begin(tid, c->abi, e);
	for (size_t i = 0; (abi = abi_at(i)); i++) {
		if (!abi_coexists(abi_native(), abi))
			continue;
		r = edit_begin(tid, abi, e);
		if (r != -EOPNOTSUPP)
			return r;
	}
	return -EOPNOTSUPP;
}

/*
 * Whether POKEUSER takes the offsets of the native register set here: a 64-bit
 * x86 tracer sees every tracee so, an arm tracer only the tracees of its kind.
 */
static bool can_poke(const struct abi *native, const struct call *c)
{
	return native->poke_user && (native->word == 8 || c->abi == native);
}

static int set_nr(pid_t tid, const struct call *c, int64_t nr)
{
	const struct abi *native = abi_native();
	struct edit e;
	int r;

	if (native->nr_by != ABI_NR_REGSET)
		return call_poke_nr(tid, (int32_t)nr);
	if (can_poke(native, c))
		return call_poke_user(tid, native->regs->nr.offset, (int32_t)nr);
	r = edit_begin_any(tid, c, &e);
	if (r)
		return r;
	edit_reg(&e, e.at->nr, (uint64_t)(int64_t)(int32_t)nr);
	return edit_end(tid, &e);
}

static int set_ret(const struct call_io *io, pid_t tid, const struct call *c, int64_t result)
{
	const struct abi *native = abi_native();
	uint64_t value = (uint64_t)result;
	struct edit e;
	int r;

	if (can_poke(native, c))
		return call_poke_user(tid, native->regs->ret.offset, result);
	/*
	 * Where the result is the first register, write it alone. Kernels before
	 * 4.10 filled the rest from their stack: only on those known to be newer.
	 */
	if (c->abi && !c->abi->regs->ret.offset && io->get_info == 1 &&
	    native->word >= c->abi->word)
		return call_store_prefix(tid, &value, c->abi->regs->ret.size);
	r = edit_begin_any(tid, c, &e);
	if (r)
		return r;
	edit_reg(&e, e.at->ret, value);
	return edit_end(tid, &e);
}

static bool is_entered(const struct call *c)
{
	return c->point == CALL_ENTRY || c->point == CALL_SECCOMP;
}

/* Number and arguments at once. The kernel wants the kind of stop to be right. */
static int set_info(struct call_io *io, pid_t tid, const struct call *c, int64_t nr,
		    const uint64_t args[ABI_NARGS])
{
	struct syscall_info info = { .op = c->point == CALL_ENTRY ? 1 : 3 };

	info.entry.nr = (uint64_t)(int64_t)(int32_t)nr;
	for (int i = 0; i < ABI_NARGS; i++)
		info.entry.args[i] = c->abi->regs->args[i].size == 4 ? (uint32_t)args[i] : args[i];
	return call_set_info(io, tid, &info);
}

int call_set_nr(struct call_io *io, pid_t tid, const struct call *c, int64_t nr)
{
	(void)io;
	if (!is_entered(c))
		return -EINVAL;
	return set_nr(tid, c, nr);
}

int call_set_args(struct call_io *io, pid_t tid, const struct call *c,
		  const uint64_t args[ABI_NARGS])
{
	struct syscall_info now;
	struct edit e;
	int r;

	if (!is_entered(c))
		return -EINVAL;
	if (!c->abi)
		return -EOPNOTSUPP;
	/* The number now in force, not c->nr: it may have been changed since. */
	if (io->set_info) {
		r = call_get_info(io, tid, &now);
		if (!r)
			r = set_info(io, tid, c, (int64_t)now.entry.nr, args);
		if (r != CALL_NO_REQUEST)
			return r;
	}
	r = edit_begin(tid, c->abi, &e);
	if (r)
		return r;
	edit_args(&e, args);
	return edit_end(tid, &e);
}

int call_rewrite(struct call_io *io, pid_t tid, const struct call *c, int64_t nr,
		 const uint64_t args[ABI_NARGS])
{
	struct edit e;
	int r;

	if (!is_entered(c) || (int32_t)nr == -1)
		return -EINVAL;
	if (!c->abi)
		return -EOPNOTSUPP;
	r = set_info(io, tid, c, nr, args);
	if (r != CALL_NO_REQUEST)
		return r;
	r = edit_begin(tid, c->abi, &e);
	if (r)
		return r;
	edit_args(&e, args);
	if (abi_native()->nr_by == ABI_NR_REGSET)
		edit_reg(&e, e.at->nr, (uint64_t)(int64_t)(int32_t)nr);
	r = edit_end(tid, &e);
	if (r || abi_native()->nr_by == ABI_NR_REGSET)
		return r;
	return call_poke_nr(tid, (int32_t)nr);
}

int call_skip(struct call_io *io, pid_t tid, const struct call *c, int64_t result)
{
	int r;

	if (!is_entered(c))
		return -EINVAL;
	/* The number first: should the result fail, the call is not executed. */
	r = set_nr(tid, c, -1);
	return r ? r : set_ret(io, tid, c, result);
}

int call_set_result(struct call_io *io, pid_t tid, const struct call *c, int64_t result)
{
	return c->point == CALL_EXIT ? set_ret(io, tid, c, result) : -EINVAL;
}

int call_load_result(pid_t tid, const struct call *at_entry, const struct call_regs *regs,
		     int64_t result)
{
	struct edit e = { .regs = *regs };

	if (!at_entry->abi || !call_regs_fit(at_entry->abi, regs->bytes, regs->size))
		return -EOPNOTSUPP;
	e.at = abi_regs_of_size(at_entry->abi, regs->size);
	edit_reg(&e, e.at->ret, (uint64_t)result);
	return edit_end(tid, &e);
}

int call_again(struct call_io *io, pid_t tid, const struct call *at_entry, int64_t nr,
	       const uint64_t args[ABI_NARGS])
{
	const struct abi *abi = at_entry->abi;
	bool is_short;
	struct edit e;
	int r;

	(void)io;
	if (!abi)
		return -EOPNOTSUPP;
	/*
	 * An ARM kernel with a signal to deliver looks for a restart code in r0,
	 * whatever the number is (6.1), and would move pc back once more.
	 */
	if (abi_native()->nr_by == ABI_NR_SET_SYSCALL && call_is_restart_code((int32_t)args[0]))
		return -EINVAL;
	r = edit_begin(tid, abi, &e);
	if (r)
		return r;
	is_short = e.at->psr_short && (call_reg_load(e.regs.bytes, e.at->psr) & e.at->psr_short);
	edit_reg(&e, e.at->ip, at_entry->ip - (is_short ? 2 : abi->insn_len));
	edit_args(&e, args);
	/* With no call in force there is nothing to restart, even if x0 looks like it. */
	if (abi_native()->nr_by == ABI_NR_REGSET)
		edit_reg(&e, e.at->nr, UINT64_MAX);
	edit_reg(&e, e.at->nr_in, (uint64_t)(int64_t)(int32_t)nr);
	r = edit_end(tid, &e);
	if (r || abi_native()->nr_by == ABI_NR_REGSET)
		return r;
	return call_poke_nr(tid, -1);
}
