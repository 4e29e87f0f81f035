/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_seize_test.c - what PTRACE_SEIZE accepts, refuses and leaves alone.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

KT_CASE(ptrace_seize_no_stop, "ptrace.seize.no_stop",
	"Verify that PTRACE_SEIZE succeeds without stopping the tracee or sending it a signal",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGSTOP)))
{
	pid_t pid = kt_child(kt_body_park, NULL);

	KT_AWAIT_PARKED(pid);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_WAIT_NONE(pid);
	KT_EQ(kt_proc_state(pid), 'S');
	KT_EQ(kt_proc_tracer(pid), getpid());
	/* A signal that SEIZE had queued would be reported before the sentinel. */
	KT_SENTINEL(pid, KT_RUNNING);
}

KT_CASE(ptrace_seize_addr_nonzero, "ptrace.seize.addr_nonzero",
	"Verify that PTRACE_SEIZE with an address other than 0 fails with EIO and traces nothing",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 2, ~0UL, 0), KT_ANSWERS(ptrace, PTRACE_SEIZE, -EINVAL))
{
	pid_t pid = kt_child(kt_body_park, NULL);

	KT_ERR(EIO, kt_ptrace(PTRACE_SEIZE, pid, 1, 0));
	KT_ERR(EIO, kt_ptrace(PTRACE_SEIZE, pid, UINTPTR_MAX, PTRACE_O_EXITKILL));
	KT_EQ(kt_proc_tracer(pid), 0);
}

KT_CASE(ptrace_seize_bad_option, "ptrace.seize.bad_option",
	"Verify that an option bit that no kernel knows makes PTRACE_SEIZE fail with EIO and "
	"PTRACE_SETOPTIONS with EINVAL",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, 1UL << 31, 0),
	KT_CHANGES_ARG(ptrace, PTRACE_SETOPTIONS, 3, 1UL << 8, 0))
{
	/*
	 * Bit 8 is what a wrong constant for PTRACE_O_EXITKILL once was. The
	 * last is the sign bit of a long, which must not be cut off.
	 */
	const unsigned long bad[] = {
		1UL << 8, 1UL << 30, 1UL << 31, PTRACE_O_EXITKILL | 1UL << 30, ~(~0UL >> 1),
	};
	pid_t pid = kt_child(kt_body_park, NULL);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		printf("option bits 0x%lx\n", bad[i]);
		KT_ERR(EIO, kt_seize(pid, bad[i]));
		KT_EQ(kt_proc_tracer(pid), 0);
	}
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		printf("option bits 0x%lx\n", bad[i]);
		KT_ERR(EINVAL, kt_setoptions(pid, bad[i]));
	}
}

static void exit_when_open(void *gate)
{
	kt_gate_wait(gate);
	_exit(7);
}

KT_CASE(ptrace_seize_options_live, "ptrace.seize.options_live",
	"Verify that the options given to PTRACE_SEIZE are in force at once",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, PTRACE_O_TRACEEXIT, 0))
{
	struct kt_gate *go = kt_shared(sizeof(*go));
	pid_t pid = kt_child(exit_when_open, go);
	unsigned long message;

	KT_OK(kt_seize(pid, PTRACE_O_TRACEEXIT));
	kt_gate_open(go);
	KT_WAIT(pid, "EVENT_EXIT");
	KT_OK(kt_geteventmsg(pid, &message));
	KT_EQ(message, 7 << 8);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");
}

static void seize_main_thread(void *unused)
{
	(void)unused;
	KT_ERR(EPERM, kt_seize(getpid(), 0));
	KT_ERR(EPERM, kt_seize(kt_gettid(), 0));
}

KT_CASE(ptrace_seize_self, "ptrace.seize.self",
	"Verify that PTRACE_SEIZE of the caller's own thread or of any thread of its process fails "
	"with EPERM",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -ESRCH, KT_NOT_FIRST(2)))
{
	struct kt_worker *w = kt_worker_start();

	KT_ERR(EPERM, kt_seize(getpid(), 0));
	KT_ERR(EPERM, kt_seize(kt_worker_tid(w), 0));
	kt_worker_run(w, seize_main_thread, NULL);
	kt_worker_end(w);
}

