/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_stops.h - every state that a tracee can be met in, by every way of tracing
 * it: one table, and one function that brings a fresh tracee there. For the
 * families of cases that ask the same of all of them.
 *
 *	if (!kt_stops[KT_AT_LISTEN].status[KT_BY_ATTACH])
 *		... there is no such state ...
 *	struct kt_tracee t = kt_stops_reach(KT_BY_SEIZE, KT_AT_FORK);
 *	... t.pid has reported EVENT_FORK, t.other is the child, in its first stop ...
 *
 * The tracee has TRACESYSGOOD, EXITKILL and the option of the stop, no other. It
 * runs no call but the one that its stop is about, and parks behind it (kt_park);
 * in a stop that no call leads to it stands in user mode, its parking call ahead.
 * From the main thread of the case only: a stop that is not there skips the case.
 */
#ifndef BELAY_KT_STOPS_H
#define BELAY_KT_STOPS_H

#include <stddef.h>
#include <sys/types.h>

enum kt_mode { KT_BY_SEIZE, KT_BY_ATTACH, KT_BY_TRACEME, KT_MODES };

enum kt_at {
	KT_AT_RUNNING,	  /* in user mode, for ever */
	KT_AT_PARKED,	  /* asleep in kt_park() */
	KT_AT_SIGNAL,
	KT_AT_GROUP,
	KT_AT_LISTEN,
	KT_AT_TRAP,
	KT_AT_STEP,
	KT_AT_ENTRY,	  /* of KT_STOPS_NR */
	KT_AT_RETURN,	  /* from it */
	KT_AT_SECCOMP,	  /* for it */
	KT_AT_FORK,
	KT_AT_VFORK,	  /* a child of its own memory, that exits as soon as it may */
	KT_AT_VFORK_DONE,
	KT_AT_CLONE,	  /* a process, with exit signal 0 */
	KT_AT_EXEC,
	KT_AT_EXEC_TRAP,
	KT_AT_EXIT,
	KT_AT_CHILD,
	KT_AT_EXITED,	  /* a zombie */
	KT_AT_KILLED,	  /* a zombie */
	KT_ATS,
};

/* SYS_getppid: what ENTRY, RETURN and SECCOMP are about. Nobody is harmed by it. */
extern const long KT_STOPS_NR;

/* What an exiting tracee (EXIT, EXITED) exits with. */
#define KT_STOPS_CODE 7

struct kt_stops_row {
	const char *name;  /* for an id */
	const char *words; /* for a sentence: "in ..." */
	unsigned long options;
	/*
	 * What the tracee reports there, by mode; NULL: no such state in that mode;
	 * "": nothing. In KT_AT_LISTEN it has reported a group-stop before.
	 */
	const char *status[KT_MODES];
};

extern const struct kt_stops_row kt_stops[KT_ATS];

extern const struct kt_mode_row {
	const char *name;  /* "seize" */
	const char *words; /* "seized" */
} kt_modes[KT_MODES];

struct kt_tracee {
	pid_t pid;
	/*
	 * The child of FORK, VFORK and CLONE, in its first stop; that of VFORK_DONE,
	 * a zombie and not traced; the parent of CHILD, in EVENT_FORK; else 0.
	 */
	pid_t other;
};

/*
 * The stops in which requests are answered, in every mode that has them: their
 * count, for KT_FAMILY, and the i-th of them. A zombie, a listening tracee and one
 * that runs are none.
 */
#define KT_STOPS_COUNT 42
enum kt_at kt_stops_at(size_t i, enum kt_mode *mode);

/* NULL, or why this kernel has no such stop. */
const char *kt_stops_probe(enum kt_at at);

/* A tracee that has the status of the table to report next, or soon: not yet waited for. */
struct kt_tracee kt_stops_send(enum kt_mode mode, enum kt_at at);

/* A tracee whose status was waited for; a zombie stays to be reaped. */
struct kt_tracee kt_stops_reach(enum kt_mode mode, enum kt_at at);

/*
 * A tracee that SIGKILL has ended says so next. Before 5.19 the exit of the call
 * that it stood in may be reported, too, though it does not stop for it.
 */
void kt_stops_await_killed(pid_t pid);

#endif
