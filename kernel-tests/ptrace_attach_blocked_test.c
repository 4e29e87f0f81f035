/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_attach_blocked_test.c - attaching to a task inside a system call: what
 * the call returns, and an execve that cannot be attached to.
 */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/*
 * Calls that block for ever. Those that return EINTR by themselves whenever
 * they are disturbed do so for a tracer too; the others are restarted.
 */
static long in_epoll_pwait(void)
{
	return syscall(SYS_epoll_pwait, KT_SYS(epoll_create1(EPOLL_CLOEXEC)),
		       &(struct epoll_event){ 0 }, 1, -1, NULL, 8);
}

static long in_sigtimedwait(void)
{
	uint64_t usr1 = 1 << (SIGUSR1 - 1);

	return syscall(SYS_rt_sigtimedwait, &usr1, NULL, NULL, sizeof(usr1));
}

static long receive(time_t timeout)
{
	struct timeval t = { .tv_sec = timeout };
	int fd[2];
	char c;

	KT_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	KT_SYS(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)));
	return syscall(SYS_recvfrom, fd[0], &c, 1, 0, NULL, NULL);
}

static long in_recv_timeout(void)
{
	return receive(100000);
}

static long in_recv(void)
{
	return receive(0);
}

static long in_read_pipe(void)
{
	int fd[2];
	char c;

	KT_SYS(pipe(fd));
	return syscall(SYS_read, fd[0], &c, 1);
}

static long in_read_inotify(void)
{
	char event[512];

	return syscall(SYS_read, KT_SYS(inotify_init1(IN_CLOEXEC)), event, sizeof(event));
}

static long in_futex(void)
{
	uint32_t word = 0;

	return syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static long in_ppoll(void)
{
	return syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

struct blocked {
	const char *name;
	long nr;
	long (*call)(void);
	bool eintr;
	/* What the tracee fills in; in shared memory. */
	struct kt_gate about_to, returned;
	long result;
};

static const struct blocked blocking_calls[] = {
	{ .name = "epoll_pwait", .nr = SYS_epoll_pwait, .call = in_epoll_pwait, .eintr = true },
	{ .name = "sigwait", .nr = SYS_rt_sigtimedwait, .call = in_sigtimedwait, .eintr = true },
	{ .name = "recv, timeout", .nr = SYS_recvfrom, .call = in_recv_timeout, .eintr = true },
	{ .name = "recv", .nr = SYS_recvfrom, .call = in_recv },
	{ .name = "read, pipe", .nr = SYS_read, .call = in_read_pipe },
	{ .name = "read, inotify", .nr = SYS_read, .call = in_read_inotify },
	{ .name = "futex", .nr = SYS_futex, .call = in_futex },
	{ .name = "ppoll", .nr = SYS_ppoll, .call = in_ppoll },
};

static void blocked_body(void *arg)
{
	struct blocked *b = arg;

	kt_gate_mark(&b->about_to);
	b->result = b->call();
	if (b->result < 0)
		b->result = -errno;
	kt_gate_mark(&b->returned);
	kt_park();
}

static void disturb(const struct blocked *call, bool seize)
{
	struct blocked *b = kt_shared(sizeof(*b));
	pid_t pid;

	*b = *call;
	pid = kt_child(blocked_body, b);
	KT_AWAIT(kt_gate_is_open(&b->about_to) && kt_proc_blocked_in(pid, b->nr));
	if (seize) {
		KT_OK(kt_seize(pid, 0));
		KT_OK(kt_interrupt(pid));
		KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	} else {
		KT_OK(kt_attach(pid));
		KT_WAIT(pid, "signal(SIGSTOP)");
	}
	KT_OK(kt_cont(pid, 0));
	/* It sleeps again, by now at the latest: in the same call, or in kt_park(). */
	KT_AWAIT(kt_proc_blocked_in(pid, b->nr) || kt_gate_is_open(&b->returned));
	KT_REQUIRE_MSG(kt_gate_is_open(&b->returned) == b->eintr, "%s: %s", b->name,
		       b->eintr ? "was restarted" : kt_errno_name((int)-b->result));
	if (b->eintr)
		KT_EQ(KT_SEEN("result", b->result), -EINTR);
	KT_KILL(pid);
}

KT_CASE(ptrace_attach_stray_eintr, "ptrace.attach.stray_eintr",
	"Verify that PTRACE_ATTACH and PTRACE_INTERRUPT make epoll_wait, sigtimedwait and socket "
	"calls with a timeout return EINTR, and leave calls that can be restarted as they are",
	KT_SEES("result", 0))
{
	for (size_t i = 0; i < sizeof(blocking_calls) / sizeof(blocking_calls[0]); i++) {
		disturb(&blocking_calls[i], false);
		disturb(&blocking_calls[i], true);
	}
}

/* A dead but traced thread keeps the leader's execve waiting. */
static void traceme_and_exit(void *unused)
{
	(void)unused;
	KT_OK(kt_traceme());
}

KT_EXEC_MAIN(exec_done)
{
	(void)arg;
	kt_park();
}

struct attacher {
	pid_t target, zombie;
	_Atomic long result;
	struct kt_gate about_to_exec, about_to_attach;
};

static void exec_with_zombie_thread(void *arg)
{
	struct attacher *a = arg;

	a->zombie = kt_thread(traceme_and_exit, NULL);
	KT_AWAIT(kt_proc_state(a->zombie) == 'Z');
	kt_gate_mark(&a->about_to_exec);
	KT_OK(kt_exec("exec_done", ""));
}

static void attacher_body(void *arg)
{
	struct attacher *a = arg;

	kt_gate_mark(&a->about_to_attach);
	a->result = kt_attach(a->target);
	if (a->result == 0)
		KT_WAIT_STATUS(a->target);
}

KT_CASE(ptrace_attach_exec_zombie_deadlock, "ptrace.attach.exec_zombie_deadlock",
	"Verify that PTRACE_ATTACH of a task whose execve waits for a traced zombie thread blocks "
	"until that thread is reaped, or fails with EAGAIN",
	KT_ANSWERS(ptrace, PTRACE_ATTACH, -EPERM))
{
	struct attacher *a = kt_shared(sizeof(*a));
	pid_t pid = kt_child(exec_with_zombie_thread, a), helper;

	/* execve cannot have got past the zombie: nobody has reaped it. */
	KT_AWAIT(kt_gate_is_open(&a->about_to_exec) && kt_proc_blocked_in(pid, SYS_execve));
	a->target = pid;
	a->result = 1;
	helper = kt_child(attacher_body, a);
	KT_AWAIT(a->result != 1 ||
		 (kt_gate_is_open(&a->about_to_attach) && kt_proc_blocked_in(helper, SYS_ptrace)));
	if (a->result != 1) {
		printf("observed: fails at once\n");
		KT_EQ(a->result, -EAGAIN);
	} else {
		printf("observed: blocks\n");
		KT_WAIT(a->zombie, "exited(0)");
		KT_AWAIT(a->result != 1);
		KT_EQ(a->result, 0);
	}
	KT_WAIT(helper, "exited(0)");
}

KT_PROGRAM
