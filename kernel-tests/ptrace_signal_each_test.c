/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_signal_each_test.c - every signal with every disposition, at a traced
 * process: which of them stop it, and what their injection does. One table; the
 * order of stops and what a tracer changes in them is in ptrace_signal_*_test.c.
 */
#include <ctype.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* What the default action does to the process. */
enum action { ENDS, STOPS, NOTHING };

/*
 * Not here: SIGKILL, which never stops, 32 and 33, which libc keeps for itself,
 * and 64, the sentinel. SIGSTOP can be given no disposition but the default.
 */
static const struct {
	int sig;
	enum action action;
} table[] = {
	{ SIGHUP, ENDS },	{ SIGINT, ENDS },	{ SIGQUIT, ENDS },
	{ SIGILL, ENDS },	{ SIGTRAP, ENDS },	{ SIGABRT, ENDS },
	{ SIGBUS, ENDS },	{ SIGFPE, ENDS },	{ SIGUSR1, ENDS },
	{ SIGSEGV, ENDS },	{ SIGUSR2, ENDS },	{ SIGPIPE, ENDS },
	{ SIGALRM, ENDS },	{ SIGTERM, ENDS },	{ SIGSTKFLT, ENDS },
	{ SIGCHLD, NOTHING },	{ SIGCONT, NOTHING },	{ SIGTSTP, STOPS },
	{ SIGTTIN, STOPS },	{ SIGTTOU, STOPS },	{ SIGURG, NOTHING },
	{ SIGXCPU, ENDS },	{ SIGXFSZ, ENDS },	{ SIGVTALRM, ENDS },
	{ SIGPROF, ENDS },	{ SIGWINCH, NOTHING },	{ SIGIO, ENDS },
	{ SIGPWR, ENDS },	{ SIGSYS, ENDS },	{ 34, ENDS },
	{ 63, ENDS },		{ SIGSTOP, STOPS },
};
#define SIGNALS (sizeof(table) / sizeof(table[0]))
#define SENTINEL 64
#define BLOCKED	 SIG_ERR

/* The last of the table is for the default disposition alone. */
#define CHOSEN (SIGNALS - 1)

/* "signal(SIGHUP)"; for the wrong answers it must live on. */
static char stop_text[SIGNALS][KT_TEXT];

static void describe(size_t i, struct kt_instance *out, const char *what)
{
	char name[KT_TEXT];

	kt_signal_name(table[i].sig, name);
	snprintf(out->descr, sizeof(out->descr), "Verify that %s %s", name, what);
	for (size_t c = 0; c <= strlen(name); c++)
		out->name[c] = (char)tolower((unsigned char)name[c]);
	kt_status_text(W_STOPCODE(table[i].sig), stop_text[i]);
	out->wrong = (struct kt_wrong){
		.seam = KT_SEAM_status,
		.stop = stop_text[i],
		.lost = true,
		.what = "the signal-delivery-stop does not come",
		.limits = "",
	};
}

struct target {
	int sig;
	void (*disposition)(int sig); /* BLOCKED: none, it blocks the signal */
	struct kt_gate ready, unblock;
	_Atomic int handled;
};

static struct target *target;

static void count(int sig)
{
	if (sig == target->sig)
		atomic_fetch_add(&target->handled, 1);
}

static void target_body(void *unused)
{
	sigset_t set;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, target->sig);
	if (target->disposition == BLOCKED)
		KT_SYS(sigprocmask(SIG_BLOCK, &set, NULL));
	else if (target->sig != SIGSTOP)
		KT_SYS(signal(target->sig, target->disposition));
	kt_gate_open(&target->ready);
	kt_gate_wait(&target->unblock);
	KT_SYS(sigprocmask(SIG_UNBLOCK, &set, NULL));
	kt_park();
}

/* A seized process that has set its disposition. */
static pid_t start(size_t i, void (*disposition)(int sig))
{
	pid_t pid;

	target = kt_shared(sizeof(*target));
	target->sig = table[i].sig;
	target->disposition = disposition;
	pid = kt_child_seized(target_body, NULL, 0);
	kt_gate_wait(&target->ready);
	return pid;
}

/* The signal, and the sentinel behind it. SIGCONT is announced before it is delivered. */
static void send(pid_t pid, int sig)
{
	KT_SYS(kill(pid, sig));
	if (sig == SIGCONT) {
		KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
		KT_OK(kt_cont(pid, 0));
	}
	KT_SYS(kill(pid, SENTINEL));
}

/* The stop for signal i as we have sent it. */
static void wait_delivery(pid_t pid, size_t i)
{
	siginfo_t si;

	KT_WAIT(pid, stop_text[i]);
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, table[i].sig);
	KT_EQ(si.si_code, SI_USER);
	KT_EQ(si.si_pid, getpid());
	KT_EQ(si.si_uid, getuid());
}

static void describe_ignored(size_t i, struct kt_instance *out)
{
	describe(i, out, "makes a traced process stop although it ignores the signal, and "
			 "does nothing to it when injected");
}

