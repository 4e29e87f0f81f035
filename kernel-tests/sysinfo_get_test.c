/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysinfo_get_test.c - what PTRACE_GET_SYSCALL_INFO tells at each kind of stop,
 * and how much it writes.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"
#include "kernel-tests/kt_regs.h"
#include "kernel-tests/kt_seccomp.h"
#include "kernel-tests/kt_stops.h"
#include "kernel-tests/kt_sysinfo.h"

#define GET PTRACE_GET_SYSCALL_INFO

/* At the entry of getpid with marked arguments. */
static pid_t at_entry(void)
{
	pid_t pid = kt_foreign(kt_foreign_native(), 0);

	KT_FOREIGN_SYSCALLS(pid, 1);
	return pid;
}

static pid_t at_seccomp(void)
{
	pid_t pid = kt_foreign(kt_foreign_native(), PTRACE_O_TRACESECCOMP);

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_SECCOMP");
	return pid;
}

KT_CASE(sysinfo_get_none_at_signal, "sysinfo.get.none_at_signal",
	"Verify that at signal-delivery-stops, group-stops and the stops of events "
	"PTRACE_GET_SYSCALL_INFO tells op NONE, in 24 bytes",
	KT_INFO_STORES(op, KT_INFO_ENTRY, KT_NOT_FIRST(1)), KT_RETURNS(ptrace, GET, 80))
{
	static const enum kt_at stops[] = { KT_AT_SIGNAL, KT_AT_GROUP, KT_AT_TRAP, KT_AT_FORK,
					    KT_AT_CHILD,  KT_AT_EXEC,  KT_AT_EXIT };

	KT_NEEDS(kt_probe_syscall_info());
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		struct kt_tracee t = kt_stops_reach(KT_BY_SEIZE, stops[i]);

		printf("in %s\n", kt_stops[stops[i]].words);
		KT_SYSINFO(t.pid, KT_INFO_NONE);
	}
}

static void close_nothing(void *unused)
{
	(void)unused;
	syscall(SYS_close, -1);
}

KT_CASE(sysinfo_get_needs_sysgood, "sysinfo.get.needs_sysgood",
	"Verify that without PTRACE_O_TRACESYSGOOD PTRACE_GET_SYSCALL_INFO tells op NONE at "
	"syscall-stops too",
	KT_INFO_STORES(op, KT_INFO_ENTRY), KT_INFO_STORES(op, KT_INFO_EXIT, KT_NOT_FIRST(1)))
{
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	pid = kt_child_stopped(close_nothing, NULL, 0);
	for (int i = 0; i < 2; i++) {
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "signal(SIGTRAP)");
		KT_SYSINFO(pid, KT_INFO_NONE);
	}
}

KT_CASE(sysinfo_get_entry, "sysinfo.get.entry",
	"Verify that at a syscall-enter-stop PTRACE_GET_SYSCALL_INFO tells op ENTRY, the number "
	"and six arguments, in 80 bytes",
	KT_INFO_STORES(op, KT_INFO_ENTRY ^ KT_INFO_EXIT), KT_INFO_STORES(entry.nr, 1),
	KT_INFO_STORES(entry.args[5], 1), KT_RETURNS(ptrace, GET, 84))
{
	struct kt_sysinfo info;

	KT_NEEDS(kt_probe_syscall_info());
	info = KT_SYSINFO(at_entry(), KT_INFO_ENTRY);
	KT_EQ(info.entry.nr, SYS_getpid);
	for (int i = 0; i < 6; i++)
		KT_EQ(info.entry.args[i], tracee_arg(kt_foreign_native(), i));
}

KT_CASE(sysinfo_get_exit, "sysinfo.get.exit",
	"Verify that at a syscall-exit-stop PTRACE_GET_SYSCALL_INFO tells op EXIT and the result, "
	"sign-extended and marked when it is an error, in 33 bytes",
	KT_INFO_STORES(exit.rval, 1), KT_INFO_STORES(exit.is_error, 1),
	KT_STORES(ptrace, GET, 3, offsetof(struct kt_sysinfo, exit.rval) + 4, ~0U))
{
	struct kt_sysinfo info;
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	pid = at_entry();
	KT_FOREIGN_SYSCALLS(pid, 1);
	info = KT_SYSINFO(pid, KT_INFO_EXIT);
	KT_EQ(info.exit.rval, pid);
	KT_EQ(info.exit.is_error, 0);

	pid = kt_child_stopped(close_nothing, NULL, PTRACE_O_TRACESYSGOOD);
	KT_FOREIGN_SYSCALLS(pid, 2);
	info = KT_SYSINFO(pid, KT_INFO_EXIT);
	KT_EQ(info.exit.rval, -EBADF);
	KT_EQ(info.exit.is_error, 1);
}

