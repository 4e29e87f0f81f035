/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.c - the formats, and what several of them share. It writes no report.
 */
#include <string.h>

#include "harness/base/escape.h"
#include "harness/report/report.h"

const struct report_format report_formats[] = {
	{"text", report_text},
	{"html", report_html},
	{"json", report_json},
	{"junit", report_junit},
	{"tap", report_tap},
	{"kcidb", report_kcidb},
	{"lava", report_lava},
	{"sound", report_sound_kernels},
	{0},
};

const enum status report_order[STATUS_COUNT] = {
	STATUS_CRASHED, STATUS_FAIL,	STATUS_TIMEOUT, STATUS_FLAKY, STATUS_BROKEN,
	STATUS_XPASS,	STATUS_NOBOOT,	STATUS_NOBUILD, STATUS_LOST,  STATUS_XFAIL,
	STATUS_SKIP,	STATUS_NA,	STATUS_PASS,
};

const struct report_format *report_format_find(const char *name)
{
	for (const struct report_format *f = report_formats; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

void report_safe(struct buf *out, const char *text)
{
	escape_visible(out, text, strlen(text), ESCAPE_ONE_LINE);
}

enum report_kind report_kind(enum status s)
{
	if (s == STATUS_PASS)
		return REPORT_PASSED;
	if (s == STATUS_XFAIL)
		return REPORT_KNOWN;
	if (s == STATUS_BROKEN)
		return REPORT_ERROR;
	switch (status_class(s)) {
	case STATUS_CLASS_GOOD:
		return REPORT_SKIPPED;
	case STATUS_CLASS_FAILURE:
		return REPORT_FAILED;
	default:
		return REPORT_MISSING;
	}
}