KT_FAMILY(ptrace_signal_stop_even_ignored, "ptrace.signal.stop_even_ignored", CHOSEN,
	  describe_ignored)
{
	pid_t pid = start(i, SIG_IGN);

	send(pid, table[i].sig);
	wait_delivery(pid, i);
	KT_OK(kt_cont(pid, table[i].sig));
	KT_WAIT(pid, "signal(SIG64)");
}

static void describe_handled(size_t i, struct kt_instance *out)
{
	describe(i, out, "makes a traced process stop before its handler runs, which then runs "
			 "once when the signal is injected");
}

KT_FAMILY(ptrace_signal_handled, "ptrace.signal.handled", CHOSEN, describe_handled)
{
	pid_t pid = start(i, count);

	send(pid, table[i].sig);
	wait_delivery(pid, i);
	KT_EQ(target->handled, 0);
	KT_OK(kt_cont(pid, table[i].sig));
	KT_WAIT(pid, "signal(SIG64)");
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(target->handled == 1);
}

static void describe_default(size_t i, struct kt_instance *out)
{
	static const char *const what[] = {
		[ENDS] = "makes a traced process stop, and ends it when injected",
		[STOPS] = "makes a traced process stop, and starts a group-stop when injected",
		[NOTHING] =
			"makes a traced process stop, and by default does nothing when injected",
	};

	describe(i, out, what[table[i].action]);
}

KT_FAMILY(ptrace_signal_default, "ptrace.signal.default", SIGNALS, describe_default)
{
	pid_t pid = start(i, SIG_DFL);
	char text[KT_TEXT];

	send(pid, table[i].sig);
	wait_delivery(pid, i);
	KT_OK(kt_cont(pid, table[i].sig));
	if (table[i].action == STOPS) {
		kt_status_text(W_STOPCODE(table[i].sig) | PTRACE_EVENT_STOP << 16, text);
		KT_WAIT(pid, text);
		KT_OK(kt_cont(pid, 0));
	}
	kt_status_text(table[i].sig, text);
	KT_WAIT(pid, table[i].action == ENDS ? text : "signal(SIG64)");
}

/* Here it is wrong that it comes too early. */
static void describe_blocked(size_t i, struct kt_instance *out)
{
	describe(i, out, "does not make a traced process stop while it blocks the signal, and "
			 "does so once it unblocks it");
	out->wrong = (struct kt_wrong)KT_REPORTS("signal(SIG64)", W_STOPCODE(table[i].sig));
}

KT_FAMILY(ptrace_signal_blocked_no_stop, "ptrace.signal.blocked_no_stop", CHOSEN, describe_blocked)
{
	pid_t pid = start(i, BLOCKED);

	send(pid, table[i].sig);
	KT_WAIT(pid, "signal(SIG64)");
	KT_OK(kt_cont(pid, 0));
	kt_gate_open(&target->unblock);
	wait_delivery(pid, i);
}

/* Who sends SIGKILL, and to what. */
static void kill_from_outside(pid_t pid)
{
	KT_SYS(kill(pid, SIGKILL));
}

static void tgkill_from_outside(pid_t pid)
{
	KT_OK(kt_tgkill(pid, pid, SIGKILL));
}

static void inject_kill(pid_t pid)
{
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_SYS(kill(pid, SIGUSR1));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_cont(pid, SIGKILL));
}

static void body_kill_itself(void *gate)
{
	kt_gate_wait(gate);
	syscall(SYS_kill, getpid(), SIGKILL);
	_exit(0);
}

KT_CASE(ptrace_signal_sigkill_no_stop, "ptrace.signal.sigkill_no_stop",
	"Verify that SIGKILL ends a traced process with no signal-delivery-stop, sent by kill or "
	"tgkill, by itself, injected by its tracer, or behind other signals",
	KT_REPORTS("killed(SIGKILL)", W_STOPCODE(SIGKILL)))
{
	static void (*const ways[])(pid_t pid) = {
		kill_from_outside,
		tgkill_from_outside,
		inject_kill,
	};
	struct kt_gate *gate = kt_shared(sizeof(*gate));
	pid_t pid;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		pid = kt_child_seized(kt_body_park, NULL, 0);
		ways[i](pid);
		KT_WAIT(pid, "killed(SIGKILL)");
	}

	pid = kt_child_seized(body_kill_itself, gate, 0);
	kt_gate_open(gate);
	KT_WAIT(pid, "killed(SIGKILL)");

	/* Whatever else is pending, none of it is reported any more. */
	pid = kt_child_stopped(kt_body_park, NULL, 0);
	for (size_t i = 0; i < SIGNALS; i++)
		KT_SYS(kill(pid, table[i].sig));
	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "killed(SIGKILL)");

	/* Of one that was not seized. */
	pid = kt_child_traceme(kt_body_park, NULL);
	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_PROGRAM
