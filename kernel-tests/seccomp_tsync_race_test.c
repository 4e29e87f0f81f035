/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_tsync_race_test.c - SECCOMP_FILTER_FLAG_TSYNC and threads that are not
 * simply there: born meanwhile, dead, in execve, stopped by a tracer. Raw threads
 * share errno: of what they call only the sign counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"

#define TSYNC SECCOMP_FILTER_FLAG_TSYNC

static long sync_filter(void)
{
	return KT_BPF(TSYNC, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO));
}

struct leader {
	struct kt_gate dead;
	_Atomic long result;
};

static void survivor_thread(void *arg)
{
	struct leader *l = arg;

	kt_gate_wait(&l->dead);
	l->result = sync_filter();
	_exit(0);
}

/* The leader leaves with a filter that the other thread does not have. */
static void dying_leader(void *arg)
{
	kt_bpf_nnp();
	kt_thread(survivor_thread, arg);
	KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	kt_thread_exit(0);
}

KT_CASE(seccomp_tsync_dead_leader, "seccomp.tsync.dead_leader",
	"Verify that since Linux 6.11 TSYNC does not look at a leader that has exited; before, it "
	"returns that leader's tid when it had another filter",
	KT_RETURNS(call, SYS_seccomp, -ESRCH, KT_WHEN(1, TSYNC)))
{
	struct leader *l = kt_shared(sizeof(*l));
	pid_t pid;

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	pid = kt_child(dying_leader, l);
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	kt_gate_open(&l->dead);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(l->result, kt_kernel_has(KT_CHANGE_TSYNC_SKIPS_DEAD) ? 0 : pid);
}

/* Threads are born before, during and after; each asks once the filter is there. */
#define ROUNDS 12
#define BIRTHS 16

struct births {
	struct kt_gate begun, synced;
	_Atomic int refused, missed;
};

static void newborn(void *arg)
{
	struct births *b = arg;

	kt_gate_wait(&b->synced);
	if (kt_raw(SYS_getppid) < 0)
		b->refused++;
	else
		b->missed++;
}

static void breeder(void *arg)
{
	struct births *b = arg;

	for (int i = 0; i < BIRTHS; i++) {
		kt_thread(newborn, b);
		kt_gate_mark(&b->begun);
	}
}

static void births_body(void *arg)
{
	struct births *b = arg;

	kt_bpf_nnp();
	kt_thread(breeder, b);
	while (!kt_gate_is_open(&b->begun))
		;
	KT_EQ(sync_filter(), 0);
	kt_gate_open(&b->synced);
	KT_AWAIT(b->refused + b->missed == BIRTHS);
}

KT_CASE(seccomp_tsync_new_thread_race, "seccomp.tsync.new_thread_race",
	"Verify that a thread born while another one installs a filter with TSYNC has it, whether "
	"it is synchronised or inherits",
	KT_ANSWERS(call, SYS_getppid, 0), KT_CHANGES_ARG(call, SYS_seccomp, 1, TSYNC, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	for (int i = 0; i < ROUNDS; i++) {
		struct births *b = kt_shared(sizeof(*b));

		KT_WAIT(kt_child(births_body, b), "exited(0)");
		KT_EQ(b->missed, 0);
	}
}

/*
 * One thread is held in the middle of execve: its script names an interpreter on
 * which somebody has a lease, and opening that waits for the lease. By then it
 * has the lock that keeps credentials as they are.
 */
#define SCRIPT	    "script"
#define INTERPRETER "interpreter"

struct exec {
	_Atomic pid_t installer;
	struct kt_gate go;
	_Atomic long executed, installed;
	struct kt_gate failed, done;
};

static void exec_thread(void *arg)
{
	struct exec *e = arg;
	char *argv[] = { (char *)SCRIPT, NULL };

	e->executed = kt_raw(SYS_execve, SCRIPT, argv, argv + 1);
	kt_gate_mark(&e->failed);
	kt_park();
}

static void install_thread(void *arg)
{
	struct exec *e = arg;

	e->installer = kt_gettid();
	kt_gate_wait(&e->go);
	e->installed = sync_filter();
	kt_gate_mark(&e->done);
	kt_park();
}

static void exec_body(void *arg)
{
	kt_bpf_nnp();
	/* In this order: while one is in execve there are no new threads (EAGAIN). */
	kt_thread(install_thread, arg);
	kt_thread(exec_thread, arg);
	kt_park();
}

static void make_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "we");

	KT_REQUIRE(f && fputs(text, f) >= 0 && fclose(f) == 0);
	KT_SYS(chmod(name, 0755));
}

