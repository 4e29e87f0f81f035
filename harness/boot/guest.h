/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.h - what of a build tree goes into a guest, and its job as text.
 */
#ifndef BELAY_HARNESS_GUEST_H
#define BELAY_HARNESS_GUEST_H

#include "harness/base/buf.h"
#include "harness/run.h"

/* A regular file that may be run and is an ELF file. */
bool guest_is_program(const char *path);
/* A regular file that may be run by the interpreter that it names. */
bool guest_is_script(const char *path);

/*
 * Append to a NULL-terminated list ROOM/NAME of each program of one room: of the
 * tests (scripts too where the room has them), or of the others, which tests may need beside them.
 */
int guest_list(const char *builddir, const char *room, bool tests, char ***list, size_t *n,
	       struct why *why);

/* Where a guest has its test programs, below it ABI/ROOM/PROGRAM; its runner. */
#define GUEST_TESTS "/belay/tests"
#define GUEST_RUNNER "harness/guest/runner" /* in a build tree */

/*
 * Append what the runner reads of a job (guest/job.h). `tty` is the stream's port,
 * `scale` how much longer a case may take. -EINVAL for a word that the runner would
 * not read as one.
 */
int guest_job_text(const struct job *job, const char *tty, unsigned scale, struct buf *text,
		   struct why *why);
/* Its variables and steps alone; `dir` has the programs, NULL: as in a guest. */
int guest_steps_text(const struct job *job, const char *dir, struct buf *text, struct why *why);

#endif
