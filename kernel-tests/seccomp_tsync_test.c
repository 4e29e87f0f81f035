/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_tsync_test.c - SECCOMP_FILTER_FLAG_TSYNC: which threads get the filter,
 * and which make it fail with nothing changed. What races with it is
 * seccomp_tsync_race_test.c.
 */
#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"

#define TSYNC SECCOMP_FILTER_FLAG_TSYNC

/* In whichever thread runs them, one after the other. */
static void is_refused(void *unused)
{
	(void)unused;
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
}

static void is_free(void *unused)
{
	(void)unused;
	KT_OK(kt_raw(SYS_getppid));
}

static void add_own_filter(void *unused)
{
	(void)unused;
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getuid, KT_RET_ERRNO)));
}

static void set_nnp(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
}

/* The filter that the others are to get; lies about it say KT_WHEN(3, SYNC). */
#define SYNC 1
static long sync_filter(unsigned int flags)
{
	return KT_BPF_LABEL(flags, SYNC, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO));
}

#define SIBLINGS 8

static void basic_body(void *unused)
{
	struct kt_worker *sibling[SIBLINGS];

	for (int i = 0; i < SIBLINGS; i++) {
		sibling[i] = kt_worker_start();
		kt_worker_run(sibling[i], is_free, NULL);
	}
	kt_bpf_nnp();
	KT_EQ(sync_filter(TSYNC), 0);
	is_refused(unused);
	for (int i = 0; i < SIBLINGS; i++)
		kt_worker_run(sibling[i], is_refused, NULL);
}

KT_CASE(seccomp_tsync_basic, "seccomp.tsync.basic",
	"Verify that with TSYNC every thread of the process gets the filter",
	KT_CHANGES_ARG(call, SYS_seccomp, 1, TSYNC, 0), KT_RETURNS(call, SYS_seccomp, 1))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	KT_WAIT(kt_child(basic_body, NULL), "exited(0)");
}

static void alone_body(void *unused)
{
	kt_bpf_nnp();
	KT_EQ(sync_filter(TSYNC), 0);
	is_refused(unused);
}

KT_CASE(seccomp_tsync_alone, "seccomp.tsync.alone",
	"Verify that TSYNC in a process of one thread installs the filter",
	KT_ANSWERS(call, SYS_seccomp, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	KT_WAIT(kt_child(alone_body, NULL), "exited(0)");
}

static void has_nnp(void *unused)
{
	(void)unused;
	KT_EQ(kt_raw(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}

static void has_no_nnp(void *unused)
{
	(void)unused;
	KT_EQ(kt_raw(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}

static void nnp_body(void *unused)
{
	struct kt_worker *sibling = kt_worker_start();

	set_nnp(unused);
	kt_worker_run(sibling, has_no_nnp, NULL);
	KT_EQ(sync_filter(TSYNC), 0);
	kt_worker_run(sibling, has_nnp, NULL);
}

KT_CASE(seccomp_tsync_nnp, "seccomp.tsync.nnp",
	"Verify that TSYNC gives no_new_privs too to the other threads when the caller has it",
	KT_CHANGES_ARG(call, SYS_seccomp, 1, TSYNC, 0), KT_RETURNS(call, SYS_prctl, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		atf_tc_skip("no_new_privs is set already");
	KT_WAIT(kt_child(nnp_body, NULL), "exited(0)");
}

static void no_nnp_body(void *unused)
{
	struct kt_worker *sibling;

	(void)unused;
	/* The capability, before there are threads. */
	KT_SYS(unshare(CLONE_NEWUSER));
	sibling = kt_worker_start();
	KT_EQ(sync_filter(TSYNC), 0);
	kt_worker_run(sibling, is_refused, NULL);
	kt_worker_run(sibling, has_no_nnp, NULL);
}

KT_CASE(seccomp_tsync_no_nnp, "seccomp.tsync.no_nnp",
	"Verify that TSYNC of a caller without no_new_privs, which has CAP_SYS_ADMIN, sets it for "
	"nobody",
	KT_RETURNS(call, SYS_prctl, 1), KT_CHANGES_ARG(call, SYS_seccomp, 1, TSYNC, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	KT_NEEDS(kt_probe_userns());
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		atf_tc_skip("no_new_privs is set already");
	KT_WAIT(kt_child(no_nnp_body, NULL), "exited(0)");
}

/* A sibling that has the caller's older filters, and one born after them all. */
static void ancestor_body(void *unused)
{
	struct kt_worker *older, *newer;

	kt_bpf_nnp();
	add_own_filter(unused);
	older = kt_worker_start();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getgid, KT_RET_ERRNO)));
	newer = kt_worker_start();
	KT_EQ(sync_filter(TSYNC), 0);
	kt_worker_run(older, is_refused, NULL);
	kt_worker_run(newer, is_refused, NULL);
}

static void older_has_gid(void *unused)
{
	(void)unused;
	KT_ERR(KT_ERRNO, kt_raw(SYS_getgid));
}

static void ancestor_all_body(void *unused)
{
	struct kt_worker *older;

	kt_bpf_nnp();
	add_own_filter(unused);
	older = kt_worker_start();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getgid, KT_RET_ERRNO)));
	KT_EQ(sync_filter(TSYNC), 0);
	/* The one in between as well. */
	kt_worker_run(older, older_has_gid, NULL);
}

KT_CASE(seccomp_tsync_ancestor, "seccomp.tsync.ancestor",
	"Verify that TSYNC also reaches threads whose filters are the caller's older ones, and "
	"gives them all that the caller has",
	KT_ANSWERS(call, SYS_seccomp, 1, KT_WHEN(3, SYNC)), KT_RETURNS(call, SYS_getgid, 1))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	KT_WAIT(kt_child(ancestor_body, NULL), "exited(0)");
	KT_WAIT(kt_child(ancestor_all_body, NULL), "exited(0)");
}

