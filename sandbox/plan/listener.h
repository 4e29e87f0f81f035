/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listener.h - the requests to a seccomp listener, each as the kernel has it:
 * 0 or more, or -errno. Constants are here because the C library's headers may
 * be older than the kernel.
 */
#ifndef BELAY_SANDBOX_LISTENER_H
#define BELAY_SANDBOX_LISTENER_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* 5.19 */
#endif

/*
 * The next notification. Both structures may have grown in a newer kernel: it
 * is asked for their sizes once (SECCOMP_GET_NOTIF_SIZES). -ENOENT when the
 * caller has died meanwhile.
 */
int listener_receive(int listener, struct seccomp_notif *out);

/* The call goes on as it is. Never for one whose judgement read memory. */
int listener_continue(int listener, uint64_t id);

/* The program sees `result`, a value or -errno; a restart code (-512) too. */
int listener_answer(int listener, uint64_t id, int64_t result);

/*
 * The program gets a duplicate of `fd` under the lowest free number, which is
 * the result of its call. -EMFILE by its limit: the call is then still to be
 * answered.
 */
int listener_give(int listener, uint64_t id, int fd, bool cloexec);

/*
 * From now on by one request (ADDFD_FLAG_SEND), which is `safe` where what
 * interrupts it leaves the call to be answered: sendfd.h. Before: by two.
 */
void listener_give_at_once(bool safe);

/* The caller gets a duplicate of `listener` under this number; no answer. */
int listener_give_at(int listener, uint64_t id, int number);

/*
 * By one request, whatever comes of it: `listener` itself. -EINTR: a signal came. The
 * number of this request, for a filter, is that of a larger structure.
 */
int listener_try_give(int listener, uint64_t id);
#define LISTENER_TRY 0x40202103u

/* 0 while somebody waits for the answer, -ENOENT when not. */
int listener_is_valid(int listener, uint64_t id);

/* Stay on the caller's processor when it wakes us (6.6). -errno before. */
int listener_sync(int listener);

#endif
