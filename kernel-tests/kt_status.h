/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_status.h - a wait status decoded in one place, and as text:
 *
 *	exited(0)  killed(SIGKILL)  continued
 *	signal(SIGUSR1)		a stop with a plain signal: delivery, or a
 *				group-stop of an attached tracee
 *	syscall			SIGTRAP | 0x80 (TRACESYSGOOD)
 *	EVENT_STOP(SIGTSTP)	group-stop, or SIGTRAP: a trap of a seized tracee
 *	EVENT_EXIT EVENT_FORK ... every other event, always with SIGTRAP
 *	bad-status(0x...)	anything that is none of these, or two at once
 *
 * Comparing the text compares every bit of the status but the core flag, which
 * depends on the machine's core pattern. Pure.
 */
#ifndef BELAY_KT_STATUS_H
#define BELAY_KT_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#define KT_TEXT 40

enum kt_kind {
	KT_BAD,
	KT_EXITED,    /* value: exit code */
	KT_KILLED,    /* value: signal */
	KT_CONTINUED,
	KT_SIGNAL,    /* value: signal */
	KT_SYSCALL,
	KT_EVENT,     /* event: PTRACE_EVENT_*; value: signal */
};

struct kt_status {
	enum kt_kind kind;
	int value;
	int event;
};

struct kt_status kt_status_decode(int status);

/* The raw status of an event stop (PTRACE_EVENT_*), for wrong answers; needs <signal.h>. */
#define KT_EVENT_STATUS(event) ((event) << 16 | SIGTRAP << 8 | 0x7f)

/* In `text`, which is returned. */
const char *kt_status_text(int status, char text[KT_TEXT]);

/* "SIGUSR1", "SIG34"; in `text`, which is returned. */
const char *kt_signal_name(int sig, char text[KT_TEXT]);

static inline bool kt_status_is_end(int status)
{
	enum kt_kind kind = kt_status_decode(status).kind;

	return kind == KT_EXITED || kind == KT_KILLED;
}

#endif