KT_CASE(sysinfo_get_exit_bounds, "sysinfo.get.exit_bounds",
	"Verify that PTRACE_GET_SYSCALL_INFO marks results from -4095 to -1 as errors and no "
	"others",
	KT_INFO_STORES(exit.is_error, 1, KT_NOT_FIRST(2)))
{
	static const struct {
		int32_t result;
		int is_error;
	} rows[] = { { -1, 1 }, { -4095, 1 }, { -4096, 0 }, { INT32_MIN, 0 }, { 0, 0 },
		     { 4095, 0 } };

	KT_NEEDS(kt_probe_syscall_info());
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid_t pid = at_entry();
		struct kt_sysinfo info;
		struct kt_regs r;

		printf("result %d\n", (int)rows[i].result);
		KT_FOREIGN_SYSCALLS(pid, 1);
		r = KT_GETREGS(pid, abi_native());
		kt_reg_set(&r, r.at->ret, (uint64_t)(int64_t)rows[i].result);
		KT_SETREGS(pid, &r);
		info = KT_SYSINFO(pid, KT_INFO_EXIT);
		KT_EQ((int32_t)info.exit.rval, rows[i].result);
		KT_EQ(info.exit.is_error, rows[i].is_error);
	}
}

KT_CASE(sysinfo_get_seccomp, "sysinfo.get.seccomp",
	"Verify that at PTRACE_EVENT_SECCOMP PTRACE_GET_SYSCALL_INFO tells op SECCOMP, the number, "
	"six arguments and the filter's data, in 84 bytes",
	KT_INFO_STORES(op, KT_INFO_SECCOMP ^ KT_INFO_ENTRY), KT_INFO_STORES(entry.nr, 1),
	KT_INFO_STORES(entry.args[0], 1), KT_INFO_STORES(entry.ret_data, 1))
{
	struct kt_sysinfo info;

	KT_NEEDS(kt_probe_syscall_info());
	KT_NEEDS(kt_probe_seccomp());
	info = KT_SYSINFO(at_seccomp(), KT_INFO_SECCOMP);
	KT_EQ(info.entry.nr, SYS_getpid);
	for (int i = 0; i < 6; i++)
		KT_EQ(info.entry.args[i], tracee_arg(kt_foreign_native(), i));
	KT_EQ(info.entry.ret_data, TRACEE_DATA);
}

/* How many of the bytes of `buf` were written over POISON, from its begin. */
#define POISON 0xa5
static size_t written(const unsigned char *buf, size_t size)
{
	while (size && buf[size - 1] == POISON)
		size--;
	return size;
}

KT_CASE(sysinfo_get_truncate, "sysinfo.get.truncate",
	"Verify that the size given to PTRACE_GET_SYSCALL_INFO, 0 included, limits what is written "
	"and not what is returned, and that a bad pointer is EFAULT",
	KT_RETURNS(ptrace, GET, 8, KT_WHEN(2, 8)), KT_ANSWERS(ptrace, GET, -EINVAL, KT_WHEN(2, 0)),
	KT_CHANGES_ARG(ptrace, GET, 2, 8, 16, KT_WHEN(2, 8)),
	KT_ANSWERS(ptrace, GET, 80, KT_WHEN(3, 0)))
{
	static const size_t sizes[] = { 0, 1, 8, 24, 79, 80, 81, 4096, SIZE_MAX };
	unsigned char buf[256];
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	pid = at_entry();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i];

		memset(buf, POISON, sizeof(buf));
		printf("size %zu\n", size);
		KT_EQ(kt_sysinfo_get(pid, size, buf), KT_INFO_ENTRY_SIZE);
		KT_EQ(written(buf, sizeof(buf)),
		      size < KT_INFO_ENTRY_SIZE ? size : KT_INFO_ENTRY_SIZE);
	}
	KT_EQ(kt_sysinfo_get(pid, 0, NULL), KT_INFO_ENTRY_SIZE);
	KT_ERR(EFAULT, kt_sysinfo_get(pid, 1, NULL));
}

