/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_kill_test.c - the actions that kill, those among them that no kernel
 * knows, and that nothing saves from them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"

/* A process of two threads; the other one makes the call that is judged. */
struct victim {
	uint32_t action;
	struct kt_gate survived;
};

static void victim_thread(void *arg)
{
	struct victim *v = arg;

	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, v->action)));
	kt_raw(SYS_getppid);
	kt_gate_mark(&v->survived);
}

static void victim_body(void *arg)
{
	pid_t tid;

	kt_bpf_nnp();
	tid = kt_thread(victim_thread, arg);
	KT_AWAIT(kt_tgkill(getpid(), tid, 0) == -ESRCH);
	_exit(7);
}

static struct victim *victim_new(uint32_t action)
{
	struct victim *v = kt_shared(sizeof(*v));

	v->action = action;
	return v;
}

KT_CASE(seccomp_ret_kill_thread, "seccomp.ret.kill_thread",
	"Verify that SECCOMP_RET_KILL_THREAD ends the calling thread and no other",
	KT_ANSWERS(call, SYS_getppid, 0), KT_REPORTS("exited(7)", SIGSYS))
{
	struct victim *v = victim_new(SECCOMP_RET_KILL_THREAD);

	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(victim_body, v), "exited(7)");
	KT_REQUIRE(!kt_gate_is_open(&v->survived));
}

/* The same with a single thread. */
static void alone_body(void *arg)
{
	kt_bpf_nnp();
	victim_thread(arg);
}

KT_CASE(seccomp_ret_kill_thread_last, "seccomp.ret.kill_thread_last",
	"Verify that SECCOMP_RET_KILL_THREAD of the only thread ends the process by SIGSYS",
	KT_ANSWERS(call, SYS_getppid, 0), KT_REPORTS("killed(SIGSYS)", SIGKILL))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(alone_body, victim_new(SECCOMP_RET_KILL_THREAD)), "killed(SIGSYS)");
}

KT_CASE(seccomp_ret_kill_process, "seccomp.ret.kill_process",
	"Verify that SECCOMP_RET_KILL_PROCESS ends the process by SIGSYS, whichever thread makes "
	"the call",
	KT_ANSWERS(call, SYS_getppid, 0), KT_REPORTS("killed(SIGSYS)", SIGKILL))
{
	struct victim *v = victim_new(SECCOMP_RET_KILL_PROCESS);

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_KILL_PROCESS));
	KT_WAIT(kt_child(victim_body, v), "killed(SIGSYS)");
	KT_REQUIRE(!kt_gate_is_open(&v->survived));
	KT_WAIT(kt_child(alone_body, v), "killed(SIGSYS)");
}

/* What is no action of any kernel so far: between the known ones, above and below. */
static const uint32_t unknown[] = {
	0x00010000, 0x00020000, 0x00040000, 0x00060000, 0x00ff0000, 0x10000000, 0x7fbf0000,
	0x7fc10000, 0x7fef0000, 0x7ff10000, 0x7ffb0000, 0x7ffd0000, 0x7ffe0000, 0x80010000,
	0x90000000, 0xc0000000, 0xfffe0000, 0xffff0000,
};

static void describe_unknown(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%08x", unknown[i]);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that action 0x%08x, which no kernel knows, is SECCOMP_RET_KILL_PROCESS",
		 unknown[i]);
	out->wrong = (struct kt_wrong)KT_ANSWERS(call, SYS_getppid, 0);
}

KT_FAMILY(seccomp_ret_unknown_kills, "seccomp.ret.unknown_kills",
	  sizeof(unknown) / sizeof(unknown[0]), describe_unknown)
{
	struct victim *v = victim_new(unknown[i]);

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_KILL_PROCESS));
	KT_WAIT(kt_child(victim_body, v), "killed(SIGSYS)");
	KT_REQUIRE(!kt_gate_is_open(&v->survived));
}

static kt_counter *handled;

static void on_sigsys(int sig)
{
	(void)sig;
	(*handled)++;
}

static void armed_body(void *arg)
{
	KT_REQUIRE(signal(SIGSYS, on_sigsys) != SIG_ERR);
	alone_body(arg);
}

static void ignoring_body(void *arg)
{
	KT_REQUIRE(signal(SIGSYS, SIG_IGN) != SIG_ERR);
	alone_body(arg);
}

