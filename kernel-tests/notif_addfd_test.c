/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_addfd_test.c - user notification: descriptors that the supervisor gives
 * to a target whose call waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_notif.h"

#define ADDFD KT_WHEN(1, SECCOMP_IOCTL_NOTIF_ADDFD)
#define SEND  KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND)

#define SETFD	    SECCOMP_ADDFD_FLAG_SETFD
#define FLAG_SEND   SECCOMP_ADDFD_FLAG_SEND
#define SETFD_APART 40 /* another number for the same file */

/* A pipe whose writing end only the case has, until it gives it away. */
struct gift {
	int reader, writer;
	struct kt_notif_call call, again;
	long flags[2], written[2];
	struct kt_gate check; /* for what the target is to wait for */
};

static struct gift *g;

static void make_gift(void)
{
	int p[2];

	g = kt_shared(sizeof(*g));
	KT_SYS(pipe2(p, O_CLOEXEC | O_NONBLOCK));
	g->reader = p[0];
	g->writer = p[1];
}

/* Of what the call answers; the inherited ones are closed, so that numbers tell. */
static void use_gifts(void *unused)
{
	(void)unused;
	close(g->writer);
	kt_notif_body_call(&g->call);
	for (int i = 0; i < 2; i++) {
		int fd = (int)g->call.result + i * SETFD_APART;

		g->flags[i] = kt_raw(SYS_fcntl, fd, F_GETFD);
		g->written[i] = kt_raw(SYS_write, fd, "x", 1);
	}
}

/* Of the number that is free before the call, and of the next. */
static void use_gift(void *unused)
{
	(void)unused;
	g->flags[0] = KT_SYS(dup(g->reader));
	KT_SYS(close((int)g->flags[0]));
	kt_notif_body_call(&g->call);
	for (int i = 0; i < 2; i++)
		g->written[i] = kt_raw(SYS_write, (int)g->flags[0] + i, "x", 1);
}

/* The number of bytes in the pipe, which are taken from it. */
static long drain(void)
{
	char buf[16];
	long n = kt_raw(SYS_read, g->reader, buf, sizeof(buf));

	return n == -EAGAIN ? 0 : n;
}

