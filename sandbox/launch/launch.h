/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launch.h - from a command line to a seized child at the brink of exec: fork,
 * SEIZE with EXITKILL before the child does anything, then in the child:
 * no_new_privs, descriptors closed, filter installed with a listener that the
 * supervisor keeps, exec. Decides nothing.
 */
#ifndef BELAY_SANDBOX_LAUNCH_H
#define BELAY_SANDBOX_LAUNCH_H

#include <linux/filter.h>
#include <stddef.h>
#include <sys/types.h>

struct launch {
	char *const *argv;
	const int *keep_fds;		/* descriptors above 2 that the command keeps */
	size_t nkeep;
	const struct sock_fprog *filter;
	unsigned long ptrace_options;	/* EXITKILL and the events; set by SEIZE itself */
};

struct launched {
	pid_t pid;	/* seized; running towards its exec */
	int listener;	/* from SECCOMP_FILTER_FLAG_NEW_LISTENER, or -1: see why_no_listener */
	int why_no_listener; /* errno: EBUSY below another listener, EINVAL before 5.0 */
	int exec_status; /* reads an errno when the exec fails; end of file when it worked */
	int control;	 /* the child waits here: launch_go() */
};

/* Fork and seize. On success the child still waits; nothing of the command ran. */
int launch_start(const struct launch *l, struct launched *out);
/* Let the child go on to its exec. */
int launch_go(struct launched *c);

#endif
