/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_regs.h - register sets and call numbers of a stopped tracee, by requests
 * of kt_ptrace(), and so with its wrong answers. Where an ABI's registers are in
 * a set is in arch/abi.h. Each fails the case on any error.
 *
 *	struct kt_regs r = KT_GETREGS(pid, abi_native());
 *	kt_reg_set(&r, r.at->args[0], 7);
 *	KT_SETREGS(pid, &r);
 */
#ifndef BELAY_KT_REGS_H
#define BELAY_KT_REGS_H

#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "arch/abi.h"

#ifndef NT_PRSTATUS
#define NT_PRSTATUS 1
#endif
#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif
#ifndef PTRACE_SET_SYSCALL
#define PTRACE_SET_SYSCALL 23 /* arm */
#endif

struct kt_regs {
	unsigned char bytes[ABI_REGS_MAX];
	size_t size;		   /* as the kernel says */
	const struct abi_regs *at; /* of calls of that ABI; NULL: no set of such a size */
};

#define KT_GETREGS(tid, abi)  kt_getregs(__FILE__, __LINE__, tid, abi)
#define KT_SETREGS(tid, regs) kt_setregs(__FILE__, __LINE__, tid, regs)
struct kt_regs kt_getregs(const char *file, int line, pid_t tid, const struct abi *abi);
void kt_setregs(const char *file, int line, pid_t tid, const struct kt_regs *regs);

/* Zero-extended. */
uint64_t kt_reg(const struct kt_regs *regs, struct abi_reg reg);
void kt_reg_set(struct kt_regs *regs, struct abi_reg reg, uint64_t value);

/* Any set, with the size in *size on both sides: 0 or -errno. */
long kt_getregset(pid_t tid, unsigned int type, void *buf, size_t *size);
long kt_setregset(pid_t tid, unsigned int type, const void *buf, size_t *size);

/*
 * The request and its first two arguments by which a tracer of this ABI changes
 * the number of an entered call, for wrong answers and for KT_SET_NR.
 */
#ifdef __arm__
#define KT_NR_REQUEST PTRACE_SET_SYSCALL
#else
#define KT_NR_REQUEST PTRACE_SETREGSET
#endif
#define KT_SET_NR(tid, abi, nr) kt_set_nr(__FILE__, __LINE__, tid, abi, nr)
void kt_set_nr(const char *file, int line, pid_t tid, const struct abi *abi, int32_t nr);

#endif
