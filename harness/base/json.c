/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.c - write JSON. It reads none.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "harness/base/escape.h"
#include "harness/base/json.h"

void json_next(struct buf *out)
{
	size_t i = out->len;

	while (i && (out->p[i - 1] == '\n' || out->p[i - 1] == ' '))
		i--;
	if (i && !strchr("{[,:", out->p[i - 1]))
		buf_puts(out, ",");
}

void json_name(struct buf *out, const char *name)
{
	json_next(out);
	buf_printf(out, "\"%s\":", name);
}

void json_string(struct buf *out, const char *name, const char *value)
{
	json_name(out, name);
	escape_json(out, value, strlen(value));
}

void json_visible(struct buf *out, const char *name, const char *value)
{
	json_name(out, name);
	escape_json_visible(out, value, strlen(value), ESCAPE_ONE_LINE);
}

void json_int(struct buf *out, const char *name, int64_t value)
{
	json_name(out, name);
	buf_printf(out, "%" PRId64, value);
}

void json_bool(struct buf *out, const char *name, bool value)
{
	json_name(out, name);
	buf_puts(out, value ? "true" : "false");
}

void json_seconds(struct buf *out, const char *name, int64_t us)
{
	json_name(out, name);
	buf_printf(out, "%" PRId64 ".%06" PRId64, us / 1000000, us % 1000000);
}

void json_time(struct buf *out, const char *name, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char text[64] = "";

	/* A damaged store may hold a year that no calendar has. */
	if (!gmtime_r(&t, &tm) || tm.tm_year < 0 || tm.tm_year > 8099)
		gmtime_r(&(time_t){0}, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_string(out, name, text);
}
