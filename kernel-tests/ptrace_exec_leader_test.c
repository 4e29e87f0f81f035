/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exec_leader_test.c - execve by a thread that is not the leader: it takes
 * the leader's pid, and its own tid is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

KT_EXEC_MAIN(exit_code)
{
	_exit(atoi(arg));
}

/* /proc/self leads nowhere when the leader has ended. */
static void exec_here(void)
{
	KT_OK(kt_exec_path("/proc/thread-self/exe", "exit_code", "6"));
}

/* A process of two, of which the thread makes an execve: the tid that it had. */
struct couple {
	struct kt_gate go;
	_Atomic pid_t tid;
	bool leader_exits;
};

static void couple_thread(void *arg)
{
	struct couple *c = arg;

	atomic_store(&c->tid, kt_gettid());
	kt_gate_wait(&c->go);
	exec_here();
}

static void couple_body(void *arg)
{
	struct couple *c = arg;

	kt_thread(couple_thread, c);
	if (c->leader_exits)
		kt_thread_exit(3);
	kt_park();
}

static pid_t couple_start(struct couple *c, unsigned long options)
{
	pid_t pid = kt_child(couple_body, c);

	KT_AWAIT(atomic_load(&c->tid) != 0);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL | options));
	KT_OK(kt_seize(c->tid, PTRACE_O_EXITKILL | options));
	return pid;
}

KT_CASE(ptrace_exec_old_tid_gone, "ptrace.exec.old_tid_gone",
	"Verify that the tid of a thread that made an execve is gone at PTRACE_EVENT_EXEC: it "
	"reports nothing any more, cannot be waited for, and requests for it fail with ESRCH",
	KT_ANSWERS(ptrace, PTRACE_INTERRUPT, 0), KT_ANSWERS(call, SYS_wait4, 0),
	KT_ANSWERS(call, SYS_tgkill, 0))
{
	struct couple *c = kt_shared(sizeof(*c));
	pid_t pid = couple_start(c, PTRACE_O_TRACEEXEC), tid = c->tid;
	unsigned long value;
	int status;

	kt_gate_open(&c->go);
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(KT_MESSAGE(pid), tid);
	KT_ERR(ESRCH, kt_geteventmsg(tid, &value));
	KT_ERR(ESRCH, kt_interrupt(tid));
	KT_ERR(ESRCH, kt_cont(tid, 0));
	KT_ERR(ECHILD, kt_raw(SYS_wait4, tid, &status, __WALL | WNOHANG, 0));
	KT_ERR(ESRCH, kt_raw(SYS_tgkill, pid, tid, 0));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
	KT_WAIT_NONE(-1);
}

KT_CASE(ptrace_exec_dead_leader, "ptrace.exec.dead_leader",
	"Verify that a leader that has exited and stays as a zombie comes back with "
	"PTRACE_EVENT_EXEC of another thread's execve, with no report of its exit in between",
	KT_REPORTS("EVENT_EXEC", W_EXITCODE(3, 0)),
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 0x100, KT_NOT_FIRST(1)))
{
	struct couple *c = kt_shared(sizeof(*c));
	pid_t pid = kt_child_stopped(couple_body, c,
				     PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACECLONE);
	pid_t tid;

	c->leader_exits = true;
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_CLONE");
	tid = KT_MESSAGE(pid);
	KT_WAIT(tid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(tid, 0));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_EXIT");
	KT_EQ(KT_MESSAGE(pid), 3 << 8);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_WAIT_NONE(pid);
	kt_gate_open(&c->go);
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(KT_MESSAGE(pid), tid);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_EXIT");
	KT_EQ(KT_MESSAGE(pid), 6 << 8);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
	KT_WAIT_NONE(-1);
}

static void exec_body(void *unused)
{
	(void)unused;
	exec_here();
}

