/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_signal_order_test.c - many signals and many threads: which thread stops,
 * in what order, between which calls, and that none is lost.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

#define THREADS	 3
#define SENTINEL 64

/* Queue `sig` for a process, with a value; the kernel may have no room just now. */
static void queue(pid_t pid, int sig, int value)
{
	siginfo_t si = { .si_signo = sig, .si_code = SI_QUEUE };
	long rc;

	si.si_pid = getpid();
	si.si_uid = getuid();
	si.si_value.sival_int = value;
	while ((rc = kt_raw(SYS_rt_sigqueueinfo, pid, sig, &si)) == -EAGAIN)
		sched_yield();
	KT_OK(rc);
}

/* The leader first. */
struct group {
	_Atomic pid_t tid[THREADS];
};

static void group_thread(void *slot)
{
	atomic_store((_Atomic pid_t *)slot, kt_gettid());
	kt_park();
}

static void group_body(void *arg)
{
	struct group *g = arg;

	for (int i = 1; i < THREADS; i++)
		kt_thread(group_thread, (void *)&g->tid[i]);
	group_thread((void *)&g->tid[0]);
}

/* All of its threads seized and asleep. */
static struct group *start_group(void)
{
	struct group *g = kt_shared(sizeof(*g));

	kt_child(group_body, g);
	for (int i = 0; i < THREADS; i++) {
		KT_AWAIT(atomic_load(&g->tid[i]) != 0);
		KT_AWAIT_PARKED(g->tid[i]);
		KT_OK(kt_seize(g->tid[i], PTRACE_O_EXITKILL));
	}
	return g;
}

/* Of the threads none but `but` has stopped: each stops for the sentinel first. */
static void others_are_quiet(const struct group *g, pid_t but)
{
	for (int i = 0; i < THREADS; i++) {
		if (g->tid[i] == but)
			continue;
		KT_OK(kt_tgkill(g->tid[0], g->tid[i], SENTINEL));
		KT_WAIT(g->tid[i], "signal(SIG64)");
	}
}

static void set_mask(pid_t tid, uint64_t mask)
{
	KT_OK(kt_ptrace(PTRACE_SETSIGMASK, tid, sizeof(mask), (uintptr_t)&mask));
}

KT_CASE(ptrace_signal_mt_one_thread, "ptrace.signal.mt_one_thread",
	"Verify that a signal for a process stops just one of its traced threads, and one that "
	"does not block the signal",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGUSR1)),
	KT_ANSWERS(ptrace, PTRACE_SETSIGMASK, 0))
{
	struct group *g = start_group();
	pid_t who;
	int status;

	KT_SYS(kill(g->tid[0], SIGUSR1));
	status = KT_WAIT_ANY(&who);
	KT_STATUS(status, "signal(SIGUSR1)");
	others_are_quiet(g, who);
	/* All stand still: each in turn is the only one to take it. */
	for (int chosen = 0; chosen < THREADS; chosen++) {
		for (int i = 0; i < THREADS; i++) {
			set_mask(g->tid[i], i == chosen ? 0 : 1ULL << (SIGUSR1 - 1));
			KT_OK(kt_cont(g->tid[i], 0));
		}
		for (int i = 0; i < THREADS; i++)
			KT_AWAIT_PARKED(g->tid[i]);
		KT_SYS(kill(g->tid[0], SIGUSR1));
		status = KT_WAIT_ANY(&who);
		KT_STATUS(status, "signal(SIGUSR1)");
		KT_EQ(who, g->tid[chosen]);
		others_are_quiet(g, who);
	}
}

KT_CASE(ptrace_signal_tgkill_target, "ptrace.signal.tgkill_target",
	"Verify that a signal sent to a thread with tgkill stops that thread and no other",
	KT_LOSES("signal(SIGUSR1)", KT_NOT_FIRST(1)),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 1))
{
	struct group *g = start_group();

	for (int i = 0; i < THREADS; i++) {
		siginfo_t si;
		pid_t who;
		int status;

		KT_OK(kt_raw(SYS_tgkill, g->tid[0], g->tid[i], SIGUSR1));
		KT_OK(kt_raw(SYS_tgkill, g->tid[0], g->tid[i], SENTINEL));
		status = KT_WAIT_ANY(&who);
		KT_STATUS(status, "signal(SIGUSR1)");
		KT_EQ(who, g->tid[i]);
		KT_OK(kt_getsiginfo(who, &si));
		KT_EQ(si.si_code, SI_TKILL);
		KT_EQ(si.si_pid, getpid());
		others_are_quiet(g, who);
		KT_OK(kt_cont(who, 0));
		KT_WAIT(who, "signal(SIG64)");
		for (int j = 0; j < THREADS; j++)
			KT_OK(kt_cont(g->tid[j], 0));
	}
}

