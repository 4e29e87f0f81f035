/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_groupstop_test.c - job control stops of traced threads: how they begin,
 * who is told, and how they end. What PTRACE_LISTEN adds is ptrace_listen_test.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* From running to the group-stop of a seized single-threaded tracee. */
static void stop_group(pid_t pid, int sig)
{
	KT_SYS(kill(pid, sig));
	KT_WAIT(pid, sig == SIGSTOP ? "signal(SIGSTOP)" : "signal(SIGTSTP)");
	KT_OK(kt_cont(pid, sig));
	KT_WAIT(pid, sig == SIGSTOP ? "EVENT_STOP(SIGSTOP)" : "EVENT_STOP(SIGTSTP)");
}

static void gate_body(void *gate)
{
	kt_gate_wait(gate);
	_exit(7);
}

KT_CASE(ptrace_groupstop_sequence, "ptrace.groupstop.sequence",
	"Verify that a stopping signal gives a signal-delivery-stop first, and only its "
	"injection starts the group-stop, reported as PTRACE_EVENT_STOP with the signal",
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_code), 0x100,
		  KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, 0);
	siginfo_t si;

	KT_SYS(kill(pid, SIGSTOP));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_code, SI_USER);
	KT_EQ(si.si_pid, getpid());
	KT_OK(kt_cont(pid, SIGSTOP));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_code, SIGSTOP | PTRACE_EVENT_STOP << 8);
}

KT_CASE(ptrace_groupstop_suppress, "ptrace.groupstop.suppress",
	"Verify that a stopping signal that is not injected starts no group-stop",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGSTOP | PTRACE_EVENT_STOP << 8)))
{
	struct kt_gate *gate = kt_shared(sizeof(*gate));
	pid_t pid = kt_child_seized(gate_body, gate, 0);

	KT_SYS(kill(pid, SIGSTOP));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_SENTINEL(pid, PTRACE_CONT);
	KT_OK(kt_cont(pid, 0));
	kt_gate_open(gate);
	KT_WAIT(pid, "exited(7)");
}

KT_CASE(ptrace_groupstop_four_signals, "ptrace.groupstop.four_signals",
	"Verify that SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU each start a group-stop that is "
	"reported with its own number",
	KT_REPORTS("EVENT_STOP(SIGTTOU)", W_STOPCODE(SIGSTOP | PTRACE_EVENT_STOP << 8)))
{
	static const struct {
		int sig;
		const char *delivery, *stop;
	} table[] = {
		{ SIGSTOP, "signal(SIGSTOP)", "EVENT_STOP(SIGSTOP)" },
		{ SIGTSTP, "signal(SIGTSTP)", "EVENT_STOP(SIGTSTP)" },
		{ SIGTTIN, "signal(SIGTTIN)", "EVENT_STOP(SIGTTIN)" },
		{ SIGTTOU, "signal(SIGTTOU)", "EVENT_STOP(SIGTTOU)" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		pid_t pid = kt_child_seized(kt_body_park, NULL, 0);
		siginfo_t si;

		KT_SYS(kill(pid, table[i].sig));
		KT_WAIT(pid, table[i].delivery);
		KT_OK(kt_cont(pid, table[i].sig));
		KT_WAIT(pid, table[i].stop);
		KT_OK(kt_getsiginfo(pid, &si));
		KT_EQ(si.si_code, table[i].sig | PTRACE_EVENT_STOP << 8);
	}
}

/* A session of its own: its parent is in another one, so the group is orphaned. */
static void orphan_body(void *out)
{
	_Atomic pid_t *pid = out;

	if (KT_SYS(fork()) == 0) {
		KT_SYS(setsid());
		atomic_store(pid, getpid());
	}
	kt_park();
}

KT_CASE(ptrace_groupstop_orphan_pgrp, "ptrace.groupstop.orphan_pgrp",
	"Verify that SIGTSTP, SIGTTIN and SIGTTOU injected in an orphaned process group stop "
	"nothing, while SIGSTOP does",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGTSTP | PTRACE_EVENT_STOP << 8)))
{
	static const struct {
		int sig;
		const char *delivery;
	} table[] = {
		{ SIGTSTP, "signal(SIGTSTP)" },
		{ SIGTTIN, "signal(SIGTTIN)" },
		{ SIGTTOU, "signal(SIGTTOU)" },
	};
	_Atomic pid_t *out = kt_shared(sizeof(*out));
	pid_t pid;

	/* Under qemu-user nobody would find the orphan to end it. */
	KT_NEEDS(kt_probe_ptrace());
	kt_child(orphan_body, (void *)out);
	KT_AWAIT(atomic_load(out) != 0);
	pid = atomic_load(out);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		KT_SYS(kill(pid, table[i].sig));
		KT_WAIT(pid, table[i].delivery);
		KT_OK(kt_cont(pid, table[i].sig));
		KT_SENTINEL(pid, KT_RUNNING);
		KT_OK(kt_cont(pid, 0));
	}
	stop_group(pid, SIGSTOP);
}

