/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_life_test.c - user notification: one of the two sides goes away, or the
 * target is interrupted or executes another program.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_notif.h"

#define SEND	 KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND)
#define ID_VALID KT_WHEN(1, SECCOMP_IOCTL_NOTIF_ID_VALID)

static struct kt_notif_call *new_calls(size_t n)
{
	return kt_shared(n * sizeof(struct kt_notif_call));
}

static void call_twice(void *arg)
{
	struct kt_notif_call *calls = arg;

	kt_notif_body_call(&calls[0]);
	kt_notif_body_call(&calls[1]);
}

KT_CASE(notif_listener_closed, "notif.listener_closed",
	"Verify that closing the listener fails every waiting call with ENOSYS, received or not, "
	"and every later one",
	KT_RETURNS(call, KT_NOTIF_NR, 0), KT_RETURNS(call, KT_NOTIF_NR, -EINTR, KT_NOT_FIRST(1)))
{
	for (int received = 0; received <= 1; received++) {
		struct kt_notif_call *calls = new_calls(2);
		int listener;
		pid_t pid;

		KT_NEEDS(kt_probe_listener());
		pid = kt_notif_target(call_twice, calls, &listener);
		KT_NOTIF_AWAIT(listener);
		if (received)
			(void)KT_NOTIF_RECV(listener);
		KT_SYS(close(listener));
		KT_WAIT(pid, "exited(0)");
		KT_EQ(calls[0].result, -ENOSYS);
		KT_EQ(calls[1].result, -ENOSYS);
	}
}

struct interrupted {
	_Atomic int handled;
	struct kt_notif_call plain, restarted;
};

static struct interrupted *in;

static void handle(int sig)
{
	(void)sig;
	atomic_fetch_add(&in->handled, 1);
}

static void catch_signals(int flags)
{
	struct sigaction sa = { .sa_handler = handle, .sa_flags = flags };

	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
}

static void call_with_handlers(void *unused)
{
	(void)unused;
	catch_signals(0);
	kt_notif_body_call(&in->plain);
	catch_signals(SA_RESTART);
	kt_notif_body_call(&in->restarted);
}

