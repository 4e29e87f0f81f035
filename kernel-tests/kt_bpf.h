/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_bpf.h - seccomp filters as raw programs, where the program or the way in
 * which it is installed is the promise. What only needs a filter uses the rules of
 * kt_seccomp.h. Installing sets nothing else: kt_bpf_nnp() comes first.
 *
 *	kt_bpf_nnp();
 *	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
 *	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
 */
#ifndef BELAY_KT_BPF_H
#define BELAY_KT_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel-tests/kt_raw.h"
#include "kernel-tests/kt_seccomp.h"

/* What the headers of 6.1 do not have. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* 5.19 */
#endif

/* Instructions. Every ABI here is little endian: the low half of an argument comes first. */
#define KT_BPF_LD(offset)     BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define KT_BPF_NR	      KT_BPF_LD(offsetof(struct seccomp_data, nr))
#define KT_BPF_ARCH	      KT_BPF_LD(offsetof(struct seccomp_data, arch))
#define KT_BPF_ARG_OFFSET(i)  (offsetof(struct seccomp_data, args) + 8 * (size_t)(i))
#define KT_BPF_ARG(i)	      KT_BPF_LD(KT_BPF_ARG_OFFSET(i))
#define KT_BPF_ARG_HIGH(i)    KT_BPF_LD(KT_BPF_ARG_OFFSET(i) + 4)
#define KT_BPF_RET(action)    BPF_STMT(BPF_RET | BPF_K, action)
/* Go on if A is `value`, else skip the next n instructions. */
#define KT_BPF_IF(value, n)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, n)

/* A whole program: this call is `action`, every other is allowed. */
#define KT_BPF_ON(nr, action)                                                                      \
	KT_BPF_NR, KT_BPF_IF(nr, 1), KT_BPF_RET(action), KT_BPF_RET(SECCOMP_RET_ALLOW)

/* A is an error number: fail with it. What the filter has computed comes out so. */
#define KT_BPF_RET_A                                                                               \
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SECCOMP_RET_DATA),                                     \
		BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO), BPF_STMT(BPF_RET | BPF_A, 0)

void kt_bpf_nnp(void);

/*
 * seccomp(2) through kt_raw(): the result or -errno. The kernel does not look at
 * `label`; a lie that is meant for one filter of several says KT_WHEN(3, label).
 */
long kt_bpf_install(unsigned int flags, const struct sock_filter *code, size_t len,
		    unsigned long label);

#define KT_BPF(flags, ...) KT_BPF_LABEL(flags, 0, __VA_ARGS__)
#define KT_BPF_LABEL(flags, label, ...)                                                            \
	({                                                                                         \
		const struct sock_filter kt_code_[] = { __VA_ARGS__ };                             \
		kt_bpf_install(flags, kt_code_, sizeof(kt_code_) / sizeof(kt_code_[0]), label);    \
	})

#endif