KT_CASE(ptrace_seize_kthread, "ptrace.seize.kthread",
	"Verify that PTRACE_SEIZE of a kernel thread fails with EPERM, for root too",
	KT_ANSWERS(ptrace, PTRACE_ATTACH, 0))
{
	if (!kt_proc_is_kthread(2))
		atf_tc_skip("pid 2 is no kernel thread: not the initial pid namespace");
	KT_ERR(EPERM, kt_seize(2, 0));
	KT_ERR(EPERM, kt_attach(2));
}

static void body_exit(void *unused)
{
	(void)unused;
	_exit(0);
}

KT_CASE(ptrace_seize_zombie, "ptrace.seize.zombie",
	"Verify that PTRACE_SEIZE of a zombie fails with EPERM, not with ESRCH",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -ESRCH))
{
	pid_t pid = kt_child(body_exit, NULL);

	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_ERR(EPERM, kt_seize(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_ERR(ESRCH, kt_seize(pid, 0));
}

struct second_tracer {
	pid_t tracee;
	struct kt_gate done;
};

static void try_to_trace(void *arg)
{
	struct second_tracer *s = arg;

	KT_ERR(EPERM, kt_seize(s->tracee, 0));
	KT_ERR(EPERM, kt_attach(s->tracee));
	kt_gate_open(&s->done);
}

KT_CASE(ptrace_seize_already_traced, "ptrace.seize.already_traced",
	"Verify that PTRACE_SEIZE and PTRACE_ATTACH of a task that is traced fail with EPERM, for "
	"its own tracer and for another",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0, KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, PTRACE_ATTACH, 0, KT_NOT_FIRST(1)))
{
	struct second_tracer *s = kt_shared(sizeof(*s));
	pid_t other;

	s->tracee = kt_child_seized(kt_body_park, NULL, 0);
	KT_ERR(EPERM, kt_seize(s->tracee, 0));
	KT_ERR(EPERM, kt_attach(s->tracee));
	other = kt_child(try_to_trace, s);
	KT_WAIT(other, "exited(0)");
	KT_REQUIRE(kt_gate_is_open(&s->done));
	KT_EQ(kt_proc_tracer(s->tracee), getpid());
	KT_SENTINEL(s->tracee, KT_RUNNING);
}

KT_CASE(ptrace_seize_nopid, "ptrace.seize.nopid",
	"Verify that PTRACE_SEIZE of pid 0, of a negative pid or of an unused one fails with ESRCH",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM, KT_NOT_FIRST(2)))
{
	pid_t unused = kt_child(kt_body_park, NULL);

	KT_KILL(unused);
	KT_ERR(ESRCH, kt_seize(0, 0));
	KT_ERR(ESRCH, kt_seize(-1, 0));
	KT_ERR(ESRCH, kt_seize(unused, 0));
}

static void stop_then_count(void *counter)
{
	KT_SYS(raise(SIGSTOP));
	kt_spin(counter);
}

KT_CASE(ptrace_seize_group_stopped, "ptrace.seize.group_stopped",
	"Verify that PTRACE_SEIZE of a job-stopped task is reported as PTRACE_EVENT_STOP with the "
	"stop signal, and queues no SIGSTOP",
	KT_REPORTS("EVENT_STOP(SIGSTOP)", W_STOPCODE(SIGSTOP)),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 0x8000))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child(stop_then_count, counter);
	siginfo_t si;

	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_EQ(kt_proc_state(pid), 'T');
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGSTOP);
	KT_EQ(si.si_code, PTRACE_EVENT_STOP << 8 | SIGSTOP);
	KT_SENTINEL(pid, PTRACE_CONT);
	/* The group is still stopped; the tracer's word is what counts. */
	KT_EQ(*counter, 0);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT_SPINNING(counter);
}

KT_PROGRAM
