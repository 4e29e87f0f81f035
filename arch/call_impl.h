/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_impl.h - what the files behind call.h share: the ptrace requests, one
 * function each, and the pure readers and writers of register sets.
 */
#ifndef BELAY_ARCH_CALL_IMPL_H
#define BELAY_ARCH_CALL_IMPL_H

#include "arch/call.h"

/* struct ptrace_syscall_info as 6.16 has it; 88 bytes on every ABI. */
struct syscall_info {
	uint8_t op;
	uint8_t reserved;
	uint16_t flags;
	uint32_t arch;
	uint64_t ip, sp;
	union {
		struct {
			uint64_t nr;
			uint64_t args[ABI_NARGS];
			uint32_t ret_data;  /* SECCOMP only */
			uint32_t reserved2;
		} entry;
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
	};
};

/* call_request.c: one ptrace request each; 0 or -errno. */
#define CALL_NO_REQUEST (-ENOSYS) /* this kernel has no such request */
int call_get_info(struct call_io *io, pid_t tid, struct syscall_info *out);
int call_set_info(struct call_io *io, pid_t tid, const struct syscall_info *info);
int call_peek_text(pid_t tid, uint64_t at, unsigned long *out); /* one word */
int call_get_eventmsg(pid_t tid, unsigned long *out);
int call_poke_user(pid_t tid, size_t offset, int64_t value);
int call_poke_nr(pid_t tid, int32_t nr); /* arm, aarch64 tracers */

/* Write the first `size` bytes of the register set; the others keep their value. */
int call_store_prefix(pid_t tid, const void *bytes, size_t size);

/* call_decode.c: pure. */
uint64_t call_reg_load(const void *regs, struct abi_reg reg);
void call_reg_store(void *regs, struct abi_reg reg, uint64_t value);
bool call_regs_fit(const struct abi *abi, const void *regs, size_t size);
bool call_is_restart_code(int32_t value);
int call_decode_info(const struct syscall_info *info, enum call_point expect, struct call *out);

/* call_identify.c: pure. What the kernel prints in /proc/TID/syscall. */
struct call_spoken {
	int64_t nr;
	bool has_args; /* not for number -1 */
	uint64_t args[ABI_NARGS], sp, ip;
};
int call_parse_spoken(const char *text, struct call_spoken *out);

/*
 * The ABI of a call from a register set and from what the kernel says of it:
 * NULL unless exactly one fits.
 */
const struct abi *call_identify(const struct abi *native, const void *regs, size_t size,
				const struct call_spoken *spoken);

/* call_fallback.c: call_get() where there is no GET_SYSCALL_INFO. */
int call_get_from_regs(pid_t tid, enum call_point expect, struct call *out);

#endif
