/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_order_test.c - several filters with different opinions about one call:
 * which action wins, and whose data.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"

/* The strictest first. */
static const struct action {
	const char *name;
	uint32_t ret;
} actions[] = {
	{ "kill_process", SECCOMP_RET_KILL_PROCESS },
	{ "kill_thread", SECCOMP_RET_KILL_THREAD },
	{ "trap", SECCOMP_RET_TRAP },
	{ "errno", SECCOMP_RET_ERRNO },
	{ "user_notif", SECCOMP_RET_USER_NOTIF },
	{ "trace", SECCOMP_RET_TRACE },
	{ "log", SECCOMP_RET_LOG },
	{ "allow", SECCOMP_RET_ALLOW },
};
#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

/* The data of a filter; an error number that getppid never has. */
static uint32_t data_of(size_t action)
{
	return 101 + (uint32_t)action;
}

/* Two different actions: the older filter's and the newer one's. */
struct pair {
	size_t older, newer;
};

static struct pair pair_at(size_t i)
{
	struct pair p = { i / (ACTIONS - 1), i % (ACTIONS - 1) };

	if (p.newer >= p.older)
		p.newer++;
	return p;
}

#define PAIRS (ACTIONS * (ACTIONS - 1))

static void describe_pair(size_t i, struct kt_instance *out)
{
	struct pair p = pair_at(i);

	snprintf(out->name, sizeof(out->name), "%s.%s", actions[p.older].name,
		 actions[p.newer].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that %s wins of an older filter with %s and a newer one with %s",
		 actions[p.older < p.newer ? p.older : p.newer].name, actions[p.older].name,
		 actions[p.newer].name);
	/* The winner's filter is not there; or, of two that allow, the call fails. */
	if (p.older >= ACTIONS - 2 && p.newer >= ACTIONS - 2)
		out->wrong = (struct kt_wrong)KT_ANSWERS(call, SYS_getppid, -EPERM);
	else if (p.older < p.newer)
		out->wrong = (struct kt_wrong)KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 1));
	else
		out->wrong = (struct kt_wrong)KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 2));
}

struct judged {
	struct pair pair;
	struct kt_gate done;
	_Atomic long result;
	_Atomic int trapped; /* si_errno */
};

static struct judged *current;

static void on_sigsys(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	current->trapped = si->si_errno;
}

static void judged_thread(void *arg)
{
	struct judged *j = arg;
	uint32_t older = actions[j->pair.older].ret | data_of(j->pair.older);
	uint32_t newer = actions[j->pair.newer].ret | data_of(j->pair.newer);

	KT_OK(KT_BPF_LABEL(0, 1, KT_BPF_ON(SYS_getppid, older)));
	KT_OK(KT_BPF_LABEL(0, 2, KT_BPF_ON(SYS_getppid, newer)));
	j->result = kt_raw(SYS_getppid);
	kt_gate_mark(&j->done);
}

/* Two threads, to tell the death of one from that of both. The leader makes no call meanwhile. */
static void judged_body(void *arg)
{
	struct sigaction sa = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };
	pid_t tid;

	current = arg;
	KT_SYS(sigaction(SIGSYS, &sa, NULL));
	kt_bpf_nnp();
	tid = kt_thread(judged_thread, arg);
	KT_AWAIT(kt_tgkill(getpid(), tid, 0) == -ESRCH);
}

/* Runs the tracee and its thread to their ends; what became of the call, in words. */
static void outcome_of(struct judged *j, char text[80])
{
	pid_t pid = kt_child_seized(judged_body, j, PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE);
	unsigned long traced = 0, message;
	long resumed;
	int status;
	pid_t tid;

	do {
		struct kt_status s;

		status = KT_WAIT_ANY(&tid);
		s = kt_status_decode(status);
		if (s.kind == KT_EVENT && s.event == PTRACE_EVENT_SECCOMP) {
			KT_OK(kt_geteventmsg(tid, &message));
			traced = message;
		}
		if (kt_status_is_end(status))
			continue;
		/* The leader may be killed in its stop, by the call of a thread gone on before. */
		resumed = kt_cont(tid, s.kind == KT_SIGNAL ? s.value : 0);
		KT_REQUIRE(resumed == 0 || (resumed == -ESRCH && tid == pid));
	} while (tid != pid || !kt_status_is_end(status));
	if (kt_status_decode(status).kind == KT_KILLED)
		strcpy(text, "kill_process");
	else if (!kt_gate_is_open(&j->done))
		strcpy(text, "kill_thread");
	else if (j->trapped)
		snprintf(text, 80, "trap %d", j->trapped);
	else if (traced)
		snprintf(text, 80, "trace %lu", traced);
	else if (j->result == -ENOSYS)
		strcpy(text, "user_notif");
	else if (j->result < 0)
		snprintf(text, 80, "errno %ld", -j->result);
	else
		strcpy(text, "allow");
}

