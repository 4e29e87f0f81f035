/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_thread.h - two kinds of threads.
 *
 * A raw thread is for tracees: one clone(2), no libc calls of its own, shares
 * everything with its creator, libc's thread-local storage and errno included.
 * Its body may use system calls, shared memory, gates and KT_REQUIRE.
 *
 * A worker is a pthread of the case that traces: each function handed to it
 * runs in that one thread, to its end, before the call returns.
 */
#ifndef BELAY_KT_THREAD_H
#define BELAY_KT_THREAD_H

#include <stdbool.h>
#include <sys/types.h>

#include "kernel-tests/kt_child.h"

/* The tid. When the body returns, the thread (not the process) exits. */
pid_t kt_thread(kt_body *body, void *arg);

/* With more flags for clone(2), as CLONE_UNTRACED or CLONE_PTRACE. */
pid_t kt_thread_flags(kt_body *body, void *arg, int flags);

pid_t kt_gettid(void);

/* End this thread alone, by exit(2); in the leader, the others go on. */
_Noreturn void kt_thread_exit(int code);

int kt_tgkill(pid_t tgid, pid_t tid, int sig);

struct kt_worker;
struct kt_worker *kt_worker_start(void);
pid_t kt_worker_tid(const struct kt_worker *w);
void kt_worker_run(struct kt_worker *w, kt_body *fn, void *arg);
/* The thread ends, and is gone for the kernel when this returns. */
void kt_worker_end(struct kt_worker *w);

/* At the end of the case: every worker that is not in the middle of something. */
void kt_worker_end_all(void);

#endif
