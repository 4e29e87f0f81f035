/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - members of JSON objects, one after the other. Pure; commas are its
 * business, nesting is the caller's.
 */
#ifndef BELAY_HARNESS_JSON_H
#define BELAY_HARNESS_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/buf.h"

/* The comma, where one is due; after '{', '[' and at a line's begin after those none is. */
void json_next(struct buf *out);
/* "name": */
void json_name(struct buf *out, const char *name);
void json_string(struct buf *out, const char *name, const char *value);
/* Visible text only (escape.h), for formats that forbid what cannot be seen. */
void json_visible(struct buf *out, const char *name, const char *value);
void json_int(struct buf *out, const char *name, int64_t value);
void json_bool(struct buf *out, const char *name, bool value);
/* Seconds, of a value in microseconds. */
void json_seconds(struct buf *out, const char *name, int64_t us);
/* RFC 3339 in UTC, of seconds since 1970. */
void json_time(struct buf *out, const char *name, int64_t seconds);

#endif
