/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_wait.h - waiting for what a tracee reports. Blocking waits have no time
 * of their own: the deadline of the case catches hangs. Whatever is observed is
 * logged, and the log is printed when the case fails. A status is always
 * compared as a whole, in the words of kt_status.h.
 *
 * From the case and its children alike; not from a raw thread of a tracee.
 */
#ifndef BELAY_KT_WAIT_H
#define BELAY_KT_WAIT_H

#include <sys/types.h>

#include "kernel-tests/kt_status.h"

/* The next status of `tid` is `text`, and nothing else. The status. */
#define KT_WAIT(tid, text) kt_wait_for(__FILE__, __LINE__, tid, text)

/* The next status of `tid`, or of anybody (its tid in *out); to be judged by the caller. */
#define KT_WAIT_STATUS(tid)  kt_wait_status(__FILE__, __LINE__, tid)
#define KT_WAIT_ANY(out_tid) kt_wait_any(__FILE__, __LINE__, out_tid)

/* The same for a child that is not ours to trace: its stops and SIGCONT count too. */
#define KT_WAIT_CHILD(pid, text) kt_wait_child(__FILE__, __LINE__, pid, text)

/*
 * `tid` has nothing to report at this moment. Proof only right after a request
 * that is synchronous; to prove that nothing comes, use KT_SENTINEL.
 */
#define KT_WAIT_NONE(tid) kt_wait_none(__FILE__, __LINE__, tid)

/*
 * Nothing more is to come: signal 64 is queued for the process of the stopped
 * `tid`, `tid` is resumed with `request`, and the next thing that it reports is
 * that signal. Traps come before signals, and every other signal before this
 * one. Leaves it in the signal-delivery-stop; restart it with signal 0.
 * KT_RUNNING instead of a request: it runs already.
 */
#define KT_SENTINEL(tid, request) kt_wait_sentinel(__FILE__, __LINE__, tid, request)
#define KT_RUNNING		  (-1L)

/*
 * Wait until `tid` has something to report, and leave it to be waited for. For
 * ends, too: a traced leader that is a zombie while a thread makes an execve
 * counts as a child only for those who ask for them.
 */
#define KT_AWAIT_REPORT(tid) kt_wait_report(__FILE__, __LINE__, tid)

/* The message of the event that the stopped `tid` has reported. */
#define KT_MESSAGE(tid) kt_wait_message(__FILE__, __LINE__, tid)

/* A status that was taken before is `text`. */
#define KT_STATUS(status, text) kt_wait_compare(__FILE__, __LINE__, 0, status, text)

int kt_wait_for(const char *file, int line, pid_t tid, const char *text);
int kt_wait_child(const char *file, int line, pid_t pid, const char *text);
int kt_wait_status(const char *file, int line, pid_t tid);
int kt_wait_any(const char *file, int line, pid_t *out_tid);
void kt_wait_none(const char *file, int line, pid_t tid);
void kt_wait_sentinel(const char *file, int line, pid_t tid, long request);
void kt_wait_report(const char *file, int line, pid_t tid);
unsigned long kt_wait_message(const char *file, int line, pid_t tid);
void kt_wait_compare(const char *file, int line, pid_t tid, int status, const char *text);

/* A sequence of stops as one string: "EVENT_EXEC signal(SIGUSR1) exited(0)". */
struct kt_seq {
	size_t len;
	char text[1024];
};

/* Append a status, as "who:status" unless `who` is NULL; or any word. */
void kt_seq_add(struct kt_seq *seq, const char *who, int status);
void kt_seq_word(struct kt_seq *seq, const char *word);

#define KT_SEQ(seq, text) kt_seq_compare(__FILE__, __LINE__, seq, text)
void kt_seq_compare(const char *file, int line, const struct kt_seq *seq, const char *text);

/*
 * Resume `tid` with `request` again and again until it ends, and record every
 * status. Signals are passed on at their delivery-stop and nowhere else.
 */
#define KT_RUN(seq, tid, request) kt_seq_run(__FILE__, __LINE__, seq, tid, request)
void kt_seq_run(const char *file, int line, struct kt_seq *seq, pid_t tid, long request);

/* The log of what was observed: for kt_case and kt_fail. */
void kt_wait_setup(void);
void kt_wait_print_log(void);

#endif
