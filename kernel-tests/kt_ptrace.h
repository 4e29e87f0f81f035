/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_ptrace.h - ptrace as the kernel has it: raw requests that return 0 or
 * -errno, without what libc's wrapper adds. Every request of the kernel tests
 * goes through kt_ptrace(), so that one place can break an answer on purpose.
 * Never include <sys/ptrace.h> beside this header.
 */
#ifndef BELAY_KT_PTRACE_H
#define BELAY_KT_PTRACE_H

#include <linux/ptrace.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

/* What headers older than the kernel under test do not have. */
#ifndef PTRACE_EVENTMSG_SYSCALL_ENTRY
#define PTRACE_EVENTMSG_SYSCALL_ENTRY 1
#define PTRACE_EVENTMSG_SYSCALL_EXIT  2
#endif
#ifndef PTRACE_SET_SYSCALL_INFO
#define PTRACE_SET_SYSCALL_INFO 0x4212 /* 6.16 */
#endif
#ifndef PTRACE_SYSEMU
#define PTRACE_SYSEMU		 31
#define PTRACE_SYSEMU_SINGLESTEP 32
#endif
#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

/* Not a request of any kernel. */
#define KT_PTRACE_UNKNOWN 0x4fff

/* The one seam. PEEK requests store the word at `data`, as the kernel does. */
long kt_ptrace(long request, pid_t tid, uintptr_t addr, uintptr_t data);

/*
 * Where there is no ptrace at all (qemu-user, Yama), a case that asks for it is
 * skipped with this reason, wherever it asks; one that does not is run. NULL:
 * requests are made, whatever they answer.
 */
void kt_ptrace_absent(const char *why);

/* Names for what reads better with one. All return 0 or -errno. */
long kt_traceme(void);
long kt_attach(pid_t tid);
long kt_seize(pid_t tid, unsigned long options);
long kt_interrupt(pid_t tid);
long kt_listen(pid_t tid);
long kt_setoptions(pid_t tid, unsigned long options);
long kt_cont(pid_t tid, int sig);
long kt_syscall(pid_t tid, int sig); /* PTRACE_SYSCALL */
long kt_detach(pid_t tid, int sig);
long kt_getsiginfo(pid_t tid, siginfo_t *out);
long kt_geteventmsg(pid_t tid, unsigned long *out);
long kt_peek(pid_t tid, const void *addr, unsigned long *out);
long kt_poke(pid_t tid, void *addr, unsigned long word);

/* The bytes that the kernel offers, or -errno (-EIO before 5.3). */
long kt_syscall_info(pid_t tid, struct ptrace_syscall_info *out);

#endif
