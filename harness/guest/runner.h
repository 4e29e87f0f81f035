/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner.h - the parts of the runner. Of runner*.c only.
 */
#ifndef BELAY_HARNESS_RUNNER_H
#define BELAY_HARNESS_RUNNER_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "harness/guest/atf.h"
#include "harness/guest/job.h"
#include "harness/guest/scratch.h"
#include "harness/guest/speak.h"

struct runner {
	struct job_plan plan;
	struct speak speak;
	struct scratch scratch;
	char **env;
	const char **config; /* of the plan, and ours; NULL-terminated */
	size_t nconfig;
	bool root, become; /* we are root; cases run as `user` */
	uid_t uid, nobody_uid;
	gid_t gid, nobody_gid;
	int kmsg; /* -1: nothing is said there */
};

/* The signal that wants the end, or 0. */
extern volatile sig_atomic_t runner_stop;

/* ---- runner_given.c: what every case gets ---- */

/* Who runs them, by the job. */
int runner_users(struct runner *r);
/* The variables of the job, and those that tell a case where it is. */
void runner_config(struct runner *r);
void runner_env(struct runner *r);

/* ---- runner_case.c: one case ---- */

/* To be freed. */
char *runner_path(const struct job_abi *abi, const struct job_program *p);
/* argv of a program: its variables, then these words. */
char **runner_argv(const struct runner *r, const char *path, bool scaled, const char *const *words);
void runner_argv_free(char **argv);
/* Run it, and say what came of it. -EINTR, or -EBUSY: nothing more can be run. */
int runner_case(struct runner *r, const struct job_abi *abi, const struct job_program *p,
		const char *path, const struct atf_case *c);

#endif
