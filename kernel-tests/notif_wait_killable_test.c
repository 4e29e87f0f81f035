/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_wait_killable_test.c - user notification: which signals disturb a call
 * whose filter has SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
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
	struct {
		uint16_t code;
		uint8_t jt, jf;
		uint32_t k;
	} allow = { 0x06 /* BPF_RET | BPF_K */, 0, 0, SECCOMP_RET_ALLOW };
	struct {
		unsigned short len;
		void *filter;
	} prog = { 1, &allow };

	(void)unused;
	kt_filter(&notify, 1, 0); /* for no_new_privs */
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, KILLABLE, &prog));
	KT_OK(kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, KILLABLE | NEW_LISTENER, &prog));
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

/* Long enough to see that it works; the lost answers of old kernels are rare. */
#define RACE_MS 100

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
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

KT_CASE(notif_wait_killable_fast_reply, "notif.wait_killable_fast_reply",
	"Verify that under many signals no answer to a call that waits killable is lost, however "
	"soon it is given",
	KT_SEES("answer", 7, KT_NOT_FIRST(10)))
{
	struct race *r = kt_shared(sizeof(*r));
	int64_t end = now_ms() + RACE_MS;
	long answers = 0;
	int listener;
	pid_t pid;

	KT_NEEDS(probe());
	pid = kt_notif_child(&notify, 1, KILLABLE, call_under_fire, r, &listener);
	while (now_ms() < end) {
		struct seccomp_notif req;
		long rc;

		KT_NOTIF_AWAIT(listener);
		rc = kt_notif_recv(listener, &req);
		if (rc == -ENOENT || rc == -EINTR) /* interrupted before it was received */
			continue;
		KT_OK(rc);
		KT_EQ(kt_notif_send(listener, req.id, ++answers, 0, 0), 0);
	}
	printf("%ld answers\n", answers);
	close(listener);
	KT_WAIT(pid, "exited(0)");
	if (r->lost)
		kt_known_bug(KT_BUG_WAIT_KILLABLE_REPLY);
	KT_EQ(r->lost, 0);
}

KT_PROGRAM
