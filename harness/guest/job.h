/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.h - what the runner is to do, read from a text. Pure. One word and its
 * arguments per line, parted by single blanks:
 *
 *   user NAME             who runs the cases: "root", or a user to become
 *   scale N               a case may take N times as long as it says
 *   config NAME=VALUE     a variable of every case
 *   mark                  say on /dev/kmsg which program runs (KT-PROG in run.h)
 *   abi NAME DIR          the programs that follow are of this ABI and below DIR,
 *                         which is the rest of the line
 *   list                  send the list of their cases first
 *   list only             send it and run none of them
 *   run PROGRAM [CASE]... without cases: all that the program has
 *
 * "stream TTY" is init's own and passed over; no other word is.
 */
#ifndef BELAY_HARNESS_GUEST_JOB_H
#define BELAY_HARNESS_GUEST_JOB_H

#include <stdbool.h>

#include "harness/base/buf.h"

struct job_words {
	char **v; /* NULL-terminated once there is one */
	size_t count, cap;
};

struct job_program {
	char *name; /* "kernel-tests/attach_test" */
	struct job_words cases;
};

struct job_abi {
	char *id, *dir;
	bool list, list_only;
	struct job_program *programs;
	size_t count, cap;
};

struct job_plan {
	char *user; /* NULL: whoever runs this */
	unsigned scale;
	bool mark;
	struct job_words config;
	struct job_abi *abis;
	size_t count, cap;
};

/* -EINVAL with the line and what is wrong with it in `error`, to be freed. */
int job_parse(const char *text, size_t len, struct job_plan *out, char **error);
void job_free(struct job_plan *plan);

#endif
