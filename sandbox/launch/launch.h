/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launch.h - from a command line to a seized child at the brink of exec.
 * Decides nothing.
 *
 *	belay				child (our code, nothing of the command)
 *	launch_start: clone		dies with us; no_new_privs; capabilities
 *					dropped; own domain; filter with a listener, which is
 *					ours by the shared table of descriptors;
 *					own table, descriptors closed
 *	SEIZE with EXITKILL, or not	waits
 *	launch_go			exec
 */
#ifndef BELAY_SANDBOX_LAUNCH_H
#define BELAY_SANDBOX_LAUNCH_H

#include <linux/filter.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct launch {
	char *const *argv;		/* found by PATH, as execvp does */
	const int *keep_fds;		/* descriptors above 2 that the command keeps */
	size_t nkeep;
	const struct sock_fprog *filter;
	bool apart;			/* in a Landlock domain of its own: domain.h */
	bool listens;			/* the filter sends calls to its listener: it must have one */
	bool traced;			/* by SEIZE, with these options: EXITKILL and the events */
	unsigned long ptrace_options;
	bool own_group;			/* the command leads a process group of its own */
	const sigset_t *mask;		/* of signals, for the command; NULL: the caller's */
};

struct launched {
	pid_t pid;	/* seized if it was asked for; running towards its exec */
	int listener;	/* from SECCOMP_FILTER_FLAG_NEW_LISTENER, or -1: see why_no_listener */
	int why_no_listener; /* errno: EBUSY below another listener, EINVAL before 5.0 */
	int exec_status; /* reads an errno (int) when the exec fails; end of file when it worked */
	int control;	 /* the child waits here: launch_go() */
};

/*
 * Fork, confine and, where `traced`, seize. On success the child waits, nothing of the command
 * ran, and the descriptors in *out are the caller's. On failure no child is
 * left and *failed says what could not be done, for a message.
 *
 * The child keeps the signal mask, dispositions, limits and environment that
 * the caller has now: change your own afterwards. The caller has one thread.
 */
int launch_start(const struct launch *l, struct launched *out, const char **failed);

/* Let the child go on to its exec. */
int launch_go(struct launched *c);

#endif