KT_CASE(notif_signal_interrupts, "notif.signal_interrupts",
	"Verify that a signal ends a call that waits for its answer: its id is unknown from then "
	"on, and it fails with EINTR, or comes again with a new id with SA_RESTART",
	KT_ANSWERS(call, SYS_ioctl, 0, SEND), KT_ANSWERS(call, SYS_ioctl, 0, ID_VALID),
	KT_RETURNS(call, KT_NOTIF_NR, 0x81), KT_RETURNS(call, KT_NOTIF_NR, -EINTR, KT_NOT_FIRST(1)))
{
	struct seccomp_notif first, second, again;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	in = kt_shared(sizeof(*in));
	pid = kt_notif_target(call_with_handlers, NULL, &listener);

	first = KT_NOTIF_RECV(listener);
	KT_SYS(kill(pid, SIGUSR1));
	KT_AWAIT(in->handled == 1);
	KT_ERR(ENOENT, kt_notif_id_valid(listener, first.id));
	KT_ERR(ENOENT, kt_notif_send(listener, first.id, 0x81, 0, 0));
	KT_EQ(KT_NOTIF_RESULT(&in->plain), -EINTR);

	second = KT_NOTIF_RECV(listener);
	KT_SYS(kill(pid, SIGUSR1));
	KT_AWAIT(in->handled == 2);
	KT_ERR(ENOENT, kt_notif_send(listener, second.id, 0x81, 0, 0));
	again = KT_NOTIF_RECV(listener);
	KT_REQUIRE(again.id != second.id);
	KT_ERR(ENOENT, kt_notif_id_valid(listener, second.id));
	KT_EQ(kt_notif_send(listener, again.id, 0x82, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(in->restarted.result, 0x82);
}

KT_CASE(notif_recv_stale, "notif.recv_stale",
	"Verify that a call which a signal has interrupted before it was received still makes one "
	"RECV return, with ENOENT",
	KT_ANSWERS(call, SYS_ioctl, 0, KT_WHEN(1, SECCOMP_IOCTL_NOTIF_RECV)),
	KT_RETURNS(call, KT_NOTIF_NR, 0))
{
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	in = kt_shared(sizeof(*in));
	pid = kt_notif_target(call_with_handlers, NULL, &listener);
	KT_NOTIF_AWAIT(listener);
	KT_SYS(kill(pid, SIGUSR1));
	KT_EQ(KT_NOTIF_RESULT(&in->plain), -EINTR);

	/* The next call is there: it is received first, and then nothing is left. */
	KT_NOTIF_AWAIT(listener);
	req = KT_NOTIF_RECV(listener);
	KT_ERR(ENOENT, kt_notif_recv(listener, &req));
	KT_EQ(kt_notif_events(listener), POLLOUT);
	KT_EQ(kt_notif_send(listener, req.id, 0x83, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(in->restarted.result, 0x83);
}

KT_CASE(notif_killed, "notif.killed",
	"Verify that the call of a target that was killed is unknown to ID_VALID and SEND: ENOENT",
	KT_ANSWERS(call, SYS_ioctl, 0, SEND), KT_ANSWERS(call, SYS_ioctl, 0, ID_VALID))
{
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(kt_notif_body_call, new_calls(1), &listener);
	req = KT_NOTIF_RECV(listener);
	KT_SYS(kill(pid, SIGKILL));
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_ERR(ENOENT, kt_notif_id_valid(listener, req.id));
	KT_ERR(ENOENT, kt_notif_send(listener, req.id, 0, 0, 0));
	KT_WAIT(pid, "killed(SIGKILL)");
	KT_ERR(ENOENT, kt_notif_send(listener, req.id, 0, 0, 0));
}

struct receiver {
	int listener;
	_Atomic long answer;
};

static void receive_blocking(void *arg)
{
	struct receiver *r = arg;
	struct seccomp_notif req;

	catch_signals(0);
	r->answer = kt_notif_recv(r->listener, &req);
}

KT_CASE(notif_recv_unblocks_on_exit, "notif.recv_unblocks_on_exit",
	"Verify that a RECV that waits fails with ENOENT once the last task with the filter is "
	"gone, and before 6.11 waits until a signal comes",
	KT_RETURNS(call, SYS_ioctl, 0, KT_WHEN(1, SECCOMP_IOCTL_NOTIF_RECV)))
{
	struct receiver *r = kt_shared(sizeof(*r));
	pid_t target, receiver;

	KT_NEEDS(kt_probe_listener());
	in = kt_shared(sizeof(*in));
	target = kt_notif_target(kt_body_park, NULL, &r->listener);
	receiver = kt_child(receive_blocking, r);
	KT_AWAIT(kt_proc_blocked_in(receiver, SYS_ioctl));
	KT_KILL(target);
	if (kt_kernel_has(KT_CHANGE_NOTIF_RECV_ENDS)) {
		KT_WAIT(receiver, "exited(0)");
		KT_EQ(r->answer, -ENOENT);
		return;
	}
	KT_EQ(kt_notif_events(r->listener), POLLHUP);
	KT_EQ(kt_proc_blocked_in(receiver, SYS_ioctl), true);
	KT_SYS(kill(receiver, SIGUSR1));
	KT_WAIT(receiver, "exited(0)");
	KT_EQ(r->answer, -EINTR);
}

KT_CASE(notif_zombie_hup, "notif.zombie_hup",
	"Verify that the listener polls as POLLHUP as soon as the last task with the filter has "
	"exited, and before 6.11 once it is reaped",
	KT_STORES(call, SYS_ppoll, 0, 4, POLLHUP << 16, KT_NOT_FIRST(1)),
	KT_STORES(call, SYS_ppoll, 0, 4, POLLHUP << 16, KT_NOT_FIRST(2)))
{
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(kt_body_park, NULL, &listener);
	KT_EQ(kt_notif_events(listener), 0);
	KT_SYS(kill(pid, SIGKILL));
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_EQ(kt_notif_events(listener), kt_kernel_has(KT_CHANGE_NOTIF_HUP_AT_EXIT) ? POLLHUP : 0);
	KT_WAIT(pid, "killed(SIGKILL)");
	KT_EQ(kt_notif_events(listener), POLLHUP);
}

KT_EXEC_MAIN(call_after_exec)
{
	(void)arg;
	_exit(kt_raw(KT_NOTIF_NR) == 0x91 ? 0 : 1);
}

static void exec_and_call(void *unused)
{
	(void)unused;
	KT_OK(kt_exec("call_after_exec", ""));
}

KT_CASE(notif_exec_survives, "notif.exec_survives",
	"Verify that execve can itself be received and continued, and that the calls of the new "
	"program come to the same listener, from the same pid",
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct seccomp_notif, pid), 1,
		  KT_WHEN(1, SECCOMP_IOCTL_NOTIF_RECV), KT_NOT_FIRST(1)),
	KT_REPORTS("exited(0)", W_EXITCODE(1, 0)))
{
	const struct kt_rule rules[] = {
		KT_NOTIF_RULE,
		{ SYS_execve, KT_ANY_ARG, 0, SECCOMP_RET_USER_NOTIF },
	};
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_child(rules, 2, 0, exec_and_call, NULL, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_EQ((uint32_t)req.data.nr, (uint32_t)SYS_execve);
	KT_EQ(kt_notif_send(listener, req.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE), 0);
	req = KT_NOTIF_RECV(listener);
	KT_EQ((uint32_t)req.data.nr, (uint32_t)KT_NOTIF_NR);
	KT_EQ(req.pid, pid);
	KT_EQ(kt_notif_send(listener, req.id, 0x91, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
}

KT_PROGRAM
