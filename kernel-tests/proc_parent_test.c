/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_parent_test.c - what parents and children learn of each other's end, whose
 * child an orphan becomes, and whom kill(-1) reaches.
 */
#include <errno.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_ns.h"

/* A fork that a raw thread and a process in a new namespace can use; no guard knows it. */
static pid_t plain_fork(void)
{
	return (pid_t)KT_SYS(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int death_signal(void)
{
	int sig = -1;

	KT_SYS(prctl(PR_GET_PDEATHSIG, &sig, 0, 0, 0));
	return sig;
}

struct thread_parent {
	struct kt_gate ready, told;
};

static void be_child_of_thread(struct thread_parent *t, pid_t parent)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	KT_SYS(sigprocmask(SIG_BLOCK, &set, NULL));
	KT_OK(kt_raw(SYS_prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0));
	kt_gate_open(&t->ready);
	while ((sig = sigwaitinfo(&set, NULL)) < 0 && errno == EINTR)
		;
	KT_EQ(sig, SIGUSR1);
	KT_EQ(getppid(), parent);
	kt_gate_open(&t->told);
	_exit(0);
}

static void be_parent_thread(void *arg)
{
	struct thread_parent *t = arg;
	pid_t parent = getpid();

	if (plain_fork() == 0)
		be_child_of_thread(t, parent);
	kt_gate_wait(&t->ready);
}

static void start_parent_thread(void *arg)
{
	kt_thread(be_parent_thread, arg);
	kt_park();
}

KT_CASE(proc_pdeathsig, "proc.pdeathsig",
	"Verify that the signal of PR_SET_PDEATHSIG comes when the thread that made the child "
	"ends, though its process lives on",
	KT_CHANGES_ARG(call, SYS_prctl, 1, ~0UL, SIGUSR2, KT_WHEN(0, PR_SET_PDEATHSIG)))
{
	struct thread_parent *t = kt_shared(sizeof(*t));
	pid_t pid = kt_child(start_parent_thread, t);

	kt_gate_wait(&t->told);
	KT_AWAIT_PARKED(pid);
}

static void death_signal_is_none(void *unused)
{
	int sig = -1;

	(void)unused;
	KT_OK(kt_raw(SYS_prctl, PR_GET_PDEATHSIG, &sig, 0, 0, 0));
	_exit(sig);
}

static void fork_with_death_signal(void *unused)
{
	pid_t pid;

	(void)unused;
	KT_EQ(death_signal(), SIGKILL);
	pid = plain_fork();
	if (pid == 0)
		death_signal_is_none(NULL);
	KT_WAIT(pid, "exited(0)");
}

KT_CASE(proc_pdeathsig_fork, "proc.pdeathsig_fork",
	"Verify that a child begins without its parent's PR_SET_PDEATHSIG",
	KT_STORES(call, SYS_prctl, 1, 0, SIGKILL, KT_WHEN(0, PR_GET_PDEATHSIG)))
{
	KT_WAIT(kt_child(fork_with_death_signal, NULL), "exited(0)");
}

#define NO_EFFECT 77

/* `arg` is the effective user that it should have. */
KT_EXEC_MAIN(exits_with_death_signal)
{
	_exit(geteuid() == (uid_t)atol(arg) ? death_signal() : NO_EFFECT);
}

static void exec_with_death_signal(void *unused)
{
	char uid[16];

	(void)unused;
	snprintf(uid, sizeof(uid), "%u", (unsigned int)geteuid());
	KT_SYS(prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0));
	KT_OK(kt_exec("exits_with_death_signal", uid));
}

KT_CASE(proc_pdeathsig_exec, "proc.pdeathsig_exec",
	"Verify that PR_SET_PDEATHSIG stays across an execve of an ordinary program",
	KT_REPORTS("exited(10)", W_EXITCODE(0, 0)))
{
	KT_WAIT(kt_child(exec_with_death_signal, NULL), "exited(10)" /* SIGUSR1 */);
}

static void exec_suid_with_death_signal(void *path)
{
	KT_SYS(setresuid(KT_CRED_ID, KT_CRED_ID, KT_CRED_ID));
	KT_SYS(prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0));
	KT_OK(kt_exec_path(path, "exits_with_death_signal", "0"));
}

KT_CASE(proc_pdeathsig_suid, "proc.pdeathsig_suid",
	"Verify that an execve of a set-user-ID program clears PR_SET_PDEATHSIG",
	KT_REPORTS("exited(0)", W_EXITCODE(SIGUSR1, 0)))
{
	char path[KT_EXEC_PATH];
	int status;

	KT_NEEDS(kt_probe_root());
	kt_exec_suid_copy(path);
	status = KT_WAIT_STATUS(kt_child(exec_suid_with_death_signal, path));
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_EFFECT)
		atf_tc_skip("set-user-ID programs have no effect here (nosuid, no_new_privs)");
	KT_STATUS(status, "exited(0)");
}

struct orphan {
	_Atomic pid_t reaper, pid;
	bool is_traced;
	struct kt_gate made, traced, adopted, end, ended, looked;
};

static void be_orphan(struct orphan *o)
{
	atomic_store(&o->pid, getpid());
	kt_gate_open(&o->made);
	kt_gate_wait(&o->adopted);
	KT_EQ(kt_raw(SYS_getppid), atomic_load(&o->reaper));
	kt_gate_wait(&o->end);
	_exit(5);
}

