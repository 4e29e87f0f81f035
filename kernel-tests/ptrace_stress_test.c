/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_stress_test.c - what must hold through any sequence of stops, signals and
 * requests. Chance chooses the sequence; run on demand (kt_stress.h).
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* An own signal that nobody else sends, queued with a number of its own each time. */
#define NEWS 40

struct walk {
	pid_t pid;
	bool stopped, listening;
	int deliver; /* the signal of its signal-delivery-stop, or 0 */
	int sent, seen;
};

static void call_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		syscall(SYS_getppid);
}

static void walk_signal(struct walk *w)
{
	static const int signals[] = {SIGSTOP, SIGTSTP, SIGCONT, SIGUSR1, NEWS, NEWS};
	int sig = signals[kt_random(sizeof(signals) / sizeof(signals[0]))];

	if (sig == NEWS)
		KT_SYS(sigqueue(w->pid, NEWS, (union sigval){.sival_int = w->sent++}));
	else
		KT_SYS(kill(w->pid, sig));
}

/* Whatever the tracee has to report now; a news must be the one that comes next. */
static void walk_look(struct walk *w, bool block)
{
	int status;
	siginfo_t si;
	long got;

	do
		got = kt_raw(SYS_wait4, w->pid, &status, __WALL | (block ? 0 : WNOHANG), NULL);
	while (got == -EINTR);
	KT_REQUIRE(got == 0 || got == w->pid);
	if (got == 0)
		return;
	KT_REQUIRE_MSG(!w->stopped || w->listening, "a second report of one stop");
	KT_REQUIRE(WIFSTOPPED(status));
	w->stopped = true;
	w->listening = false;
	w->deliver = 0;
	if (kt_status_decode(status).kind != KT_SIGNAL)
		return;
	w->deliver = kt_status_decode(status).value;
	if (w->deliver != NEWS)
		return;
	KT_OK(kt_getsiginfo(w->pid, &si));
	KT_EQ(KT_SEEN("news", si.si_value.sival_int), w->seen);
	w->seen++;
}

/* Some restart; not one that would end the tracee. */
static void walk_resume(struct walk *w)
{
	static const long requests[] = {PTRACE_CONT, PTRACE_SYSCALL};
	int sig = w->deliver;

	if (sig == SIGUSR1 || sig == NEWS || kt_random(3) == 0)
		sig = 0;
	KT_OK(kt_ptrace(requests[kt_random(2)], w->pid, 0, (uintptr_t)sig));
	w->stopped = false;
}

static void walk_step(struct walk *w)
{
	siginfo_t si;

	switch (kt_random(6)) {
	case 0:
		walk_signal(w);
		break;
	case 1:
		KT_OK(kt_interrupt(w->pid));
		break;
	case 2:
		/* Only in a group-stop or trap. */
		if (w->stopped && !w->listening && kt_listen(w->pid) == 0)
			w->listening = true;
		break;
	case 3:
		if (w->stopped && !w->listening)
			kt_getsiginfo(w->pid, &si);
		break;
	case 4:
		if (w->stopped && !w->listening)
			walk_resume(w);
		break;
	default:
		break;
	}
	walk_look(w, false);
}

KT_STRESS(ptrace_stress_no_signal_lost, "ptrace.stress.no_signal_lost",
	"Verify that through any sequence of signals, interrupts, restarts, group-stops and "
	"listening every queued signal is reported once and in order, and no stop twice",
	KT_SEES("news", -1))
{
	struct walk w = {.pid = kt_child_seized(call_for_ever, NULL, PTRACE_O_TRACESYSGOOD)};
	unsigned long rounds = kt_rounds(20000);

	while (rounds-- > 0)
		walk_step(&w);
	/* Nothing new any more: the rest comes out. */
	KT_SYS(kill(w.pid, SIGCONT));
	while (w.seen < w.sent) {
		if (w.stopped && !w.listening)
			walk_resume(&w);
		walk_look(&w, true);
	}
	printf("%d signals\n", w.seen);
	KT_REQUIRE(w.seen > 0);
	KT_KILL(w.pid);
}

/* Kills its victim at some time after it was told that there is one. */
struct killer {
	_Atomic pid_t victim;
	_Atomic uint32_t delay; /* turns of a loop */
};

