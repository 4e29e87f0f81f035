/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - a matrix written out, for people or for programs. Pure. What tests and
 * guests said is escaped (escape.h): it can neither steer a terminal or a browser
 * nor break the format. Adding a format is one function and one line in report.c.
 */
#ifndef BELAY_HARNESS_REPORT_H
#define BELAY_HARNESS_REPORT_H

#include <stdbool.h>

#include "harness/base/buf.h"
#include "harness/report/catalogue.h"
#include "harness/report/matrix.h"

struct report_style {
	bool color;	    /* text */
	unsigned width;	    /* text: of the terminal, in columns */
	bool all;	    /* text: each row by its name */
	bool narrowed;	    /* not all cases are there, so there is no verdict on the sandbox */
	const char *origin; /* kcidb: who submits; [a-z0-9_]+ */
	const struct catalogue *catalogue; /* what the contracts say; NULL: not known */
	const struct tables *tables; /* kcidb: what the kernels are; NULL: not known */
};

typedef void report_write(const struct matrix *m, const struct report_style *style,
			  struct buf *out);

struct report_format {
	const char *name;
	report_write *write;
};

/* Ended by one without a name. */
extern const struct report_format report_formats[];
const struct report_format *report_format_find(const char *name);

/* In which order statuses are told: the worst first, pass last. */
extern const enum status report_order[STATUS_COUNT];

/* At most so many bytes of what one case printed go into a report. */
#define REPORT_OUTPUT_MAX ((size_t)64 << 10)

report_write report_text, report_html, report_json, report_junit, report_tap, report_kcidb,
	report_lava;

/* The end of report_text(): which of belay's backends and layers are sound in which cell,
 * and why not where not. */
report_write report_sound_text;
/* The same by kernel, the worst of its cells: where can the sandbox be used? */
report_write report_sound_kernels;

/* One line of visible text, see escape_visible(). */
void report_safe(struct buf *out, const char *text);

/* What a status means to a format that knows fewer of them. */
enum report_kind {
	REPORT_PASSED,
	REPORT_KNOWN,	/* a known bug, failing as documented */
	REPORT_SKIPPED,
	REPORT_FAILED,	/* the kernel did not do what was promised */
	REPORT_ERROR,	/* the test went wrong */
	REPORT_MISSING, /* nothing ran */
};
enum report_kind report_kind(enum status s);

#endif