KT_CASE(ptrace_groupstop_attached_einval, "ptrace.groupstop.attached_einval",
	"Verify that the group-stop of a tracee that was not seized is told from a "
	"signal-delivery-stop by PTRACE_GETSIGINFO failing with EINVAL",
	KT_ANSWERS(ptrace, PTRACE_GETSIGINFO, 0, KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child_traceme(kt_body_park, NULL);
	siginfo_t si;

	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, SIGSTOP);
	KT_OK(kt_cont(pid, SIGSTOP));
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_ERR(EINVAL, kt_getsiginfo(pid, &si));
}

KT_CASE(ptrace_groupstop_cont_resumes, "ptrace.groupstop.cont_resumes",
	"Verify that PTRACE_CONT from a group-stop makes the tracee run although its group is "
	"stopped, and a later SIGCONT still gives PTRACE_EVENT_STOP and its own delivery",
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_STOPCODE(SIGCONT)))
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, 0);

	stop_group(pid, SIGSTOP);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT_PARKED(pid);
	KT_SYS(kill(pid, SIGCONT));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGCONT)");
}

/* A tracer in a process of its own, for tracees that are children of the case. */
struct tracer {
	pid_t tracee;
	bool listen;
	struct kt_gate ready;
};

static void stopping_tracer(void *arg)
{
	struct tracer *t = arg;

	KT_OK(kt_seize(t->tracee, 0));
	stop_group(t->tracee, SIGSTOP);
	if (t->listen)
		KT_OK(kt_listen(t->tracee));
	kt_gate_open(&t->ready);
	kt_park();
}

/* The tracer stands ready when this returns. */
static pid_t start_tracer(struct tracer *t, pid_t tracee, bool listen)
{
	pid_t pid;

	t->tracee = tracee;
	t->listen = listen;
	pid = kt_child(stopping_tracer, t);
	kt_gate_wait(&t->ready);
	return pid;
}

KT_CASE(ptrace_groupstop_real_parent_notified, "ptrace.groupstop.real_parent_notified",
	"Verify that the real parent, which is not the tracer, is told of a completed group-stop "
	"of its traced child through WUNTRACED",
	KT_STORES(call, SYS_wait4, 1, 0, 1 << 8))
{
	struct tracer *t = kt_shared(sizeof(*t));
	pid_t pid = kt_child(kt_body_park, NULL), got;
	int status;

	start_tracer(t, pid, false);
	while ((got = (pid_t)kt_raw(SYS_wait4, pid, &status, WUNTRACED, NULL)) == -EINTR)
		kt_case_check_deadline(__FILE__, __LINE__, "the stop of a child traced by another");
	KT_EQ(got, pid);
	KT_STATUS(status, "signal(SIGSTOP)");
}

