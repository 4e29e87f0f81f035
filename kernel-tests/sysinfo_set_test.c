/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysinfo_set_test.c - what PTRACE_SET_SYSCALL_INFO accepts, refuses and changes.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"
#include "kernel-tests/kt_seccomp.h"
#include "kernel-tests/kt_sysinfo.h"

#define SET PTRACE_SET_SYSCALL_INFO

/* At the entry of getpid with marked arguments; *info is what GET tells. */
static pid_t at_entry(struct kt_sysinfo *info)
{
	pid_t pid = kt_foreign(kt_foreign_native(), 0);

	KT_FOREIGN_SYSCALLS(pid, 1);
	*info = KT_SYSINFO(pid, KT_INFO_ENTRY);
	return pid;
}

static pid_t at_exit(struct kt_sysinfo *info)
{
	pid_t pid = at_entry(info);

	KT_FOREIGN_SYSCALLS(pid, 1);
	*info = KT_SYSINFO(pid, KT_INFO_EXIT);
	return pid;
}

static pid_t at_seccomp(struct kt_sysinfo *info)
{
	pid_t pid = kt_foreign(kt_foreign_native(), PTRACE_O_TRACESECCOMP);

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_SECCOMP");
	*info = KT_SYSINFO(pid, KT_INFO_SECCOMP);
	return pid;
}

static long set(pid_t pid, const struct kt_sysinfo *info)
{
	return kt_sysinfo_set(pid, sizeof(*info), info);
}

/* The result of the call that the tracee has entered. */
static int64_t result(pid_t pid)
{
	KT_FOREIGN_SYSCALLS(pid, 1);
	return KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval;
}

KT_CASE(sysinfo_set_unsupported, "sysinfo.set.unsupported",
	"Verify that PTRACE_SET_SYSCALL_INFO changes the call, and that a kernel without it says "
	"EIO and changes nothing",
	KT_ANSWERS(ptrace, SET, -ENOSYS), KT_ANSWERS(ptrace, SET, 0))
{
	struct kt_sysinfo info;
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	pid = at_entry(&info);
	info.entry.nr = SYS_getppid;
	if (kt_probe_set_syscall_info()) {
		KT_ERR(EIO, set(pid, &info));
		KT_EQ(result(pid), pid);
	} else {
		KT_OK(set(pid, &info));
		KT_EQ(result(pid), getpid());
	}
}

KT_CASE(sysinfo_set_size, "sysinfo.set.size",
	"Verify that PTRACE_SET_SYSCALL_INFO with fewer than 88 bytes fails with EINVAL, with a "
	"bad pointer with EFAULT, and does not look at more than 88",
	KT_CHANGES_ARG(ptrace, SET, 2, 0, 88, KT_WHEN(2, 80)),
	KT_ANSWERS(ptrace, SET, 0, KT_WHEN(2, 87)),
	KT_ANSWERS(ptrace, SET, -E2BIG, KT_WHEN(2, 128)))
{
	static const size_t sizes[] = { 0, 24, 80, 84, 87 };
	struct {
		struct kt_sysinfo info;
		unsigned char more[40];
	} big;
	pid_t pid;

	KT_NEEDS(kt_probe_set_syscall_info());
	pid = at_entry(&big.info);
	memset(big.more, 0xff, sizeof(big.more));
	big.info.entry.nr = SYS_getppid;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		printf("size %zu\n", sizes[i]);
		KT_ERR(EINVAL, kt_sysinfo_set(pid, sizes[i], &big));
	}
	KT_ERR(EFAULT, kt_sysinfo_set(pid, 88, NULL));
	KT_EQ(KT_SYSINFO(pid, KT_INFO_ENTRY).entry.nr, SYS_getpid);
	KT_OK(kt_sysinfo_set(pid, 128, &big));
	KT_OK(kt_sysinfo_set(pid, SIZE_MAX, &big));
	KT_EQ(result(pid), getpid());
}

