/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_flags_test.c - the operations of seccomp(2), the flags of a filter but for
 * TSYNC and NEW_LISTENER, and the question which actions there are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"

#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1UL << 4) /* 5.7 */
#endif

/* No kernel so far knows bits from 6 on. With a known flag the bad address is what counts. */
static void describe_unknown(size_t i, struct kt_instance *out)
{
	unsigned int bit = 6 + (unsigned int)i;

	snprintf(out->name, sizeof(out->name), "bit_%02u", bit);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that filter flag 0x%x, which no kernel knows, fails with EINVAL",
		 1U << bit);
	out->wrong = (struct kt_wrong)KT_CHANGES_ARG(call, SYS_seccomp, 1, 1UL << 6, 0);
	out->wrong.clear = 1UL << bit;
}

static void unknown_body(void *arg)
{
	unsigned int flag = *(const unsigned int *)arg;

	kt_bpf_nnp();
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL));
	KT_ERR(EINVAL, KT_BPF(flag, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(prctl(PR_GET_SECCOMP, 0, 0, 0, 0), SECCOMP_MODE_DISABLED);
}

KT_FAMILY(seccomp_flags_unknown, "seccomp.flags.unknown", 32 - 6, describe_unknown)
{
	unsigned int flag = 1U << (6 + i);

	KT_NEEDS(kt_probe_unfiltered());
	KT_WAIT(kt_child(unknown_body, &flag), "exited(0)");
}

/* Combinations of known flags that make no sense. */
static void combined_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER, NULL));
	KT_ERR(EFAULT, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER |
				      SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
			      NULL));
	KT_ERR(EFAULT, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_TSYNC_ESRCH, NULL));
}

KT_CASE(seccomp_flags_combined, "seccomp.flags.combined",
	"Verify that TSYNC with NEW_LISTENER fails with EINVAL but with TSYNC_ESRCH as well does "
	"not",
	KT_CHANGES_ARG(call, SYS_seccomp, 1, SECCOMP_FILTER_FLAG_TSYNC, 0),
	KT_CHANGES_ARG(call, SYS_seccomp, 1, SECCOMP_FILTER_FLAG_TSYNC_ESRCH, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(SECCOMP_FILTER_FLAG_NEW_LISTENER));
	KT_NEEDS(kt_probe_seccomp_flag(SECCOMP_FILTER_FLAG_TSYNC_ESRCH));
	KT_WAIT(kt_child(combined_body, NULL), "exited(0)");
}

static void log_body(void *unused)
{
	const unsigned int flags = SECCOMP_FILTER_FLAG_LOG;

	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(flags, KT_BPF_NR, KT_BPF_IF(SYS_getppid, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_IF(SYS_getuid, 1), KT_BPF_RET(SECCOMP_RET_TRACE),
		     KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
	KT_ERR(ENOSYS, kt_raw(SYS_getuid));
	KT_OK(kt_raw(SYS_getpid));
}

KT_CASE(seccomp_flags_log, "seccomp.flags.log",
	"Verify that SECCOMP_FILTER_FLAG_LOG is accepted and changes no verdict",
	KT_ANSWERS(call, SYS_seccomp, -EINVAL), KT_RETURNS(call, SYS_getppid, 1),
	KT_RETURNS(call, SYS_getuid, 1))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(SECCOMP_FILTER_FLAG_LOG));
	KT_WAIT(kt_child(log_body, NULL), "exited(0)");
}

#define SPECULATION 120

/* The lines of /proc/self/status about speculation, or "" where there are none. */
static void speculation(char text[SPECULATION])
{
	char line[200], *value;
	FILE *f = fopen("/proc/thread-self/status", "re");

	text[0] = '\0';
	KT_REQUIRE(f);
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "Speculation", 11) != 0)
			continue;
		value = strchr(line, ':') + 1;
		snprintf(text + strlen(text), SPECULATION - strlen(text), "%.50s", value);
	}
	fclose(f);
}

