/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_proc.h - what /proc says of a process or thread, and waiting for a state
 * that, once reached, stays. Reads only.
 */
#ifndef BELAY_KT_PROC_H
#define BELAY_KT_PROC_H

#include <stdbool.h>
#include <sys/types.h>

/* Field 3 of /proc/PID/stat: 'R' 'S' 'D' 'T' 't' 'Z' 'X'; 0 when there is none. */
char kt_proc_state(pid_t tid);

/* Parent, or 0 when there is no such process. */
pid_t kt_proc_ppid(pid_t pid);

/*
 * The number in /proc/TID/stat; 0 when there is none. Another's, where the name has
 * become another's (proc.stress.alias); the functions above take that for no task.
 */
pid_t kt_proc_number(pid_t tid);

/* Whether it is a thread of the kernel's own: PF_KTHREAD in field 9 of /proc/PID/stat. */
bool kt_proc_is_kthread(pid_t pid);

/* TracerPid of /proc/PID/status; 0 when it has none or is gone. */
pid_t kt_proc_tracer(pid_t tid);

/*
 * Whether `tid` sleeps in system call `nr`, as numbered for the ABI of this
 * program. Where /proc does not tell the number (CONFIG, old arm kernels):
 * whether it sleeps at all, which is the same for a tracee that has announced
 * its last call.
 */
bool kt_proc_blocked_in(pid_t tid, long nr);

/*
 * Wait until `cond` holds. Only for conditions that stay true once they are,
 * from any process of the case; the deadline catches the rest.
 */
#define KT_AWAIT(cond)                                                                             \
	do {                                                                                       \
		unsigned int kt_try_ = 0;                                                          \
		while (!(cond))                                                                    \
			kt_proc_poll(__FILE__, __LINE__, #cond, kt_try_++);                        \
	} while (0)

/* Give way to others before the condition is looked at again. */
void kt_proc_poll(const char *file, int line, const char *what, unsigned int tries);

#endif
