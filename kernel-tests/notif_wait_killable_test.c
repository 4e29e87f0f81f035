/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_wait_killable_test.c - user notification: which signals disturb a call
 * whose filter has SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_notif.h"

#define KILLABLE     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define NEW_LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER

static const struct kt_rule notify = KT_NOTIF_RULE;

/* The flag alone is refused before the filter is looked at, known or not. */
static const char *probe(void)
{
	const char *why = kt_probe_listener();

	return why ? why : kt_probe_seccomp_flag(KILLABLE | NEW_LISTENER);
}

struct target {
	_Atomic int handled;
	struct kt_notif_call before, after;
};

static struct target *t;

static void handle(int sig)
{
	(void)sig;
	atomic_fetch_add(&t->handled, 1);
}

static void call_with_handler(void *unused)
{
	struct sigaction sa = { .sa_handler = handle };

	(void)unused;
	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	kt_notif_body_call(&t->before);
	kt_notif_body_call(&t->after);
}

KT_CASE(notif_wait_killable, "notif.wait_killable",
	"Verify that with SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV any signal ends a call that is "
	"not yet received, and none but a fatal one a call that is",
	KT_CHANGES_ARG(call, SYS_seccomp, 1, KILLABLE, 0),
	KT_RETURNS(call, KT_NOTIF_NR, -EINTR, KT_NOT_FIRST(1)),
	KT_REPORTS("killed(SIGTERM)", W_EXITCODE(0, 0)))
{
	struct seccomp_notif req;
	int listener, state;
	pid_t pid;

	KT_NEEDS(probe());
	t = kt_shared(sizeof(*t));
	pid = kt_notif_child(&notify, 1, KILLABLE, call_with_handler, NULL, &listener);
	KT_NOTIF_AWAIT(listener);
	KT_SYS(kill(pid, SIGUSR1));
	KT_EQ(KT_NOTIF_RESULT(&t->before), -EINTR);
	KT_EQ(t->handled, 1);

	/* The first has left its count behind: this RECV may be the one too many. */
	KT_NOTIF_AWAIT(listener);
	while (kt_notif_recv(listener, &req) == -ENOENT)
		;
	KT_SYS(kill(pid, SIGUSR1));
	KT_AWAIT((state = kt_proc_state(pid)) == 'D' || t->handled == 2);
	KT_EQ(t->handled, 1);
	KT_EQ(state, 'D');
	KT_EQ(kt_notif_send(listener, req.id, 0xb1, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(t->after.result, 0xb1);
	KT_EQ(t->handled, 2);
	close(listener);

	pid = kt_notif_child(&notify, 1, KILLABLE, kt_notif_body_call, &t->before, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_SYS(kill(pid, SIGTERM));
	KT_WAIT(pid, "killed(SIGTERM)");
	KT_ERR(ENOENT, kt_notif_send(listener, req.id, 0, 0, 0));
}

static void install_without_listener(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_ERR(EINVAL, KT_BPF(KILLABLE, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_OK(KT_BPF(KILLABLE | NEW_LISTENER, KT_BPF_RET(SECCOMP_RET_ALLOW)));
}

KT_CASE(notif_wait_killable_needs_listener, "notif.wait_killable_needs_listener",
	"Verify that SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV without "
	"SECCOMP_FILTER_FLAG_NEW_LISTENER fails with EINVAL",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(1, KILLABLE)),
	KT_ANSWERS(call, SYS_seccomp, -EINVAL, KT_WHEN(1, KILLABLE | NEW_LISTENER)))
{
	KT_NEEDS(probe());
	KT_WAIT(kt_child(install_without_listener, NULL), "exited(0)");
}

static void call_once_with_handler(void *unused)
{
	struct sigaction sa = { .sa_handler = handle };

	(void)unused;
	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	kt_notif_body_call(&t->before);
}

/*
 * A signal, RECV and the answer, all before the target runs again: it wakes up
 * interrupted, and answered. Whether that was so; *result is the call's.
 */
static bool answer_before_it_wakes(long *result)
{
	struct seccomp_notif req;
	bool asleep = false;
	int listener;
	pid_t pid;
	long rc;

	memset(t, 0, sizeof(*t));
	pid = kt_notif_child(&notify, 1, KILLABLE, call_once_with_handler, NULL, &listener);
	KT_NOTIF_AWAIT(listener);
	KT_AWAIT(kt_proc_state(pid) == 'S');
	kt_notif_slow_down(pid);
	KT_SYS(kill(pid, SIGUSR1));
	rc = kt_notif_recv(listener, &req);
	if (rc != -ENOENT) { /* else it was interrupted before it was received */
		KT_OK(rc);
		asleep = kt_proc_state(pid) == 'R'; /* else it waits killable, in 'D' */
		KT_EQ(kt_notif_send(listener, req.id, 0xb1, 0, 0), 0);
	}
	kt_notif_speed_up(pid);
	*result = KT_NOTIF_RESULT(&t->before);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(t->handled, 1);
	close(listener);
	return asleep;
}

KT_CASE(notif_wait_killable_fast_reply, "notif.wait_killable_fast_reply",
	"Verify that a call that waits killable has its answer though a signal woke it just before "
	"it was received, and it was answered before it ran again",
	KT_RETURNS(call, KT_NOTIF_NR, -EINTR))
{
	long result;

	KT_NEEDS(probe());
	t = kt_shared(sizeof(*t));
	/* The target may be quicker, now and then. */
	for (int i = 0; i < 50; i++) {
		if (!answer_before_it_wakes(&result))
			continue;
		if (result != 0xb1)
			kt_known_bug(KT_BUG_WAIT_KILLABLE_REPLY);
		KT_EQ(result, 0xb1);
		printf("try %d\n", i + 1);
		return;
	}
	KT_FAIL("the target was quicker each time");
}

struct race {
	_Atomic long lost; /* the number of an answer that did not arrive */
};

static void ignore(int sig)
{
	(void)sig;
}

/* The answers are numbered: what is not the next number tells of one that was lost. */
static void call_under_fire(void *arg)
{
	const struct itimerval often = { { 0, 50 }, { 0, 50 } };
	struct sigaction sa = { .sa_handler = ignore };
	struct race *r = arg;
	long next = 1, got;

	KT_SYS(sigaction(SIGALRM, &sa, NULL));
	KT_SYS(setitimer(ITIMER_REAL, &often, NULL));
	while ((got = kt_raw(KT_NOTIF_NR)) != -ENOSYS) {
		got = KT_SEEN("answer", got);
		if (got == -EINTR)
			continue;
		if (got != next && !r->lost)
			r->lost = next;
		next = got + 1;
	}
}

KT_STRESS(notif_stress_wait_killable, "notif.stress.wait_killable",
	"Verify that under many signals no answer to a call that waits killable is lost, however "
	"soon it is given",
	KT_SEES("answer", 7, KT_NOT_FIRST(10)))
{
	struct race *r = kt_shared(sizeof(*r));
	long rounds = (long)kt_rounds(20000), answers = 0;
	int listener;
	pid_t pid;

	KT_NEEDS(probe());
	pid = kt_notif_child(&notify, 1, KILLABLE, call_under_fire, r, &listener);
	while (answers < rounds) {
		struct seccomp_notif req;
		long rc;

		KT_NOTIF_AWAIT(listener);
		rc = kt_notif_recv(listener, &req);
		if (rc == -ENOENT || rc == -EINTR) /* interrupted before it was received */
			continue;
		KT_OK(rc);
		KT_EQ(kt_notif_send(listener, req.id, ++answers, 0, 0), 0);
	}
	close(listener);
	KT_WAIT(pid, "exited(0)");
	if (r->lost)
		kt_known_bug(KT_BUG_WAIT_KILLABLE_REPLY);
	KT_EQ(r->lost, 0);
}

KT_PROGRAM
