/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_sysinfo.c - the two requests of kt_sysinfo.h.
 */
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_sysinfo.h"

uint8_t kt_sysinfo_op(enum kt_at at)
{
	switch (at) {
	case KT_AT_ENTRY:
		return KT_INFO_ENTRY;
	case KT_AT_RETURN:
		return KT_INFO_EXIT;
	case KT_AT_SECCOMP:
		return KT_INFO_SECCOMP;
	default:
		return KT_INFO_NONE;
	}
}

long kt_sysinfo_get(pid_t tid, size_t size, void *out)
{
	return kt_ptrace(PTRACE_GET_SYSCALL_INFO, tid, size, (uintptr_t)out);
}

long kt_sysinfo_set(pid_t tid, size_t size, const void *info)
{
	return kt_ptrace(PTRACE_SET_SYSCALL_INFO, tid, size, (uintptr_t)info);
}

struct kt_sysinfo kt_sysinfo(const char *file, int line, pid_t tid, uint8_t op)
{
	static const size_t sizes[] = { KT_INFO_NONE_SIZE, KT_INFO_ENTRY_SIZE, KT_INFO_EXIT_SIZE,
					KT_INFO_SECCOMP_SIZE };
	struct kt_sysinfo info = { 0 };
	long rc = kt_sysinfo_get(tid, sizeof(info), &info);

	if (rc < 0)
		kt_fail(file, line, "GET_SYSCALL_INFO of %d: %s", (int)tid,
			kt_errno_name((int)-rc));
	if (info.op != op || rc != (long)sizes[op])
		kt_fail(file, line,
			"GET_SYSCALL_INFO of %d: op %u with %ld bytes, expected op %u with %zu",
			(int)tid, info.op, rc, op, sizes[op]);
	return info;
}