static void refused_filter_body(void *unused)
{
	struct kt_worker *sibling = kt_worker_start();

	kt_bpf_nnp();
	KT_ERR(EINVAL, KT_BPF_LABEL(TSYNC, SYNC, KT_BPF_NR));
	KT_ERR(EFAULT, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, TSYNC, NULL));
	kt_worker_run(sibling, is_free, NULL);
	kt_worker_run(sibling, has_no_nnp, NULL);
	is_free(unused);
}

KT_CASE(seccomp_tsync_refused_filter, "seccomp.tsync.refused_filter",
	"Verify that TSYNC with a filter that is refused changes no thread",
	KT_ANSWERS(call, SYS_seccomp, 0), KT_RETURNS(call, SYS_getppid, -KT_ERRNO),
	KT_RETURNS(call, SYS_prctl, 1))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		atf_tc_skip("no_new_privs is set already");
	KT_WAIT(kt_child(refused_filter_body, NULL), "exited(0)");
}

static void diverged_body(void *unused)
{
	struct kt_worker *other = kt_worker_start(), *bystander = kt_worker_start();

	kt_worker_run(other, set_nnp, NULL);
	kt_worker_run(other, add_own_filter, NULL);
	kt_bpf_nnp();
	KT_EQ(sync_filter(TSYNC), kt_worker_tid(other));
	is_free(unused);
	kt_worker_run(other, is_free, NULL);
	kt_worker_run(bystander, is_free, NULL);
	kt_worker_run(bystander, has_no_nnp, NULL);
	/* When that thread is gone nothing is in the way. */
	kt_worker_end(other);
	KT_EQ(sync_filter(TSYNC), 0);
	kt_worker_run(bystander, is_refused, NULL);
}

KT_CASE(seccomp_tsync_diverged, "seccomp.tsync.diverged",
	"Verify that TSYNC, while a thread has a filter that the caller lacks, returns the tid of "
	"that thread and changes none",
	KT_RETURNS(call, SYS_seccomp, -ESRCH, KT_WHEN(3, SYNC)),
	KT_CHANGES_ARG(call, SYS_seccomp, 1, TSYNC, 0, KT_WHEN(3, SYNC)),
	KT_RETURNS(call, SYS_getppid, -KT_ERRNO))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		atf_tc_skip("no_new_privs is set already");
	KT_WAIT(kt_child(diverged_body, NULL), "exited(0)");
}

