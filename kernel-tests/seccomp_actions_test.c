/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_actions_test.c - the actions that leave the caller alive: ERRNO, LOG and
 * ALLOW, also where the kernel knows the verdict beforehand. TRAP is
 * seccomp_trap_test.c, TRACE seccomp_trace_test.c, the killing ones
 * seccomp_kill_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_x86.h"

#define MAX_ERRNO 4095

/* Fails with the error that its first argument says. */
static void errno_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_NR, KT_BPF_IF(SYS_getppid, 4), KT_BPF_ARG(0), KT_BPF_RET_A,
		     KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(kt_raw(SYS_getppid, 0), 0);
	KT_EQ(kt_raw(SYS_getppid, 1), -1);
	KT_EQ(kt_raw(SYS_getppid, EXDEV), -EXDEV);
	/* Numbers of the kernel's own, which no call returns, are given too. */
	KT_EQ(kt_raw(SYS_getppid, 512), -512);
	KT_EQ(kt_raw(SYS_getppid, MAX_ERRNO), -MAX_ERRNO);
	KT_EQ(kt_raw(SYS_getppid, MAX_ERRNO + 1), -MAX_ERRNO);
	KT_EQ(kt_raw(SYS_getppid, 0xffff), -MAX_ERRNO);
}

KT_CASE(seccomp_ret_errno_cap, "seccomp.ret.errno_cap",
	"Verify that SECCOMP_RET_ERRNO fails with any number from 1 to 4095, with 4095 for greater "
	"ones, and with 0 gives the result 0",
	KT_RETURNS(call, SYS_getppid, 1, KT_WHEN(0, 0)),
	KT_RETURNS(call, SYS_getppid, -EINTR, KT_WHEN(0, 512)),
	KT_RETURNS(call, SYS_getppid, -EINVAL, KT_WHEN(0, 0xffff)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(errno_body, NULL), "exited(0)");
}

struct writer {
	int pipe[2];
	uint32_t action;
};

static struct writer *writer_new(uint32_t action)
{
	struct writer *w = kt_shared(sizeof(*w));

	KT_SYS(pipe2(w->pipe, O_NONBLOCK | O_CLOEXEC));
	w->action = action;
	return w;
}

static void write_body(void *arg)
{
	struct writer *w = arg;
	char byte = 'a', got = 0;
	bool refused = (w->action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;

	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_write, w->action)));
	KT_EQ(kt_raw(SYS_write, w->pipe[1], &byte, 1),
	      refused ? -(long)(w->action & SECCOMP_RET_DATA) : 1);
	KT_EQ(kt_raw(SYS_read, w->pipe[0], &got, 1), refused ? -EAGAIN : 1);
	KT_EQ(got, refused ? 0 : 'a');
}

KT_CASE(seccomp_ret_errno_not_executed, "seccomp.ret.errno_not_executed",
	"Verify that a call which fails by SECCOMP_RET_ERRNO is not executed, with error 0 neither",
	KT_RETURNS(call, SYS_read, 1), KT_ANSWERS(call, SYS_seccomp, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(write_body, writer_new(KT_RET_ERRNO)), "exited(0)");
	KT_WAIT(kt_child(write_body, writer_new(SECCOMP_RET_ERRNO)), "exited(0)");
}

KT_CASE(seccomp_ret_log, "seccomp.ret.log",
	"Verify that a call with SECCOMP_RET_LOG is executed, whatever the data",
	KT_ANSWERS(call, SYS_write, -ENOSYS))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_LOG));
	KT_WAIT(kt_child(write_body, writer_new(SECCOMP_RET_LOG)), "exited(0)");
	KT_WAIT(kt_child(write_body, writer_new(SECCOMP_RET_LOG | 0xffff)), "exited(0)");
}

KT_CASE(seccomp_ret_allow_data, "seccomp.ret.allow_data",
	"Verify that a call with SECCOMP_RET_ALLOW is executed, whatever the data",
	KT_ANSWERS(call, SYS_write, -ENOSYS))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(write_body, writer_new(SECCOMP_RET_ALLOW)), "exited(0)");
	KT_WAIT(kt_child(write_body, writer_new(SECCOMP_RET_ALLOW | 0xffff)), "exited(0)");
}

/*
 * Numbers whose verdict does not depend on arguments are known when the filter
 * is installed (5.11). Each is asked twice, first and last in the table, beyond
 * it and below.
 */
#define BEYOND 5000

static void verdicts(uint32_t refused)
{
	for (int round = 0; round < 2; round++) {
		KT_ERR(KT_ERRNO, kt_raw(SYS_getppid, 0));
		KT_ERR(refused ? KT_ERRNO : ENOSYS, kt_raw(SYS_getppid + BEYOND, 1));
		KT_OK(kt_raw(SYS_getuid));
		KT_ERR(EBADF, kt_raw(SYS_close, -1));
	}
}

#define ON_BOTH                                                                                    \
	KT_BPF_NR, KT_BPF_IF(SYS_getppid, 1), KT_BPF_RET(KT_RET_ERRNO),                            \
		KT_BPF_IF(SYS_getppid + BEYOND, 1), KT_BPF_RET(KT_RET_ERRNO),                      \
		KT_BPF_RET(SECCOMP_RET_ALLOW)

static void constant_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, ON_BOTH));
	verdicts(true);
}

/* The same verdicts, but the filter reads an argument of every call. */
static void reading_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ARG(5), ON_BOTH));
	verdicts(true);
}

