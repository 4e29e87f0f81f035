/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quote.h - report_quote(), for sentences as well.
 */
#ifndef BELAY_SANDBOX_QUOTE_H
#define BELAY_SANDBOX_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

/* As report_quote(); `marks`: escape the double quote and the backslash, too. */
size_t quote_bytes(char *out, size_t size, const char *bytes, size_t len, bool marks);

#endif