KT_FAMILY(seccomp_order_precedence, "seccomp.order.precedence", PAIRS, describe_pair)
{
	struct judged *j = kt_shared(sizeof(*j));
	size_t winner;
	char got[80], want[80];

	KT_NEEDS(kt_probe_seccomp());
	j->pair = pair_at(i);
	KT_NEEDS(kt_probe_seccomp_action(actions[j->pair.older].ret));
	KT_NEEDS(kt_probe_seccomp_action(actions[j->pair.newer].ret));
	winner = j->pair.older < j->pair.newer ? j->pair.older : j->pair.newer;
	/* A call that is logged is executed; nobody listens for notifications: ENOSYS. */
	if (actions[winner].ret == SECCOMP_RET_LOG)
		strcpy(want, "allow");
	else if (actions[winner].ret == SECCOMP_RET_TRAP ||
		 actions[winner].ret == SECCOMP_RET_ERRNO ||
		 actions[winner].ret == SECCOMP_RET_TRACE)
		snprintf(want, sizeof(want), "%s %u", actions[winner].name, data_of(winner));
	else
		snprintf(want, sizeof(want), "%s", actions[winner].name);
	outcome_of(j, got);
	KT_REQUIRE_MSG(strcmp(got, want) == 0, "the call's fate is \"%s\", expected \"%s\"", got,
		       want);
}

/* Filters that differ in their data alone; neither the greatest nor the least is the last. */
static void same_action(uint32_t action)
{
	KT_OK(KT_BPF_LABEL(0, 1, KT_BPF_ON(SYS_getppid, action | 105)));
	KT_OK(KT_BPF_LABEL(0, 2, KT_BPF_ON(SYS_getppid, action | 101)));
	KT_OK(KT_BPF_LABEL(0, 3, KT_BPF_ON(SYS_getppid, action | 103)));
}

static void latest_errno_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	same_action(SECCOMP_RET_ERRNO);
	KT_EQ(kt_raw(SYS_getppid), -103);
}

static void latest_trap_body(void *arg)
{
	struct sigaction sa = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };

	current = arg;
	KT_SYS(sigaction(SIGSYS, &sa, NULL));
	kt_bpf_nnp();
	same_action(SECCOMP_RET_TRAP);
	kt_raw(SYS_getppid);
	KT_EQ(current->trapped, 103);
}

static void latest_trace_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	same_action(SECCOMP_RET_TRACE);
	kt_raw(SYS_getppid);
}

KT_CASE(seccomp_order_data_latest, "seccomp.order.data_latest",
	"Verify that of filters which return the same action it is the data of the last installed "
	"one that counts",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 3)), KT_RETURNS(call, SYS_getppid, -105),
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 103 ^ 101))
{
	unsigned long message;
	pid_t pid;

	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(latest_errno_body, NULL), "exited(0)");
	KT_WAIT(kt_child(latest_trap_body, kt_shared(sizeof(struct judged))), "exited(0)");
	pid = kt_child_seized(latest_trace_body, NULL, PTRACE_O_TRACESECCOMP);
	KT_WAIT(pid, "EVENT_SECCOMP");
	KT_OK(kt_geteventmsg(pid, &message));
	KT_EQ(message, 103);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
}

/* 0x90000000 as a number is above them all, as a signed one below all but one. */
static void signed_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF_LABEL(0, 1, KT_BPF_ON(SYS_getppid, 0x90000000)));
	KT_OK(KT_BPF_LABEL(0, 2, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	kt_raw(SYS_getppid);
}

KT_CASE(seccomp_order_signed, "seccomp.order.signed",
	"Verify that actions are compared as signed numbers: an unknown one with the highest bit "
	"wins over SECCOMP_RET_ERRNO, and kills",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 1)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_KILL_PROCESS));
	KT_WAIT(kt_child(signed_body, NULL), "killed(SIGSYS)");
}

KT_PROGRAM
