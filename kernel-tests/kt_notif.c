/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_notif.c - makes targets, hands their listeners over, and asks. No judging
 * beyond what the preparation needs.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_notif.h"
#include "kernel-tests/kt_raw.h"

/* The kernel copies its own size, which may have grown. */
#define ROOM 512

union fd_message {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static void send_fd(int sock, int fd)
{
	union fd_message control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
						 .cmsg_level = SOL_SOCKET,
						 .cmsg_type = SCM_RIGHTS } };
	struct iovec one = { .iov_base = (void *)"", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &one,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	KT_SYS(sendmsg(sock, &msg, MSG_NOSIGNAL));
}

static int receive_fd(int sock)
{
	union fd_message control = { 0 };
	char byte;
	struct iovec one = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &one,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;
	int fd;

	while ((n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
		kt_fail_from_record();
		kt_case_check_deadline(__FILE__, __LINE__, "the listener of a child");
	}
	kt_fail_from_record();
	if (n != 1 || control.header.cmsg_type != SCM_RIGHTS)
		kt_broken(__FILE__, __LINE__, "no listener came from the child");
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

struct start {
	const struct kt_rule *rules;
	size_t n;
	unsigned int flags;
	kt_body *body;
	void *arg;
	int sock[2];
};

static void install(void *arg)
{
	const struct start *s = arg;
	int listener;

	close(s->sock[0]);
	listener = kt_filter(s->rules, s->n, s->flags | SECCOMP_FILTER_FLAG_NEW_LISTENER);
	send_fd(s->sock[1], listener);
	close(listener);
	close(s->sock[1]);
	s->body(s->arg);
}

pid_t kt_notif_child(const struct kt_rule *rules, size_t n, unsigned int flags, kt_body *body,
		     void *arg, int *listener)
{
	struct start s = { .rules = rules, .n = n, .flags = flags, .body = body, .arg = arg };
	pid_t pid;

	KT_SYS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s.sock));
	pid = kt_child(install, &s);
	close(s.sock[1]);
	*listener = receive_fd(s.sock[0]);
	close(s.sock[0]);
	return pid;
}

pid_t kt_notif_target(kt_body *body, void *arg, int *listener)
{
	static const struct kt_rule rule = KT_NOTIF_RULE;

	return kt_notif_child(&rule, 1, 0, body, arg, listener);
}

void kt_notif_body_call(void *arg)
{
	struct kt_notif_call *call = arg;

	call->result = kt_raw(KT_NOTIF_NR);
	kt_gate_mark(&call->done);
}

long kt_notif_recv(int listener, struct seccomp_notif *out)
{
	union {
		struct seccomp_notif req;
		char room[ROOM];
	} buf;
	long rc;

	memset(&buf, 0, sizeof(buf));
	rc = kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, &buf);
	if (rc >= 0)
		*out = buf.req;
	return rc;
}

long kt_notif_send(int listener, uint64_t id, int64_t val, int32_t error, uint32_t flags)
{
	struct seccomp_notif_resp resp = { .id = id, .val = val, .error = error, .flags = flags };

	return kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

long kt_notif_id_valid(int listener, uint64_t id)
{
	return kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
}

long kt_notif_addfd(int listener, uint64_t id, uint32_t flags, int fd, uint32_t newfd,
		    uint32_t newfd_flags)
{
	struct seccomp_notif_addfd addfd = {
		.id = id,
		.flags = flags,
		.srcfd = (uint32_t)fd,
		.newfd = newfd,
		.newfd_flags = newfd_flags,
	};

	return kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);
}

unsigned int kt_notif_events(int listener)
{
	struct pollfd p = { .fd = listener, .events = POLLIN | POLLOUT };
	uint64_t no_time[2] = { 0, 0 }; /* a timespec of any ABI */
	long rc = kt_raw(SYS_ppoll, &p, 1, no_time, NULL, 0);

	if (rc < 0)
		kt_broken(__FILE__, __LINE__, "ppoll: %s", kt_errno_name((int)-rc));
	return (unsigned short)p.revents;
}

static void schedule(pid_t pid, const cpu_set_t *where, int policy)
{
	struct sched_param none = { 0 };

	KT_SYS(sched_setaffinity(pid, sizeof(*where), where));
	KT_SYS(sched_setscheduler(pid, policy, &none));
}

/* A task of SCHED_BATCH never preempts another when it is woken. */
void kt_notif_slow_down(pid_t target)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET((size_t)KT_SYS(sched_getcpu()), &here);
	KT_SYS(sched_setaffinity(0, sizeof(here), &here));
	schedule(target, &here, SCHED_BATCH);
}

/* The case stays where it is. */
void kt_notif_speed_up(pid_t target)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	schedule(target, &all, SCHED_OTHER);
}
