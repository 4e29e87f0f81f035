/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell.h - one column of the matrix while it is being filled: a kernel, an ABI,
 * the cases that were asked for, and the answers so far. Pure: the rules by which
 * evidence becomes a status are here, and only here.
 */
#ifndef BELAY_HARNESS_CELL_H
#define BELAY_HARNESS_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/cell/console.h"
#include "harness/cell/result.h"
#include "harness/cell/stream.h"
#include "harness/run.h"

/*
 * The pseudo cases under which complaints of the kernel itself are filed, each under one
 * of its own: "splat" when no case ran, "splat.attach_test.seize" when that one ran,
 * "splat.attach_test.seize.2" for the next of them.
 */
#define CELL_KERNEL_PROGRAM "kernel"
#define CELL_SPLAT_CASE "splat"

struct cell {
	char *kernel;  /* id of its table row, "running", "qemu-user" */
	char *abi;
	char *version; /* of the kernel that ran */
	char *accel;   /* "native", "tcg", "kvm", "qemu-user" */
	char *qemu;    /* its version, "" without QEMU */
	char *user;    /* who ran the tests */
	/*
	 * The list of cases came from another ABI's build because this one's
	 * programs do not run on the host; the guest's own list corrects it.
	 */
	bool borrowed;
	bool again; /* of cell_again(): no list adds cases to it */
	struct results results; /* every case asked for, lost until answered */
	int64_t id;		/* of the store; 0: not there yet */
};

/* NULL members become "". */
void cell_init(struct cell *c, const char *kernel, const char *abi);
void cell_free(struct cell *c);
void cell_copy(const struct cell *c, struct cell *out);
void cell_set(char **member, const char *value);

/* How a boot, or a run on the host, ended. */
struct cell_end {
	enum boot_outcome outcome;
	const char *last_words; /* NULL when there is nothing to say */
};

/*
 * The guest's own list of cases, of which `pattern` (see cases.h) was asked for, and
 * only of programs that the cell has. It replaces a borrowed list; in another it only
 * adds what is missing.
 */
void cell_take_list(struct cell *c, const struct results *listed, const char *pattern);

/*
 * Everything that one boot or run gave for this cell. A case whose answer came
 * whole has it, and the case that was running when the
 * guest ended carries the blame. What nobody spoke of stays lost. `console` is NULL
 * on the host.
 */
void cell_take(struct cell *c, const struct stream *stream, const struct console *console,
	       const struct cell_end *end, const char *pattern);

/*
 * A cell of the same kernel and ABI that asks once more for what failed, timed out,
 * broke or crashed in its only run, and for nothing else; how many cases these are.
 * To be freed.
 */
size_t cell_again(const struct cell *c, struct cell *again);

/*
 * What that second run says of the first. Where both agree, and where the second has no
 * answer, the first stays; where they do not, the case is flaky, with both words and the
 * first reason. Complaints of the kernel in the second run are added.
 */
void cell_agree(struct cell *c, const struct cell *again);

/*
 * The version of the kernel that is about to run. Answers of another one, from before
 * the run was cut off, are forgotten; returns whether there were some.
 */
bool cell_version(struct cell *c, const char *version);

/* Give every case that is still lost this status and reason. */
void cell_finish(struct cell *c, enum status status, const char *reason);

/* How many cases have this status. */
size_t cell_count(const struct cell *c, enum status status);

#endif
