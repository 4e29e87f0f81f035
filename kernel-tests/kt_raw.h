/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_raw.h - system calls as the kernel has them: the result or -errno, without
 * libc's own ideas and without its errno. What a case promises of a call other
 * than ptrace is asked through kt_raw(), the seam of kt_wrong.h:
 *
 *	int fd = (int)KT_OK(kt_raw(SYS_pidfd_open, pid, 0));
 *	KT_ERR(EINVAL, kt_raw(SYS_setns, fd, 0x1));
 *
 * Arguments are integers or pointers, each one register wide: no 64-bit offsets.
 */
#ifndef BELAY_KT_RAW_H
#define BELAY_KT_RAW_H

long kt_raw_call(long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		 unsigned long e, unsigned long f);

#define KT_RAW_(x)	       ((unsigned long)(x))
#define KT_RAW_0_(nr)	       kt_raw_call(nr, 0, 0, 0, 0, 0, 0)
#define KT_RAW_1_(nr, a)       kt_raw_call(nr, KT_RAW_(a), 0, 0, 0, 0, 0)
#define KT_RAW_2_(nr, a, b)    kt_raw_call(nr, KT_RAW_(a), KT_RAW_(b), 0, 0, 0, 0)
#define KT_RAW_3_(nr, a, b, c) kt_raw_call(nr, KT_RAW_(a), KT_RAW_(b), KT_RAW_(c), 0, 0, 0)
#define KT_RAW_4_(nr, a, b, c, d)                                                                  \
	kt_raw_call(nr, KT_RAW_(a), KT_RAW_(b), KT_RAW_(c), KT_RAW_(d), 0, 0)
#define KT_RAW_5_(nr, a, b, c, d, e)                                                               \
	kt_raw_call(nr, KT_RAW_(a), KT_RAW_(b), KT_RAW_(c), KT_RAW_(d), KT_RAW_(e), 0)
#define KT_RAW_6_(nr, a, b, c, d, e, f)                                                            \
	kt_raw_call(nr, KT_RAW_(a), KT_RAW_(b), KT_RAW_(c), KT_RAW_(d), KT_RAW_(e), KT_RAW_(f))
#define KT_RAW_PICK_(nr, a, b, c, d, e, f, name, ...) name
#define kt_raw(...)                                                                                \
	KT_RAW_PICK_(__VA_ARGS__, KT_RAW_6_, KT_RAW_5_, KT_RAW_4_, KT_RAW_3_, KT_RAW_2_,           \
		     KT_RAW_1_, KT_RAW_0_, 0)                                                      \
	(__VA_ARGS__)

#endif