static void spec_body(void *arg)
{
	unsigned int flags = *(const unsigned int *)arg;
	char before[SPECULATION], after[SPECULATION];

	speculation(before);
	kt_bpf_nnp();
	KT_OK(KT_BPF(flags, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	speculation(after);
	KT_REQUIRE_MSG(KT_SEEN("same", strcmp(before, after)) == 0, "from \"%s\" to \"%s\"", before,
		       after);
}

KT_CASE(seccomp_flags_spec_allow, "seccomp.flags.spec_allow",
	"Verify that SECCOMP_FILTER_FLAG_SPEC_ALLOW is accepted and leaves the task's speculation "
	"mitigations as they are",
	KT_ANSWERS(call, SYS_seccomp, -EINVAL), KT_SEES("same", 1))
{
	unsigned int flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(flags));
	KT_WAIT(kt_child(spec_body, &flags), "exited(0)");
}

KT_CASE(seccomp_flags_spec_default, "seccomp.flags.spec_default",
	"Verify that since Linux 5.16 a filter without SECCOMP_FILTER_FLAG_SPEC_ALLOW leaves the "
	"speculation mitigations as they are too, unless the command line says seccomp",
	KT_ANSWERS(call, SYS_seccomp, -EINVAL), KT_SEES("same", 1))
{
	unsigned int flags = 0;
	char line[4096] = "";
	FILE *f = fopen("/proc/cmdline", "re");

	KT_NEEDS(kt_probe_seccomp());
	if (!kt_kernel_has(KT_CHANGE_SPEC_DEFAULT))
		atf_tc_skip("before Linux 5.16 it depends on the processor");
	KT_REQUIRE(f && fgets(line, sizeof(line), f));
	fclose(f);
	if (strstr(line, "=seccomp"))
		atf_tc_skip("the command line asks for mitigations by seccomp");
	KT_WAIT(kt_child(spec_body, &flags), "exited(0)");
}

static const uint32_t known[] = {
	SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO,
	SECCOMP_RET_USER_NOTIF,	  SECCOMP_RET_TRACE,	   SECCOMP_RET_LOG,  SECCOMP_RET_ALLOW,
};

static long ask(uint32_t action, unsigned int flags)
{
	return kt_raw(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, flags, &action);
}

/* Actions without their data: those are known, with data none is. */
KT_CASE(seccomp_action_avail, "seccomp.action_avail",
	"Verify that SECCOMP_GET_ACTION_AVAIL knows the eight actions, fails with EOPNOTSUPP for "
	"any other value, with data too, with EFAULT for NULL and with EINVAL for flags",
	KT_ANSWERS(call, SYS_seccomp, -EOPNOTSUPP), KT_RETURNS(call, SYS_seccomp, 0),
	KT_CHANGES_ARG(call, SYS_seccomp, 1, ~0UL, 0),
	KT_RETURNS(call, SYS_seccomp, -EINVAL, KT_WHEN(2, 0)))
{
	const uint32_t unknown[] = { 1, 0xffff, 0x00010000, 0x00040000, 0x7ffe0000, 0x90000000,
				     0xffff0000, 0xffffffff };

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_KILL_PROCESS));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		printf("action 0x%08x\n", known[i]);
		KT_OK(ask(known[i], 0));
		KT_ERR(EOPNOTSUPP, ask(known[i] | 1, 0));
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		printf("action 0x%08x\n", unknown[i]);
		KT_ERR(EOPNOTSUPP, ask(unknown[i], 0));
	}
	KT_ERR(EFAULT, kt_raw(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, NULL));
	KT_ERR(EINVAL, ask(SECCOMP_RET_ALLOW, 1));
	KT_ERR(EINVAL, ask(SECCOMP_RET_ALLOW, SECCOMP_FILTER_FLAG_LOG));
}

/* 0 strict, 1 filter, 2 the actions, 3 the sizes of notifications. */
KT_CASE(seccomp_operation_unknown, "seccomp.operation_unknown",
	"Verify that an operation of seccomp which no kernel knows fails with EINVAL",
	KT_RETURNS(call, SYS_seccomp, 0), KT_RETURNS(call, SYS_seccomp, -ENOSYS, KT_WHEN(0, ~0UL)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, 4, 0, NULL));
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, 5, 0, NULL));
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, 0x80000000, 0, NULL));
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, ~0UL, 0, NULL));
}

KT_PROGRAM
