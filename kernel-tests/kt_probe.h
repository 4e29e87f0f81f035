/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_probe.h - what this kernel and this user have, found by asking the kernel
 * and never by its version. A probe returns NULL when the thing is there, else
 * the exact reason why a case that needs it is skipped.
 */
#ifndef BELAY_KT_PROBE_H
#define BELAY_KT_PROBE_H

#include <stdint.h>

/* Skip the case unless the probe is content. In the case's main thread only. */
#define KT_NEEDS(probe)                                                                            \
	do {                                                                                       \
		const char *kt_why_ = (probe);                                                     \
		if (kt_why_)                                                                       \
			atf_tc_skip("%s", kt_why_);                                                \
	} while (0)

/* ptrace of our own children at all. No case asks: kt_ptrace() skips where it is not. */
const char *kt_probe_ptrace(void);

const char *kt_probe_qemu_user(void);		/* that this program is run by qemu-user */
const char *kt_probe_kernel(void);		/* that it is not: the kernel itself answers */

const char *kt_probe_syscall_info(void);	/* PTRACE_GET_SYSCALL_INFO, 5.3 */
const char *kt_probe_set_syscall_info(void);	/* PTRACE_SET_SYSCALL_INFO, 6.16 */
const char *kt_probe_singlestep(void);		/* not on arm */
const char *kt_probe_checkpoint_restore(void);	/* CONFIG_CHECKPOINT_RESTORE */
const char *kt_probe_seccomp(void);		/* SECCOMP_MODE_FILTER */
const char *kt_probe_unfiltered(void);		/* no filter on us yet, as in a container */
const char *kt_probe_seccomp_action(uint32_t action);	/* SECCOMP_RET_* */
const char *kt_probe_seccomp_flag(unsigned int flag);	/* SECCOMP_FILTER_FLAG_* */
const char *kt_probe_listener(void);		/* FLAG_NEW_LISTENER, none above us */
const char *kt_probe_x32(void);			/* x32 calls, from x86_64 and x32 programs */
const char *kt_probe_int80(void);		/* i386 calls, from every x86 program */
const char *kt_probe_userns(void);		/* unshare(CLONE_NEWUSER) for this user */
const char *kt_probe_cap(int cap);		/* CAP_*, effective */
const char *kt_probe_shared_files(void);	/* a process of CLONE_FILES alone */
const char *kt_probe_root(void);		/* uid 0 */
const char *kt_probe_unprivileged(void);	/* no CAP_SYS_PTRACE, no CAP_SYS_ADMIN */

/* kernel.yama.ptrace_scope, or -1 without Yama. */
int kt_probe_yama_scope(void);

#endif