#define STORM 100

struct storm {
	pid_t target;
	struct kt_gate go;
};

static void storm_sender(void *arg)
{
	struct storm *s = arg;

	kt_gate_wait(&s->go);
	for (int i = 0; i < STORM; i++)
		queue(s->target, 34, i);
	queue(s->target, SENTINEL, 0);
}

static void call_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		syscall(SYS_getppid);
}

KT_CASE(ptrace_signal_no_loss, "ptrace.signal.no_loss",
	"Verify that no signal is lost that is sent while the tracer restarts its tracee with "
	"PTRACE_SYSCALL or PTRACE_CONT from stop to stop",
	KT_LOSES("signal(SIG34)", KT_NOT_FIRST(20)))
{
	struct storm *s = kt_shared(sizeof(*s));
	unsigned int calls = 0;
	int next = 0;

	s->target = kt_child_stopped(call_for_ever, NULL, PTRACE_O_TRACESYSGOOD);
	kt_child(storm_sender, s);
	kt_gate_open(&s->go);
	for (;;) {
		struct kt_status st;
		siginfo_t si;

		KT_OK(kt_ptrace(next % 8 < 4 ? PTRACE_SYSCALL : PTRACE_CONT, s->target, 0, 0));
		st = kt_status_decode(KT_WAIT_STATUS(s->target));
		if (st.kind == KT_SYSCALL) {
			calls++;
			continue;
		}
		KT_EQ(st.kind, KT_SIGNAL);
		if (st.value == SENTINEL)
			break;
		KT_EQ(st.value, 34);
		KT_OK(kt_getsiginfo(s->target, &si));
		KT_EQ(si.si_value.sival_int, next);
		next++;
	}
	printf("%d signals among %u syscall-stops\n", next, calls);
	KT_EQ(next, STORM);
}

/* Calls that a signal disturbs in every way there is, and one that it does not. */
struct calls {
	int pipe[2];
	uint32_t word;
	_Atomic int handled;
};

static struct calls *calls;
static const long disturbed[] = {
	SYS_getppid, SYS_ppoll, SYS_rt_sigsuspend, SYS_futex, SYS_nanosleep, SYS_read,
};
#define DISTURBED (int)(sizeof(disturbed) / sizeof(disturbed[0]))

static void count(int sig)
{
	(void)sig;
	atomic_fetch_add(&calls->handled, 1);
}

static void calls_body(void *unused)
{
	struct sigaction sa = { .sa_handler = count };
	struct timespec hour = { .tv_sec = 3600 };
	uint64_t none = 0;
	char byte;

	(void)unused;
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(34, &sa, NULL);
	syscall(SYS_getppid);
	syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
	syscall(SYS_rt_sigsuspend, &none, sizeof(none));
	syscall(SYS_futex, &calls->word, FUTEX_WAIT, 0, NULL, NULL, 0);
	syscall(SYS_nanosleep, &hour, NULL);
	if (syscall(SYS_read, calls->pipe[0], &byte, 1) > 0)
		_exit(1);
	_exit(0);
}

