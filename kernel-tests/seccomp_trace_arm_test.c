/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_trace_arm_test.c - the first argument of a call on ARM: the register that
 * is executed and the copy that filters see are two.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

#define OPTIONS (PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD)

#define NO_FD	0x909 /* not open */
#define REFUSED 1     /* the filter refuses to duplicate it */

static void dup_body(void *arg)
{
	_Atomic long *result = arg;
	long rc;

	KT_FILTER({ SYS_dup, 0, REFUSED, KT_RET_ERRNO });
	KT_SYS(raise(SIGUSR1));
	rc = syscall(SYS_dup, NO_FD);
	atomic_store(result, rc < 0 ? -errno : rc);
}

/* At the entry of dup(NO_FD). */
__attribute__((unused)) static struct call dup_entry(pid_t pid)
{
	struct call c;

	KT_WAIT(pid, "signal(SIGUSR1)");
	for (;;) {
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		c = KT_CALL(pid, CALL_ENTRY);
		if (c.nr == SYS_dup)
			return c;
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
	}
}

KT_CASE(seccomp_trace_arm64_x0, "seccomp.trace.arm64_x0",
	"Verify that a first argument which the tracer changes at the syscall-enter-stop of an "
	"aarch64 tracee is what the filter judges",
	KT_SEES("result", 1))
{
#ifdef __aarch64__
	_Atomic long *result = kt_shared(sizeof(*result));
	pid_t pid = kt_child_seized(dup_body, (void *)result, OPTIONS);
	struct call c = dup_entry(pid);

	c.args[0] = REFUSED;
	KT_OK(call_set_args(&kt_io, pid, &c, c.args));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	/* Not every stable release with the mend is known. */
	if (*result != -KT_ERRNO)
		kt_known_bug(KT_BUG_ARM64_X0);
	KT_EQ(KT_SEEN("result", *result), -KT_ERRNO);
#else
	(void)dup_body;
	atf_tc_skip("belongs to aarch64");
#endif
}

/* Before 7.3 the call uses r0; a 32-bit task of an arm64 kernel of 7.3.4 the copy. */
__attribute__((unused)) static void expect_unjudged(long result)
{
	printf("the call uses %s\n", result == -EBADF ? "the copy" : "r0");
	KT_REQUIRE_MSG(result >= 0 || result == -EBADF, "dup(%d) gave %ld", REFUSED, result);
}

KT_CASE(seccomp_trace_arm_r0, "seccomp.trace.arm_r0",
	"Verify that of an arm tracee the filter judges the saved copy of r0, whichever of the two "
	"the call uses, so that a tracer has to write both",
	KT_SEES("result", -EPERM))
{
#ifdef __arm__
	for (int both = 0; both < 2; both++) {
		_Atomic long *result = kt_shared(sizeof(*result));
		pid_t pid = kt_child_seized(dup_body, (void *)result, OPTIONS);
		struct call c = dup_entry(pid);
		struct call_regs regs;
		uint32_t value = REFUSED;

		KT_OK(call_save_regs(pid, &regs));
		memcpy(regs.bytes, &value, sizeof(value));
		if (both)
			memcpy(regs.bytes + abi_native()->regs->arg0_copy.offset, &value,
			       sizeof(value));
		KT_OK(call_load_regs(pid, &regs));
		(void)c;
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(0)");
		if (both)
			KT_EQ(KT_SEEN("result", *result), -KT_ERRNO);
		else
			expect_unjudged(KT_SEEN("result", *result));
	}
#else
	atf_tc_skip("belongs to arm");
#endif
}

__attribute__((unused)) static void wait_body(void *arg)
{
	_Atomic long *result = arg;
	long rc = syscall(SYS_dup, NO_FD);

	atomic_store(result, rc < 0 ? -errno : rc);
	kt_park();
}

KT_CASE(seccomp_trace_arm_skip_regression, "seccomp.trace.arm_skip_regression",
	"Verify that on arm a call skipped at its syscall-enter-stop returns what the tracer says, "
	"and that a restarted call is seen again with its number",
	KT_SEES("call.result", 0))
{
#ifdef __arm__
	_Atomic long *result = kt_shared(sizeof(*result));
	pid_t pid = kt_child_stopped(wait_body, (void *)result, OPTIONS);
	struct utsname uts;
	struct call c;

	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	c = KT_CALL(pid, CALL_ENTRY);
	KT_EQ(c.nr, SYS_dup);
	/* Only the 32-bit kernel had it, not the compat code of arm64. */
	KT_SYS(uname(&uts));
	if (strcmp(uts.machine, "aarch64") != 0)
		kt_known_bug(KT_BUG_ARM_SKIP);
	KT_OK(call_skip(&kt_io, pid, &c, 77));
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_EXIT).result, 77);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(*result, 77);
	KT_EQ(KT_CALL(pid, CALL_ENTRY).nr, KT_PARK_NR);
	KT_OK(kt_syscall(pid, 0));
	KT_AWAIT_PARKED(pid);
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "syscall");
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_ENTRY).nr, KT_PARK_NR);
#else
	atf_tc_skip("belongs to arm");
#endif
}

KT_PROGRAM
