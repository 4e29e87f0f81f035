/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_request.c - the ptrace requests that calls are read and changed with,
 * and the memory of which of them this kernel has. It knows no register.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "arch/call_impl.h"

#define REQUEST_PEEKTEXT 1
#define REQUEST_POKEUSER 6
#define REQUEST_SET_SYSCALL 23 /* arm only */
#define REQUEST_GETEVENTMSG 0x4201
#define REQUEST_GETREGSET 0x4204
#define REQUEST_SETREGSET 0x4205
#define REQUEST_GET_SYSCALL_INFO 0x420e /* 5.3 */
#define REQUEST_SET_SYSCALL_INFO 0x4212 /* 6.16 */

#define REGSET_PRSTATUS 1
#define REGSET_ARM_SYSTEM_CALL 0x404

_Static_assert(sizeof(struct syscall_info) == 88, "SET_SYSCALL_INFO takes no smaller one");

/* The raw call: the wrapper of the C library changes results of some requests. */
static long request(long what, pid_t tid, unsigned long addr, void *data)
{
	long r = syscall(SYS_ptrace, what, (long)tid, addr, data);

	return r < 0 ? -errno : r;
}

/* An unknown request is EIO in the kernel; ENOSYS where ptrace is emulated or filtered. */
static bool is_unknown(int8_t known, long r)
{
	return known < 0 && (r == -EIO || r == -ENOSYS);
}

int call_get_info(struct call_io *io, pid_t tid, struct syscall_info *out)
{
	struct syscall_info info = { 0 };
	long r;

	if (!io->get_info)
		return CALL_NO_REQUEST;
	r = request(REQUEST_GET_SYSCALL_INFO, tid, sizeof(info), &info);
	if (is_unknown(io->get_info, r)) {
		io->get_info = 0;
		return CALL_NO_REQUEST;
	}
	if (r < 0)
		return (int)r;
	/* The kernel returns how much it had to say: at least up to `sp`. */
	if (r < (long)offsetof(struct syscall_info, entry))
		return -EPROTO;
	io->get_info = 1;
	*out = info;
	return 0;
}

int call_set_info(struct call_io *io, pid_t tid, const struct syscall_info *info)
{
	struct syscall_info copy = *info;
	long r;

	if (!io->set_info)
		return CALL_NO_REQUEST;
	r = request(REQUEST_SET_SYSCALL_INFO, tid, sizeof(copy), &copy);
	if (is_unknown(io->set_info, r)) {
		io->set_info = 0;
		return CALL_NO_REQUEST;
	}
	if (r < 0)
		return (int)r;
	io->set_info = 1;
	return 0;
}

int call_peek_text(pid_t tid, uint64_t at, unsigned long *out)
{
	unsigned long word;
	long r = request(REQUEST_PEEKTEXT, tid, (unsigned long)at, &word);

	if (r < 0)
		return (int)r;
	*out = word;
	return 0;
}

int call_get_eventmsg(pid_t tid, unsigned long *out)
{
	unsigned long message = 0;
	long r = request(REQUEST_GETEVENTMSG, tid, 0, &message);

	if (r < 0)
		return (int)r;
	*out = message;
	return 0;
}

int call_poke_user(pid_t tid, size_t offset, int64_t value)
{
	return (int)request(REQUEST_POKEUSER, tid, offset, (void *)(intptr_t)value);
}

int call_poke_nr(pid_t tid, int32_t nr)
{
	struct iovec iov = { .iov_base = &nr, .iov_len = sizeof(nr) };

	switch (abi_native()->nr_by) {
	case ABI_NR_SET_SYSCALL:
		return (int)request(REQUEST_SET_SYSCALL, tid, 0, (void *)(intptr_t)nr);
	case ABI_NR_SYSTEM_CALL:
		return (int)request(REQUEST_SETREGSET, tid, REGSET_ARM_SYSTEM_CALL, &iov);
	case ABI_NR_REGSET:
		break;
	}
	return -EOPNOTSUPP;
}

int call_save_regs(pid_t tid, struct call_regs *out)
{
	struct call_regs regs = { .size = 0 };
	struct iovec iov = { .iov_base = regs.bytes, .iov_len = sizeof(regs.bytes) };
	long r = request(REQUEST_GETREGSET, tid, REGSET_PRSTATUS, &iov);

	if (r < 0)
		return (int)r;
	regs.size = iov.iov_len;
	*out = regs;
	return 0;
}

int call_load_regs(pid_t tid, const struct call_regs *regs)
{
	if (regs->size > sizeof(regs->bytes))
		return -EINVAL;
	return call_store_prefix(tid, regs->bytes, regs->size);
}

int call_store_prefix(pid_t tid, const void *bytes, size_t size)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = size };

	return (int)request(REQUEST_SETREGSET, tid, REGSET_PRSTATUS, &iov);
}
