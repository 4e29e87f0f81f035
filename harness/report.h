/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - a matrix written out, for people or for programs. What tests and
 * guests said is escaped: it can neither steer a terminal nor break the JSON.
 */
#ifndef BELAY_HARNESS_REPORT_H
#define BELAY_HARNESS_REPORT_H

#include <stdbool.h>

#include "harness/buf.h"
#include "harness/matrix.h"

struct report_style {
	bool color;
	unsigned width; /* of the terminal, in columns */
};

void report_text(const struct matrix *m, const struct report_style *style, struct buf *out);

/*
 * {"cells":[{"kernel","abi","version","accel"}], "results":[{"contract","kernel","abi",
 * "status","reason"}]}: cells in the order they were asked for, results by contract,
 * then cell; the worst one where several cases of a cell carry one contract.
 * "contract" is "program:case" for a case without one.
 */
void report_json(const struct matrix *m, struct buf *out);

/*
 * The end of every matrix: which of belay's backends and layers are sound in which cell,
 * and why not where not.
 */
void report_sound_text(const struct matrix *m, const struct report_style *style, struct buf *out);

/* The same by kernel, the worst of its cells: where can the sandbox be used? */
void report_sound_kernels(const struct matrix *m, const struct report_style *style,
			  struct buf *out);

/* One line without control characters and invalid UTF-8, both as \xNN. */
void report_safe(struct buf *out, const char *text);

#endif