static void killer_body(void *arg)
{
	struct killer *k = arg;

	for (;;) {
		pid_t pid = atomic_load(&k->victim);

		if (pid == -1)
			return;
		if (pid == 0)
			continue;
		for (uint32_t i = atomic_load(&k->delay); i > 0; i--)
			atomic_load(&k->victim);
		KT_SYS(kill(pid, SIGKILL));
		atomic_store(&k->victim, 0);
	}
}

/* One request of a tracee that is dying, perhaps: done, or ESRCH. */
static bool ask(long rc, const char *what)
{
	KT_REQUIRE_MSG(rc == 0 || rc == -ESRCH, "%s of a dying tracee: %s", what,
		       kt_errno_name((int)-rc));
	return rc == 0;
}

static unsigned long ask_until_dead(pid_t pid)
{
	unsigned char bytes[512];
	unsigned long asked = 0;
	siginfo_t si;

	for (;; asked++) {
		struct iovec regs = {bytes, sizeof(bytes)};

		if (!ask(kt_ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, (uintptr_t)&regs),
			 "GETREGSET") ||
		    !ask(kt_ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, (uintptr_t)&regs),
			 "SETREGSET") ||
		    !ask(kt_getsiginfo(pid, &si), "GETSIGINFO"))
			return asked;
	}
}

/* CVE-2013-0871: the tracee woke up while its registers were being written. */
KT_STRESS(ptrace_stress_kill_in_request, "ptrace.stress.kill_in_request",
	"Verify that SIGKILL at any moment of register reads and writes makes the requests fail "
	"with ESRCH and ends the tracee",
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, -EIO))
{
	struct killer *k = kt_shared(sizeof(*k));
	unsigned long rounds = kt_rounds(500), asked = 0;
	pid_t killer = kt_child(killer_body, k);

	while (rounds-- > 0) {
		pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

		atomic_store(&k->delay, kt_random(20000));
		atomic_store(&k->victim, pid);
		asked += ask_until_dead(pid);
		KT_WAIT(pid, "killed(SIGKILL)");
		KT_AWAIT(atomic_load(&k->victim) == 0);
	}
	atomic_store(&k->victim, -1);
	KT_WAIT(killer, "exited(0)");
	printf("%lu requests\n", asked);
}

/* A process that makes threads and lets them end, for as long as it may. */
struct mill {
	_Atomic int made, stop;
};

static void mill_thread(void *unused)
{
	(void)unused;
}

static void mill_body(void *arg)
{
	struct mill *m = arg;

	while (!atomic_load(&m->stop)) {
		kt_thread(mill_thread, NULL);
		atomic_fetch_add(&m->made, 1);
	}
	/* Ending now would end threads before their first stop. */
	KT_SYS(raise(SIGUSR1));
	kt_park();
}

KT_STRESS(ptrace_stress_every_thread_seen, "ptrace.stress.every_thread_seen",
	"Verify that of a process which makes threads as fast as it can every thread has its "
	"event, its first stop and its end",
	KT_REPORTS("EVENT_CLONE", W_STOPCODE(SIGUSR1), KT_NOT_FIRST(10)))
{
	struct mill *m = kt_shared(sizeof(*m));
	int rounds = (int)kt_rounds(300), events = 0, first = 0, ends = 0;
	pid_t tid, pid = kt_child_seized(mill_body, m, PTRACE_O_TRACECLONE);
	bool all_made = false;

	while (!all_made || first < m->made || ends < m->made) {
		int status = KT_WAIT_ANY(&tid);
		struct kt_status s = kt_status_decode(status);

		if (kt_status_is_end(status)) {
			KT_STATUS(status, "exited(0)");
			ends++;
			continue;
		}
		if (s.kind == KT_SIGNAL) {
			KT_STATUS(status, "signal(SIGUSR1)");
			all_made = true;
		} else {
			KT_EQ(s.kind, KT_EVENT);
			events += s.event == PTRACE_EVENT_CLONE;
			first += s.event == PTRACE_EVENT_STOP;
		}
		if (events >= rounds)
			atomic_store(&m->stop, 1);
		KT_OK(kt_cont(tid, 0));
	}
	printf("%d threads\n", m->made);
	KT_EQ(events, m->made);
	KT_EQ(first, m->made);
	KT_EQ(ends, m->made);
	KT_KILL(pid);
}

KT_PROGRAM