/* The child dies when the tracer, if any, is there; the grandchild is the orphan. */
static void be_reaper(void *arg)
{
	struct orphan *o = arg;
	pid_t child;

	atomic_store(&o->reaper, getpid());
	KT_OK(kt_raw(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	child = plain_fork();
	if (child == 0) {
		if (plain_fork() == 0)
			be_orphan(o);
		kt_gate_wait(&o->traced);
		_exit(0);
	}
	KT_WAIT(child, "exited(0)");
	kt_gate_open(&o->adopted);
	if (o->is_traced) {
		kt_gate_wait(&o->ended);
		KT_EQ(kt_raw(SYS_wait4, atomic_load(&o->pid), NULL, WNOHANG, NULL), 0);
		kt_gate_open(&o->looked);
	}
	KT_WAIT(atomic_load(&o->pid), "exited(5)");
}

static const char *probe_subreaper(void)
{
	int is;

	/* The case is one already, where there is such a thing. */
	return prctl(PR_GET_CHILD_SUBREAPER, &is, 0, 0, 0) == 0 && is ? NULL :
		       "needs PR_SET_CHILD_SUBREAPER";
}

KT_CASE(proc_subreaper, "proc.subreaper",
	"Verify that an orphan becomes the child of the nearest ancestor with "
	"PR_SET_CHILD_SUBREAPER, which waits for it",
	KT_ANSWERS(call, SYS_prctl, 0), KT_ANSWERS(call, SYS_getppid, 1))
{
	struct orphan *o = kt_shared(sizeof(*o));

	KT_NEEDS(probe_subreaper());
	kt_gate_open(&o->traced);
	kt_gate_open(&o->end);
	KT_WAIT(kt_child(be_reaper, o), "exited(0)");
}

KT_CASE(proc_subreaper_traced, "proc.subreaper_traced",
	"Verify that an orphan keeps its tracer, which learns of its stops and end before the new "
	"parent does",
	KT_REPORTS("EVENT_STOP(SIGTRAP)", W_STOPCODE(SIGTRAP)),
	KT_REPORTS("exited(5)", W_EXITCODE(0, 0)), KT_SEES("tracer", 0),
	KT_ANSWERS(call, SYS_wait4, -ECHILD))
{
	struct orphan *o = kt_shared(sizeof(*o));
	pid_t reaper, pid;

	KT_NEEDS(probe_subreaper());
	o->is_traced = true;
	reaper = kt_child(be_reaper, o);
	kt_gate_wait(&o->made);
	pid = atomic_load(&o->pid);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	kt_gate_open(&o->traced);
	kt_gate_wait(&o->adopted);
	KT_EQ(KT_SEEN("tracer", kt_proc_tracer(pid)), getpid());
	KT_EQ(kt_proc_ppid(pid), reaper);
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(pid, 0));
	kt_gate_open(&o->end);
	/* Until the tracer has waited, its parent finds nothing. */
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	kt_gate_open(&o->ended);
	kt_gate_wait(&o->looked);
	KT_WAIT(pid, "exited(5)");
	KT_WAIT(reaper, "exited(0)");
}

struct everybody {
	struct kt_gate killer_done;
};

/* Process 1 of its namespace, with two children that die and one that kills. */
static void be_init(void *arg)
{
	struct everybody *e = arg;
	pid_t first, second, killer;

	first = plain_fork();
	if (first == 0)
		kt_park();
	second = plain_fork();
	if (second == 0)
		kt_park();
	killer = plain_fork();
	if (killer == 0) {
		KT_OK(kt_raw(SYS_kill, -1, SIGKILL));
		kt_gate_open(&e->killer_done);
		kt_gate_wait(&e->killer_done);
		_exit(4);
	}
	KT_WAIT(first, "killed(SIGKILL)");
	KT_WAIT(second, "killed(SIGKILL)");
	KT_WAIT(killer, "exited(4)");
	/* Nobody is left but init itself. */
	KT_ERR(ESRCH, kt_raw(SYS_kill, -1, 0));
}

KT_CASE(proc_kill_minus1, "proc.kill_minus1",
	"Verify that kill(-1) reaches every process of the pid namespace but the caller and "
	"process 1, and fails with ESRCH when that is nobody",
	KT_CHANGES_ARG(call, SYS_kill, 1, ~0UL, SIGTERM, KT_WHEN(1, SIGKILL)),
	KT_ANSWERS(call, SYS_kill, 0, KT_WHEN(1, 0)))
{
	struct everybody *e = kt_shared(sizeof(*e));

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_WAIT(kt_ns_child(CLONE_NEWPID, be_init, e), "exited(0)");
	KT_REQUIRE(kt_gate_is_open(&e->killer_done));
}

static void end_last(void *gate)
{
	kt_gate_wait(gate);
	kt_thread_exit(0);
}

static void leave_thread_behind(void *gate)
{
	kt_thread(end_last, gate);
	kt_thread_exit(3);
}

KT_CASE(proc_signal_group_exit_status, "proc.signal_group_exit_status",
	"Verify that a process whose threads end one by one has the exit status of the last one, "
	"and on older kernels that of the leader",
	KT_SEES("status", W_EXITCODE(1, 0)))
{
	struct kt_gate *gate = kt_shared(sizeof(*gate));
	pid_t pid = kt_child(leave_thread_behind, gate);

	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_WAIT_NONE(pid);
	kt_gate_open(gate);
	KT_STATUS(KT_SEEN("status", KT_WAIT_STATUS(pid)),
		  kt_kernel_has(KT_CHANGE_STATUS_OF_LAST) ? "exited(0)" : "exited(3)");
}

KT_PROGRAM
