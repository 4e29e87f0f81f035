/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_sysinfo.h - what PTRACE_GET_SYSCALL_INFO (5.3) and _SET_ (6.16) pass, as
 * Linux 6.16 has it. Headers before that lack two fields, and the alignment that
 * makes it 88 bytes on i386.
 */
#ifndef BELAY_KT_SYSINFO_H
#define BELAY_KT_SYSINFO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel-tests/kt_stops.h"

enum { KT_INFO_NONE, KT_INFO_ENTRY, KT_INFO_EXIT, KT_INFO_SECCOMP };

struct kt_sysinfo {
	uint8_t op; /* KT_INFO_* */
	uint8_t reserved;
	uint16_t flags;
	uint32_t arch; /* AUDIT_ARCH_* */
	uint64_t ip, sp;
	union {
		struct {
			uint64_t nr, args[6];
			uint32_t ret_data; /* SECCOMP only */
			uint32_t reserved2;
		} entry;
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
	};
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct kt_sysinfo) == 88, "SET_SYSCALL_INFO takes no smaller one");

/* What the kernel has to say by kind, in bytes: the end of the last field. */
#define KT_INFO_NONE_SIZE    offsetof(struct kt_sysinfo, entry)
#define KT_INFO_ENTRY_SIZE   offsetof(struct kt_sysinfo, entry.ret_data)
#define KT_INFO_EXIT_SIZE    (offsetof(struct kt_sysinfo, exit.is_error) + 1)
#define KT_INFO_SECCOMP_SIZE (offsetof(struct kt_sysinfo, entry.ret_data) + 4)

/* The op at a stop of the table. */
uint8_t kt_sysinfo_op(enum kt_at at);

/* For wrong answers: an int of what GET stores. */
#define KT_INFO_STORES(field, flip, ...)                                                           \
	KT_STORES(ptrace, PTRACE_GET_SYSCALL_INFO, 3, offsetof(struct kt_sysinfo, field), flip,    \
		  ##__VA_ARGS__)

/* 0 or -errno; GET: the bytes that the kernel offers. */
long kt_sysinfo_get(pid_t tid, size_t size, void *out);
long kt_sysinfo_set(pid_t tid, size_t size, const void *info);

/* The whole, which must be of kind `op` and have its size. Fails the case. */
#define KT_SYSINFO(tid, op) kt_sysinfo(__FILE__, __LINE__, tid, op)
struct kt_sysinfo kt_sysinfo(const char *file, int line, pid_t tid, uint8_t op);

#endif