KT_CASE(sysinfo_get_no_leak, "sysinfo.get.no_leak",
	"Verify that PTRACE_GET_SYSCALL_INFO zeroes the bytes between its fields and writes none "
	"beyond the size it returns",
	KT_INFO_STORES(op, 0x100), KT_INFO_STORES(op, 0x1000000, KT_NOT_FIRST(1)),
	KT_STORES(ptrace, GET, 3, KT_INFO_EXIT_SIZE, 1, KT_NOT_FIRST(1)))
{
	unsigned char buf[256];
	pid_t pid[4];

	KT_NEEDS(kt_probe_syscall_info());
	KT_NEEDS(kt_probe_seccomp());
	pid[0] = at_entry();
	pid[1] = at_entry();
	KT_FOREIGN_SYSCALLS(pid[1], 1);
	pid[2] = at_seccomp();
	pid[3] = kt_child_stopped(kt_body_park, NULL, 0);
	for (int i = 0; i < 4; i++) {
		long rc;

		memset(buf, POISON, sizeof(buf));
		rc = KT_OK(kt_sysinfo_get(pid[i], sizeof(buf), buf));
		printf("op %d, %ld bytes\n", buf[0], rc);
		KT_EQ(buf[offsetof(struct kt_sysinfo, reserved)], 0);
		KT_EQ(buf[offsetof(struct kt_sysinfo, flags)], 0);
		KT_EQ(buf[offsetof(struct kt_sysinfo, flags) + 1], 0);
		KT_EQ(written(buf, sizeof(buf)), rc);
	}
}

static void check_ip_sp(pid_t pid, uint8_t op)
{
	struct kt_sysinfo info = KT_SYSINFO(pid, op);
	struct kt_regs r = KT_GETREGS(pid, abi_native());

	KT_EQ(info.ip, kt_reg(&r, r.at->ip));
	KT_EQ(info.sp, kt_reg(&r, r.at->sp));
}

KT_CASE(sysinfo_get_ip_sp, "sysinfo.get.ip_sp",
	"Verify that PTRACE_GET_SYSCALL_INFO tells the instruction and stack pointers of the "
	"register set, at syscall-stops and elsewhere",
	KT_INFO_STORES(ip, 1), KT_INFO_STORES(sp, 1), KT_INFO_STORES(ip, 1, KT_NOT_FIRST(2)))
{
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	pid = at_entry();
	check_ip_sp(pid, KT_INFO_ENTRY);
	KT_FOREIGN_SYSCALLS(pid, 1);
	check_ip_sp(pid, KT_INFO_EXIT);
	check_ip_sp(kt_child_stopped(kt_body_park, NULL, 0), KT_INFO_NONE);
}

KT_CASE(sysinfo_get_eventmsg_pair, "sysinfo.get.eventmsg_pair",
	"Verify that PTRACE_GETEVENTMSG gives 1 at a syscall-enter-stop and 2 at a "
	"syscall-exit-stop",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 3))
{
	unsigned long message;
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	pid = at_entry();
	for (int i = 0; i < 4; i++) {
		KT_OK(kt_geteventmsg(pid, &message));
		KT_EQ(message,
		      i % 2 ? PTRACE_EVENTMSG_SYSCALL_EXIT : PTRACE_EVENTMSG_SYSCALL_ENTRY);
		KT_FOREIGN_SYSCALLS(pid, 1);
	}
}

/* At the entry, with another number and six other arguments, 0x70 and on. */
static pid_t after_change(void)
{
	pid_t pid = at_entry();
	struct kt_regs r;

	KT_SET_NR(pid, abi_native(), SYS_getppid);
	r = KT_GETREGS(pid, abi_native());
	for (int i = 0; i < 6; i++)
		kt_reg_set(&r, r.at->args[i], 0x70u + (unsigned int)i);
	/* On arm the first is told from its copy, which a tracer has to write too. */
	kt_reg_set(&r, r.at->arg0_copy, 0x70);
	KT_SETREGS(pid, &r);
	return pid;
}

KT_CASE(sysinfo_get_after_change, "sysinfo.get.after_change",
	"Verify that at a syscall-enter-stop PTRACE_GET_SYSCALL_INFO tells a number and arguments "
	"behind the first that the tracer has just written to the registers",
	KT_ANSWERS(ptrace, KT_NR_REQUEST, 0), KT_INFO_STORES(entry.nr, 1),
	KT_INFO_STORES(entry.args[1], 1), KT_INFO_STORES(entry.args[5], 1))
{
	struct kt_sysinfo info;

	KT_NEEDS(kt_probe_syscall_info());
	info = KT_SYSINFO(after_change(), KT_INFO_ENTRY);
	KT_EQ(info.entry.nr, SYS_getppid);
	for (int i = 1; i < 6; i++)
		KT_EQ(info.entry.args[i], 0x70 + i);
}

