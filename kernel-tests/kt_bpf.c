/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_bpf.c - installs raw filters. No judging.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_fail.h"

void kt_bpf_nnp(void)
{
	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

long kt_bpf_install(unsigned int flags, const struct sock_filter *code, size_t len,
		    unsigned long label)
{
	struct sock_fprog prog = { (unsigned short)len, (struct sock_filter *)code };

	return kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog, label);
}
