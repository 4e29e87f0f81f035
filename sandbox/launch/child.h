/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.h - what the child of launch.c does between clone and exec.
 */
#ifndef BELAY_SANDBOX_CHILD_H
#define BELAY_SANDBOX_CHILD_H

#include "sandbox/launch/launch.h"

struct child {
	int status[2];	/* to the parent: struct child_ready, then perhaps an errno */
	int control[2]; /* from the parent: one byte means go, end of file means die */
	int *close;	/* descriptors that are not the command's */
	size_t nclose;
};

enum child_step_id {
	STEP_LIFE, STEP_PRIVILEGES, STEP_DOMAIN, STEP_FILTER, STEP_DESCRIPTORS, STEP_NONE
};

/* Small enough for an atomic write. */
struct child_ready {
	enum child_step_id step; /* the one that failed, with `error` */
	int error;		 /* positive, or 0: all is ready */
	int listener;
	int why_no_listener;
};

/* For "cannot ...". */
const char *child_step(enum child_step_id step);

/* `parent`: the pid of the caller of launch_start(). */
_Noreturn void child_run(const struct launch *l, const struct child *c, pid_t parent);

#endif
