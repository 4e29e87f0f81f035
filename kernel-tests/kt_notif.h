/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_notif.h - children whose calls a filter sends to a listener, and what can
 * be asked of a listener. The case is the supervisor. Every request goes
 * through kt_raw(SYS_ioctl, listener, request, argument), where a wrong answer
 * finds it: KT_WHEN(1, SECCOMP_IOCTL_NOTIF_SEND).
 */
#ifndef BELAY_KT_NOTIF_H
#define BELAY_KT_NOTIF_H

#include <linux/seccomp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include "kernel-tests/kt_child.h"
#include "kernel-tests/kt_seccomp.h"

/* What headers older than the kernel under test do not have. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* 5.19 */
#endif
#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1) /* 5.14 */
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, __u64) /* 6.6 */
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

/* A call with no effect of its own, which nothing else here makes. */
#define KT_NOTIF_NR   SYS_getsid
#define KT_NOTIF_RULE { KT_NOTIF_NR, KT_ANY_ARG, 0, SECCOMP_RET_USER_NOTIF }

/*
 * A child that installs a filter with a listener and then runs its body; the
 * listener is the case's alone. _target: KT_NOTIF_RULE, no flags.
 */
pid_t kt_notif_child(const struct kt_rule *rules, size_t n, unsigned int flags, kt_body *body,
		     void *arg, int *listener);
pid_t kt_notif_target(kt_body *body, void *arg, int *listener);

/* In shared memory: what a call of a target has answered. */
struct kt_notif_call {
	_Atomic long result;
	struct kt_gate done;
};

/* Bodies: make the call KT_NOTIF_NR, keep the answer in *call, open its gate, and end. */
void kt_notif_body_call(void *call);

/* Wait until that call has been answered: its result. */
#define KT_NOTIF_RESULT(call)                                                                      \
	({                                                                                         \
		struct kt_notif_call *kt_call_ = (call);                                           \
		KT_AWAIT(kt_gate_is_open(&kt_call_->done));                                        \
		atomic_load(&kt_call_->result);                                                    \
	})

/* The requests: 0 or more, or -errno. */
long kt_notif_recv(int listener, struct seccomp_notif *out);
long kt_notif_send(int listener, uint64_t id, int64_t val, int32_t error, uint32_t flags);
long kt_notif_id_valid(int listener, uint64_t id);
long kt_notif_addfd(int listener, uint64_t id, uint32_t flags, int fd, uint32_t newfd,
		    uint32_t newfd_flags);

/* POLLIN, POLLOUT, POLLHUP of the listener, now. */
unsigned int kt_notif_events(int listener);

/* Wait for a notification, and leave it there; or receive it. */
#define KT_NOTIF_AWAIT(listener) KT_AWAIT(kt_notif_events(listener) & POLLIN)
#define KT_NOTIF_RECV(listener)                                                                    \
	({                                                                                         \
		struct seccomp_notif kt_req_;                                                      \
		int kt_fd_ = (listener);                                                           \
		KT_NOTIF_AWAIT(kt_fd_);                                                            \
		KT_OK(kt_notif_recv(kt_fd_, &kt_req_));                                            \
		kt_req_;                                                                           \
	})

/*
 * The target, blocked in a call, is from now on scheduled only while the case
 * sleeps, on the case's own processor: what the case does without a pause is
 * done before the target notices. Nearly always: try again where it was not.
 */
void kt_notif_slow_down(pid_t target);
void kt_notif_speed_up(pid_t target);

#endif
