/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_recv_test.c - user notification: what RECV accepts, in which order it
 * hands calls out and whom it names, and what can be asked of a listener besides.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_notif.h"
#include "kernel-tests/kt_ns.h"

#define RECV	 KT_WHEN(1, SECCOMP_IOCTL_NOTIF_RECV)
#define ID_VALID KT_WHEN(1, SECCOMP_IOCTL_NOTIF_ID_VALID)

/* What the number was by mistake before 5.7.16; it is still understood. */
#define ID_VALID_WRONG_DIR _IOR('!', 2, __u64)

static struct kt_notif_call *new_call(void)
{
	return kt_shared(sizeof(struct kt_notif_call));
}

KT_CASE(notif_recv_zeroed, "notif.recv_zeroed",
	"Verify that RECV into memory that is not all zero fails with EINVAL, and leaves the call "
	"to be received",
	KT_ANSWERS(call, SYS_ioctl, 0, RECV),
	KT_ANSWERS(call, SYS_ioctl, -ENOENT, RECV, KT_NOT_FIRST(4)))
{
	const size_t dirty[] = { 0, 8, 16, sizeof(struct seccomp_notif) - 1 };
	struct kt_notif_call *call = new_call();
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(kt_notif_body_call, call, &listener);
	KT_NOTIF_AWAIT(listener);
	for (size_t i = 0; i < sizeof(dirty) / sizeof(dirty[0]); i++) {
		unsigned char buf[512] = { 0 };

		buf[dirty[i]] = 1;
		printf("byte %zu is 1\n", dirty[i]);
		KT_ERR(EINVAL, kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, buf));
	}
	req = KT_NOTIF_RECV(listener);
	KT_EQ(kt_notif_send(listener, req.id, 0x21, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(call->result, 0x21);
}

KT_CASE(notif_recv_fault, "notif.recv_fault",
	"Verify that RECV into memory that cannot be read or written fails with EFAULT, and leaves "
	"the call to be received",
	KT_ANSWERS(call, SYS_ioctl, 0, RECV, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_ioctl, -ENOENT, RECV, KT_NOT_FIRST(3)))
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), half = sizeof(struct seccomp_notif) / 2;
	struct kt_notif_call *call = new_call();
	struct seccomp_notif req;
	int listener;
	char *mem;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	mem = KT_SYS((char *)mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	/* Writable, readable, neither. */
	KT_SYS(mprotect(mem + page, page, PROT_READ));
	KT_SYS(mprotect(mem + 2 * page, page, PROT_NONE));
	pid = kt_notif_target(kt_notif_body_call, call, &listener);
	KT_NOTIF_AWAIT(listener);
	KT_ERR(EFAULT, kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, mem + 2 * page));
	/* These are only known to fail once the call has been taken from the queue. */
	KT_ERR(EFAULT, kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, mem + page));
	KT_ERR(EFAULT, kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, mem + page - half));
	KT_EQ(kt_notif_events(listener), POLLIN);
	req = KT_NOTIF_RECV(listener);
	KT_EQ(req.pid, pid);
	KT_EQ(kt_notif_send(listener, req.id, 0x31, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(call->result, 0x31);
}

static void call_twice(void *arg)
{
	struct kt_notif_call *calls = arg;

	kt_notif_body_call(&calls[0]);
	kt_notif_body_call(&calls[1]);
}

KT_CASE(notif_id_valid, "notif.id_valid",
	"Verify that ID_VALID succeeds for a call that is received and not answered and fails with "
	"ENOENT for any other, also by the number that it had before 5.7.16",
	KT_ANSWERS(call, SYS_ioctl, -ENOENT, ID_VALID),
	KT_ANSWERS(call, SYS_ioctl, 0, ID_VALID, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_ioctl, 0, ID_VALID, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_ioctl, -EINVAL, KT_WHEN(1, ID_VALID_WRONG_DIR)))
{
	struct kt_notif_call *calls = kt_shared(2 * sizeof(*calls));
	struct seccomp_notif first, second;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(call_twice, calls, &listener);
	first = KT_NOTIF_RECV(listener);
	KT_EQ(kt_notif_id_valid(listener, first.id), 0);
	KT_EQ(kt_raw(SYS_ioctl, listener, ID_VALID_WRONG_DIR, &first.id), 0);
	KT_ERR(ENOENT, kt_notif_id_valid(listener, first.id + 1));
	KT_EQ(kt_notif_send(listener, first.id, 0, 0, 0), 0);
	KT_NOTIF_AWAIT(listener);
	KT_ERR(ENOENT, kt_notif_id_valid(listener, first.id));
	KT_ERR(ENOENT, kt_raw(SYS_ioctl, listener, ID_VALID_WRONG_DIR, &first.id));
	/* Ids count up; this one waits to be received. */
	KT_ERR(ENOENT, kt_notif_id_valid(listener, first.id + 1));
	second = KT_NOTIF_RECV(listener);
	KT_EQ(second.id, first.id + 1);
	KT_EQ(kt_notif_id_valid(listener, second.id), 0);
	KT_EQ(kt_notif_send(listener, second.id, 0, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
}

KT_CASE(notif_poll, "notif.poll",
	"Verify that a listener polls as POLLIN while a call waits to be received, as POLLOUT "
	"while one waits to be answered, and as POLLHUP when no task has the filter any more",
	KT_STORES(call, SYS_ppoll, 0, 4, POLLOUT << 16),
	KT_STORES(call, SYS_ppoll, 0, 4, POLLHUP << 16))
{
	struct kt_notif_call *calls = kt_shared(2 * sizeof(*calls));
	struct seccomp_notif first, second;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(call_twice, calls, &listener);
	KT_AWAIT(kt_notif_events(listener));
	KT_EQ(kt_notif_events(listener), POLLIN);
	first = KT_NOTIF_RECV(listener);
	KT_EQ(kt_notif_events(listener), POLLOUT);
	KT_EQ(kt_notif_send(listener, first.id, 0, 0, 0), 0);
	KT_AWAIT(kt_notif_events(listener));
	KT_EQ(kt_notif_events(listener), POLLIN);
	second = KT_NOTIF_RECV(listener);
	KT_EQ(kt_notif_events(listener), POLLOUT);
	KT_EQ(kt_notif_send(listener, second.id, 0, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(kt_notif_events(listener), POLLHUP);
}

/* Children that make their calls one after the other, and wait for the answers together. */
#define CALLERS 3
struct queue {
	struct kt_gate complete;
	pid_t pid[CALLERS];
	struct kt_gate calling[CALLERS];
	struct kt_notif_call call[CALLERS];
};

static struct queue *queue;
static int position;

static void call_in_turn(void *unused)
{
	(void)unused;
	kt_gate_mark(&queue->calling[position]);
	kt_notif_body_call(&queue->call[position]);
}

static void start_callers(void *unused)
{
	(void)unused;
	for (position = 0; position < CALLERS; position++) {
		pid_t pid = queue->pid[position] = kt_child(call_in_turn, NULL);

		KT_AWAIT(kt_gate_is_open(&queue->calling[position]));
		KT_AWAIT(kt_proc_blocked_in(pid, KT_NOTIF_NR));
	}
	kt_gate_open(&queue->complete);
	for (int i = 0; i < CALLERS; i++)
		KT_WAIT(queue->pid[i], "exited(0)");
}

KT_CASE(notif_fifo, "notif.fifo",
	"Verify that RECV hands out the calls in the order in which they were made, and before "
	"5.19 the newest first",
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct seccomp_notif, pid), 1, RECV),
	KT_RETURNS(call, KT_NOTIF_NR, 0x50))
{
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	queue = kt_shared(sizeof(*queue));
	pid = kt_notif_target(start_callers, NULL, &listener);
	kt_gate_wait(&queue->complete);
	for (int i = 0; i < CALLERS; i++) {
		struct seccomp_notif req = KT_NOTIF_RECV(listener);
		int next = kt_kernel_has(KT_CHANGE_NOTIF_FIFO) ? i : CALLERS - 1 - i;

		KT_EQ(req.pid, queue->pid[next]);
		KT_EQ(kt_notif_send(listener, req.id, 0x50 + next, 0, 0), 0);
	}
	KT_WAIT(pid, "exited(0)");
	for (int i = 0; i < CALLERS; i++)
		KT_EQ(queue->call[i].result, 0x50 + i);
}

KT_CASE(notif_sync_wakeup, "notif.sync_wakeup",
	"Verify that SET_FLAGS knows SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP and no other flag, and "
	"that calls are answered as before with it",
	KT_ANSWERS(call, SYS_ioctl, -EINVAL, KT_WHEN(2, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)),
	KT_ANSWERS(call, SYS_ioctl, 0, KT_WHEN(2, 2)), KT_RETURNS(call, KT_NOTIF_NR, 0x62))
{
	struct kt_notif_call *call = new_call();
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(kt_notif_body_call, call, &listener);
	/* No flag at all: EINVAL only where the request is unknown. */
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 0) < 0)
		atf_tc_skip("needs SECCOMP_IOCTL_NOTIF_SET_FLAGS (Linux 6.6)");
	KT_ERR(EINVAL, kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 2));
	KT_ERR(EINVAL, kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, -1L));
	KT_EQ(kt_raw(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		     SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP), 0);
	req = KT_NOTIF_RECV(listener);
	KT_EQ(kt_notif_send(listener, req.id, 0x61, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(call->result, 0x61);
}

struct inside {
	pid_t outer, inner;
	struct kt_notif_call call;
};

static void call_as_process_1(void *arg)
{
	struct inside *in = arg;

	in->inner = (pid_t)syscall(SYS_getpid);
	kt_notif_body_call(&in->call);
}

static void start_inside(void *arg)
{
	struct inside *in = arg;

	in->outer = kt_ns_child(CLONE_NEWPID, call_as_process_1, in);
	KT_WAIT(in->outer, "exited(0)");
}

static void receive_inside(void *arg)
{
	int listener = *(int *)arg;
	struct seccomp_notif req = KT_NOTIF_RECV(listener);

	KT_EQ(req.pid, 0);
	KT_EQ(kt_notif_send(listener, req.id, 0x72, 0, 0), 0);
}

KT_CASE(notif_pid_ns, "notif.pid_ns",
	"Verify that RECV names the caller by its pid in the pid namespace of the receiver, and "
	"as 0 where it has none",
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct seccomp_notif, pid), 1, RECV),
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct seccomp_notif, pid), 1, RECV,
		  KT_NOT_FIRST(1)))
{
	struct inside *in = kt_shared(sizeof(*in));
	struct kt_notif_call *call = new_call();
	struct seccomp_notif req;
	int below, beside;
	pid_t pid, reader;

	KT_NEEDS(kt_probe_listener());
	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	pid = kt_notif_target(start_inside, in, &below);
	req = KT_NOTIF_RECV(below);
	KT_EQ(kt_notif_send(below, req.id, 0x71, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(in->inner, 1);
	KT_EQ(req.pid, in->outer);
	KT_EQ(in->call.result, 0x71);

	pid = kt_notif_target(kt_notif_body_call, call, &beside);
	reader = kt_ns_child(CLONE_NEWPID, receive_inside, &beside);
	KT_WAIT(reader, "exited(0)");
	KT_WAIT(pid, "exited(0)");
	KT_EQ(call->result, 0x72);
}

KT_PROGRAM
