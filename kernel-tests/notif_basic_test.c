/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_basic_test.c - user notification: the listener, and a call that is
 * received and answered. What may go wrong in between is in notif_life_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arch/abi.h"
#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_notif.h"

static struct kt_notif_call *new_call(void)
{
	return kt_shared(sizeof(struct kt_notif_call));
}

KT_CASE(notif_sizes, "notif.sizes",
	"Verify that SECCOMP_GET_NOTIF_SIZES tells the sizes of the three structures, none smaller "
	"than in Linux 5.0, and takes no flags",
	KT_STORES(call, SYS_seccomp, 2, 0, 80), KT_STORES(call, SYS_seccomp, 2, 0, 24 << 16),
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(1, 1)))
{
	struct seccomp_notif_sizes sizes = { 0 };

	KT_NEEDS(kt_probe_seccomp_flag(SECCOMP_FILTER_FLAG_NEW_LISTENER));
	KT_EQ(kt_raw(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes), 0);
	printf("notification %u, response %u, data %u\n", sizes.seccomp_notif,
	       sizes.seccomp_notif_resp, sizes.seccomp_data);
	KT_REQUIRE(sizes.seccomp_notif >= 80);
	KT_REQUIRE(sizes.seccomp_notif_resp >= 24);
	KT_REQUIRE(sizes.seccomp_data >= 64);
	KT_REQUIRE(sizes.seccomp_notif >= sizes.seccomp_data + 16);
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 1, &sizes));
	KT_ERR(EFAULT, kt_raw(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, NULL));
}

static const struct kt_rule notify = KT_NOTIF_RULE;