KT_CASE(notif_addfd_basic, "notif.addfd.basic",
	"Verify that ADDFD gives the target a descriptor, and answers its number: a free one, or "
	"with SETFD the one asked for; and that O_CLOEXEC is all that it takes for a flag of it",
	KT_ANSWERS(call, SYS_ioctl, 0, ADDFD),
	KT_ANSWERS(call, SYS_ioctl, 0, ADDFD, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_ioctl, 0, ADDFD, KT_NOT_FIRST(3)),
	KT_ANSWERS(call, SYS_ioctl, 77, ADDFD, KT_NOT_FIRST(4)), KT_RETURNS(call, SYS_fcntl, 0),
	KT_RETURNS(call, SYS_fcntl, FD_CLOEXEC, KT_NOT_FIRST(1)), KT_RETURNS(call, SYS_read, 1))
{
	struct seccomp_notif req;
	int listener;
	long fd;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	make_gift();
	pid = kt_notif_target(use_gifts, NULL, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_ERR(EINVAL, kt_notif_addfd(listener, req.id, 0, g->writer, 50, 0));
	KT_ERR(EINVAL, kt_notif_addfd(listener, req.id, 0, g->writer, 0, O_NONBLOCK));
	KT_ERR(EINVAL, kt_notif_addfd(listener, req.id, 1U << 31, g->writer, 0, 0));
	KT_ERR(EBADF, kt_notif_addfd(listener, req.id, 0, -1, 0, 0));
	fd = KT_OK(kt_notif_addfd(listener, req.id, 0, g->writer, 0, O_CLOEXEC));
	KT_EQ(kt_notif_addfd(listener, req.id, SETFD, g->writer, (uint32_t)fd + SETFD_APART, 0),
	      fd + SETFD_APART);
	KT_EQ(kt_notif_send(listener, req.id, fd, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(g->call.result, fd);
	KT_EQ(g->flags[0], FD_CLOEXEC);
	KT_EQ(g->flags[1], 0);
	KT_EQ(g->written[0], 1);
	KT_EQ(g->written[1], 1);
	KT_EQ(drain(), 2);
}

static void use_fd_0(void *unused)
{
	(void)unused;
	close(g->writer);
	kt_notif_body_call(&g->call);
	g->written[0] = kt_raw(SYS_write, 0, "0", 1);
}

KT_CASE(notif_addfd_setfd_zero, "notif.addfd.setfd_zero",
	"Verify that ADDFD with SETFD and the number 0 replaces descriptor 0",
	KT_RETURNS(call, SYS_ioctl, 3, ADDFD), KT_RETURNS(call, SYS_read, -EAGAIN))
{
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	make_gift();
	pid = kt_notif_target(use_fd_0, NULL, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_EQ(kt_notif_addfd(listener, req.id, SETFD, g->writer, 0, 0), 0);
	KT_EQ(kt_notif_send(listener, req.id, 0, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(g->written[0], 1);
	KT_EQ(drain(), 1);
}

/* The descriptor is looked at before the id: EBADF where the flag is known. */
static const char *probe_flag_send(int listener)
{
	return kt_notif_addfd(listener, 0, FLAG_SEND, -1, 0, 0) == -EBADF ? NULL :
		       "needs SECCOMP_ADDFD_FLAG_SEND (Linux 5.14)";
}

KT_CASE(notif_addfd_send, "notif.addfd.send",
	"Verify that ADDFD with SECCOMP_ADDFD_FLAG_SEND also answers the call with the number of "
	"the descriptor, unless it fails, which leaves the call to be answered",
	KT_ANSWERS(call, SYS_ioctl, 0, ADDFD, KT_NOT_FIRST(1)),
	KT_RETURNS(call, SYS_ioctl, 77, ADDFD, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_ioctl, 0, SEND), KT_RETURNS(call, SYS_read, -EAGAIN))
{
	struct seccomp_notif req;
	int listener;
	long fd, again;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	make_gift();
	pid = kt_notif_target(use_gifts, NULL, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_NEEDS(probe_flag_send(listener));
	KT_ERR(EBADF, kt_notif_addfd(listener, req.id, SETFD | FLAG_SEND, g->writer, 1U << 30, 0));
	KT_EQ(kt_notif_id_valid(listener, req.id), 0);
	fd = KT_OK(kt_notif_addfd(listener, req.id, FLAG_SEND, g->writer, 0, 0));
	again = kt_notif_send(listener, req.id, 0, 0, 0);
	KT_REQUIRE(again == -EINPROGRESS || again == -ENOENT);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(g->call.result, fd);
	KT_EQ(g->written[0], 1);
	KT_EQ(drain(), 1);
}

/* A supervisor that is a tracee itself, so that a signal can be made to wait for its call. */
struct supervisor {
	int listener;
	uint64_t id;
	long sent, answered;
};

static struct supervisor *s;

static void ignore(int sig)
{
	(void)sig;
}

static void give(uint32_t flags)
{
	struct sigaction sa = { .sa_handler = ignore };

	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	s->sent = kt_notif_addfd(s->listener, s->id, flags, g->writer, 0, 0);
}

static void give_alone(void *unused)
{
	(void)unused;
	give(0);
}

static void give_and_send(void *unused)
{
	(void)unused;
	give(FLAG_SEND);
	s->answered = kt_notif_send(s->listener, s->id, 0xc1, 0, 0);
}

/* Runs it up to its ADDFD, and lets a signal be there before that. */
static void interrupt_supervisor(kt_body *body)
{
	pid_t pid = kt_child_stopped(body, NULL, PTRACE_O_TRACESYSGOOD);

	for (int i = 0; i < 3; i++) { /* into sigaction, out of it, into ioctl */
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
	}
	KT_EQ(KT_CALL(pid, CALL_ENTRY).nr, SYS_ioctl);
	KT_SYS(kill(pid, SIGUSR1));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_cont(pid, SIGUSR1));
	KT_WAIT(pid, "exited(0)");
}

/* The target, whose call waits after an ADDFD that a signal has interrupted. */
static pid_t interrupt(kt_body *body)
{
	pid_t pid = 0;

	make_gift();
	s = kt_shared(sizeof(*s));
	/* The target may be quicker, once. */
	for (int i = 0; i < 20; i++) {
		memset(&g->call, 0, sizeof(g->call));
		pid = kt_notif_target(use_gift, NULL, &s->listener);
		s->id = KT_NOTIF_RECV(s->listener).id;
		if (body == give_and_send)
			KT_NEEDS(probe_flag_send(s->listener));
		kt_notif_slow_down(pid);
		interrupt_supervisor(body);
		kt_notif_speed_up(pid);
		if (s->sent == -EINTR)
			break;
		if (body == give_alone)
			KT_EQ(kt_notif_send(s->listener, s->id, 0, 0, 0), 0);
		KT_WAIT(pid, "exited(0)");
		close(s->listener);
	}
	KT_EQ(s->sent, -EINTR);
	return pid;
}

KT_CASE(notif_addfd_interrupted, "notif.addfd.interrupted",
	"Verify that ADDFD which a signal interrupts has given nothing, and that it can be asked "
	"again and the call be answered",
	KT_ANSWERS(call, SYS_ioctl, 41, ADDFD), KT_ANSWERS(call, SYS_ioctl, -ENOENT, SEND),
	KT_RETURNS(call, KT_NOTIF_NR, 0))
{
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = interrupt(give_alone);
	KT_EQ(kt_notif_addfd(s->listener, s->id, 0, g->writer, 0, 0), g->flags[0]);
	KT_EQ(kt_notif_send(s->listener, s->id, 0xc1, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(g->call.result, 0xc1);
	KT_EQ(g->written[0], 1);
	KT_EQ(g->written[1], -EBADF);
}

KT_CASE(notif_addfd_send_interrupted, "notif.addfd.send_interrupted",
	"Verify that a call can still be answered after a signal has interrupted ADDFD with "
	"SECCOMP_ADDFD_FLAG_SEND",
	KT_ANSWERS(call, SYS_ioctl, -ENOENT, SEND), KT_RETURNS(call, KT_NOTIF_NR, 0))
{
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = interrupt(give_and_send);
	/* Not every stable release with the mend is known. */
	if (s->answered != 0)
		kt_known_bug(KT_BUG_ADDFD_SEND_INTERRUPTED);
	KT_EQ(s->answered, 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(g->call.result, 0xc1);
}

static void lower_limit(void *unused)
{
	struct rlimit limit;

	(void)unused;
	close(g->writer);
	limit.rlim_cur = limit.rlim_max = (rlim_t)KT_SYS(dup(g->reader));
	KT_SYS(close((int)limit.rlim_cur));
	KT_SYS(setrlimit(RLIMIT_NOFILE, &limit));
	g->flags[0] = (long)limit.rlim_cur;
	kt_notif_body_call(&g->call);
}

KT_CASE(notif_addfd_rlimit, "notif.addfd.rlimit",
	"Verify that ADDFD obeys the target's RLIMIT_NOFILE and not the supervisor's: EMFILE, and "
	"with SETFD EBADF",
	KT_ANSWERS(call, SYS_ioctl, 0, ADDFD),
	KT_ANSWERS(call, SYS_ioctl, -EMFILE, ADDFD, KT_NOT_FIRST(1)))
{
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	make_gift();
	pid = kt_notif_target(lower_limit, NULL, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_ERR(EMFILE, kt_notif_addfd(listener, req.id, 0, g->writer, 0, 0));
	KT_ERR(EBADF, kt_notif_addfd(listener, req.id, SETFD, g->writer, (uint32_t)g->flags[0], 0));
	KT_EQ(kt_notif_addfd(listener, req.id, SETFD, g->writer, (uint32_t)g->flags[0] - 1, 0),
	      g->flags[0] - 1);
	KT_EQ(kt_notif_send(listener, req.id, 0, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
}

static void call_twice(void *unused)
{
	(void)unused;
	kt_notif_body_call(&g->call);
	kt_notif_body_call(&g->again);
}

KT_CASE(notif_addfd_before_recv, "notif.addfd.before_recv",
	"Verify that ADDFD fails with EINPROGRESS for a call that is not received yet, and with "
	"ENOENT for one that is unknown or has taken its answer",
	KT_ANSWERS(call, SYS_ioctl, -EINPROGRESS, ADDFD),
	KT_ANSWERS(call, SYS_ioctl, 0, ADDFD, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_ioctl, -ENOENT, ADDFD, KT_NOT_FIRST(2)))
{
	struct seccomp_notif req;
	int listener;
	long late;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	make_gift();
	pid = kt_notif_target(call_twice, NULL, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_ERR(ENOENT, kt_notif_addfd(listener, req.id + 1, 0, g->writer, 0, 0));
	KT_EQ(kt_notif_send(listener, req.id, 0, 0, 0), 0);
	/* Until the target has taken the answer. */
	late = kt_notif_addfd(listener, req.id, 0, g->writer, 0, 0);
	KT_REQUIRE_MSG(late == -EINPROGRESS || late == -ENOENT, "after the answer: %ld", late);
	KT_NOTIF_AWAIT(listener);
	/* Ids count up; this one waits to be received. */
	KT_ERR(EINPROGRESS, kt_notif_addfd(listener, req.id + 1, 0, g->writer, 0, 0));
	KT_ERR(ENOENT, kt_notif_addfd(listener, req.id, 0, g->writer, 0, 0));
	req = KT_NOTIF_RECV(listener);
	KT_EQ(kt_notif_send(listener, req.id, 0, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
}

/* The request for a structure of another size; what is beyond the known part is `tail`. */
static long addfd_sized(int listener, uint64_t id, size_t size, char tail)
{
	union {
		struct seccomp_notif_addfd addfd;
		char room[8192];
	} u;

	memset(&u, tail, sizeof(u));
	u.addfd = (struct seccomp_notif_addfd){ .id = id, .srcfd = (uint32_t)g->writer };
	return kt_raw(SYS_ioctl, listener, _IOC(_IOC_WRITE, '!', 3, size), &u);
}

KT_CASE(notif_addfd_size, "notif.addfd.size",
	"Verify that ADDFD takes its structure in any size: a shorter one fails with EINVAL, a "
	"longer one whose unknown part is not zero with E2BIG, and one of a page or more with "
	"EINVAL",
	KT_ANSWERS(call, SYS_ioctl, 5, KT_WHEN(1, _IOC(_IOC_WRITE, '!', 3, 23))),
	KT_ANSWERS(call, SYS_ioctl, 5, KT_WHEN(1, _IOC(_IOC_WRITE, '!', 3, 32))),
	KT_ANSWERS(call, SYS_ioctl, -E2BIG, KT_WHEN(1, _IOC(_IOC_WRITE, '!', 3, 32)),
		   KT_NOT_FIRST(1)))
{
	const size_t known = sizeof(struct seccomp_notif_addfd);
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	make_gift();
	pid = kt_notif_target(kt_notif_body_call, &g->call, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_EQ(known, 24);
	KT_ERR(EINVAL, addfd_sized(listener, req.id, 0, 0));
	KT_ERR(EINVAL, addfd_sized(listener, req.id, known - 1, 0));
	KT_ERR(E2BIG, addfd_sized(listener, req.id, known + 8, 1));
	KT_OK(addfd_sized(listener, req.id, known + 8, 0));
	KT_OK(addfd_sized(listener, req.id, known, 1));
	if (sysconf(_SC_PAGESIZE) <= 8192)
		KT_ERR(EINVAL, addfd_sized(listener, req.id, (size_t)sysconf(_SC_PAGESIZE), 0));
	KT_EQ(kt_notif_send(listener, req.id, 0, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
}

KT_PROGRAM