KT_CASE(sysinfo_set_reserved, "sysinfo.set.reserved",
	"Verify that PTRACE_SET_SYSCALL_INFO with a reserved byte or flag set fails with EINVAL "
	"and changes nothing",
	KT_ANSWERS(ptrace, SET, 0), KT_ANSWERS(ptrace, SET, 0, KT_NOT_FIRST(2)))
{
	struct kt_sysinfo info;
	pid_t pid;

	KT_NEEDS(kt_probe_set_syscall_info());
	pid = at_entry(&info);
	info.entry.nr = SYS_getppid;
	info.reserved = 1;
	KT_ERR(EINVAL, set(pid, &info));
	info.reserved = 0;
	info.flags = 1;
	KT_ERR(EINVAL, set(pid, &info));
	info.flags = 0x8000;
	KT_ERR(EINVAL, set(pid, &info));
	KT_EQ(result(pid), pid);
}

/* Every op but `fits` is refused. */
static void check_refused(pid_t pid, struct kt_sysinfo info, unsigned int fits)
{
	static const uint8_t ops[] = { KT_INFO_NONE, KT_INFO_ENTRY, KT_INFO_EXIT, KT_INFO_SECCOMP,
				       4, 0xff };

	for (size_t i = 0; i < sizeof(ops); i++) {
		info.op = ops[i];
		printf("op %u\n", info.op);
		if (info.op != fits)
			KT_ERR(EINVAL, set(pid, &info));
	}
}

KT_CASE(sysinfo_set_op_mismatch, "sysinfo.set.op_mismatch",
	"Verify that PTRACE_SET_SYSCALL_INFO with another op than that of the stop, and in a stop "
	"that is of no system call, fails with EINVAL",
	KT_ANSWERS(ptrace, SET, 0), KT_ANSWERS(ptrace, SET, -EIO, KT_NOT_FIRST(5)),
	KT_ANSWERS(ptrace, SET, 0, KT_NOT_FIRST(10)), KT_ANSWERS(ptrace, SET, 0, KT_NOT_FIRST(15)))
{
	struct kt_sysinfo info;
	pid_t pid;

	KT_NEEDS(kt_probe_set_syscall_info());
	KT_NEEDS(kt_probe_seccomp());
	pid = at_entry(&info);
	check_refused(pid, info, KT_INFO_ENTRY);
	pid = at_exit(&info);
	check_refused(pid, info, KT_INFO_EXIT);
	pid = at_seccomp(&info);
	check_refused(pid, info, KT_INFO_SECCOMP);
	/* Op NONE fits here, but there is nothing to set. */
	pid = kt_child_stopped(kt_body_park, NULL, PTRACE_O_TRACESYSGOOD);
	info = KT_SYSINFO(pid, KT_INFO_NONE);
	check_refused(pid, info, 0x100);
}

KT_CASE(sysinfo_set_range, "sysinfo.set.range",
	"Verify that PTRACE_SET_SYSCALL_INFO with a number that is no int, and on a 32-bit kernel "
	"with an argument or result that is no long, fails with ERANGE and changes nothing",
	KT_ANSWERS(ptrace, SET, 0), KT_ANSWERS(ptrace, SET, -EINVAL, KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, SET, -ERANGE, KT_NOT_FIRST(4)))
{
	static const uint64_t numbers[] = { 1ULL << 40, 0xffffffff, 1ULL << 31, 1ULL << 63 };
	const bool is_32 = kt_foreign_kernel_is_32();
	struct kt_sysinfo info;
	pid_t pid;

	KT_NEEDS(kt_probe_set_syscall_info());
	pid = at_entry(&info);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		info.entry.nr = numbers[i];
		KT_ERR(ERANGE, set(pid, &info));
	}
	info.entry.nr = SYS_getppid;
	for (int i = 0; i < 6; i++) {
		info.entry.args[i] = 1ULL << 40;
		if (is_32)
			KT_ERR(ERANGE, set(pid, &info));
		else
			KT_OK(set(pid, &info));
		info.entry.args[i] = 0;
	}
	KT_EQ(KT_SYSINFO(pid, KT_INFO_ENTRY).entry.nr, is_32 ? SYS_getpid : SYS_getppid);
	/* A long is compared as unsigned there: what is sign-extended is too large, too. */
	info.entry.args[0] = UINT64_MAX;
	if (is_32)
		KT_ERR(ERANGE, set(pid, &info));
	else
		KT_OK(set(pid, &info));
	info.entry.args[0] = UINT32_MAX;
	KT_OK(set(pid, &info));

	pid = at_exit(&info);
	info.exit.rval = 1LL << 40;
	if (is_32)
		KT_ERR(ERANGE, set(pid, &info));
	else
		KT_OK(set(pid, &info));
}

