/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.h - the system call that a stopped tracee is in: read it, change it,
 * skip it. PTRACE_GET_SYSCALL_INFO (5.3) first, register sets where it is
 * missing; both give the same struct call. Only requests on a tracee that the
 * calling thread traces and that is stopped; no waiting, no resuming.
 *
 * Every function returns 0 or -errno; -ESRCH means that the tracee is gone or
 * not stopped, which is normal life. Outputs are written on success only. After
 * any other error of a function that changes a call it is not known what would
 * be executed: do not resume the tracee.
 */
#ifndef BELAY_ARCH_CALL_H
#define BELAY_ARCH_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/abi.h"

enum call_point { CALL_NONE, CALL_ENTRY, CALL_EXIT, CALL_SECCOMP };

/*
 * abi is NULL at CALL_NONE, for an audit architecture that is not in the table,
 * and where the fallback cannot know (see call_identify.c): treat such a call
 * as the most dangerous one. At EXIT the number is not known, so that x32 is
 * reported as x86_64, and after execve the ABI is the new program's; take the
 * ABI of a call from its ENTRY.
 */
struct call {
	enum call_point point;
	const struct abi *abi;	/* how the call entered, or NULL */
	uint32_t audit_arch;	/* what the kernel said, also when abi is NULL; 0 unknown */
	int64_t nr;		/* as <asm/unistd.h> of that ABI counts: with nr_bit; -1 none */
	uint64_t args[ABI_NARGS]; /* ENTRY, SECCOMP only; 32-bit ones zero-extended */
	uint64_t ip, sp;
	int64_t result;		/* EXIT only: a value or -errno, restart codes included */
	uint32_t trace_data;	/* SECCOMP only: SECCOMP_RET_DATA */
};

/* What a tracer sees instead of EINTR, and a program never: include/linux/errno.h. */
enum {
	CALL_ERESTARTSYS = 512,		/* after a handler: again with SA_RESTART, else EINTR */
	CALL_ERESTARTNOINTR = 513,	/* always again */
	CALL_ERESTARTNOHAND = 514,	/* EINTR after a handler */
	CALL_ERESTART_RESTARTBLOCK = 516 /* the same, else restart_syscall */
};

/* What the running kernel has. -1 not yet known, 0 no, 1 yes; tests set 0. */
struct call_io {
	int8_t get_info; /* PTRACE_GET_SYSCALL_INFO, 5.3 */
	int8_t set_info; /* PTRACE_SET_SYSCALL_INFO, 6.16 */
};
#define CALL_IO_INIT { -1, -1 }

/*
 * Read the call of the stopped tracee. `expect` is the kind of stop the
 * caller took from the wait status: a register set alone cannot tell. The
 * tracee must have PTRACE_O_TRACESYSGOOD. -EPROTO when the kernel says that it
 * is another kind of stop. CALL_NONE fits every stop and reads ip and sp only.
 * -EOPNOTSUPP where a register set is all there is and it is cut: a 32-bit ARM
 * tracer on a 64-bit tracee.
 */
int call_get(struct call_io *io, pid_t tid, enum call_point expect, struct call *out);

/*
 * At a signal-delivery-stop: the call that the signal has interrupted, as at its ENTRY,
 * with its restart code in `result`. -ENODATA where it has interrupted none.
 * On arm and aarch64 the restart is prepared before the stop: there it is the call whose
 * instruction is the next, ERESTARTSYS, be it interrupted by whatever code or just to be
 * made for the first time.
 * Needs PTRACE_GET_SYSCALL_INFO: -ENOSYS without.
 */
int call_get_interrupted(struct call_io *io, pid_t tid, struct call *out);

/*
 * At ENTRY or SECCOMP: another number, other arguments, or both at once. The
 * number counts as in struct call; -1 (set_nr only) skips the call and leaves
 * the result to the architecture. -EOPNOTSUPP where this tracer cannot reach
 * the registers: c->abi is NULL, or a 32-bit ARM tracer on a 64-bit tracee.
 * A vsyscall (x86_64: time, gettimeofday, getcpu at 0xffffffffff600000) can be
 * skipped only: the kernel kills the process when it finds another number.
 */
int call_set_nr(struct call_io *io, pid_t tid, const struct call *c, int64_t nr);
int call_set_args(struct call_io *io, pid_t tid, const struct call *c,
		  const uint64_t args[ABI_NARGS]);
int call_rewrite(struct call_io *io, pid_t tid, const struct call *c, int64_t nr,
		 const uint64_t args[ABI_NARGS]);

/*
 * At ENTRY or SECCOMP: do not execute; the program sees `result` (a value or
 * -errno, no restart code). Also where c->abi is NULL.
 */
int call_skip(struct call_io *io, pid_t tid, const struct call *c, int64_t result);

/* At EXIT: the program sees `result` (a value or -errno). */
int call_set_result(struct call_io *io, pid_t tid, const struct call *c, int64_t result);

/*
 * The whole register set, to put back what injected calls have changed: save
 * at ENTRY or SECCOMP, load at the EXIT of the last injected call, then
 * call_set_result(). A restart code restarts the program's own call when a
 * signal is pending; but aarch64 takes the first argument from the injected one
 * (orig_x0, in no register set), so give that the program's own; and an ARM
 * kernel that runs no handler repeats the injected number (6.1 to 7.2), so go to
 * the next syscall stop and, if it is an entry with that number, call_set_nr().
 */
struct call_regs {
	unsigned char bytes[ABI_REGS_MAX];
	size_t size;
};
int call_save_regs(pid_t tid, struct call_regs *out);
int call_load_regs(pid_t tid, const struct call_regs *regs);

/*
 * At EXIT: put `regs` back, saved when `at_entry` was entered, and let the
 * program see `result`. One request.
 */
int call_load_result(pid_t tid, const struct call *at_entry, const struct call_regs *regs,
		     int64_t result);

/*
 * At EXIT of an injected call: make the tracee, when resumed, execute its
 * syscall instruction again with this number and these arguments. `at_entry`
 * is the struct call read when the original call was entered. -EINVAL on arm
 * when the first argument is a restart code (-512 to -514, -516): pending
 * signals would make the kernel misplace the program.
 */
int call_again(struct call_io *io, pid_t tid, const struct call *at_entry, int64_t nr,
	       const uint64_t args[ABI_NARGS]);

/*
 * Decode a register set taken from any ABI's tracee; pure, for tests on any
 * host. -EINVAL when a set of `size` bytes cannot hold a call of this ABI.
 * The number is the one that was entered, before a tracer changed it.
 */
int call_decode(const struct abi *abi, enum call_point point, const void *regs, size_t size,
		struct call *out);

/* The same call as a seccomp listener is told of it. Pure. */
struct seccomp_data;
void call_of_seccomp(const struct seccomp_data *data, struct call *out);

#endif