KT_CASE(seccomp_tsync_suid_exec_race, "seccomp.tsync.suid_exec_race",
	"Verify that TSYNC waits until the execve of another thread has failed",
	KT_ANSWERS(call, SYS_seccomp, 0))
{
	struct exec *e = kt_shared(sizeof(*e));
	int fd;

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	make_file(SCRIPT, "#!" INTERPRETER "\n");
	make_file(INTERPRETER, "neither a script nor a program");
	/* Told by SIGIO that somebody waits for the lease. */
	KT_REQUIRE(signal(SIGIO, SIG_IGN) != SIG_ERR);
	fd = KT_SYS(open(INTERPRETER, O_RDONLY | O_CLOEXEC));
	if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
		atf_tc_skip("no lease on a file here: %s", kt_errno_name(errno));
	kt_child(exec_body, e);
	/* From then on the kernel tells what the lease is to become. */
	KT_AWAIT(fcntl(fd, F_GETLEASE) != F_WRLCK || kt_gate_is_open(&e->failed));
	KT_REQUIRE_MSG(!kt_gate_is_open(&e->failed), "execve did not wait for the lease: %ld",
		       e->executed);
	KT_AWAIT(e->installer);
	kt_gate_open(&e->go);
	KT_AWAIT(kt_gate_is_open(&e->done) ||
		 (kt_proc_state(e->installer) == 'D' &&
		  kt_proc_blocked_in(e->installer, SYS_seccomp)));
	KT_REQUIRE(!kt_gate_is_open(&e->done));
	KT_SYS(fcntl(fd, F_SETLEASE, F_UNLCK));
	KT_AWAIT(kt_gate_is_open(&e->failed) && kt_gate_is_open(&e->done));
	KT_REQUIRE(e->executed < 0);
	KT_EQ(e->installed, 0);
}

/* A thread that runs in user mode until it is told to make its call. */
struct stopped {
	pid_t tid;
	struct kt_gate ready, install, installed, go, done;
	_Atomic long result, synced;
};

static void stopped_thread(void *arg)
{
	struct stopped *s = arg;

	while (!kt_gate_is_open(&s->go))
		;
	s->result = kt_raw(SYS_getppid);
	kt_gate_mark(&s->done);
	kt_park();
}

static void stopped_body(void *arg)
{
	struct stopped *s = arg;

	kt_bpf_nnp();
	s->tid = kt_thread(stopped_thread, s);
	kt_gate_mark(&s->ready);
	kt_gate_wait(&s->install);
	s->synced = sync_filter();
	kt_gate_mark(&s->installed);
	kt_park();
}

static void sync_while_stopped(void (*stop)(pid_t tgid, pid_t tid))
{
	struct stopped *s = kt_shared(sizeof(*s));
	pid_t pid = kt_child(stopped_body, s);

	KT_AWAIT(kt_gate_is_open(&s->ready));
	KT_OK(kt_seize(s->tid, PTRACE_O_EXITKILL));
	stop(pid, s->tid);
	kt_gate_open(&s->install);
	KT_AWAIT(kt_gate_is_open(&s->installed));
	KT_EQ(s->synced, 0);
	kt_gate_mark(&s->go);
	KT_OK(kt_cont(s->tid, 0));
	KT_AWAIT(kt_gate_is_open(&s->done));
	KT_REQUIRE(s->result < 0);
	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(s->tid, "killed(SIGKILL)");
}

static void by_interrupt(pid_t tgid, pid_t tid)
{
	(void)tgid;
	KT_OK(kt_interrupt(tid));
	KT_WAIT(tid, "EVENT_STOP(SIGTRAP)");
}

static void by_signal(pid_t tgid, pid_t tid)
{
	KT_OK(kt_tgkill(tgid, tid, SIGUSR1));
	KT_WAIT(tid, "signal(SIGUSR1)");
}

KT_CASE(seccomp_tsync_ptraced_sibling, "seccomp.tsync.ptraced_sibling",
	"Verify that TSYNC reaches a thread that stands in a stop of its tracer, and does not wait "
	"for its going on",
	KT_CHANGES_ARG(call, SYS_seccomp, 1, TSYNC, 0), KT_ANSWERS(call, SYS_getppid, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_flag(TSYNC));
	sync_while_stopped(by_interrupt);
	sync_while_stopped(by_signal);
}

KT_PROGRAM