KT_CASE(ptrace_groupstop_tracer_death, "ptrace.groupstop.tracer_death",
	"Verify that a group-stopped tracee, listening or not, stays stopped when its tracer dies, "
	"and runs after SIGCONT",
	KT_REPORTS("exited(7)", W_EXITCODE(0, SIGKILL)))
{
	for (int listen = 0; listen < 2; listen++) {
		struct kt_gate *gate = kt_shared(sizeof(*gate));
		struct tracer *t = kt_shared(sizeof(*t));
		pid_t pid = kt_child(gate_body, gate);
		pid_t tracer = start_tracer(t, pid, listen);

		KT_KILL(tracer);
		KT_AWAIT(kt_proc_state(pid) == 'T');
		KT_EQ(kt_proc_tracer(pid), 0);
		kt_gate_open(gate);
		KT_EQ(kt_proc_state(pid), 'T');
		KT_SYS(kill(pid, SIGCONT));
		KT_WAIT(pid, "exited(7)");
	}
}

/* Leader and two threads, all parked. */
struct trio {
	_Atomic pid_t tid[2];
};

static void trio_thread(void *slot)
{
	_Atomic pid_t *tid = slot;

	atomic_store(tid, kt_gettid());
	kt_park();
}

static void trio_body(void *arg)
{
	struct trio *t = arg;

	kt_thread(trio_thread, (void *)&t->tid[0]);
	kt_thread(trio_thread, (void *)&t->tid[1]);
	kt_park();
}

static pid_t start_trio(struct trio *t)
{
	pid_t pid = kt_child(trio_body, t);

	KT_AWAIT(atomic_load(&t->tid[0]) && atomic_load(&t->tid[1]));
	KT_AWAIT_PARKED(pid);
	KT_AWAIT_PARKED(t->tid[0]);
	KT_AWAIT_PARKED(t->tid[1]);
	return pid;
}

KT_CASE(ptrace_groupstop_all_threads, "ptrace.groupstop.all_threads",
	"Verify that every traced thread reports its own PTRACE_EVENT_STOP of a group-stop, and "
	"an untraced thread of the group stops silently",
	KT_REPORTS("EVENT_STOP(SIGSTOP)", W_STOPCODE(SIGSTOP), KT_NOT_FIRST(1)))
{
	struct trio *t = kt_shared(sizeof(*t));
	pid_t pid = start_trio(t), one = t->tid[0], two = t->tid[1];

	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_seize(one, PTRACE_O_EXITKILL));
	KT_OK(kt_tgkill(pid, one, SIGSTOP));
	KT_WAIT(one, "signal(SIGSTOP)");
	KT_OK(kt_cont(one, SIGSTOP));
	KT_WAIT(one, "EVENT_STOP(SIGSTOP)");
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_AWAIT(kt_proc_state(two) == 'T');
	KT_EQ(kt_proc_tracer(two), 0);
}

struct late {
	_Atomic pid_t tid;
	_Atomic int ran;
};

static void late_thread(void *arg)
{
	struct late *l = arg;

	atomic_store(&l->ran, 1);
	kt_park();
}

static void late_body(void *arg)
{
	struct late *l = arg;

	KT_SYS(raise(SIGSTOP));
	atomic_store(&l->tid, kt_thread(late_thread, l));
	kt_park();
}

KT_CASE(ptrace_groupstop_new_thread, "ptrace.groupstop.new_thread",
	"Verify that a thread which a resumed tracee creates while its group is stopped joins the "
	"stop before it runs",
	KT_SEES("ran", 1))
{
	struct late *l = kt_shared(sizeof(*l));
	pid_t pid = kt_child_seized(late_body, l, 0);

	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_cont(pid, SIGSTOP));
	KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(atomic_load(&l->tid) != 0);
	KT_AWAIT(kt_proc_state(l->tid) == 'T' || atomic_load(&l->ran));
	KT_EQ(KT_SEEN("ran", atomic_load(&l->ran)), 0);
	KT_SYS(kill(pid, SIGCONT));
	KT_AWAIT(atomic_load(&l->ran) == 1);
}

