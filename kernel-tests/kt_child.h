/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_child.h - processes for a case. Each is in a process group of its own,
 * dies with the thread that started it, and is killed at the end of the case
 * whatever state it is in. Start them from the main thread of the case (or of
 * a child), never from a worker: the death signal follows the thread.
 *
 * A body that returns ends its process with exit status 0. In a body the KT_
 * macros work as in the case: they leave a record, and the case fails with it.
 */
#ifndef BELAY_KT_CHILD_H
#define BELAY_KT_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef void kt_body(void *arg);

/* Zeroed memory that the case and its children share; lives as long as the case. */
void *kt_shared(size_t size);

/* A child, not traced. */
pid_t kt_child(kt_body *body, void *arg);

/* The same with CLONE_NEW* for clone(2): see kt_ns.h. */
pid_t kt_child_clone(kt_body *body, void *arg, int flags);

/*
 * A child that is traced from before the first instruction of its body: seized
 * with `options` | PTRACE_O_EXITKILL. _seized lets it run; _stopped leaves it in
 * EVENT_STOP(SIGTRAP), in user mode: with PTRACE_SYSCALL the first call seen is
 * the first of the body.
 */
pid_t kt_child_seized(kt_body *body, void *arg, unsigned long options);
pid_t kt_child_stopped(kt_body *body, void *arg, unsigned long options);

/* A child that has called PTRACE_TRACEME and stands in signal(SIGSTOP). */
pid_t kt_child_traceme(kt_body *body, void *arg);

/* In shared memory: what a running tracee counts up. */
typedef _Atomic unsigned long kt_counter;

/* What a body does after it has done its work. Neither returns. */
_Noreturn void kt_park(void);	       /* sleeps in KT_PARK_NR for ever, also after signals */
_Noreturn void kt_spin(void *counter); /* counts a kt_counter up, in user mode */

/* The call that kt_park() sleeps in; it returns -ERESTARTNOHAND when disturbed. */
extern const long KT_PARK_NR;

/* The same as bodies. */
void kt_body_park(void *unused);
void kt_body_spin(void *counter);

/* Wait until the child sleeps in kt_park(); until it counts on. */
#define KT_AWAIT_PARKED(tid)                                                                       \
	do {                                                                                       \
		pid_t kt_tid_ = (tid);                                                             \
		KT_AWAIT(kt_proc_blocked_in(kt_tid_, KT_PARK_NR));                                 \
	} while (0)
#define KT_AWAIT_SPINNING(counter)                                                                 \
	do {                                                                                       \
		kt_counter *kt_counter_ = (counter);                                               \
		unsigned long kt_from_ = *kt_counter_;                                             \
		KT_AWAIT(*kt_counter_ != kt_from_);                                                \
	} while (0)

/*
 * A gate in shared memory: closed until somebody opens it. Waiting blocks in
 * futex(2). kt_gate_mark() opens it with no system call at all; use KT_AWAIT on
 * kt_gate_is_open() then.
 */
struct kt_gate {
	_Atomic uint32_t open;
};
void kt_gate_open(struct kt_gate *gate);
void kt_gate_mark(struct kt_gate *gate);
bool kt_gate_is_open(const struct kt_gate *gate);
void kt_gate_wait(struct kt_gate *gate);

/* Kill a child, traced by us or not, whatever state it is in, and reap it. */
#define KT_KILL(pid) kt_child_kill(__FILE__, __LINE__, pid)
void kt_child_kill(const char *file, int line, pid_t pid);

#endif
