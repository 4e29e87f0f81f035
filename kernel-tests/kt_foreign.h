/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_foreign.h - tracees of every ABI that this kernel runs, without programs
 * of those ABIs: the few instructions of arch/test_tracee.h in a memory file.
 * They loop for ever over `r = getpid(six marked arguments); getppid(r);`.
 *
 *	KT_NEEDS(kt_probe_foreign(&tracee_i386));
 *	pid_t pid = kt_foreign(&tracee_i386, 0);
 *	KT_OK(kt_syscall(pid, 0));
 *	KT_WAIT(pid, "syscall");	the entry of its getpid
 */
#ifndef BELAY_KT_FOREIGN_H
#define BELAY_KT_FOREIGN_H

#include <stdbool.h>
#include <sys/types.h>

#include "arch/test_tracee.h"

/* A program of the ABI of this one. */
const struct tracee_kind *kt_foreign_native(void);

/* Whether such programs run here, and their calls: NULL, or why not. */
const char *kt_probe_foreign(const struct tracee_kind *kind);

/* Whether the kernel itself is of 32 bits: it runs no 64-bit programs. */
bool kt_foreign_kernel_is_32(void);

/* The program as an open file, close-on-exec, with TRACEE_MARK at TRACEE_MARK_AT. */
int kt_foreign_file(const struct tracee_kind *kind);

/* In a child: become the program of such a file, by one execve. */
_Noreturn void kt_foreign_exec(int file);

/*
 * A tracee, seized with `options` | EXITKILL | TRACESYSGOOD | TRACEEXEC, in the
 * syscall-exit-stop of its execve: with PTRACE_SYSCALL comes the entry of its
 * getpid next. With PTRACE_O_TRACESECCOMP its getpid gives a seccomp stop with
 * TRACEE_DATA. It has the file open as TRACEE_FD.
 */
pid_t kt_foreign(const struct tracee_kind *kind, unsigned long options);

/* PTRACE_SYSCALL to the next syscall-stop; n times. */
#define KT_FOREIGN_SYSCALLS(pid, n)                                                                \
	do {                                                                                       \
		for (int kt_n_ = 0; kt_n_ < (n); kt_n_++) {                                        \
			KT_OK(kt_syscall(pid, 0));                                                 \
			KT_WAIT(pid, "syscall");                                                   \
		}                                                                                  \
	} while (0)

#endif
