/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_signal_at_test.c - what SIGKILL, SIGCONT and SIGSTOP do to a tracee in
 * each of the states of kt_stops.h, by each way of tracing it. One table.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_stops.h"

/*
 * What the signal does, in words, and what is seen: whether the tracee stays as
 * it is, with nothing to report, and then its reports, when it is resumed as
 * often as it stops, with the signal at the signal's own stop. SIG64, sent after
 * the signal, is reported behind all else: the end of it.
 */
struct effect {
	bool stays;
	const char *words;
	const char *reports[2]; /* seized; traced in another way */
	struct kt_wrong wrong;
};

#define SAME(text) { text, text }
#define LOST(sig) KT_ANSWERS(call, SYS_kill, 0, KT_WHEN(1, sig))

static const struct effect ends = {
	false, "ends it", SAME("killed(SIGKILL)"), KT_REPORTS("killed(SIGKILL)", 0)
};
static const struct effect kill_at_exit = {
	true, "is lost since 6.0, and ends it before", SAME("exited(7)"), KT_REPORTS("exited(7)", 9)
};
static const struct effect nothing = {
	true, "changes nothing", SAME("exited(7)"), KT_REPORTS("exited(7)", 9)
};

#define STOP_REPORTS                                                                               \
	{ "signal(SIGSTOP) EVENT_STOP(SIGSTOP) SIG64", "signal(SIGSTOP) group-stop SIG64" }
static const struct effect stop = {
	false, "is reported to the tracer, and stops the group when it is injected", STOP_REPORTS,
	LOST(SIGSTOP)
};
static const struct effect stop_later = {
	true, "waits until it is resumed, and stops the group when it is injected then",
	STOP_REPORTS, LOST(SIGSTOP)
};
static const struct effect stop_held = {
	true, "is held until PTRACE_INTERRUPT and PTRACE_CONT, and stops the group again then",
	{ "EVENT_STOP(SIGSTOP) signal(SIGSTOP) EVENT_STOP(SIGSTOP) SIG64", NULL }, LOST(SIGSTOP)
};

#define CONT_REPORTS { "EVENT_STOP(SIGTRAP) signal(SIGCONT) SIG64", "signal(SIGCONT) SIG64" }
static const struct effect cont = {
	false, "is reported to the tracer, after PTRACE_EVENT_STOP to one that has seized it",
	CONT_REPORTS, LOST(SIGCONT)
};
static const struct effect cont_wakes = {
	false, "is reported at once, after PTRACE_EVENT_STOP", CONT_REPORTS,
	KT_REPORTS("signal(SIGCONT)", W_STOPCODE(SIGSTOP))
};
static const struct effect cont_later = {
	true,
	"waits until it is resumed, and then is reported, after PTRACE_EVENT_STOP to one that has "
	"seized it",
	CONT_REPORTS, LOST(SIGCONT)
};

/* clang-format off */
static const struct {
	const struct effect *sigkill, *sigstop, *sigcont;
} table[KT_ATS] = {
	[KT_AT_RUNNING]	   = { &ends, &stop, &cont },
	[KT_AT_PARKED]	   = { &ends, &stop, &cont },
	[KT_AT_SIGNAL]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_GROUP]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_LISTEN]	   = { &ends, &stop_held, &cont_wakes },
	[KT_AT_TRAP]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_STEP]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_ENTRY]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_RETURN]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_SECCOMP]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_FORK]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_VFORK]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_VFORK_DONE] = { &ends, &stop_later, &cont_later },
	[KT_AT_CLONE]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_EXEC]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_EXEC_TRAP]  = { &ends, &stop_later, &cont_later },
	[KT_AT_EXIT]	   = { &kill_at_exit, &nothing, &nothing },
	[KT_AT_CHILD]	   = { &ends, &stop_later, &cont_later },
	[KT_AT_EXITED]	   = { &nothing, &nothing, &nothing },
};
/* clang-format on */

struct trial {
	enum kt_mode mode;
	enum kt_at at;
	int sig;
	const struct effect *effect;
};

static const int signals[] = { SIGKILL, SIGSTOP, SIGCONT };
static const char *const signal_names[] = { "sigkill", "sigstop", "sigcont" };

static const struct effect *effect_of(enum kt_at at, size_t signal)
{
	if (signal == 0)
		return table[at].sigkill;
	return signal == 1 ? table[at].sigstop : table[at].sigcont;
}

