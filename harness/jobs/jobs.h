/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jobs.h - cells of the matrix as jobs of an engine that somebody else wrote: what
 * the jobs are, and the text that an engine takes. Pure; it starts nothing, and there
 * is no scheduler here.
 *
 * An engine is a file jobs_NAME.c and a line in the table of jobs.c. What goes into
 * its text comes from the tables and the command line, and every word of it passed
 * jobs_word_ok(): an engine may put it between quotes without looking again.
 */
#ifndef BELAY_HARNESS_JOBS_H
#define BELAY_HARNESS_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/buf.h"
#include "harness/run.h"

struct jobs_one {
	char *name; /* unique, and a file name: "sid-amd64", "sid-amd64-i386" */
	const struct kernel *kernel;
	const char **abis;   /* its cells */
	size_t nabis;
	unsigned minutes;    /* limit: several times what its cells took, emulated */
	unsigned megabytes;  /* limit of memory, QEMU's own included */
};

/* What is asked for; NULL and empty lists where nothing was named. */
struct jobs_wanted {
	const char *const *kernels, *const *abis, *const *tests; /* NULL-terminated */
	bool all;	    /* every kernel of the table, not only the default ones */
	bool by_cell;	    /* one job per cell, not per kernel */
	const char *user;   /* as --user of run */
	const char *builds; /* as --builds of run */
	const char *url;    /* where boards and their emulators find images */
	const char *device; /* type of board */
};

struct jobs {
	const struct jobs_wanted *wanted;
	struct jobs_one *v; /* in the order of the table */
	size_t count;
};

/* 0, or -EINVAL with what is wrong: no such cell, or a word that an engine would read
 * as more than a word. */
int jobs_plan(const struct jobs_wanted *w, const struct tables *tables, struct jobs *out,
	      struct why *why);
void jobs_free(struct jobs *jobs);

struct jobs_engine {
	const char *name;
	size_t max;	  /* jobs that it takes at once */
	bool apart;	  /* one text per job: write() gets them one by one */
	bool url, device; /* wants to know --url; takes --device */
	/* Jobs `first` to before `end`. */
	void (*write)(const struct jobs *jobs, size_t first, size_t end, struct buf *out);
};

/* Ended by one without a name. */
extern const struct jobs_engine jobs_engines[];

void jobs_write_slurm(const struct jobs *jobs, size_t first, size_t end, struct buf *out);
void jobs_write_github(const struct jobs *jobs, size_t first, size_t end, struct buf *out);
void jobs_write_gitlab(const struct jobs *jobs, size_t first, size_t end, struct buf *out);
void jobs_write_lava(const struct jobs *jobs, size_t first, size_t end, struct buf *out);

/* ---- for the engines ---- */

/* Letters, digits and what patterns and paths need; no blank, quote, '$' or '\\'. */
bool jobs_word_ok(const char *word);

/* "--kernel 'sid-amd64' --abi 'i386' --test 'seccomp.*'", for a shell. */
void jobs_arguments(const struct jobs *jobs, const struct jobs_one *job, struct buf *out);
/* Only what is the same for every job: " --test ...", empty or with a blank before it. */
void jobs_arguments_common(const struct jobs *jobs, struct buf *out);

unsigned jobs_max_minutes(const struct jobs *jobs);
unsigned jobs_max_megabytes(const struct jobs *jobs);

#endif