KT_CASE(ptrace_exec_spurious_pid_guard, "ptrace.exec.spurious_pid_guard",
	"Verify that requests for the leader's pid fail with ESRCH from another thread's execve "
	"until its PTRACE_EVENT_EXEC has been waited for, and succeed at once where the leader "
	"made it itself",
	KT_ANSWERS(ptrace, PTRACE_GETEVENTMSG, 0), KT_ANSWERS(ptrace, PTRACE_CONT, 0))
{
	struct couple *c = kt_shared(sizeof(*c));
	pid_t pid = couple_start(c, PTRACE_O_TRACEEXEC);
	unsigned long value;

	kt_gate_open(&c->go);
	KT_AWAIT_REPORT(pid);
	KT_ERR(ESRCH, kt_geteventmsg(pid, &value));
	KT_ERR(ESRCH, kt_cont(pid, 0));
	KT_ERR(ESRCH, kt_detach(pid, 0));
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(KT_MESSAGE(pid), c->tid);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");

	pid = kt_child_seized(exec_body, NULL, PTRACE_O_TRACEEXEC);
	KT_AWAIT_REPORT(pid);
	KT_EQ(KT_MESSAGE(pid), pid);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
}

/* From one syscall-stop of `tid` to the entry of its execve. */
static void run_to_execve(pid_t tid)
{
	for (;;) {
		KT_OK(kt_syscall(tid, 0));
		KT_WAIT(tid, "syscall");
		if (KT_CALL(tid, CALL_ENTRY).nr == SYS_execve)
			return;
		KT_OK(kt_syscall(tid, 0));
		KT_WAIT(tid, "syscall");
	}
}

/* An address, which the request ignores: only for the wrong answer to be told at this one. */
#define THE_LAST 1

KT_CASE(ptrace_exec_exit_stop_pid, "ptrace.exec.exit_stop_pid",
	"Verify that the syscall-exit-stop of a thread's execve, whose entry was reported for the "
	"thread, is reported for the leader's pid with result 0, with PTRACE_O_TRACEEXEC and "
	"without",
	KT_CHANGES_ARG(ptrace, PTRACE_SYSCALL, 0, ~0UL, PTRACE_CONT, KT_WHEN(2, THE_LAST)))
{
	for (int event = 1; event >= 0; event--) {
		struct couple *c = kt_shared(sizeof(*c));
		pid_t pid, tid;

		pid = kt_child_stopped(couple_body, c,
				       PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD |
					       (event ? PTRACE_O_TRACEEXEC : 0));
		kt_gate_open(&c->go);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "EVENT_CLONE");
		tid = KT_MESSAGE(pid);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(tid, "EVENT_STOP(SIGTRAP)");
		run_to_execve(tid);
		KT_OK(kt_ptrace(PTRACE_SYSCALL, tid, event ? 0 : THE_LAST, 0));
		if (event) {
			KT_WAIT(pid, "EVENT_EXEC");
			KT_OK(kt_ptrace(PTRACE_SYSCALL, pid, THE_LAST, 0));
		}
		KT_WAIT(pid, "syscall");
		KT_EQ(KT_CALL(pid, CALL_EXIT).result, 0);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(6)");
	}
}

static long link_length(const char *path)
{
	char target[1024];

	return kt_raw(SYS_readlinkat, AT_FDCWD, path, target, sizeof(target));
}

/* In a process whose leader is a zombie. */
static void look_at_exe(void *arg)
{
	struct couple *c = arg;
	char *const none[] = { NULL };
	char path[64];

	atomic_store(&c->tid, kt_gettid());
	kt_gate_wait(&c->go);
	KT_ERR(ENOENT, link_length("/proc/self/exe"));
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)getpid());
	KT_ERR(ENOENT, link_length(path));
	KT_ERR(ENOENT, kt_raw(SYS_execve, "/proc/self/exe", none, none));
	KT_REQUIRE(link_length("/proc/thread-self/exe") > 0);
	exec_here();
}

static void zombie_leader_body(void *arg)
{
	kt_thread(look_at_exe, arg);
	kt_thread_exit(3);
}

KT_CASE(ptrace_exec_proc_self_exe, "ptrace.exec.proc_self_exe",
	"Verify that the links /proc/self/exe and /proc/PID/exe lead nowhere (ENOENT) in a "
	"process whose leader is a zombie, and /proc/thread-self/exe still leads to the program",
	KT_ANSWERS(call, SYS_readlinkat, 1),
	KT_ANSWERS(call, SYS_readlinkat, -ENOENT, KT_NOT_FIRST(2)))
{
	struct couple *c = kt_shared(sizeof(*c));
	pid_t pid;

	KT_NEEDS(kt_probe_kernel());
	pid = kt_child(zombie_leader_body, c);
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	kt_gate_open(&c->go);
	KT_WAIT(pid, "exited(6)");
}

KT_PROGRAM
