/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_status_test.c - what others learn of a task's filters: from /proc, and as
 * its tracer from PTRACE_SECCOMP_GET_FILTER and PTRACE_SECCOMP_GET_METADATA.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_cred.h"

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif
#ifndef PTRACE_SECCOMP_GET_METADATA
#define PTRACE_SECCOMP_GET_METADATA 0x420d
struct seccomp_metadata {
	__u64 filter_off;
	__u64 flags;
};
#endif

/* A number of /proc/TID/status, or -1 without that line. */
static long status_of(pid_t tid, const char *name)
{
	size_t n = strlen(name);
	char path[64], line[200];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			sscanf(line + n + 1, "%ld", &value);
	fclose(f);
	return value;
}

struct filtered {
	struct kt_gate ready;
	pid_t tid;
};

static void strict_body(void *arg)
{
	struct filtered *f = arg;

	KT_OK(kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
	kt_gate_mark(&f->ready);
	for (;;)
		;
}

static void filtered_body(void *arg)
{
	struct filtered *f = arg;

	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	kt_gate_mark(&f->ready);
	kt_park();
}

static pid_t ready_child(kt_body *body, struct filtered *f)
{
	pid_t pid = kt_child(body, f);

	KT_AWAIT(kt_gate_is_open(&f->ready));
	return pid;
}

KT_CASE(seccomp_proc_status, "seccomp.proc_status",
	"Verify that the line Seccomp of /proc/PID/status is 0 for no mode, 1 for strict mode and "
	"2 for filters",
	KT_SEES("none", 2), KT_SEES("strict", 0), KT_SEES("filter", 1))
{
	struct filtered *f = kt_shared(2 * sizeof(*f));

	KT_NEEDS(kt_probe_unfiltered());
	if (status_of(getpid(), "Seccomp") < 0)
		atf_tc_skip("no line Seccomp in /proc/PID/status");
	KT_EQ(KT_SEEN("none", status_of(kt_child(kt_body_park, NULL), "Seccomp")), 0);
	KT_EQ(KT_SEEN("strict", status_of(ready_child(strict_body, &f[0]), "Seccomp")), 1);
	KT_EQ(KT_SEEN("filter", status_of(ready_child(filtered_body, &f[1]), "Seccomp")), 2);
}

static void more_thread(void *arg)
{
	struct filtered *f = arg;

	KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	f->tid = kt_gettid();
	kt_gate_mark(&f->ready);
	kt_park();
}

static void more_body(void *arg)
{
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	kt_thread(more_thread, arg);
	kt_park();
}

KT_CASE(seccomp_proc_filters, "seccomp.proc_filters",
	"Verify that the line Seccomp_filters of /proc/PID/status is the number of a thread's "
	"filters, inherited ones too",
	KT_SEES("none", 1), KT_SEES("leader", 3), KT_SEES("thread", 2))
{
	struct filtered *f = kt_shared(sizeof(*f));
	pid_t pid;

	KT_NEEDS(kt_probe_unfiltered());
	if (status_of(getpid(), "Seccomp_filters") < 0)
		atf_tc_skip("no line Seccomp_filters in /proc/PID/status (Linux 5.9)");
	KT_EQ(KT_SEEN("none", status_of(kt_child(kt_body_park, NULL), "Seccomp_filters")), 0);
	pid = ready_child(more_body, f);
	KT_EQ(KT_SEEN("leader", status_of(pid, "Seccomp_filters")), 2);
	KT_EQ(KT_SEEN("thread", status_of(f->tid, "Seccomp_filters")), 3);
}

static const struct sock_filter first[] = { KT_BPF_ON(SYS_getppid, KT_RET_ERRNO) };
static const struct sock_filter second[] = { KT_BPF_RET(SECCOMP_RET_ALLOW) };

static void two_filters(void *arg)
{
	struct filtered *f = arg;

	kt_bpf_nnp();
	KT_OK(kt_bpf_install(0, first, sizeof(first) / sizeof(first[0]), 1));
	KT_OK(kt_bpf_install(SECCOMP_FILTER_FLAG_LOG, second, 1, 2));
	kt_gate_mark(&f->ready);
	kt_park();
}

/* A tracee with two filters, in EVENT_STOP(SIGTRAP). */
static pid_t filtered_tracee(void)
{
	pid_t pid = ready_child(two_filters, kt_shared(sizeof(struct filtered)));

	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	return pid;
}

/* A tracer with filters of its own is told nothing. */
static const char *probe_get_filter(void)
{
	const char *why = kt_probe_unfiltered();

	if (!why)
		why = kt_probe_checkpoint_restore();
	if (!why)
		why = kt_probe_cap(CAP_SYS_ADMIN);
	return why;
}

KT_CASE(seccomp_ptrace_get_filter, "seccomp.ptrace_get_filter",
	"Verify that PTRACE_SECCOMP_GET_FILTER gives length and instructions of the filter with "
	"that index, the first installed as 0, and ENOENT past the last",
	KT_RETURNS(ptrace, PTRACE_SECCOMP_GET_FILTER, 1),
	KT_STORES(ptrace, PTRACE_SECCOMP_GET_FILTER, 3, 4, 1),
	KT_RETURNS(ptrace, PTRACE_SECCOMP_GET_FILTER, 0, KT_WHEN(2, 2)))
{
	struct sock_filter code[sizeof(first) / sizeof(first[0]) + 1];
	pid_t pid;

	KT_NEEDS(probe_get_filter());
	pid = filtered_tracee();
	KT_EQ(kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, 0), sizeof(first) / sizeof(first[0]));
	KT_EQ(kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 1, 0), 1);
	KT_ERR(ENOENT, kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 2, 0));
	KT_ERR(ENOENT, kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, UINTPTR_MAX, 0));
	memset(code, 0x55, sizeof(code));
	KT_OK(kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, (uintptr_t)code));
	KT_EQ(memcmp(code, first, sizeof(first)), 0);
	KT_EQ(code[sizeof(first) / sizeof(first[0])].k, 0x55555555);
	KT_ERR(EFAULT, kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, 1));
}

