/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text.h - the parts of the matrix for people. Of report_text*.c only.
 */
#ifndef BELAY_HARNESS_REPORT_TEXT_H
#define BELAY_HARNESS_REPORT_TEXT_H

#include "harness/report/report.h"

struct text {
	const struct matrix *m;
	const struct report_style *style;
	struct buf *out;
};

/* A text in the colour of a status, where there are colours. */
void text_status(struct text *t, enum status s, const char *what);
void text_bold(struct text *t, const char *what);
bool text_same_area(const struct matrix_row *a, const struct matrix_row *b);

/* One letter per status, contracts down, cells across. */
void text_grid(struct text *t);
/* What is not a pass, by status and reason. */
void text_reasons(struct text *t);

#endif
