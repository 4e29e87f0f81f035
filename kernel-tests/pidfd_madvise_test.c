/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pidfd_madvise_test.c - who may give advice on the memory of another process
 * by process_madvise(2).
 */
#include <errno.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_pidfd.h"

#ifndef MADV_COLD
#define MADV_COLD 20
#endif

/* Of 5.8; in 6.18, it and CAP_SYS_ADMIN allow what PTRACE_MODE_READ does (mm_access()). */
#define CAP_PERFMON_ 38

#define SIZE 65536 /* whole pages, of any size */

static const char *probe_madvise(void)
{
	/* No descriptor -1; ENOSYS without CONFIG_ADVISE_SYSCALLS. */
	if (syscall(SYS_process_madvise, -1, NULL, 0, MADV_COLD, 0) < 0 && errno == ENOSYS)
		return "needs process_madvise (Linux 5.10, CONFIG_ADVISE_SYSCALLS)";
	return NULL;
}

/* Memory at the same address in every process of the case. */
struct target {
	struct iovec iov;
	int pidfd;
};

static struct target *start_target(void)
{
	struct target *t = kt_shared(sizeof(*t));

	t->iov.iov_base = KT_SYS(mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	t->iov.iov_len = SIZE;
	t->pidfd = (int)KT_OK(kt_pidfd_open(kt_child(kt_body_park, NULL), 0));
	return t;
}

static long advise(const struct target *t, int advice, unsigned int flags)
{
	return kt_raw(SYS_process_madvise, t->pidfd, &t->iov, 1, advice, flags);
}

KT_CASE(pidfd_process_madvise, "pidfd.process_madvise",
	"Verify that process_madvise gives MADV_COLD for the memory of another process, says how "
	"many bytes of it, and refuses a flag and MADV_DONTNEED with EINVAL",
	KT_RETURNS(call, SYS_process_madvise, 0),
	KT_ANSWERS(call, SYS_process_madvise, SIZE, KT_WHEN(3, MADV_DONTNEED)),
	KT_CHANGES_ARG(call, SYS_process_madvise, 4, 1, 0))
{
	struct target *t = start_target();

	KT_NEEDS(probe_madvise());
	KT_NEEDS(kt_probe_cap(CAP_SYS_NICE));
	KT_EQ(KT_OK(advise(t, MADV_COLD, 0)), SIZE);
	KT_ERR(EINVAL, advise(t, MADV_DONTNEED, 0));
	KT_ERR(EINVAL, advise(t, MADV_COLD, 1));
}

static void advise_without_nice(void *arg)
{
	kt_cred_drop_cap(CAP_SYS_NICE);
	KT_ERR(EPERM, advise(arg, MADV_COLD, 0));
}

KT_CASE(pidfd_process_madvise_nice, "pidfd.process_madvise.nice",
	"Verify that process_madvise for another process fails with EPERM without CAP_SYS_NICE, "
	"whatever else the caller may do",
	KT_ANSWERS(call, SYS_process_madvise, SIZE))
{
	struct target *t = start_target();

	KT_NEEDS(probe_madvise());
	KT_WAIT(kt_child(advise_without_nice, t), "exited(0)");
}

/* All that lets a process read another's memory but being its user. */
static void advise_hidden(void *arg)
{
	struct target *t = arg;

	kt_cred_drop_cap(CAP_SYS_PTRACE);
	kt_cred_drop_cap(CAP_SYS_ADMIN);
	kt_cred_drop_cap(CAP_PERFMON_);
	t->pidfd = (int)KT_OK(kt_pidfd_open(getppid(), 0));
	KT_ERR(EACCES, advise(t, MADV_COLD, 0));
}

static void hide(void *arg)
{
	KT_SYS(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	KT_WAIT(kt_child(advise_hidden, arg), "exited(0)");
}

KT_CASE(pidfd_process_madvise_read, "pidfd.process_madvise.read",
	"Verify that process_madvise fails with EACCES for a process that the caller may not read, "
	"as ptrace has it, even with CAP_SYS_NICE",
	KT_ANSWERS(call, SYS_process_madvise, SIZE), KT_ANSWERS(call, SYS_process_madvise, -EPERM))
{
	struct target *t = start_target();

	KT_NEEDS(probe_madvise());
	KT_NEEDS(kt_probe_cap(CAP_SYS_NICE));
	KT_WAIT(kt_child(hide, t), "exited(0)");
}

KT_PROGRAM
