/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target.h - one thing to run tests on, with all its cells: the running kernel, a
 * kernel to boot, or the emulators of qemu-user. A target takes its cells from
 * "asked for" to "answered"; which targets there are is campaign.h.
 */
#ifndef BELAY_HARNESS_TARGET_H
#define BELAY_HARNESS_TARGET_H

#include <signal.h>
#include <stdbool.h>

#include "harness/cell/cell.h"
#include "harness/run.h"
#include "harness/run/suite.h"
#include "harness/store/store.h"

/* Ids of the cells that no table row names. */
#define TARGET_RUNNING "running"
#define TARGET_EMULATOR "qemu-user"

/* The same for every target of a run. */
struct target_env {
	const struct tables *tables;
	const struct suite *suite;
	const char *pattern;	   /* of --test, or NULL */
	const char *const *config; /* variables of the cases in guests, or NULL */
	const char *user;	   /* who runs the cases in guests */
	const char *workdir;
	bool keep; /* what is in it stays */
	enum boot_accel accel;
	unsigned reboots; /* how often a guest that died is booted again */
	bool retry;	  /* run what failed once more */
	struct store *store;
	int64_t run;
	const volatile sig_atomic_t *stop;
};

struct target {
	enum { TARGET_KIND_HOST, TARGET_KIND_GUEST, TARGET_KIND_EMULATOR } kind;
	char *id;		     /* the kernel of its cells */
	const char *arch;	     /* machine row of a guest */
	const struct kernel *kernel; /* of a guest from the table */
	const char *image;	     /* path of the user's own kernel */
	struct cell *cells;
	size_t count;
};

/*
 * Run it to its end, showing progress in `slot`. Every answer is in the store when it
 * returns. An error is one of kmatrix itself (a full disk); what goes wrong with the
 * target is in its cells.
 */
int target_host_run(const struct target_env *env, struct target *t, unsigned slot, struct why *why);
int target_guest_run(const struct target_env *env, struct target *t, unsigned slot,
		     struct why *why);

/* The steps that are still to be done for these cells. */
struct target_job {
	struct job_step *steps;
	size_t count, cap;
};

void target_job_make(const struct target_env *env, const struct target *t, struct target_job *out);
void target_job_free(struct target_job *j);

/* How many cases of the cells wait for an answer. */
size_t target_left(const struct target *t);

/*
 * How many cases a second run would have. The second run of a target: the same one, its
 * cells those of cell_again(); none of them: there is nothing to run. Then what came of it goes back
 * into the first, and it is freed.
 */
size_t target_doubts(const struct target *t);
size_t target_again(const struct target *t, struct target *again);
void target_agree(struct target *t, struct target *again);

/* "890 pass, 3 fail", all cells together; to be freed. */
char *target_summary(const struct target *t);

#endif