static void look_at_listener(void *unused)
{
	char path[64], link[64] = "";
	int fd = kt_filter(&notify, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER);

	(void)unused;
	KT_EQ(kt_raw(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	KT_OK(kt_raw(SYS_readlinkat, AT_FDCWD, path, link, sizeof(link) - 1));
	KT_REQUIRE_MSG(strcmp(link, "anon_inode:seccomp notify") == 0, "the link is \"%s\"", link);
}

KT_CASE(notif_listener_cloexec, "notif.listener_cloexec",
	"Verify that the listener is a close-on-exec descriptor of an anonymous inode",
	KT_RETURNS(call, SYS_fcntl, 0), KT_STORES(call, SYS_readlinkat, 2, 0, 1))
{
	KT_NEEDS(kt_probe_listener());
	KT_WAIT(kt_child(look_at_listener, NULL), "exited(0)");
}

/* What another filter with these flags meets. */
static long install_another(unsigned int flags)
{
	return KT_BPF(flags, KT_BPF_RET(SECCOMP_RET_ALLOW));
}

static void install_in_child(void *unused)
{
	(void)unused;
	KT_ERR(EBUSY, install_another(SECCOMP_FILTER_FLAG_NEW_LISTENER));
}

static void install_twice(void *unused)
{
	int fd = kt_filter(&notify, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER);

	(void)unused;
	KT_ERR(EBUSY, install_another(SECCOMP_FILTER_FLAG_NEW_LISTENER));
	KT_EQ(install_another(0), 0);
	KT_ERR(EBUSY, install_another(SECCOMP_FILTER_FLAG_NEW_LISTENER));
	KT_WAIT(kt_child(install_in_child, NULL), "exited(0)");
	close(fd);
	KT_OK(install_another(SECCOMP_FILTER_FLAG_NEW_LISTENER));
}

KT_CASE(notif_one_listener, "notif.one_listener",
	"Verify that a task whose filters have a listener cannot install a second one and gets "
	"EBUSY, and neither can its children, until the first is closed",
	KT_ANSWERS(call, SYS_seccomp, 30, KT_NOT_FIRST(1)),
	KT_CHANGES_ARG(call, SYS_seccomp, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_seccomp, -EBUSY, KT_NOT_FIRST(4)))
{
	KT_NEEDS(kt_probe_listener());
	KT_WAIT(kt_child(install_twice, NULL), "exited(0)");
}

static void call_twice(void *arg)
{
	struct kt_notif_call *calls = arg;

	calls[0].result = kt_raw(KT_NOTIF_NR, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66);
	calls[1].result = kt_raw(KT_NOTIF_NR);
}

KT_CASE(notif_basic, "notif.basic",
	"Verify that RECV tells an id, the caller, the number and the arguments of a call, that "
	"the caller gets the value or the error of SEND, and that each call has an id of its own",
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct seccomp_notif, pid), 1,
		  KT_WHEN(1, SECCOMP_IOCTL_NOTIF_RECV)),
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct seccomp_notif, data.args[5]), 1,
		  KT_WHEN(1, SECCOMP_IOCTL_NOTIF_RECV)),
	KT_RETURNS(call, KT_NOTIF_NR, 0x7776), KT_RETURNS(call, KT_NOTIF_NR, -EIO, KT_NOT_FIRST(1)))
{
	struct kt_notif_call *calls = kt_shared(2 * sizeof(*calls));
	struct seccomp_notif first, second;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(call_twice, calls, &listener);
	first = KT_NOTIF_RECV(listener);
	KT_EQ(first.pid, pid);
	KT_EQ(first.flags, 0);
	KT_EQ((uint32_t)first.data.nr, (uint32_t)KT_NOTIF_NR);
	KT_EQ(first.data.arch, abi_native()->audit_arch);
	KT_REQUIRE(first.data.instruction_pointer != 0);
	for (int i = 0; i < 6; i++)
		KT_EQ(first.data.args[i], 0x11 * (i + 1));
	KT_EQ(kt_notif_send(listener, first.id, 0x7777, 0, 0), 0);
	second = KT_NOTIF_RECV(listener);
	KT_REQUIRE(second.id != first.id);
	KT_EQ(second.pid, pid);
	KT_EQ(kt_notif_send(listener, second.id, 0x7777, -KT_ERRNO, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(calls[0].result, 0x7777);
	KT_EQ(calls[1].result, -KT_ERRNO);
}

KT_CASE(notif_send_twice, "notif.send_twice",
	"Verify that a call is answered once: another SEND fails with EINPROGRESS until the caller "
	"has taken the answer and with ENOENT then, as it does for an unknown id",
	KT_ANSWERS(call, SYS_ioctl, 0, KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND), KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_ioctl, -EINPROGRESS, KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND)),
	KT_ANSWERS(call, SYS_ioctl, -EINPROGRESS, KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND),
		   KT_NOT_FIRST(3)))
{
	bool in_progress = false;

	KT_NEEDS(kt_probe_listener());
	for (int i = 0; i < 500 && !in_progress; i++) {
		struct kt_notif_call *call = new_call();
		struct seccomp_notif req;
		int listener;
		pid_t pid = kt_notif_target(kt_notif_body_call, call, &listener);
		long again;

		req = KT_NOTIF_RECV(listener);
		KT_ERR(ENOENT, kt_notif_send(listener, req.id + 1, 1, 0, 0));
		kt_notif_slow_down(pid);
		KT_EQ(kt_notif_send(listener, req.id, 0x71, 0, 0), 0);
		again = kt_notif_send(listener, req.id, 0x72, 0, 0);
		kt_notif_speed_up(pid);
		KT_REQUIRE_MSG(again == -EINPROGRESS || again == -ENOENT, "a second SEND: %s",
			       again < 0 ? kt_errno_name((int)-again) : "success");
		in_progress = again == -EINPROGRESS;
		KT_EQ(KT_NOTIF_RESULT(call), 0x71);
		KT_ERR(ENOENT, kt_notif_send(listener, req.id, 0x73, 0, 0));
		close(listener);
		KT_WAIT(pid, "exited(0)");
	}
	KT_REQUIRE(in_progress);
}

