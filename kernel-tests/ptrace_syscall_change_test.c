/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_syscall_change_test.c - what a tracer may do with a call at its
 * syscall-stops: skip it, replace it, change its arguments and its result.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

/* A call that the tracee makes, and what it got for it. */
struct made {
	long nr, arg;
	int pipe[2];
	_Atomic long result;
};

static void made_body(void *arg)
{
	struct made *m = arg;
	long rc = m->nr == SYS_write ? syscall(m->nr, m->arg, "x", 1) : syscall(m->nr, m->arg);

	atomic_store(&m->result, rc < 0 ? -errno : rc);
}

static struct made *made_new(long nr, long arg)
{
	struct made *m = kt_shared(sizeof(*m));

	m->nr = nr;
	m->arg = arg;
	return m;
}

/* At the entry of the call; its tracee in *out. */
static struct call entered(struct made *m, pid_t *out)
{
	pid_t pid = kt_child_stopped(made_body, m, PTRACE_O_TRACESYSGOOD);

	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	*out = pid;
	return KT_CALL(pid, CALL_ENTRY);
}

/* Over the syscall-exit-stop, which must come, to the end. */
static void finish(pid_t pid)
{
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
}

/* A write into a pipe: whether it happened can be seen. */
static struct made *made_write(void)
{
	struct made *m = made_new(SYS_write, 0);

	KT_SYS(pipe2(m->pipe, O_NONBLOCK));
	m->arg = m->pipe[1];
	return m;
}

static bool was_written(const struct made *m)
{
	char byte;

	return KT_SEEN("written", read(m->pipe[0], &byte, 1) == 1);
}

static long result_of(const struct made *m)
{
	return KT_SEEN("result", atomic_load(&m->result));
}

KT_CASE(ptrace_syscall_skip_minus1, "ptrace.syscall.skip_minus1",
	"Verify that number -1 at the syscall-enter-stop skips the call, that its "
	"syscall-exit-stop still comes, and that the result is what the registers hold",
	KT_SEES("written", 1))
{
	struct made *m = made_write();
	pid_t pid;
	struct call c = entered(m, &pid);

	KT_EQ(c.nr, SYS_write);
	KT_OK(call_set_nr(&kt_io, pid, &c, -1));
	finish(pid);
	KT_REQUIRE(!was_written(m));
#if defined(__x86_64__) || defined(__i386__)
	KT_EQ(result_of(m), -ENOSYS);
#else
	/* The result register of ARM is that of the first argument. */
	KT_EQ(result_of(m), m->arg);
#endif
}

KT_CASE(ptrace_syscall_skip_invalid, "ptrace.syscall.skip_invalid",
	"Verify that a number beyond the table, set at the syscall-enter-stop, gives ENOSYS",
	KT_SEES("result", -EPERM))
{
	/* From 0xf0000 on arm has private calls. */
	static const long numbers[] = { 0xfff, 0xeffff,
#ifndef __arm__
					0x7fffffff,
#endif
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct made *m = made_write();
		pid_t pid;
		struct call c = entered(m, &pid);

		KT_OK(call_set_nr(&kt_io, pid, &c, numbers[i] | (long)abi_native()->nr_bit));
		finish(pid);
		KT_REQUIRE(!was_written(m));
		KT_EQ(result_of(m), -ENOSYS);
	}
}

KT_CASE(ptrace_syscall_redirect, "ptrace.syscall.redirect",
	"Verify that another number set at the syscall-enter-stop is the call that is executed",
	KT_SEES("result", 1))
{
	struct made *m = made_new(SYS_getppid, 0);
	pid_t pid;
	struct call c = entered(m, &pid);

	KT_EQ(c.nr, SYS_getppid);
	KT_OK(call_set_nr(&kt_io, pid, &c, SYS_getpid));
	finish(pid);
	KT_EQ(result_of(m), pid);
}

KT_CASE(ptrace_syscall_args_changed, "ptrace.syscall.args_changed",
	"Verify that arguments changed at the syscall-enter-stop are those of the executed call",
	KT_SEES("result", -EBADF))
{
	struct made *m = made_new(SYS_dup, 0x909);
	pid_t pid;
	struct call c = entered(m, &pid);

	KT_EQ(c.args[0], 0x909);
	c.args[0] = 1;
	KT_OK(call_set_args(&kt_io, pid, &c, c.args));
	finish(pid);
	KT_REQUIRE_MSG(result_of(m) > 1, "dup gave %ld", result_of(m));

	m = made_write();
	c = entered(m, &pid);
	c.args[2] = 0;
	KT_OK(call_set_args(&kt_io, pid, &c, c.args));
	finish(pid);
	KT_EQ(result_of(m), 0);
	KT_REQUIRE(!was_written(m));
}

KT_CASE(ptrace_syscall_fake_ret_entry, "ptrace.syscall.fake_ret_entry",
	"Verify that a result set at the syscall-enter-stop along with number -1 is what the "
	"program gets, a value or an error",
	KT_SEES("written", 1))
{
	static const long results[] = { 77, 0, -KT_ERRNO };

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		struct made *m = made_write();
		pid_t pid;
		struct call c = entered(m, &pid);

		KT_OK(call_skip(&kt_io, pid, &c, results[i]));
		finish(pid);
		KT_REQUIRE(!was_written(m));
		KT_EQ(result_of(m), results[i]);
	}
}

KT_CASE(ptrace_syscall_fake_ret_exit, "ptrace.syscall.fake_ret_exit",
	"Verify that a result set at the syscall-exit-stop is what the program gets, a value or an "
	"error",
	KT_SEES("result", 1))
{
	static const long results[] = { 78, 0, -KT_ERRNO };

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		struct made *m = made_write();
		pid_t pid;
		struct call c = entered(m, &pid);

		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		c = KT_CALL(pid, CALL_EXIT);
		KT_OK(call_set_result(&kt_io, pid, &c, results[i]));
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(0)");
		KT_REQUIRE(was_written(m));
		KT_EQ(result_of(m), results[i]);
	}
}

/* A 32-bit arm kernel takes -1 for one of the calls private to it, and has none such. */
static bool is_arm_kernel(void)
{
	struct utsname uts;

	KT_SYS(uname(&uts));
	return strncmp(uts.machine, "arm", 3) == 0;
}

KT_CASE(ptrace_syscall_user_minus1, "ptrace.syscall.user_minus1",
	"Verify that number -1 which the program itself enters gives ENOSYS, traced or not, but on "
	"a 32-bit arm kernel SIGILL when untraced and the first argument when traced",
	KT_SEES("result", 0))
{
	struct made *m = made_new(-1, 5);
	pid_t pid;

	KT_WAIT(kt_child(made_body, m), is_arm_kernel() ? "killed(SIGILL)" : "exited(0)");
	if (!is_arm_kernel())
		KT_EQ(result_of(m), -ENOSYS);
	m = made_new(-1, 5);
	entered(m, &pid);
	finish(pid);
	KT_EQ(result_of(m), is_arm_kernel() ? m->arg : -ENOSYS);
}

KT_PROGRAM