KT_CASE(sysinfo_set_entry, "sysinfo.set.entry",
	"Verify that at a syscall-enter-stop PTRACE_SET_SYSCALL_INFO replaces the number and six "
	"arguments, and that with number -1 it leaves the arguments alone and the program gets "
	"ENOSYS",
	KT_ANSWERS(ptrace, SET, 0), KT_INFO_STORES(entry.args[5], 1, KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, SET, 0, KT_NOT_FIRST(1)))
{
	const struct tracee_kind *kind = kt_foreign_native();
	struct kt_sysinfo info, now;
	pid_t pid;

	KT_NEEDS(kt_probe_set_syscall_info());
	pid = at_entry(&info);
	info.entry.nr = (uint64_t)kind->nr_mmap;
	tracee_mmap_args(kind, 0x50000000, info.entry.args);
	KT_OK(set(pid, &info));
	now = KT_SYSINFO(pid, KT_INFO_ENTRY);
	KT_EQ(now.entry.nr, kind->nr_mmap);
	for (int i = 0; i < 6; i++)
		KT_EQ(now.entry.args[i], info.entry.args[i]);
	KT_EQ(result(pid), 0x50000000);

	pid = at_entry(&info);
	info.entry.nr = UINT64_MAX;
	memset(info.entry.args, 0, sizeof(info.entry.args));
	KT_OK(set(pid, &info));
	now = KT_SYSINFO(pid, KT_INFO_ENTRY);
	/* The register of the first is that of the result on ARM. */
	for (int i = 1; i < 6; i++)
		KT_EQ(now.entry.args[i], tracee_arg(kind, i));
	KT_EQ(result(pid), -ENOSYS);
}

KT_CASE(sysinfo_set_exit, "sysinfo.set.exit",
	"Verify that at a syscall-exit-stop PTRACE_SET_SYSCALL_INFO replaces the result, a value "
	"or an error",
	KT_ANSWERS(ptrace, SET, 0), KT_ANSWERS(ptrace, SET, 0, KT_NOT_FIRST(2)))
{
	static const int64_t results[] = { 0, -EXDEV, 0x7fffffff };

	KT_NEEDS(kt_probe_set_syscall_info());
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		struct kt_sysinfo info;
		pid_t pid = at_exit(&info);

		info.exit.rval = results[i];
		info.exit.is_error = results[i] < 0;
		KT_OK(set(pid, &info));
		/* The program passes what it got to its next call. */
		KT_FOREIGN_SYSCALLS(pid, 1);
		info = KT_SYSINFO(pid, KT_INFO_ENTRY);
		KT_EQ(info.entry.nr, SYS_getppid);
		KT_EQ((int32_t)info.entry.args[0], results[i]);
	}
}

KT_CASE(sysinfo_set_seccomp, "sysinfo.set.seccomp",
	"Verify that at PTRACE_EVENT_SECCOMP PTRACE_SET_SYSCALL_INFO replaces number and "
	"arguments, and ignores the filter's data",
	KT_ANSWERS(ptrace, SET, 0), KT_INFO_STORES(entry.ret_data, 1, KT_NOT_FIRST(1)))
{
	const struct tracee_kind *kind = kt_foreign_native();
	struct kt_sysinfo info;
	unsigned long message;
	pid_t pid;

	KT_NEEDS(kt_probe_set_syscall_info());
	KT_NEEDS(kt_probe_seccomp());
	pid = at_seccomp(&info);
	info.entry.nr = (uint64_t)kind->nr_mmap;
	tracee_mmap_args(kind, 0x50000000, info.entry.args);
	info.entry.ret_data = 1;
	KT_OK(set(pid, &info));
	info = KT_SYSINFO(pid, KT_INFO_SECCOMP);
	KT_EQ(info.entry.nr, kind->nr_mmap);
	KT_EQ(info.entry.ret_data, TRACEE_DATA);
	KT_OK(kt_geteventmsg(pid, &message));
	KT_EQ(message, TRACEE_DATA);
	KT_EQ(result(pid), 0x50000000);
}