/* Trial number i; with the number past the last one, how many there are. */
static size_t find_trial(size_t i, struct trial *out, size_t *signal)
{
	size_t n = 0;

	for (int mode = 0; mode < KT_MODES; mode++)
		for (int at = 0; at < KT_ATS; at++)
			for (size_t s = 0; s < 3; s++) {
				const struct effect *e = effect_of(at, s);

				if (!e || !kt_stops[at].status[mode])
					continue;
				if (n++ != i)
					continue;
				*out = (struct trial){ mode, at, signals[s], e };
				*signal = s;
			}
	return n;
}

/* SEIZE has 18 of the states, ATTACH and TRACEME have 17. */
#define TRIALS (3 * (18 + 17 + 17))

static void describe(size_t i, struct kt_instance *out)
{
	struct trial t;
	size_t signal;

	if (find_trial(i, &t, &signal) != TRIALS)
		abort();
	snprintf(out->name, sizeof(out->name), "%s.%s.%s", kt_modes[t.mode].name,
		 kt_stops[t.at].name, signal_names[signal]);
	snprintf(out->descr, sizeof(out->descr), "Verify that SIG%s sent to a tracee (%s) in %s %s",
		 signal == 0 ? "KILL" : signal == 1 ? "STOP" : "CONT", kt_modes[t.mode].words,
		 kt_stops[t.at].words, t.effect->words);
	out->wrong = t.effect->wrong;
}

/* A group-stop of a tracee that was not seized has no siginfo. */
static bool is_group_stop(pid_t pid)
{
	siginfo_t si;

	return kt_getsiginfo(pid, &si) == -EINVAL;
}

static void resume(const struct trial *t, const struct kt_tracee *tracee, int sig)
{
	KT_OK(kt_cont(tracee->pid, sig));
	/* The parent of a vfork sleeps until its child is gone. */
	if (t->at == KT_AT_VFORK && kt_proc_state(tracee->other) == 't')
		KT_OK(kt_cont(tracee->other, 0));
}

/* All that the tracee reports, up to SIG64 or its end. */
static void follow(const struct trial *t, const struct kt_tracee *tracee, struct kt_seq *seq)
{
	for (;;) {
		int status = KT_WAIT_STATUS(tracee->pid);
		struct kt_status s = kt_status_decode(status);

		if (s.kind == KT_SIGNAL && s.value == 64) {
			kt_seq_word(seq, "SIG64");
			return;
		}
		if (s.kind == KT_SIGNAL && is_group_stop(tracee->pid))
			kt_seq_word(seq, "group-stop");
		else
			kt_seq_add(seq, NULL, status);
		if (kt_status_is_end(status))
			return;
		resume(t, tracee, s.kind == KT_SIGNAL && s.value == t->sig ? s.value : 0);
	}
}

static void check_stays(const struct trial *t, pid_t pid)
{
	siginfo_t si;

	if (t->at == KT_AT_EXITED) {
		KT_EQ(kt_proc_state(pid), 'Z');
		return;
	}
	KT_WAIT_NONE(pid);
	KT_EQ(kt_proc_state(pid), 't');
	/* A stop that is not listened in is as usable as before. */
	if (t->at == KT_AT_LISTEN)
		KT_ERR(ESRCH, kt_getsiginfo(pid, &si));
	else if (!is_group_stop(pid))
		KT_OK(kt_getsiginfo(pid, &si));
}

static void check(const struct trial *t, const struct effect *e)
{
	struct kt_tracee tracee = kt_stops_reach(t->mode, t->at);
	struct kt_seq seq = { 0 };

	KT_OK(kt_raw(SYS_kill, tracee.pid, t->sig));
	if (e == &ends) {
		kt_stops_await_killed(tracee.pid);
		return;
	}
	KT_OK(kt_raw(SYS_kill, tracee.pid, 64));
	if (e->stays) {
		check_stays(t, tracee.pid);
		if (t->at == KT_AT_LISTEN)
			KT_OK(kt_interrupt(tracee.pid));
		else if (t->at != KT_AT_EXITED)
			resume(t, &tracee, 0);
	}
	follow(t, &tracee, &seq);
	KT_SEQ(&seq, e->reports[t->mode == KT_BY_SEIZE ? 0 : 1]);
}

KT_FAMILY(ptrace_signal_at, "ptrace.signal_at", TRIALS, describe)
{
	struct trial t;
	size_t signal;

	find_trial(i, &t, &signal);
	if (t.effect == &kill_at_exit && !kt_kernel_has(KT_CHANGE_EXIT_STOP_DEAF))
		check(&t, &ends);
	else
		check(&t, t.effect);
}

KT_PROGRAM