KT_CASE(sysinfo_get_after_change_arg0, "sysinfo.get.after_change_arg0",
	"Verify that at a syscall-enter-stop PTRACE_GET_SYSCALL_INFO tells a first argument that "
	"the tracer has just written to the registers",
	KT_INFO_STORES(entry.args[0], 1))
{
	struct kt_sysinfo info;

	KT_NEEDS(kt_probe_syscall_info());
	info = KT_SYSINFO(after_change(), KT_INFO_ENTRY);
#ifdef __aarch64__
	/* Not every stable release with the mend is known. */
	if (info.entry.args[0] != 0x70)
		kt_known_bug(KT_BUG_ARM64_X0);
#endif
	KT_EQ(info.entry.args[0], 0x70);
}

KT_CASE(sysinfo_get_sysemu, "sysinfo.get.sysemu",
	"Verify that at the stop of PTRACE_SYSEMU PTRACE_GET_SYSCALL_INFO tells op ENTRY, although "
	"no exit follows",
	KT_INFO_STORES(op, KT_INFO_ENTRY), KT_INFO_STORES(entry.nr, 1, KT_NOT_FIRST(1)))
{
	struct kt_sysinfo info;
	pid_t pid;
	long rc;

	KT_NEEDS(kt_probe_syscall_info());
	pid = kt_foreign(kt_foreign_native(), 0);
	for (int i = 0; i < 2; i++) {
		rc = kt_ptrace(PTRACE_SYSEMU, pid, 0, 0);
		if (rc == -EIO)
			atf_tc_skip("needs PTRACE_SYSEMU");
		KT_OK(rc);
		KT_WAIT(pid, "syscall");
		info = KT_SYSINFO(pid, KT_INFO_ENTRY);
		KT_EQ(info.entry.nr, i ? SYS_getppid : SYS_getpid);
	}
}

KT_CASE(sysinfo_get_step, "sysinfo.get.step",
	"Verify that after PTRACE_SINGLESTEP from a syscall-enter-stop, whose trap stands for the "
	"exit, PTRACE_GET_SYSCALL_INFO tells op NONE",
	KT_INFO_STORES(op, KT_INFO_EXIT))
{
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	KT_NEEDS(kt_probe_singlestep());
	pid = at_entry();
	KT_OK(kt_ptrace(PTRACE_SINGLESTEP, pid, 0, 0));
	KT_WAIT(pid, "signal(SIGTRAP)");
	KT_SYSINFO(pid, KT_INFO_NONE);
}

/* As if it were PTRACE_EVENT_SECCOMP; what a process sends to itself may have any code. */
static void send_forged(void *unused)
{
	siginfo_t si;

	(void)unused;
	memset(&si, 0, sizeof(si));
	si.si_signo = SIGUSR1;
	si.si_code = SIGTRAP | PTRACE_EVENT_SECCOMP << 8;
	KT_SYS(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &si));
}

KT_CASE(sysinfo_get_forged, "sysinfo.get.forged",
	"Verify that a tracee makes PTRACE_GET_SYSCALL_INFO tell op SECCOMP at a "
	"signal-delivery-stop by a signal to itself with the code of that event, so that a tracer "
	"has to take the kind of stop from the wait status",
	KT_INFO_STORES(op, KT_INFO_SECCOMP))
{
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	pid = kt_child_seized(send_forged, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP);
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_SYSINFO(pid, KT_INFO_SECCOMP);
}

static void describe_at(size_t i, struct kt_instance *out)
{
	static const char *const ops[] = { "NONE", "ENTRY", "EXIT", "SECCOMP" };
	enum kt_mode mode;
	enum kt_at at = kt_stops_at(i, &mode);
	uint8_t op = kt_sysinfo_op(at);

	snprintf(out->name, sizeof(out->name), "%s.%s", kt_modes[mode].name, kt_stops[at].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that of a tracee by %s in %s PTRACE_GET_SYSCALL_INFO tells op %s and "
		 "nothing of other kinds",
		 kt_modes[mode].words, kt_stops[at].words, ops[op]);
	out->wrong = (struct kt_wrong)KT_INFO_STORES(op, op == KT_INFO_NONE ? 1 : op);
}

KT_FAMILY(sysinfo_at, "sysinfo.at", KT_STOPS_COUNT, describe_at)
{
	enum kt_mode mode;
	enum kt_at at = kt_stops_at(i, &mode);

	KT_NEEDS(kt_probe_syscall_info());
	KT_SYSINFO(kt_stops_reach(mode, at).pid, kt_sysinfo_op(at));
}

KT_PROGRAM