static void blocking_body(void *arg)
{
	sigset_t all;

	KT_REQUIRE(signal(SIGSYS, on_sigsys) != SIG_ERR);
	sigfillset(&all);
	KT_SYS(sigprocmask(SIG_BLOCK, &all, NULL));
	alone_body(arg);
}

KT_CASE(seccomp_ret_kill_uncatchable, "seccomp.ret.kill_uncatchable",
	"Verify that neither a handler of SIGSYS nor its being ignored or blocked saves from "
	"SECCOMP_RET_KILL_PROCESS and SECCOMP_RET_KILL_THREAD",
	KT_ANSWERS(call, SYS_getppid, 0))
{
	const uint32_t kills[] = { SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD };

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_KILL_PROCESS));
	handled = kt_shared(sizeof(*handled));
	for (size_t i = 0; i < sizeof(kills) / sizeof(kills[0]); i++) {
		struct victim *v = victim_new(kills[i]);

		KT_WAIT(kt_child(armed_body, v), "killed(SIGSYS)");
		KT_WAIT(kt_child(ignoring_body, v), "killed(SIGSYS)");
		KT_WAIT(kt_child(blocking_body, v), "killed(SIGSYS)");
		KT_REQUIRE(!kt_gate_is_open(&v->survived));
	}
	KT_EQ(*handled, 0);
}

#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT)

/* From before its filter to the entry of the call that will kill it. */
static pid_t at_fatal_entry(struct victim *v, struct call *out)
{
	pid_t pid = kt_child_stopped(alone_body, v, OPTIONS);

	for (;;) {
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		*out = KT_CALL(pid, CALL_ENTRY);
		if (out->nr == SYS_getppid)
			return pid;
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
	}
}

KT_CASE(seccomp_ret_kill_traced, "seccomp.ret.kill_traced",
	"Verify that a tracee which its filter kills shows no SIGSYS but since Linux 5.15 a "
	"syscall-exit-stop, then PTRACE_EVENT_EXIT, and its end",
	KT_LOSES("EVENT_EXIT"), KT_REPORTS("EVENT_EXIT", W_STOPCODE(SIGSYS)),
	KT_REPORTS("killed(SIGSYS)", 0))
{
	struct victim *v = victim_new(SECCOMP_RET_KILL_PROCESS);
	struct kt_seq seq = { 0 };
	struct call c;
	pid_t pid;

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_KILL_PROCESS));
	pid = at_fatal_entry(v, &c);
	KT_RUN(&seq, pid, PTRACE_SYSCALL);
	if (kt_kernel_has(KT_CHANGE_KILL_BY_SIGNAL))
		KT_SEQ(&seq, "syscall EVENT_EXIT killed(SIGSYS)");
	else
		KT_SEQ(&seq, "EVENT_EXIT killed(SIGSYS)");
}

/* Number and arguments of a write that would be seen. */
static void make_it_write(pid_t pid, const struct call *at_entry, int fd, const void *byte)
{
	const uint64_t args[ABI_NARGS] = { (uint64_t)fd, (uintptr_t)byte, 1 };

	KT_OK(call_again(&kt_io, pid, at_entry, SYS_write, args));
}

KT_CASE(seccomp_mode_dead, "seccomp.mode_dead",
	"Verify that a tracee which its filter kills executes no other call, though its tracer "
	"prepares one in every stop on the way to its end",
	KT_REPORTS("killed(SIGSYS)", 0), KT_SEES("byte", 1))
{
	struct victim *v = victim_new(SECCOMP_RET_KILL_PROCESS);
	static const char byte = 'x';
	struct call c;
	int fd[2], status;
	char got;
	pid_t pid;

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_KILL_PROCESS));
	KT_SYS(pipe2(fd, O_NONBLOCK | O_CLOEXEC));
	pid = at_fatal_entry(v, &c);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_EXIT");
	make_it_write(pid, &c, fd[1], &byte);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "killed(SIGSYS)");

	pid = at_fatal_entry(v, &c);
	KT_OK(kt_syscall(pid, 0));
	for (status = KT_WAIT_STATUS(pid); !kt_status_is_end(status);
	     status = KT_WAIT_STATUS(pid)) {
		make_it_write(pid, &c, fd[1], &byte);
		KT_OK(kt_syscall(pid, 0));
	}
	KT_STATUS(status, "killed(SIGSYS)");
	KT_EQ(KT_SEEN("byte", read(fd[0], &got, 1)), -1);
	KT_EQ(errno, EAGAIN);
	KT_REQUIRE(!kt_gate_is_open(&v->survived));
}

KT_PROGRAM
