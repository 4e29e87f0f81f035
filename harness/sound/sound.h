/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sound.h - the sandbox's verdict: per cell, which of belay's backends and layers are
 * sound there, because every contract they rely on holds. Pure; the rules are here
 * and only here.
 *
 * One contract in one cell is
 *	kept	 pass, xpass
 *	broken	 fail, xfail, crashed, timeout: a known bug is a bug
 *	missing	 skip, na: the kernel has no such interface
 *	open	 not run, lost, and whatever else is no answer
 * A family ("prefix.*") is the worst of its cases; those that are missing beside
 * others that are kept do not count.
 *
 * A part of a backend (one interface that it uses) is
 *	unsound	 when a contract of it is broken
 *	absent	 when all of them are missing: belay finds out by asking the kernel
 *	unknown	 when one is open, or missing although others are there
 *	sound	 otherwise
 *
 * A backend is absent where a part that it needs is, else unsound, unknown or sound as
 * the worst of its parts; an optional part that is absent does not count, for belay
 * goes another way there. Nothing unknown ever becomes sound.
 */
#ifndef BELAY_HARNESS_SOUND_H
#define BELAY_HARNESS_SOUND_H

#include <stddef.h>

#include "harness/store/store.h"

/* The better first. */
enum sound_verdict { SOUND_YES, SOUND_ABSENT, SOUND_UNKNOWN, SOUND_NO, SOUND_VERDICTS };

/* "sound", "absent", "unknown", "unsound". */
const char *sound_word(enum sound_verdict v);
/* What the legend says. */
const char *sound_meaning(enum sound_verdict v);

/* What speaks for a verdict. Nothing here is owned. */
struct sound_cause {
	const struct reliance *reliance;
	const struct result *result; /* the worst case of the contract; NULL: not run */
};

struct sound_cell {
	enum sound_verdict verdict;
	/*
	 * Why it is not sound, in the order of the declaration: the contracts that are
	 * broken, open or missing. When it is sound: the optional parts that are
	 * absent, by their first contract.
	 */
	struct sound_cause *causes;
	size_t count;
};

struct sound_row {
	const char *what; /* "trace" */
	const char *kind; /* "backend" or "layer" */
	struct sound_cell *at; /* one per cell of the run */
};

/* The verdict of a run: no rows when belay's declaration was not recorded. */
struct sound {
	struct sound_row *rows; /* backends and layers in the order of the declaration */
	size_t count, cells;
};

/* `run` outlives it. */
void sound_make(const struct store_run *run, struct sound *out);
void sound_free(struct sound *s);

/*
 * "seccomp.trace.recheck (xfail: reason)", of up to `most` causes; "" without any. For
 * people: not yet escaped. To be freed.
 */
char *sound_reason(const struct sound_cell *c, size_t most);

#endif
