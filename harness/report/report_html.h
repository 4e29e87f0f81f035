/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_html.h - the parts of the page. Of report_html.c only.
 */
#ifndef BELAY_HARNESS_REPORT_HTML_H
#define BELAY_HARNESS_REPORT_HTML_H

#include "harness/report/report.h"

/* What is not green, by reason, the worst first. */
void report_html_reasons(const struct matrix *m, struct buf *out);
/* The details behind a cell, as JSON in a <script> that is none. */
void report_html_data(const struct matrix *m, const struct report_style *style, struct buf *out);

/* Escaped text. */
void report_html_text(struct buf *out, const char *text);
/* The same as part of a fragment: all but letters, digits and "-_.~" as %XX. */
void report_html_uri(struct buf *out, const char *text);
/* The letter of a status in its shape. */
void report_html_chip(struct buf *out, enum status s);

#endif