#define NO_FD	0x909 /* not open */
#define REFUSED 1     /* the filter refuses to duplicate it */

static void dup_body(void *arg)
{
	_Atomic long *got = arg;
	long rc;

	KT_FILTER({ SYS_dup, 0, REFUSED, KT_RET_ERRNO }, { SYS_dup, 0, NO_FD, SECCOMP_RET_TRACE });
	KT_SYS(raise(SIGUSR1));
	rc = syscall(SYS_dup, NO_FD);
	atomic_store(got, rc < 0 ? -errno : rc);
}

/* Stopped for dup(NO_FD), with `request` on the way; then NO_FD becomes REFUSED. */
static long dup_refused(long request, const char *stop, uint8_t op)
{
	_Atomic long *got = kt_shared(sizeof(*got));
	struct kt_sysinfo info;
	pid_t pid = kt_child_seized(dup_body, (void *)got,
				    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP);

	KT_WAIT(pid, "signal(SIGUSR1)");
	do {
		KT_OK(kt_ptrace(request, pid, 0, 0));
		KT_WAIT(pid, stop);
		KT_OK(kt_sysinfo_get(pid, sizeof(info), &info));
	} while (info.op != op || info.entry.nr != SYS_dup);
	KT_EQ(info.entry.args[0], NO_FD);
	info.entry.args[0] = REFUSED;
	KT_OK(set(pid, &info));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	return *got;
}

KT_CASE(sysinfo_set_seccomp_sees, "sysinfo.set.seccomp_sees",
	"Verify that a first argument given to PTRACE_SET_SYSCALL_INFO is what the filter judges, "
	"at the syscall-enter-stop and again after PTRACE_EVENT_SECCOMP",
	KT_ANSWERS(ptrace, SET, 0), KT_ANSWERS(ptrace, SET, 0, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_set_syscall_info());
	KT_NEEDS(kt_probe_seccomp());
	KT_EQ(dup_refused(PTRACE_SYSCALL, "syscall", KT_INFO_ENTRY), -KT_ERRNO);
	KT_EQ(dup_refused(PTRACE_CONT, "EVENT_SECCOMP", KT_INFO_SECCOMP), -KT_ERRNO);
}

static void describe_at(size_t i, struct kt_instance *out)
{
	enum kt_mode mode;
	enum kt_at at = kt_stops_at(i, &mode);
	uint8_t op = kt_sysinfo_op(at);

	snprintf(out->name, sizeof(out->name), "%s.%s", kt_modes[mode].name, kt_stops[at].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that of a tracee by %s in %s PTRACE_SET_SYSCALL_INFO %s",
		 kt_modes[mode].words, kt_stops[at].words,
		 op ? "takes back what GET has told, and no other op"
		    : "fails with EINVAL, whatever the op");
	if (op)
		out->wrong = (struct kt_wrong)KT_ANSWERS(ptrace, SET, -EINVAL, KT_NOT_FIRST(1));
	else
		out->wrong = (struct kt_wrong)KT_ANSWERS(ptrace, SET, 0, KT_NOT_FIRST(1));
}

KT_FAMILY(sysinfo_set_at, "sysinfo.set_at", KT_STOPS_COUNT, describe_at)
{
	enum kt_mode mode;
	enum kt_at at = kt_stops_at(i, &mode);
	uint8_t op = kt_sysinfo_op(at);
	struct kt_sysinfo info;
	pid_t pid;

	KT_NEEDS(kt_probe_set_syscall_info());
	pid = kt_stops_reach(mode, at).pid;
	info = KT_SYSINFO(pid, op);
	check_refused(pid, info, op ? op : 0x100);
	if (op)
		KT_OK(set(pid, &info));
}

KT_PROGRAM
