/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_regs.c - reads and writes register sets of stopped tracees.
 */
#include <errno.h>
#include <string.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_regs.h"

long kt_getregset(pid_t tid, unsigned int type, void *buf, size_t *size)
{
	struct iovec iov = { buf, *size };
	long rc = kt_ptrace(PTRACE_GETREGSET, tid, type, (uintptr_t)&iov);

	*size = iov.iov_len;
	return rc;
}

long kt_setregset(pid_t tid, unsigned int type, const void *buf, size_t *size)
{
	struct iovec iov = { (void *)(uintptr_t)buf, *size };
	long rc = kt_ptrace(PTRACE_SETREGSET, tid, type, (uintptr_t)&iov);

	*size = iov.iov_len;
	return rc;
}

struct kt_regs kt_getregs(const char *file, int line, pid_t tid, const struct abi *abi)
{
	struct kt_regs r = { .size = sizeof(r.bytes) };
	long rc = kt_getregset(tid, NT_PRSTATUS, r.bytes, &r.size);

	if (rc < 0)
		kt_fail(file, line, "GETREGSET of %d: %s", (int)tid, kt_errno_name((int)-rc));
	r.at = abi_regs_of_size(abi, r.size);
	return r;
}

void kt_setregs(const char *file, int line, pid_t tid, const struct kt_regs *regs)
{
	size_t size = regs->size;
	long rc = kt_setregset(tid, NT_PRSTATUS, regs->bytes, &size);

	if (rc < 0)
		kt_fail(file, line, "SETREGSET of %d: %s", (int)tid, kt_errno_name((int)-rc));
}

/* Little endian, as every ABI here. */
uint64_t kt_reg(const struct kt_regs *regs, struct abi_reg reg)
{
	uint64_t value = 0;

	memcpy(&value, regs->bytes + reg.offset, reg.size);
	return value;
}

void kt_reg_set(struct kt_regs *regs, struct abi_reg reg, uint64_t value)
{
	memcpy(regs->bytes + reg.offset, &value, reg.size);
}

void kt_set_nr(const char *file, int line, pid_t tid, const struct abi *abi, int32_t nr)
{
	size_t size = sizeof(nr);
	struct kt_regs r;
	long rc = 0;

	switch (abi_native()->nr_by) {
	case ABI_NR_REGSET:
		r = kt_getregs(file, line, tid, abi);
		kt_reg_set(&r, r.at->nr, (uint64_t)(int64_t)nr);
		kt_setregs(file, line, tid, &r);
		break;
	case ABI_NR_SET_SYSCALL:
		rc = kt_ptrace(PTRACE_SET_SYSCALL, tid, 0, (uintptr_t)nr);
		break;
	case ABI_NR_SYSTEM_CALL:
		rc = kt_setregset(tid, NT_ARM_SYSTEM_CALL, &nr, &size);
		break;
	}
	if (rc < 0)
		kt_fail(file, line, "setting the number of %d: %s", (int)tid,
			kt_errno_name((int)-rc));
}
