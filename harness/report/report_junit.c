/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_junit.c - the matrix as JUnit's XML, in the part of it that Jenkins, GitLab
 * and GitHub's reporters agree on: a testsuite per cell, a testcase per case.
 *
 * GitLab knows a test by classname and name alone, whatever suite it is in, and Jenkins
 * makes packages of the dots of a classname; so the cell comes first in the classname.
 * A known bug is "skipped", with its reason: as a failure it would hide the day's
 * failures, as a pass it would hide itself.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "harness/base/escape.h"
#include "harness/report/report.h"

static void junit_attribute(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	escape_markup(out, value, strlen(value), ESCAPE_ONE_LINE);
	buf_puts(out, "\"");
}

static void junit_time(struct buf *out, int64_t us)
{
	if (us < 0)
		us = 0;
	buf_printf(out, " time=\"%" PRId64 ".%06" PRId64 "\"", us / 1000000, us % 1000000);
}

struct junit_counts {
	size_t tests, failures, errors, skipped;
	int64_t us;
};

static void junit_count(const struct cell *c, struct junit_counts *n)
{
	for (size_t i = 0; i < c->results.count; i++) {
		const struct result *r = &c->results.v[i];

		n->tests++;
		if (r->us > 0)
			n->us += r->us;
		switch (report_kind(r->status)) {
		case REPORT_PASSED:
			break;
		case REPORT_KNOWN:
		case REPORT_SKIPPED:
			n->skipped++;
			break;
		case REPORT_FAILED:
			n->failures++;
			break;
		case REPORT_ERROR:
		case REPORT_MISSING:
			n->errors++;
			break;
		}
	}
	/* A cell without results stands for itself, see junit_empty(). */
	if (!c->results.count) {
		n->tests++;
		n->errors++;
	}
}

static void junit_counts(struct buf *out, const struct junit_counts *n)
{
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", n->tests,
		   n->failures, n->errors, n->skipped);
	junit_time(out, n->us);
}

static void junit_verdict(const struct result *r, struct buf *out)
{
	static const char *const elements[] = {
		[REPORT_KNOWN] = "skipped",  [REPORT_SKIPPED] = "skipped",
		[REPORT_FAILED] = "failure", [REPORT_ERROR] = "error",
		[REPORT_MISSING] = "error",
	};
	enum report_kind kind = report_kind(r->status);
	struct buf message = {0};

	if (kind == REPORT_PASSED)
		return;
	buf_printf(&message, "%s%s%s",
		   kind == REPORT_KNOWN ? "known bug" : status_word(r->status),
		   r->reason[0] ? ": " : "", r->reason);
	buf_printf(out, "<%s", elements[kind]);
	junit_attribute(out, "message", message.p);
	if (kind != REPORT_KNOWN && kind != REPORT_SKIPPED) {
		junit_attribute(out, "type", status_word(r->status));
		buf_puts(out, ">");
		/* GitLab shows the text, not the attribute. */
		escape_markup(out, message.p, message.len, ESCAPE_KEEP_LINES);
		buf_printf(out, "</%s>\n", elements[kind]);
	} else {
		buf_puts(out, "/>\n");
	}
	buf_free(&message);
}

static void junit_case(const struct cell *c, const struct matrix_row *row, const struct result *r,
		       bool several, struct buf *out)
{
	struct buf class = {0}, name = {0};

	buf_printf(&class, "%s.%s.%.*s", c->kernel, c->abi, (int)row->area_len, row->id);
	buf_puts(&name, row->label[0] ? row->label : row->id);
	if (several)
		buf_printf(&name, " (%s:%s)", r->program, r->name);
	buf_puts(out, "<testcase");
	junit_attribute(out, "classname", class.p);
	junit_attribute(out, "name", name.p);
	junit_time(out, r->us);
	buf_puts(out, ">\n");
	junit_verdict(r, out);
	if (r->output_len) {
		size_t len = escape_cut(r->output, r->output_len, REPORT_OUTPUT_MAX);

		buf_puts(out, "<system-out>");
		escape_markup(out, r->output, len, ESCAPE_KEEP_LINES);
		if (len < r->output_len)
			buf_printf(out, "\n[%zu bytes more]", r->output_len - len);
		buf_puts(out, "</system-out>\n");
	}
	buf_puts(out, "</testcase>\n");
	buf_free(&class);
	buf_free(&name);
}

/* A suite of no tests would be green. */
static void junit_empty(const struct cell *c, struct buf *out)
{
	struct buf class = {0};

	buf_printf(&class, "%s.%s", c->kernel, c->abi);
	buf_puts(out, "<testcase");
	junit_attribute(out, "classname", class.p);
	buf_puts(out, " name=\"(cell)\" time=\"0\"><error message=\"no results\" type=\"lost\">"
		 "no results</error></testcase>\n");
	buf_free(&class);
}

static void junit_property(struct buf *out, const char *name, const char *value)
{
	if (!value[0])
		return;
	buf_printf(out, "<property name=\"%s\"", name);
	junit_attribute(out, "value", value);
	buf_puts(out, "/>\n");
}

static void junit_suite(const struct matrix *m, size_t c, struct buf *out)
{
	const struct cell *cell = &m->run->cells[c];
	time_t started = (time_t)m->run->started;
	struct junit_counts n = {0};
	struct buf name = {0};
	struct tm tm;
	char when[64];

	buf_printf(&name, "%s/%s", cell->kernel, cell->abi);
	junit_count(cell, &n);
	buf_puts(out, "<testsuite");
	junit_attribute(out, "name", name.p);
	junit_counts(out, &n);
	/* Without a zone: Jenkins takes no other. It is UTC. */
	if (gmtime_r(&started, &tm) && strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm))
		junit_attribute(out, "timestamp", when);
	buf_puts(out, ">\n<properties>\n");
	junit_property(out, "kernel", cell->kernel);
	junit_property(out, "version", cell->version);
	junit_property(out, "abi", cell->abi);
	junit_property(out, "accel", cell->accel);
	junit_property(out, "qemu", cell->qemu);
	junit_property(out, "user", cell->user);
	for (size_t i = 0; i < m->sound.count; i++) {
		const struct sound_row *row = &m->sound.rows[i];

		buf_puts(out, "<property");
		junit_attribute(out, "name", row->what);
		junit_attribute(out, "value", sound_word(row->at[c].verdict));
		buf_puts(out, "/>\n");
	}
	buf_puts(out, "</properties>\n");
	for (size_t i = 0; i < m->count; i++) {
		const struct matrix_row *row = &m->rows[i];

		for (size_t k = row->first[c]; k < row->first[c + 1]; k++)
			junit_case(cell, row, row->cases[k], row->first[c + 1] - row->first[c] > 1,
				   out);
	}
	if (!cell->results.count)
		junit_empty(cell, out);
	buf_puts(out, "</testsuite>\n");
	buf_free(&name);
}

void report_junit(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	struct junit_counts n = {0};

	(void)style;
	for (size_t c = 0; c < m->run->count; c++)
		junit_count(&m->run->cells[c], &n);
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"kmatrix\"");
	junit_counts(out, &n);
	buf_puts(out, ">\n");
	for (size_t c = 0; c < m->run->count; c++)
		junit_suite(m, c, out);
	buf_puts(out, "</testsuites>\n");
}