/* Refused for one argument, allowed for another. */
static void argument_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_NR, KT_BPF_IF(SYS_getppid, 3), KT_BPF_ARG(0), KT_BPF_IF(0, 1),
		     KT_BPF_RET(KT_RET_ERRNO), KT_BPF_RET(SECCOMP_RET_ALLOW)));
	for (int round = 0; round < 2; round++) {
		KT_OK(kt_raw(SYS_getppid, 1));
		KT_ERR(KT_ERRNO, kt_raw(SYS_getppid, 0));
	}
	verdicts(false);
}

KT_CASE(seccomp_ret_allow_fast_path, "seccomp.ret.allow_fast_path",
	"Verify that a verdict is the same for a filter which looks at the number alone and for "
	"one which reads arguments, the first time and again, and beyond the last number",
	KT_RETURNS(call, SYS_getppid, 0, KT_NOT_FIRST(1)),
	KT_RETURNS(call, SYS_getppid + BEYOND, -ENOSYS))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(constant_body, NULL), "exited(0)");
	KT_WAIT(kt_child(reading_body, NULL), "exited(0)");
	KT_WAIT(kt_child(argument_body, NULL), "exited(0)");
}

#if defined(__x86_64__) && !defined(__ILP32__)

/* One number, which is allowed to this program and refused to i386, and the reverse. */
static void other_abi_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ARCH, KT_BPF_IF(0x40000003 /* i386 */, 3), KT_BPF_NR,
		     KT_BPF_IF(KT_X86_I386_GETPID, 5), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_NR, KT_BPF_IF(KT_X86_I386_GETPPID, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW), KT_BPF_RET(SECCOMP_RET_ALLOW)));
	for (int round = 0; round < 2; round++) {
		/* 20 is writev and getpid, 64 is semget and getppid. */
		KT_ERR(EBADF, kt_raw(KT_X86_I386_GETPID, -1, NULL, 0));
		KT_EQ(KT_SEEN("int80 getpid", kt_x86_int80(KT_X86_I386_GETPID, 0, 0, 0)),
		      -KT_ERRNO);
		KT_ERR(KT_ERRNO, kt_raw(KT_X86_I386_GETPPID, 0, 0, 0));
		KT_REQUIRE(kt_x86_int80(KT_X86_I386_GETPPID, 0, 0, 0) >= 0);
	}
}

#endif

KT_CASE(seccomp_ret_allow_fast_path_abi, "seccomp.ret.allow_fast_path_abi",
	"Verify that what is known of a number for one ABI is not taken for another's: the same "
	"number by syscall and by int 0x80 from one program",
	KT_SEES("int80 getpid", 1), KT_RETURNS(call, KT_X86_I386_GETPPID, 0))
{
#if defined(__x86_64__) && !defined(__ILP32__)
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_int80());
	KT_WAIT(kt_child(other_abi_body, NULL), "exited(0)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

#ifdef __x86_64__

/* An x32 number is not in the table of x86_64 at its place without the bit. */
static void x32_body(void *unused)
{
	const uint64_t none[6] = { 0 };
	const uint32_t getppid_64 = 110, x32 = 0x40000000;

	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(x32 | getppid_64, KT_RET_ERRNO)));
	for (int round = 0; round < 2; round++) {
		KT_REQUIRE(kt_x86_syscall(getppid_64, none) >= 0);
		KT_EQ(KT_SEEN("x32 getppid", kt_x86_syscall(x32 | getppid_64, none)), -KT_ERRNO);
	}
}

#endif

KT_CASE(seccomp_ret_allow_fast_path_x32, "seccomp.ret.allow_fast_path_x32",
	"Verify that a filter is asked for an x32 number while it always allows the same number of "
	"x86_64",
	KT_SEES("x32 getppid", 1))
{
#ifdef __x86_64__
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(x32_body, NULL), "exited(0)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

/* Of x86_64: what the trampolines of a uretprobe and of a uprobe call. */
#define NR_URETPROBE 335
#define NR_UPROBE    336

#if defined(__x86_64__) && !defined(__ILP32__)

static void killed_for(void *arg)
{
	long nr = *(const long *)arg;

	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(nr, SECCOMP_RET_KILL_PROCESS)));
	kt_raw(nr);
}

#endif

KT_CASE(seccomp_ret_uretprobe_exempt, "seccomp.ret.uretprobe_exempt",
	"Verify that since Linux 6.14 no filter is asked about call 335 of x86_64, uretprobe, "
	"which is SIGILL for a program that makes it by itself; before, filters decide",
	KT_ANSWERS(call, NR_URETPROBE, 0))
{
#if defined(__x86_64__) && !defined(__ILP32__)
	long nr = NR_URETPROBE;

	KT_NEEDS(kt_probe_seccomp());
	if (kt_kernel_has(KT_CHANGE_URETPROBE_EXEMPT))
		KT_WAIT(kt_child(killed_for, &nr), "killed(SIGILL)");
	else
		KT_WAIT(kt_child(killed_for, &nr), "killed(SIGSYS)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

KT_CASE(seccomp_ret_uprobe_exempt, "seccomp.ret.uprobe_exempt",
	"Verify that since Linux 6.18 no filter is asked about call 336 of x86_64, uprobe, which "
	"does nothing for a program that makes it by itself; before, filters decide",
	KT_CHANGES_ARG(call, SYS_seccomp, 2, ~0UL, 0), KT_SEES("end", W_EXITCODE(1, 0)))
{
#if defined(__x86_64__) && !defined(__ILP32__)
	bool exempt = kt_kernel_has(KT_CHANGE_UPROBE_EXEMPT);
	long nr = NR_UPROBE;
	int status;

	KT_NEEDS(kt_probe_seccomp());
	status = KT_WAIT_STATUS(kt_child(killed_for, &nr));
	KT_STATUS(KT_SEEN("end", status), exempt ? "exited(0)" : "killed(SIGSYS)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

KT_PROGRAM
