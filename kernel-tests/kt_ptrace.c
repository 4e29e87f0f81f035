/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_ptrace.c - raw ptrace requests. No waiting, no judging.
 */
#include <sys/syscall.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_wrong.h"

static const char *absent;

void kt_ptrace_absent(const char *why)
{
	absent = why;
}

long kt_ptrace(long request, pid_t tid, uintptr_t addr, uintptr_t data)
{
	unsigned long args[6] = { (unsigned long)request, (unsigned long)tid, addr, data };

	if (absent)
		kt_skip(absent);
	return kt_wrong_call(KT_SEAM_ptrace, request, SYS_ptrace, args);
}

long kt_traceme(void)
{
	return kt_ptrace(PTRACE_TRACEME, 0, 0, 0);
}

long kt_attach(pid_t tid)
{
	return kt_ptrace(PTRACE_ATTACH, tid, 0, 0);
}

long kt_seize(pid_t tid, unsigned long options)
{
	return kt_ptrace(PTRACE_SEIZE, tid, 0, options);
}

long kt_interrupt(pid_t tid)
{
	return kt_ptrace(PTRACE_INTERRUPT, tid, 0, 0);
}

long kt_listen(pid_t tid)
{
	return kt_ptrace(PTRACE_LISTEN, tid, 0, 0);
}

long kt_setoptions(pid_t tid, unsigned long options)
{
	return kt_ptrace(PTRACE_SETOPTIONS, tid, 0, options);
}

long kt_cont(pid_t tid, int sig)
{
	return kt_ptrace(PTRACE_CONT, tid, 0, (uintptr_t)sig);
}

long kt_syscall(pid_t tid, int sig)
{
	return kt_ptrace(PTRACE_SYSCALL, tid, 0, (uintptr_t)sig);
}

long kt_detach(pid_t tid, int sig)
{
	return kt_ptrace(PTRACE_DETACH, tid, 0, (uintptr_t)sig);
}

long kt_getsiginfo(pid_t tid, siginfo_t *out)
{
	return kt_ptrace(PTRACE_GETSIGINFO, tid, 0, (uintptr_t)out);
}

long kt_geteventmsg(pid_t tid, unsigned long *out)
{
	return kt_ptrace(PTRACE_GETEVENTMSG, tid, 0, (uintptr_t)out);
}

long kt_peek(pid_t tid, const void *addr, unsigned long *out)
{
	return kt_ptrace(PTRACE_PEEKDATA, tid, (uintptr_t)addr, (uintptr_t)out);
}

long kt_poke(pid_t tid, void *addr, unsigned long word)
{
	return kt_ptrace(PTRACE_POKEDATA, tid, (uintptr_t)addr, word);
}

long kt_syscall_info(pid_t tid, struct ptrace_syscall_info *out)
{
	return kt_ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(*out), (uintptr_t)out);
}