KT_CASE(seccomp_ptrace_get_metadata, "seccomp.ptrace_get_metadata",
	"Verify that PTRACE_SECCOMP_GET_METADATA gives the flag LOG of the filter with the index "
	"in the struct, as many bytes as asked for, and fails with EINVAL for less than the index",
	KT_STORES(ptrace, PTRACE_SECCOMP_GET_METADATA, 3, 8, SECCOMP_FILTER_FLAG_LOG),
	KT_RETURNS(ptrace, PTRACE_SECCOMP_GET_METADATA, 8),
	KT_RETURNS(ptrace, PTRACE_SECCOMP_GET_METADATA, 0, KT_WHEN(2, 7)))
{
	struct seccomp_metadata m = { .flags = 0x55 };
	pid_t pid;

	KT_NEEDS(probe_get_filter());
	pid = filtered_tracee();
	KT_EQ(kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(m), (uintptr_t)&m), sizeof(m));
	KT_EQ(m.flags, 0);
	m.filter_off = 1;
	KT_EQ(kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(m), (uintptr_t)&m), sizeof(m));
	KT_EQ(m.flags, SECCOMP_FILTER_FLAG_LOG);
	KT_EQ(m.filter_off, 1);
	/* More than the kernel has, and less. */
	KT_EQ(kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, 4096, (uintptr_t)&m), sizeof(m));
	KT_EQ(kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, 8, (uintptr_t)&m), 8);
	KT_ERR(EINVAL, kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, 7, (uintptr_t)&m));
	m.filter_off = 2;
	KT_ERR(ENOENT, kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(m), (uintptr_t)&m));
	KT_ERR(EFAULT, kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(m), 0));
}

KT_CASE(seccomp_ptrace_get_filter_none, "seccomp.ptrace_get_filter_none",
	"Verify that both requests fail with EINVAL for a tracee without filters and with ESRCH "
	"for one that is not stopped",
	KT_RETURNS(ptrace, PTRACE_SECCOMP_GET_FILTER, -ENOENT),
	KT_RETURNS(ptrace, PTRACE_SECCOMP_GET_METADATA, -ENOENT))
{
	struct seccomp_metadata m = { 0 };
	pid_t pid;

	KT_NEEDS(probe_get_filter());
	pid = kt_child_stopped(kt_body_park, NULL, 0);
	KT_ERR(EINVAL, kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, 0));
	KT_ERR(EINVAL, kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(m), (uintptr_t)&m));
	KT_OK(kt_cont(pid, 0));
	KT_ERR(ESRCH, kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, 0));
	KT_ERR(ESRCH, kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(m), (uintptr_t)&m));
}

static void refused_body(void *arg)
{
	struct seccomp_metadata m = { 0 };
	pid_t pid = filtered_tracee();

	if (arg) {
		/* With the capability but under a filter. */
		kt_bpf_nnp();
		KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	} else {
		kt_cred_set_caps(0);
	}
	KT_ERR(EACCES, kt_ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, 0));
	KT_ERR(EACCES, kt_ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(m), (uintptr_t)&m));
}

KT_CASE(seccomp_ptrace_get_filter_perm, "seccomp.ptrace_get_filter_perm",
	"Verify that both requests fail with EACCES for a tracer without CAP_SYS_ADMIN, and for "
	"one that has filters itself",
	KT_RETURNS(ptrace, PTRACE_SECCOMP_GET_FILTER, 0),
	KT_RETURNS(ptrace, PTRACE_SECCOMP_GET_METADATA, -EPERM))
{
	bool filtered = true;

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_checkpoint_restore());
	KT_WAIT(kt_child(refused_body, NULL), "exited(0)");
	KT_WAIT(kt_child(refused_body, &filtered), "exited(0)");
}

KT_PROGRAM
