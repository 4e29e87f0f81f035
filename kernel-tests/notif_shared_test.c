/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif_shared_test.c - a listener that is made in a table of descriptors which two
 * processes share.
 */
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_notif.h"

struct target {
	_Atomic int listener;
	struct kt_gate installed;
	struct kt_notif_call call;
};

static void install(void *arg)
{
	static const struct kt_rule rules[] = { KT_NOTIF_RULE };
	struct target *t = arg;
	int listener = (int)KT_OK(kt_filter(rules, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER));

	t->listener = listener;
	/* Its own table, and in that no listener. */
	KT_SYS(unshare(CLONE_FILES));
	KT_SYS(close(listener));
	kt_gate_open(&t->installed);
	kt_notif_body_call(&t->call);
}

KT_CASE(notif_listener_shared, "notif.listener_shared",
	"Verify that a listener made by a child which shares its parent's descriptors is the "
	"parent's too, and stays so when the child takes a table of its own and closes it there",
	KT_ANSWERS(call, SYS_ioctl, -EBADF, KT_WHEN(1, SECCOMP_IOCTL_NOTIF_RECV)))
{
	struct target *t = kt_shared(sizeof(*t));
	struct seccomp_notif n;
	pid_t pid;

	KT_NEEDS(kt_probe_listener());
	KT_NEEDS(kt_probe_shared_files());
	pid = kt_child_clone(install, t, CLONE_FILES);
	KT_AWAIT(kt_gate_is_open(&t->installed));
	KT_OK(kt_notif_recv(t->listener, &n));
	KT_EQ(n.pid, pid);
	KT_OK(kt_notif_send(t->listener, n.id, 77, 0, 0));
	KT_EQ(KT_NOTIF_RESULT(&t->call), 77);
	close(t->listener);
}

KT_PROGRAM
