/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff_report.h - a diff written out, for people or for programs.
 */
#ifndef BELAY_HARNESS_DIFF_REPORT_H
#define BELAY_HARNESS_DIFF_REPORT_H

#include "harness/compare/diff.h"
#include "harness/report/report.h"

struct diff_style {
	struct report_style style;
	bool chosen[DIFF_CLASSES]; /* classes that are listed whatever their number is */
	bool only;		   /* no others are */
	const char *name_a, *name_b; /* what the sides are called: "kmatrix.db#1" */
	const char *belay_a, *belay_b; /* versions of belay */
};

void diff_text(const struct diff *d, const struct diff_style *style, struct buf *out);

/*
 * {"a","b","belay_a","belay_b","verdict", "cells":[{"a":{kernel, abi, version, accel, user},"b":{..}}],
 *  "only_a":[{..}], "only_b":[{..}], "counts":{class: number},
 *  "changes":[{"contract","cell","class","from","to","from_reason","to_reason"}]}
 * "cell" counts from 0; from and to are null where that side has no such case. What is
 * the same is left out unless it was chosen.
 */
void diff_json(const struct diff *d, const struct diff_style *style, struct buf *out);

#endif