KT_CASE(ptrace_signal_stop_order_syscall, "ptrace.signal.stop_order_syscall",
	"Verify that signals which come while a tracee stands at the entry of a call are reported "
	"after the exit of that call and before the next, also of one that they interrupt",
	KT_REPORTS("syscall", W_STOPCODE(SIGUSR1), KT_NOT_FIRST(5)))
{
	bool inside = false;
	int next = 0, signals = 0;
	pid_t pid;

	calls = kt_shared(sizeof(*calls));
	KT_SYS(pipe(calls->pipe));
	pid = kt_child_stopped(calls_body, NULL, PTRACE_O_TRACESYSGOOD);
	for (int sig = 0;;) {
		struct kt_status st;
		int status;

		KT_OK(kt_syscall(pid, sig));
		sig = 0;
		status = KT_WAIT_STATUS(pid);
		st = kt_status_decode(status);
		if (st.kind == KT_EXITED)
			break;
		if (inside || st.kind == KT_SYSCALL)
			KT_STATUS(status, "syscall");
		if (inside) {
			struct call c = KT_CALL(pid, CALL_EXIT);

			printf("result %lld\n", (long long)c.result);
			inside = false;
		} else if (st.kind == KT_SYSCALL) {
			inside = true;
			if (next < DISTURBED && KT_CALL(pid, CALL_ENTRY).nr == disturbed[next]) {
				next++;
				queue(pid, SIGUSR1, 0);
				queue(pid, 34, 0);
			}
		} else {
			KT_EQ(st.kind, KT_SIGNAL);
			KT_EQ(st.value, signals % 2 ? 34 : SIGUSR1);
			signals++;
			sig = st.value;
		}
	}
	KT_EQ(next, DISTURBED);
	KT_EQ(signals, 2 * DISTURBED);
	KT_EQ(calls->handled, 2 * DISTURBED);
}

#define QUEUED 15

struct queued {
	struct kt_gate ready;
	_Atomic int count;
	struct {
		int sig, value;
	} entry[QUEUED + 1];
};

static struct queued *queued;

static void note(int sig, siginfo_t *si, void *context)
{
	int n = atomic_fetch_add(&queued->count, 1);

	(void)context;
	if (n > QUEUED)
		return;
	queued->entry[n].sig = sig;
	queued->entry[n].value = si->si_value.sival_int;
}

/* One handler at a time. */
static void queued_body(void *unused)
{
	struct sigaction sa = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	(void)unused;
	sigfillset(&sa.sa_mask);
	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	for (int sig = 34; sig < 37; sig++)
		KT_SYS(sigaction(sig, &sa, NULL));
	kt_gate_open(&queued->ready);
	kt_park();
}

KT_CASE(ptrace_signal_rt_queue, "ptrace.signal.rt_queue",
	"Verify that queued real-time signals are reported and handled each with its value, lower "
	"numbers first and equal ones in the order of sending, while an ordinary signal counts "
	"once",
	KT_LOSES("signal(SIG35)", KT_NOT_FIRST(2)),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_value), 1, KT_NOT_FIRST(3)))
{
	pid_t pid;

	queued = kt_shared(sizeof(*queued));
	pid = kt_child_seized(queued_body, NULL, 0);
	kt_gate_wait(&queued->ready);
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	for (int i = 0; i < QUEUED; i++)
		queue(pid, 36 - i % 3, i);
	queue(pid, SIGUSR1, 100);
	queue(pid, SIGUSR1, 101);
	KT_OK(kt_cont(pid, 0));
	for (int i = 0; i <= QUEUED; i++) {
		struct kt_status st = kt_status_decode(KT_WAIT_STATUS(pid));
		/* After SIGUSR1 five of each number: 2, 5, 8 ..., then 1, 4, 7 ... */
		int at = i - 1, sig = i ? 34 + at / 5 : SIGUSR1,
		    value = i ? at % 5 * 3 + 2 - at / 5 : 100;
		siginfo_t si;

		KT_EQ(st.kind, KT_SIGNAL);
		KT_EQ(st.value, sig);
		KT_OK(kt_getsiginfo(pid, &si));
		KT_EQ(si.si_code, SI_QUEUE);
		KT_EQ(si.si_value.sival_int, value);
		KT_OK(kt_cont(pid, sig));
	}
	KT_AWAIT(atomic_load(&queued->count) == QUEUED + 1);
	for (int i = 0; i <= QUEUED; i++) {
		KT_EQ(queued->entry[i].sig, i ? 34 + (i - 1) / 5 : SIGUSR1);
		KT_EQ(queued->entry[i].value, i ? (i - 1) % 5 * 3 + 2 - (i - 1) / 5 : 100);
	}
	KT_SENTINEL(pid, KT_RUNNING);
}

KT_PROGRAM
