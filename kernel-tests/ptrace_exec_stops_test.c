/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exec_stops_test.c - all that is reported from an execve to the end of the
 * new program: by every way of tracing, with the event and without, by
 * PTRACE_CONT and by PTRACE_SYSCALL, whoever of the process makes it.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_stops.h"

KT_EXEC_MAIN(exit_code)
{
	_exit(atoi(arg));
}

static const struct layout {
	const char *name, *words;
	bool threads;	  /* there is a second thread */
	bool thread_execs; /* it makes the execve */
	bool leader_dies;  /* before that */
} layouts[] = {
	{ "alone", "the only thread", false, false, false },
	{ "leader", "the leader beside a thread", true, false, false },
	{ "thread", "a thread beside the leader", true, true, false },
	{ "survivor", "a thread whose leader has exited", true, true, true },
};
#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

/* One case: everything that it depends on. */
struct variant {
	enum kt_mode mode;
	const struct layout *layout;
	bool event, syscalls;
};

static struct variant variant_at(size_t i)
{
	struct variant v = { .event = i & 1, .syscalls = i & 2 };

	v.layout = &layouts[i / 4 % LAYOUTS];
	v.mode = (enum kt_mode)(i / 4 / LAYOUTS);
	return v;
}

struct scene {
	const struct layout *layout;
	struct kt_gate go;
};

/* A stop of its own; the next call is the execve. */
static void mark_and_exec(void)
{
	KT_OK(kt_raw(SYS_tgkill, getpid(), kt_gettid(), SIGUSR1));
	KT_OK(kt_exec_path("/proc/thread-self/exe", "exit_code", "6"));
}

static void exec_thread(void *unused)
{
	(void)unused;
	mark_and_exec();
}

static void scene_body(void *arg)
{
	const struct scene *s = arg;

	kt_gate_wait((struct kt_gate *)&s->go);
	if (s->layout->threads)
		kt_thread(s->layout->thread_execs ? exec_thread : kt_body_park, NULL);
	if (s->layout->leader_dies)
		kt_thread_exit(3);
	if (s->layout->thread_execs)
		kt_park();
	mark_and_exec();
}

static pid_t trace(struct scene *s, enum kt_mode mode, unsigned long options)
{
	pid_t pid;

	if (mode == KT_BY_SEIZE) {
		pid = kt_child(scene_body, s);
		KT_OK(kt_seize(pid, options));
	} else {
		if (mode == KT_BY_ATTACH) {
			pid = kt_child(scene_body, s);
			KT_OK(kt_attach(pid));
			KT_WAIT(pid, "signal(SIGSTOP)");
		} else {
			pid = kt_child_traceme(scene_body, s);
		}
		KT_OK(kt_setoptions(pid, options));
		KT_OK(kt_cont(pid, 0));
	}
	kt_gate_open(&s->go);
	return pid;
}

/* The second thread, attached like the first and running. */
static pid_t take_thread(pid_t pid, enum kt_mode mode)
{
	pid_t tid;

	KT_WAIT(pid, "EVENT_CLONE");
	tid = KT_MESSAGE(pid);
	KT_WAIT(tid, mode == KT_BY_SEIZE ? "EVENT_STOP(SIGTRAP)" : "signal(SIGSTOP)");
	KT_OK(kt_cont(tid, 0));
	KT_OK(kt_cont(pid, 0));
	return tid;
}

/* All that is reported, until the process ends. Syscall-stops: of the execve alone. */
static void record(struct kt_seq *seq, pid_t pid, pid_t execer, bool syscalls)
{
	int stops = 0;

	KT_OK(kt_ptrace(syscalls ? PTRACE_SYSCALL : PTRACE_CONT, execer, 0, 0));
	for (;;) {
		pid_t tid;
		int status = KT_WAIT_ANY(&tid);

		kt_seq_add(seq, tid == pid ? "leader" : "thread", status);
		stops += kt_status_decode(status).kind == KT_SYSCALL;
		if (!kt_status_is_end(status))
			KT_OK(kt_ptrace(syscalls && stops < 2 ? PTRACE_SYSCALL : PTRACE_CONT, tid,
					0, 0));
		else if (tid == pid)
			return;
	}
}

static void expect(struct kt_seq *seq, const struct variant *v)
{
	if (v->syscalls)
		kt_seq_word(seq, v->layout->thread_execs ? "thread:syscall" : "leader:syscall");
	if (v->layout->threads && !v->layout->thread_execs)
		kt_seq_word(seq, "thread:exited(0)");
	if (v->event)
		kt_seq_word(seq, "leader:EVENT_EXEC");
	if (v->syscalls)
		kt_seq_word(seq, "leader:syscall");
	if (!v->event && v->mode != KT_BY_SEIZE)
		kt_seq_word(seq, "leader:signal(SIGTRAP)");
	kt_seq_word(seq, "leader:exited(6)");
}

static const char *const requests[KT_MODES] = {
	[KT_BY_SEIZE] = "PTRACE_SEIZE",
	[KT_BY_ATTACH] = "PTRACE_ATTACH",
	[KT_BY_TRACEME] = "PTRACE_TRACEME",
};

static void describe(size_t i, struct kt_instance *out)
{
	struct variant v = variant_at(i);
	struct kt_seq expected = { 0 };

	expect(&expected, &v);
	snprintf(out->name, sizeof(out->name), "%s.%s.%s.%s", kt_modes[v.mode].name,
		 v.layout->name, v.event ? "event" : "silent", v.syscalls ? "syscall" : "cont");
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that, traced by %s %s PTRACE_O_TRACEEXEC and resumed by %s, an execve by "
		 "%s is reported as \"%.150s\"",
		 requests[v.mode], v.event ? "with" : "without",
		 v.syscalls ? "PTRACE_SYSCALL" : "PTRACE_CONT", v.layout->words, expected.text);
	if (v.event)
		out->wrong = (struct kt_wrong)KT_REPORTS("EVENT_EXEC",
							 KT_EVENT_STATUS(PTRACE_EVENT_EXIT));
	else if (v.mode == KT_BY_SEIZE)
		out->wrong = (struct kt_wrong)KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, 0,
							     PTRACE_O_TRACEEXEC);
	else
		out->wrong = (struct kt_wrong)KT_LOSES("signal(SIGTRAP)");
}

KT_FAMILY(ptrace_exec_stops, "ptrace.exec.stops", KT_MODES * LAYOUTS * 4, describe)
{
	struct variant v = variant_at(i);
	struct scene *s = kt_shared(sizeof(*s));
	struct kt_seq seen = { 0 }, expected = { 0 };
	pid_t pid, execer;

	s->layout = v.layout;
	pid = trace(s, v.mode,
		    PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
			    (v.event ? PTRACE_O_TRACEEXEC : 0));
	execer = pid;
	if (v.layout->threads) {
		pid_t tid = take_thread(pid, v.mode);

		if (v.layout->thread_execs)
			execer = tid;
	}
	if (v.layout->leader_dies)
		KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_WAIT(execer, "signal(SIGUSR1)");
	record(&seen, pid, execer, v.syscalls);
	expect(&expected, &v);
	KT_SEQ(&seen, expected.text);
}

KT_PROGRAM