static void esrch_body(void *unused)
{
	struct kt_worker *other = kt_worker_start();

	kt_worker_run(other, set_nnp, NULL);
	kt_worker_run(other, add_own_filter, NULL);
	kt_bpf_nnp();
	KT_ERR(ESRCH, sync_filter(TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH));
	is_free(unused);
	kt_worker_run(other, is_free, NULL);
	kt_worker_end(other);
	KT_EQ(sync_filter(TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH), 0);
	is_refused(unused);
}

KT_CASE(seccomp_tsync_esrch, "seccomp.tsync.esrch",
	"Verify that TSYNC with TSYNC_ESRCH fails with ESRCH where TSYNC alone returns a tid, and "
	"changes nothing then",
	KT_CHANGES_ARG(call, SYS_seccomp, 1, SECCOMP_FILTER_FLAG_TSYNC_ESRCH, 0),
	KT_RETURNS(call, SYS_getppid, -KT_ERRNO))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(SECCOMP_FILTER_FLAG_TSYNC_ESRCH));
	KT_WAIT(kt_child(esrch_body, NULL), "exited(0)");
}

static void listener_body(void *unused)
{
	struct kt_worker *sibling = kt_worker_start();
	const unsigned int flags = TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER |
				   SECCOMP_FILTER_FLAG_TSYNC_ESRCH;

	kt_bpf_nnp();
	/* A descriptor, and not one of the first three. */
	KT_REQUIRE(sync_filter(flags) > 2);
	kt_worker_run(sibling, is_refused, NULL);
	is_refused(unused);
}

KT_CASE(seccomp_tsync_listener, "seccomp.tsync.listener",
	"Verify that TSYNC with NEW_LISTENER and TSYNC_ESRCH returns a listener and gives every "
	"thread the filter",
	KT_RETURNS(call, SYS_seccomp, 0), KT_CHANGES_ARG(call, SYS_seccomp, 1, TSYNC, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(SECCOMP_FILTER_FLAG_TSYNC_ESRCH));
	KT_NEEDS(kt_probe_listener());
	KT_WAIT(kt_child(listener_body, NULL), "exited(0)");
}

/* Makes no call any more, not even to end. */
static void strict_thread(void *ready)
{
	KT_OK(kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
	kt_gate_mark(ready);
	for (;;)
		;
}

static void strict_body(void *ready)
{
	struct kt_worker *bystander = kt_worker_start();
	pid_t tid = kt_thread(strict_thread, ready);

	while (!kt_gate_is_open(ready))
		;
	kt_bpf_nnp();
	KT_EQ(sync_filter(TSYNC), tid);
	is_free(NULL);
	kt_worker_run(bystander, is_free, NULL);
}

KT_CASE(seccomp_tsync_strict_sibling, "seccomp.tsync.strict_sibling",
	"Verify that TSYNC, while a thread is in strict mode, returns the tid of that thread and "
	"changes none",
	KT_CHANGES_ARG(call, SYS_seccomp, 1, TSYNC, 0), KT_RETURNS(call, SYS_getppid, -KT_ERRNO))
{
	KT_NEEDS(kt_probe_unfiltered());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	KT_WAIT(kt_child(strict_body, kt_shared(sizeof(struct kt_gate))), "exited(0)");
}

static void prctl_body(void *unused)
{
	struct sock_filter code[] = { KT_BPF_ON(SYS_getppid, KT_RET_ERRNO) };
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };
	struct kt_worker *sibling = kt_worker_start();

	kt_bpf_nnp();
	KT_OK(kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, TSYNC, 0));
	is_refused(unused);
	kt_worker_run(sibling, is_free, NULL);
	/* The other one is as before for TSYNC too: no filters but ours. */
	KT_EQ(sync_filter(TSYNC), 0);
	kt_worker_run(sibling, is_refused, NULL);
}

KT_CASE(seccomp_tsync_prctl_only_self, "seccomp.tsync.prctl_only_self",
	"Verify that a filter installed by prctl is the calling thread's alone",
	KT_RETURNS(call, SYS_getppid, -KT_ERRNO), KT_ANSWERS(call, SYS_prctl, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	KT_WAIT(kt_child(prctl_body, NULL), "exited(0)");
}

KT_PROGRAM
