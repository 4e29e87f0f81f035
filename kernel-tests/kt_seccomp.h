/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_seccomp.h - small filters for cases, and the system call that a tracee is
 * stopped in. A filter looks at the number and one argument, for the ABI of this
 * program alone; what no rule names is allowed.
 */
#ifndef BELAY_KT_SECCOMP_H
#define BELAY_KT_SECCOMP_H

#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/call.h"

#define KT_ANY_ARG -1
#define KT_RULES   8 /* at the most in one filter */

/* Error numbers that the calls used here never fail with by themselves. */
#define KT_ERRNO      EXDEV
#define KT_RET_ERRNO  (SECCOMP_RET_ERRNO | KT_ERRNO)

struct kt_rule {
	long nr;
	int arg;	/* index, or KT_ANY_ARG */
	uint32_t value; /* low 32 bits of that argument */
	uint32_t action;
};

/*
 * In a child: sets no_new_privs and installs the filter. The first rule that fits
 * decides. What seccomp(2) answers: the listener with FLAG_NEW_LISTENER.
 */
int kt_filter(const struct kt_rule *rules, size_t n, unsigned int flags);

#define KT_FILTER(...)                                                                             \
	do {                                                                                       \
		static const struct kt_rule kt_rules_[] = { __VA_ARGS__ };                         \
		kt_filter(kt_rules_, sizeof(kt_rules_) / sizeof(kt_rules_[0]), 0);                 \
	} while (0)

/*
 * What PTRACE_GET_SYSCALL_INFO or the registers say; fails the case on any error.
 * Lies (kt_wrong.h): KT_SEES of "call.nr", "call.arg0" and "call.result".
 */
#define KT_CALL(tid, point) kt_call(__FILE__, __LINE__, tid, point)
struct call kt_call(const char *file, int line, pid_t tid, enum call_point point);

/* For the functions of arch/call.h that change a call. */
extern struct call_io kt_io;

#endif
