/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nest.h - a pid namespace for the sandbox, with the supervisor as its init.
 *
 *	belay (front.c)			supervisor, pid 1 inside
 *	nest_start: clone		dies with the front; slave mounts; /proc anew;
 *					without privileges
 *	waits, passes signals on	launches the command, supervises
 *
 * When an init ends, by any cause, the kernel kills whatever is left in its
 * namespace before anybody can wait for it. Nothing in there is traced for
 * that, so ptrace(2) is free for the programs themselves.
 */
#ifndef BELAY_SANDBOX_NEST_H
#define BELAY_SANDBOX_NEST_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* What is passed on to the command: from the front to the supervisor, and from there. */
#define NEST_SIGNALS SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2

struct nest {
	pid_t init;	/* the front's: the supervisor; 0 in the supervisor itself */
	int front;	/* the supervisor's: a pidfd of the front */
	sigset_t mask;	/* of signals, as it was; the command is to have it */
	int line;	/* of each to the other, where they share out a terminal, or -1: foreground.h */
	bool foreground; /* the terminal was the front's */
};

/*
 * NULL where a namespace can be had, else why not. Tries it in a child: what a
 * kernel allows is not written anywhere. Costs some milliseconds.
 */
const char *nest_missing(void);

/*
 * Returns twice, like fork. In the supervisor, 0 when all is ready; in the
 * front as soon as the process is made. -errno with *failed in either: there
 * is no namespace, or it must not be used. NEST_SIGNALS are blocked in both
 * from here to nest_hear(), so that none is lost. The caller has one thread.
 */
int nest_start(struct nest *out, const char **failed);

/* Take NEST_SIGNALS again, when there are handlers for them. */
void nest_hear(const struct nest *n);

/* In the supervisor: whether the front has ended, now. */
bool nest_is_orphan(const struct nest *n);

/*
 * In the supervisor, after its credentials have changed and changed back: the
 * kernel forgets the death signal then (commit_creds()), and makes a process
 * dumpable where fs.suid_dumpable says so.
 */
int nest_tie(void);

#endif
