/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_decode.c - from what a kernel gives (a register set, a SYSCALL_INFO) to
 * a struct call. Pure: no system call, any ABI on any host of the same byte order.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include "arch/call_impl.h"

uint64_t call_reg_load(const void *regs, struct abi_reg reg)
{
	uint32_t v32;
	uint64_t v64;

	if (reg.size == sizeof(v32)) {
		memcpy(&v32, (const char *)regs + reg.offset, sizeof(v32));
		return v32;
	}
	memcpy(&v64, (const char *)regs + reg.offset, sizeof(v64));
	return v64;
}

void call_reg_store(void *regs, struct abi_reg reg, uint64_t value)
{
	uint32_t v32 = (uint32_t)value;

	if (reg.size == sizeof(v32))
		memcpy((char *)regs + reg.offset, &v32, sizeof(v32));
	else if (reg.size)
		memcpy((char *)regs + reg.offset, &value, sizeof(value));
}

static bool has_32bit_args(const struct abi *abi)
{
	return abi->regs->args[0].size == sizeof(uint32_t);
}

/* A value or -errno; the upper half of a 32-bit result says nothing. */
static int64_t result_of(const struct abi *abi, uint64_t value)
{
	int32_t low = (int32_t)value;

	if (!abi || !has_32bit_args(abi))
		return (int64_t)value;
	return low < 0 && low >= -4095 ? low : (int64_t)(uint32_t)value;
}

static void set_number(struct call *c, uint64_t nr)
{
	c->nr = (int32_t)nr; /* the kernel's is an int: the upper half of rax is ignored */
	c->abi = abi_of_call(c->audit_arch, nr);
}

static void set_args(struct call *c, const uint64_t args[ABI_NARGS])
{
	for (int i = 0; i < ABI_NARGS; i++)
		c->args[i] = c->abi && has_32bit_args(c->abi) ? (uint32_t)args[i] : args[i];
}

int call_decode(const struct abi *abi, enum call_point point, const void *regs, size_t size,
		struct call *out)
{
	const struct abi_regs *at = abi_regs_of_size(abi, size);
	struct call c = { .point = point, .nr = -1 };
	uint64_t args[ABI_NARGS];

	if (!at || !call_regs_fit(abi, regs, size))
		return -EINVAL;
	c.ip = call_reg_load(regs, at->ip);
	c.sp = call_reg_load(regs, at->sp);
	if (point != CALL_NONE) {
		c.audit_arch = abi->audit_arch;
		c.abi = abi_of_call(abi->audit_arch, UINT32_MAX);
	}
	if (point == CALL_ENTRY || point == CALL_SECCOMP) {
		set_number(&c, call_reg_load(regs, at->nr));
		for (int i = 0; i < ABI_NARGS; i++)
			args[i] = call_reg_load(regs, at->args[i]);
		if (at->arg0_copy.size)
			args[0] = call_reg_load(regs, at->arg0_copy);
		set_args(&c, args);
	}
	if (point == CALL_EXIT)
		c.result = result_of(c.abi, call_reg_load(regs, at->ret));
	*out = c;
	return 0;
}

int call_decode_info(const struct syscall_info *info, enum call_point expect, struct call *out)
{
	/* PTRACE_SYSCALL_INFO_NONE, _ENTRY, _EXIT, _SECCOMP */
	static const enum call_point points[] = { CALL_NONE, CALL_ENTRY, CALL_EXIT, CALL_SECCOMP };
	struct call c = { .point = expect, .nr = -1, .ip = info->ip, .sp = info->sp };

	if (expect == CALL_NONE) {
		/* The architecture outside of calls: x86_64 for an i386 task up to 5.10. */
		*out = c;
		return 0;
	}
	if (info->op >= sizeof(points) / sizeof(points[0]) || points[info->op] != expect)
		return -EPROTO;
	c.audit_arch = info->arch;
	if (expect == CALL_EXIT) {
		c.abi = abi_of_call(c.audit_arch, UINT32_MAX);
		c.result = result_of(c.abi, (uint64_t)info->exit.rval);
	} else {
		set_number(&c, info->entry.nr);
		set_args(&c, info->entry.args);
	}
	if (expect == CALL_SECCOMP)
		c.trace_data = info->entry.ret_data;
	*out = c;
	return 0;
}

bool call_is_restart_code(int32_t value)
{
	return value == -CALL_ERESTARTSYS || value == -CALL_ERESTARTNOINTR ||
	       value == -CALL_ERESTARTNOHAND || value == -CALL_ERESTART_RESTARTBLOCK;
}

void call_of_seccomp(const struct seccomp_data *data, struct call *out)
{
	struct call c = { .point = CALL_SECCOMP, .audit_arch = data->arch,
			  .ip = data->instruction_pointer };
	uint64_t args[ABI_NARGS];

	memcpy(args, data->args, sizeof(args));
	set_number(&c, (uint32_t)data->nr);
	set_args(&c, args);
	*out = c;
}

bool call_regs_fit(const struct abi *abi, const void *regs, size_t size)
{
	const struct abi_regs *at = abi_regs_of_size(abi, size);

	return at && (!at->psr_always ||
		      (call_reg_load(regs, at->psr) & at->psr_always) == at->psr_always);
}
