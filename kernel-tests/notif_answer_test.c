/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_answer_test.c - user notification: answers that are neither a value nor
 * an error of the call: restart codes, a stop behind the answer, and what a
 * listener cannot give.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "arch/call.h"
#include "kernel-tests/kt.h"
#include "kernel-tests/kt_notif.h"

#define KILLABLE    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define ERESTARTSYS 512 /* include/linux/errno.h; no errno of programs */
#define SEND	    KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND)
#define ADDFD	    KT_WHEN(1, SECCOMP_IOCTL_NOTIF_ADDFD)

static const struct kt_rule notify = KT_NOTIF_RULE;

static const char *probe_killable(void)
{
	const char *why = kt_probe_listener();

	return why ? why :
		     kt_probe_seccomp_flag(KILLABLE | SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

struct target {
	_Atomic int handled;
	int sa_flags;
	struct kt_notif_call call;
};

static struct target *t;

static void handle(int sig)
{
	(void)sig;
	t->handled++;
}

static void call_with_handler(void *unused)
{
	struct sigaction sa = { .sa_handler = handle, .sa_flags = t->sa_flags };

	(void)unused;
	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	kt_notif_body_call(&t->call);
}

/* A target whose call is received, with a signal pending that its wait does not hear. */
static pid_t start(int sa_flags, int *listener, struct seccomp_notif *req)
{
	pid_t pid;

	t = kt_shared(sizeof(*t));
	t->sa_flags = sa_flags;
	pid = kt_notif_child(&notify, 1, KILLABLE, call_with_handler, NULL, listener);
	*req = KT_NOTIF_RECV(*listener);
	KT_SYS(kill(pid, SIGUSR1));
	return pid;
}

KT_CASE(notif_restart_code, "notif.restart_code",
	"Verify that a call which waits killable and is answered with ERESTARTSYS while a signal "
	"is pending ends as a native one: the handler runs, then the call comes again with "
	"SA_RESTART, and fails with EINTR without",
	KT_RETURNS(call, KT_NOTIF_NR, -ERESTARTSYS),
	KT_ANSWERS(call, SYS_ioctl, -ENOENT, SEND, KT_NOT_FIRST(1)))
{
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(probe_killable());
	pid = start(SA_RESTART, &listener, &req);
	KT_EQ(kt_notif_send(listener, req.id, 0, -ERESTARTSYS, 0), 0);
	req = KT_NOTIF_RECV(listener);
	KT_EQ(t->handled, 1);
	KT_EQ(kt_notif_send(listener, req.id, 0xc1, 0, 0), 0);
	KT_EQ(KT_NOTIF_RESULT(&t->call), 0xc1);
	KT_WAIT(pid, "exited(0)");
	close(listener);

	pid = start(0, &listener, &req);
	KT_EQ(kt_notif_send(listener, req.id, 0, -ERESTARTSYS, 0), 0);
	KT_EQ(KT_NOTIF_RESULT(&t->call), -EINTR);
	KT_EQ(t->handled, 1);
	KT_WAIT(pid, "exited(0)");
}

KT_CASE(notif_stop_behind, "notif.stop_behind",
	"Verify that PTRACE_INTERRUPT of a tracee whose call waits killable leaves the call alone, "
	"and that once it is answered the tracee stops with the result before it runs on",
	KT_ANSWERS(ptrace, PTRACE_INTERRUPT, -ESRCH), KT_REPORTS("EVENT_STOP(SIGTRAP)", 0))
{
	struct kt_notif_call *call = kt_shared(sizeof(*call));
	struct seccomp_notif req;
	struct call now;
	int listener;
	pid_t pid;

	KT_NEEDS(probe_killable());
	pid = kt_notif_child(&notify, 1, KILLABLE, kt_notif_body_call, call, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD));
	KT_OK(kt_interrupt(pid));
	KT_EQ(kt_notif_id_valid(listener, req.id), 0);
	KT_EQ(kt_notif_send(listener, req.id, 0xc2, 0, 0), 0);
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_REQUIRE(!kt_gate_is_open(&call->done));
	now = KT_CALL(pid, CALL_NONE);
	KT_EQ(now.ip, req.data.instruction_pointer);
	KT_OK(kt_cont(pid, 0));
	KT_EQ(KT_NOTIF_RESULT(call), 0xc2);
	KT_WAIT(pid, "exited(0)");
}

KT_CASE(notif_addfd_o_path, "notif.addfd.o_path",
	"Verify that ADDFD of a descriptor opened with O_PATH fails with EBADF, and leaves the "
	"call to be answered",
	KT_ANSWERS(call, SYS_ioctl, 0, ADDFD))
{
	struct kt_notif_call *call = kt_shared(sizeof(*call));
	int path = KT_SYS(open("/", O_PATH | O_CLOEXEC)), listener;
	struct seccomp_notif req;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(kt_notif_body_call, call, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_ERR(EBADF, kt_notif_addfd(listener, req.id, 0, path, 0, 0));
	KT_EQ(kt_notif_send(listener, req.id, 0xc3, 0, 0), 0);
	KT_EQ(KT_NOTIF_RESULT(call), 0xc3);
	KT_WAIT(pid, "exited(0)");
}

KT_PROGRAM
