/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_sysemu_test.c - calls that never reach the kernel: PTRACE_SYSEMU, which
 * leaves them to the tracer, and Syscall User Dispatch, which leaves them to the
 * program itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF	     0
#define PR_SYS_DISPATCH_ON	     1
#endif
#ifndef PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG
#define PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG 0x4210 /* 6.4 */
#define PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG 0x4211
#endif

/* As in linux/ptrace.h of 6.4. */
struct sud_config {
	uint64_t mode, selector, offset, len;
};

struct writer {
	int pipe[2];
	bool filtered;
	_Atomic long result;
};

static void write_body(void *arg)
{
	struct writer *w = arg;
	long rc;

	if (w->filtered)
		KT_FILTER({ SYS_write, KT_ANY_ARG, 0, SECCOMP_RET_KILL_PROCESS });
	KT_SYS(raise(SIGUSR1));
	rc = syscall(SYS_write, w->pipe[1], "x", 1);
	atomic_store(&w->result, rc < 0 ? -errno : rc);
	KT_SYS(raise(SIGUSR2));
}

static struct writer *writer_new(bool filtered)
{
	struct writer *w = kt_shared(sizeof(*w));

	KT_SYS(pipe2(w->pipe, O_NONBLOCK));
	w->filtered = filtered;
	return w;
}

/* Emulate the write with result 77: no call of the tracee reaches the kernel. */
static void emulate_write(struct writer *w)
{
	pid_t pid = kt_child_seized(write_body, w, PTRACE_O_TRACESYSGOOD);
	struct call c;
	char byte;
	long rc;

	KT_WAIT(pid, "signal(SIGUSR1)");
	/* raise() may have calls of its own before the write. */
	for (;;) {
		rc = kt_ptrace(PTRACE_SYSEMU, pid, 0, 0);
		if (rc == -EIO)
			atf_tc_skip("the kernel has no PTRACE_SYSEMU for this ABI");
		KT_OK(rc);
		KT_WAIT(pid, "syscall");
		c = KT_CALL(pid, CALL_ENTRY);
		if (c.nr == SYS_write)
			break;
		KT_OK(call_skip(&kt_io, pid, &c, 0));
	}
	KT_OK(call_skip(&kt_io, pid, &c, 77));
	/* No syscall-exit-stop: the next stop is the signal that it sends itself. */
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR2)");
	KT_EQ(KT_SEEN("result", w->result), 77);
	KT_EQ(read(w->pipe[0], &byte, 1), -1);
	KT_EQ(errno, EAGAIN);
}

KT_CASE(ptrace_syscall_sysemu, "ptrace.syscall.sysemu",
	"Verify that PTRACE_SYSEMU stops at the entry of a call, never executes it, and gives no "
	"syscall-exit-stop",
	KT_SEES("result", 1))
{
	emulate_write(writer_new(false));
}

KT_CASE(ptrace_syscall_sysemu_skips_seccomp, "ptrace.syscall.sysemu_skips_seccomp",
	"Verify that a call left to the tracer by PTRACE_SYSEMU is not judged by seccomp filters",
	KT_REPORTS("signal(SIGUSR2)", W_EXITCODE(0, SIGSYS)))
{
	emulate_write(writer_new(true));
}

struct sud {
	_Atomic uint8_t selector; /* 1: calls become SIGSYS */
	_Atomic int supported;
	_Atomic long result;
};

static void sud_body(void *arg)
{
	struct sud *s = arg;

	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &s->selector) == 0)
		atomic_store(&s->supported, 1);
	KT_SYS(raise(SIGUSR1));
	atomic_store(&s->selector, atomic_load(&s->supported));
	syscall(SYS_getppid);
	atomic_store(&s->selector, 0);
	kt_park();
}

KT_CASE(ptrace_syscall_sud, "ptrace.syscall.sud",
	"Verify that a call which Syscall User Dispatch takes gives SIGSYS and no syscall-stop",
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 4))
{
	struct sud *s = kt_shared(sizeof(*s));
	pid_t pid = kt_child_seized(sud_body, s, PTRACE_O_TRACESYSGOOD);
	siginfo_t si;

	KT_WAIT(pid, "signal(SIGUSR1)");
	if (!s->supported)
		atf_tc_skip("the kernel has no Syscall User Dispatch for this ABI");
	/* What is left of raise() may still enter the kernel. */
	while (atomic_load(&s->selector) == 0) {
		int status;

		KT_OK(kt_syscall(pid, 0));
		status = KT_WAIT_STATUS(pid);
		if (kt_status_decode(status).kind != KT_SYSCALL) {
			KT_STATUS(status, "signal(SIGSYS)");
			break;
		}
		KT_REQUIRE(KT_CALL(pid, CALL_NONE).point == CALL_NONE);
	}
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGSYS);
	KT_EQ(si.si_code, 2); /* SYS_USER_DISPATCH */
	KT_EQ(si.si_syscall, SYS_getppid);
}

KT_CASE(ptrace_sud_config, "ptrace.sud.config",
	"Verify that a tracer can read and write the Syscall User Dispatch settings of its tracee "
	"and that a wrong size fails with EINVAL",
	KT_STORES(ptrace, PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG, 3,
		  offsetof(struct sud_config, offset), 1, KT_NOT_FIRST(2)))
{
	struct sud_config set = { PR_SYS_DISPATCH_ON, 0, 0x1000, 0x2000 }, got = { 0 };
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);
	long rc = kt_ptrace(PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG, pid, sizeof(got),
			    (uintptr_t)&got);

	/* EINVAL, too, for the right size: where the entry code cannot do it. */
	if (rc == -EIO || rc == -EINVAL)
		atf_tc_skip("the kernel has no PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG");
	KT_OK(rc);
	KT_EQ(got.mode, PR_SYS_DISPATCH_OFF);
	KT_ERR(EINVAL, kt_ptrace(PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG, pid, sizeof(got) - 1,
				 (uintptr_t)&got));
	KT_ERR(EINVAL, kt_ptrace(PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG, pid, sizeof(set) + 8,
				 (uintptr_t)&set));
	KT_OK(kt_ptrace(PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG, pid, sizeof(set),
			(uintptr_t)&set));
	KT_OK(kt_ptrace(PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG, pid, sizeof(got),
			(uintptr_t)&got));
	KT_EQ(got.mode, set.mode);
	KT_EQ(got.offset, set.offset);
	KT_EQ(got.len, set.len);
	KT_EQ(got.selector, set.selector);
}

KT_PROGRAM
