/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_wait_killable_test.c - user notification: which signals disturb a call
 * whose filter has SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_notif.h"

#define KILLABLE     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define NEW_LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER
#define TABLE	     4096 /* descriptors in a table that is larger than the first one */
#define TRIES	     50

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
	struct sigaction sa = {.sa_handler = handle};

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

/*
 * A signal takes a caller out of its wait, and before it has the listener's lock again
 * its call is answered. Somebody holds the lock meanwhile: another caller of that
 * listener, who is being given a descriptor beyond his table. Where that is shared the
 * kernel makes it larger after a grace period of RCU, under the lock (expand_fdtable() in
 * fs/file.c). Behind him wait the answer and the caller, in this order.
 */
static struct trial {
	struct kt_notif_call call, held;
	_Atomic int handled;
	int listener;
	pid_t caller, holder;
	uint64_t call_id, held_id;
} * trial;

static void count(int sig)
{
	(void)sig;
	atomic_fetch_add(&trial->handled, 1);
}

/* With a table that it shares with a process that ends with it. */
static void call_and_hold(void *unused)
{
	pid_t other;

	(void)unused;
	other = kt_child_clone(kt_body_park, NULL, CLONE_FILES);
	kt_notif_body_call(&trial->held);
	KT_KILL(other);
}

static void call_both(void *unused)
{
	struct sigaction sa = {.sa_handler = count};

	(void)unused;
	trial->holder = kt_child(call_and_hold, NULL);
	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	kt_notif_body_call(&trial->call);
	KT_WAIT(trial->holder, "exited(0)");
}

static void give_beyond_table(void *unused)
{
	struct rlimit files;

	(void)unused;
	KT_SYS(getrlimit(RLIMIT_NOFILE, &files));
	KT_OK(kt_notif_addfd(trial->listener, trial->held_id, SECCOMP_ADDFD_FLAG_SETFD, 0,
			     files.rlim_cur < TABLE ? (uint32_t)files.rlim_cur - 1 : TABLE - 1, 0));
}

static void answer_call(void *unused)
{
	(void)unused;
	KT_EQ(kt_notif_send(trial->listener, trial->call_id, 0xb1, 0, 0), 0);
}

static void receive_both(void)
{
	for (int i = 0; i < 2; i++) {
		struct seccomp_notif req = KT_NOTIF_RECV(trial->listener);

		if (req.pid == (uint32_t)trial->caller)
			trial->call_id = req.id;
		else
			trial->held_id = req.id;
	}
}

/* Until it does not run any more. */
static bool comes_to(pid_t pid, char wanted)
{
	char state;

	KT_AWAIT((state = kt_proc_state(pid)) != 'R');
	return state == wanted;
}

/* Whether the answer came in between, as far as one can see; it is sent in any case. */
static bool answer_in_between(pid_t *giver, pid_t *sender)
{
	bool sure;

	*giver = kt_child(give_beyond_table, NULL);
	/* Woken, it has the lock, and waits for the grace period. */
	KT_AWAIT(kt_proc_state(trial->holder) != 'S' || kt_proc_state(*giver) == 'Z');
	sure = comes_to(trial->holder, 'D');
	*sender = kt_child(answer_call, NULL);
	sure = comes_to(*sender, 'S') && sure;
	if (!sure)
		return false;
	KT_SYS(kill(trial->caller, SIGUSR1));
	/* It may be through before one looks, and sleep again. */
	KT_AWAIT(kt_proc_state(trial->caller) != 'S' || trial->handled);
	return comes_to(trial->caller, 'D') && kt_proc_state(*sender) == 'S';
}

/* The call's result is in *result. */
static bool answer_before_the_lock(long *result)
{
	pid_t giver, sender;
	bool sure;

	memset(trial, 0, sizeof(*trial));
	trial->caller = kt_notif_child(&notify, 1, KILLABLE, call_both, NULL, &trial->listener);
	receive_both();
	/* Received, they still wait as those that are not. */
	sure = comes_to(trial->caller, 'S') && comes_to(trial->holder, 'S');
	sure = answer_in_between(&giver, &sender) && sure;
	KT_WAIT(giver, "exited(0)");
	KT_WAIT(sender, "exited(0)");
	*result = KT_NOTIF_RESULT(&trial->call);
	KT_EQ(kt_notif_send(trial->listener, trial->held_id, 0, 0, 0), 0);
	KT_WAIT(trial->caller, "exited(0)");
	close(trial->listener);
	return sure;
}

KT_CASE(notif_wait_killable_fast_reply, "notif.wait_killable_fast_reply",
	"Verify that a received call that waits killable has its answer though a signal has woken "
	"its caller before, and it was answered before that had the listener's lock",
	KT_RETURNS(call, KT_NOTIF_NR, -EINTR))
{
	long result;

	KT_NEEDS(probe());
	KT_NEEDS(kt_probe_shared_files());
	trial = kt_shared(sizeof(*trial));
	for (int i = 0; i < TRIES; i++) {
		if (!answer_before_the_lock(&result))
			continue;
		if (result != 0xb1)
			kt_known_bug(KT_BUG_WAIT_KILLABLE_REPLY);
		KT_EQ(result, 0xb1);
		KT_EQ(trial->handled, 1);
		printf("try %d\n", i + 1);
		return;
	}
	atf_tc_skip("the lock was free too early in each of %d tries", TRIES);
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
	const struct itimerval often = {{0, 50}, {0, 50}};
	struct sigaction sa = {.sa_handler = ignore};
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
