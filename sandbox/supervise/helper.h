/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * helper.h - one operation that may wait, done by a process of its own while
 * the tracee waits interruptibly. The process is forked in the tracee's
 * identity, dies with the supervisor, and hands back a result and maybe a
 * descriptor.
 */
#ifndef BELAY_SANDBOX_HELPER_H
#define BELAY_SANDBOX_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tracee;

/* Runs in the helper. The result, and a descriptor in *fd when it made one. */
typedef int64_t helper_fn(void *arg, int *fd);

struct helper {
	pid_t pid;
	pid_t tid;	/* who waits for it; 0: nobody any more */
	int sock;	/* the result comes here */
	bool done, reaped;
	int64_t result;
	int fd;		/* owned until taken, or -1 */
	struct helper *next;
};

/* Fork one; it has its own copy of `arg`. 0 or -errno. */
int helper_start(struct tracee *t, helper_fn *run, void *arg, struct helper **out);

/* The helper with this pid, or NULL. */
struct helper *helper_find(pid_t pid);

/* Take the result if it has come: true, and h->done is set. */
bool helper_poll(struct helper *h);

/*
 * What it did, once it has ended; -EIO when it was killed, and whether it had done
 * anything by then is not known.
 */
int64_t helper_result(struct helper *h);

/*
 * Ask it to give up: it ends soon, with -EINTR, or with what it has done
 * already. 0 or -errno.
 */
int helper_cancel(struct helper *h);

/* Its result was taken, or nobody wants it any more: then it is killed. */
void helper_release(struct helper *h);

/* Its process was reaped. */
void helper_reaped(struct helper *h);

/* The sandbox ends: no helper may outlive it, or be waited for. */
void helper_kill_all(void);

#endif