KT_CASE(notif_send_flags, "notif.send_flags",
	"Verify that SEND with SECCOMP_USER_NOTIF_FLAG_CONTINUE and a value or an error, or with "
	"an unknown flag, fails with EINVAL and leaves the call to be answered",
	KT_ANSWERS(call, SYS_ioctl, 0, KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND)),
	KT_ANSWERS(call, SYS_ioctl, 0, KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND), KT_NOT_FIRST(2)),
	KT_RETURNS(call, KT_NOTIF_NR, -EINVAL))
{
	struct kt_notif_call *call = new_call();
	struct seccomp_notif req;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	pid = kt_notif_target(kt_notif_body_call, call, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_ERR(EINVAL, kt_notif_send(listener, req.id, 1, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
	KT_ERR(EINVAL, kt_notif_send(listener, req.id, 0, -1, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
	KT_ERR(EINVAL, kt_notif_send(listener, req.id, 0, 0, 1U << 31));
	KT_ERR(EINVAL, kt_notif_send(listener, req.id, 0, 0, ~0U));
	KT_EQ(kt_notif_id_valid(listener, req.id), 0);
	KT_EQ(kt_notif_send(listener, req.id, 0x81, 0, 0), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(call->result, 0x81);
}

/* A pipe, and memory that everybody can write. */
struct text {
	int pipe[2];
	char byte;
	struct kt_notif_call call;
};

static void write_byte(void *arg)
{
	struct text *t = arg;

	t->call.result = kt_raw(SYS_write, t->pipe[1], &t->byte, 1);
}

KT_CASE(notif_continue, "notif.continue",
	"Verify that SECCOMP_USER_NOTIF_FLAG_CONTINUE executes the call itself, with what its "
	"memory holds by then and not when it was received",
	KT_STORES(call, SYS_read, 1, 0, 'a' ^ 'b'), KT_RETURNS(call, SYS_write, 0))
{
	struct kt_rule on_write = { SYS_write, KT_ANY_ARG, 0, SECCOMP_RET_USER_NOTIF };
	struct text *t = kt_shared(sizeof(*t));
	struct seccomp_notif req;
	unsigned int got = 0;
	int listener;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	KT_SYS(pipe2(t->pipe, O_CLOEXEC | O_NONBLOCK));
	t->byte = 'a';
	pid = kt_notif_child(&on_write, 1, 0, write_byte, t, &listener);
	req = KT_NOTIF_RECV(listener);
	KT_EQ(*(char *)(uintptr_t)req.data.args[1], 'a');
	KT_ERR(EAGAIN, kt_raw(SYS_read, t->pipe[0], &got, 1));
	/* As any other thread of the target could. */
	t->byte = 'b';
	KT_EQ(kt_notif_send(listener, req.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE), 0);
	KT_WAIT(pid, "exited(0)");
	KT_EQ(t->call.result, 1);
	KT_EQ(kt_raw(SYS_read, t->pipe[0], &got, 1), 1);
	KT_EQ(got, 'b');
}

static void write_without_listener(void *arg)
{
	const struct kt_rule on_write = { SYS_write, KT_ANY_ARG, 0, SECCOMP_RET_USER_NOTIF };

	kt_filter(&on_write, 1, 0);
	write_byte(arg);
}

KT_CASE(notif_no_listener, "notif.no_listener",
	"Verify that SECCOMP_RET_USER_NOTIF of a filter without a listener fails the call with "
	"ENOSYS and does not execute it",
	KT_RETURNS(call, SYS_write, 1), KT_ANSWERS(call, SYS_read, 1))
{
	struct text *t = kt_shared(sizeof(*t));
	unsigned int got = 0;

	KT_NEEDS(kt_probe_seccomp_action(SECCOMP_RET_USER_NOTIF));
	KT_SYS(pipe2(t->pipe, O_CLOEXEC | O_NONBLOCK));
	KT_WAIT(kt_child(write_without_listener, t), "exited(0)");
	KT_EQ(t->call.result, -ENOSYS);
	KT_ERR(EAGAIN, kt_raw(SYS_read, t->pipe[0], &got, 1));
}

KT_PROGRAM