KT_CASE(ptrace_groupstop_sigkill, "ptrace.groupstop.sigkill",
	"Verify that SIGKILL ends a tracee before, in, during PTRACE_LISTEN of, and after "
	"PTRACE_CONT from a group-stop, and a stopped process that nobody traces any more",
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, SIGTERM), KT_NOT_FIRST(4)))
{
	enum { DELIVERY, STOPPED, LISTENING, RESUMED, DETACHED, STATES };

	for (int state = 0; state < STATES; state++) {
		pid_t pid = kt_child_seized(kt_body_park, NULL, 0);

		KT_SYS(kill(pid, SIGSTOP));
		KT_WAIT(pid, "signal(SIGSTOP)");
		if (state > DELIVERY) {
			KT_OK(kt_cont(pid, SIGSTOP));
			KT_WAIT(pid, "EVENT_STOP(SIGSTOP)");
		}
		if (state == LISTENING)
			KT_OK(kt_listen(pid));
		if (state == RESUMED)
			KT_OK(kt_cont(pid, 0));
		if (state == DETACHED)
			KT_OK(kt_detach(pid, 0));
		KT_SYS(kill(pid, SIGKILL));
		KT_WAIT(pid, "killed(SIGKILL)");
	}
}

KT_CASE(ptrace_groupstop_sigcont_side_effect, "ptrace.groupstop.sigcont_side_effect",
	"Verify that SIGCONT wakes the whole group when it is sent, even if the tracer suppresses "
	"its delivery",
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_STOPCODE(SIGSTOP | PTRACE_EVENT_STOP << 8)))
{
	struct trio *t = kt_shared(sizeof(*t));
	pid_t pid = start_trio(t), one = t->tid[0], two = t->tid[1];

	KT_OK(kt_seize(one, PTRACE_O_EXITKILL));
	KT_OK(kt_tgkill(pid, one, SIGSTOP));
	KT_WAIT(one, "signal(SIGSTOP)");
	KT_OK(kt_cont(one, SIGSTOP));
	KT_WAIT(one, "EVENT_STOP(SIGSTOP)");
	KT_AWAIT(kt_proc_state(pid) == 'T');
	KT_AWAIT(kt_proc_state(two) == 'T');
	KT_OK(kt_tgkill(pid, one, SIGCONT));
	KT_OK(kt_cont(one, 0));
	KT_WAIT(one, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(one, 0));
	KT_WAIT(one, "signal(SIGCONT)");
	KT_OK(kt_cont(one, 0));
	KT_AWAIT_PARKED(pid);
	KT_AWAIT_PARKED(two);
}

KT_CASE(ptrace_groupstop_sigcont_first, "ptrace.groupstop.sigcont_first",
	"Verify that after SIGCONT both SIGCONT and another pending signal are reported, in "
	"either order",
	KT_REPORTS("signal(SIGUSR1)", W_STOPCODE(SIGUSR2)))
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, 0);
	int cont = 0, usr1 = 0;

	stop_group(pid, SIGSTOP);
	KT_OK(kt_listen(pid));
	KT_SYS(kill(pid, SIGUSR1));
	KT_SYS(kill(pid, SIGCONT));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	for (int i = 0; i < 2; i++) {
		struct kt_status st;

		KT_OK(kt_cont(pid, 0));
		st = kt_status_decode(KT_WAIT_STATUS(pid));
		KT_EQ(st.kind, KT_SIGNAL);
		cont += st.value == SIGCONT;
		usr1 += st.value == SIGUSR1;
	}
	KT_EQ(cont, 1);
	KT_EQ(usr1, 1);
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_groupstop_proc_state, "ptrace.groupstop.proc_state",
	"Verify that the state in /proc is a tracing stop in a group-stop and while listening, and "
	"a plain stop only once the tracee is detached",
	KT_SEES("state", 'T', KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, 0);

	stop_group(pid, SIGTSTP);
	KT_EQ(KT_SEEN("state", kt_proc_state(pid)), 't');
	KT_OK(kt_listen(pid));
	KT_EQ(KT_SEEN("state", kt_proc_state(pid)), 't');
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTSTP)");
	KT_OK(kt_detach(pid, 0));
	KT_AWAIT(kt_proc_state(pid) == 'T');
	KT_EQ(kt_proc_tracer(pid), 0);
}

KT_PROGRAM
