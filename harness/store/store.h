/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.h - the result store: one SQLite file that keeps every run, its cells and
 * their results. What is written at once is one transaction, so that whatever
 * happens to kmatrix loses at most what was running.
 *
 * Any number of processes may use one store at the same time, each with its own run.
 * Ids (runs, cells) count within one store and mean nothing in another: across stores
 * a cell is (kernel, version, abi, user, accel) and the belay_version of its run.
 *
 * Functions return 0 or -errno; when they fail, why->text says so in one line.
 */
#ifndef BELAY_HARNESS_STORE_H
#define BELAY_HARNESS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/cell/cell.h"
#include "harness/run.h"
#include "harness/sound/relies.h"

/*
 * The format written by this program. A store with a higher one is refused; one with
 * a lower one is read as it is, and brought up to date when it is opened for writing.
 */
#define STORE_VERSION 2

struct store;

/* Open for writing, made when it is not there; or an existing one for reading. */
int store_open(const char *path, bool write, struct store **out, struct why *why);
void store_close(struct store *s);

/*
 * A run begins. `command` is its command line, for people; `asked` is what a later run
 * needs to know to go on with it, or NULL: the store keeps the text and does not read it.
 */
int store_begin(struct store *s, const char *command, const char *asked, int64_t *run,
		struct why *why);
/* It came to its end, with nothing left to do. */
int store_end(struct store *s, int64_t run, struct why *why);

/*
 * Write these cells as they are now, all or none: their results replace what was
 * stored of them before. A cell gets its id (cell.id) when first written. This one
 * function may be called by several threads at once.
 */
int store_put(struct store *s, int64_t run, struct cell *cells, size_t count, struct why *why);

/* What belay relies on; it replaces what was stored of the run before. */
int store_put_relies(struct store *s, int64_t run, const struct relies *relies, struct why *why);

/* A run read back. */
struct store_run {
	int64_t id;
	char *command;
	char *asked;	     /* "" when nothing was kept */
	char *belay_version; /* of the kmatrix that made it */
	int64_t started;     /* seconds since 1970 */
	int64_t finished;    /* 0 when not ended */
	bool ended;	     /* false: still running, or killed */
	struct cell *cells;  /* in the order they were first written */
	size_t count;
	size_t unknown;	     /* results whose status is no word of ours: they are lost */
	struct relies relies; /* what belay said; empty when it was not asked */
};

/* The run of this id, or the newest for 0. -ENODATA when the store has none, -ENOENT
 * when it has others. */
int store_load(struct store *s, int64_t run, struct store_run *out, struct why *why);
void store_run_free(struct store_run *r);

/* Write a run that was made elsewhere as it is; only its cells' ids (0 before) are new. */
int store_add_run(struct store *s, struct store_run *run, struct why *why);

/* What a store holds, without its results. */
struct store_entry {
	struct store_run run; /* its cells have no results */
	size_t statuses[STATUS_COUNT]; /* how many results have each */
};

/* Every run, the oldest first; none is no error. */
int store_runs(struct store *s, struct store_entry **out, size_t *count, struct why *why);
void store_runs_free(struct store_entry *entries, size_t count);

#endif
