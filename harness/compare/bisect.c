/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect.c - good, bad or unsure, and the order of versions. It runs nothing.
 */
#include <ctype.h>
#include <string.h>

#include "harness/cell/cases.h"
#include "harness/compare/bisect.h"

const char *bisect_word(enum bisect_answer a)
{
	return a == BISECT_GOOD ? "good" : a == BISECT_BAD ? "bad" : "unsure";
}

enum bisect_answer bisect_status(enum status s)
{
	switch (s) {
	case STATUS_PASS:
	case STATUS_XPASS:
		return BISECT_GOOD;
	case STATUS_FAIL:
	case STATUS_XFAIL:
	case STATUS_TIMEOUT:
	case STATUS_CRASHED:
		return BISECT_BAD;
	default:
		return BISECT_UNSURE;
	}
}

/* The higher one decides. */
static int bisect_weight(const struct result *r)
{
	switch (bisect_status(r->status)) {
	case BISECT_BAD:
		return 4;
	case BISECT_GOOD:
		return 2;
	default:
		return r->status == STATUS_SKIP || r->status == STATUS_NA ? 1 : 3;
	}
}

enum bisect_answer bisect_cells(const struct cell *cells, size_t count, const char *pattern,
				const struct result **why, const struct cell **in)
{
	const struct result *decides = NULL;

	for (size_t c = 0; c < count; c++) {
		for (size_t i = 0; i < cells[c].results.count; i++) {
			const struct result *r = &cells[c].results.v[i];

			if (!cases_wanted(pattern, r) ||
			    (decides && bisect_weight(r) <= bisect_weight(decides)))
				continue;
			decides = r;
			*in = &cells[c];
		}
	}
	*why = decides;
	return decides ? bisect_status(decides->status) : BISECT_UNSURE;
}

/* ---- versions ---- */

/* '~' sorts before the end, the end before letters, letters before the rest. */
static int bisect_char(const char *p, const char *end)
{
	if (p == end || isdigit((unsigned char)*p))
		return 0;
	if (*p == '~')
		return -1;
	return isalpha((unsigned char)*p) ? (unsigned char)*p : (unsigned char)*p + 256;
}

static size_t bisect_digits(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && isdigit((unsigned char)p[n]))
		n++;
	return n;
}

/* deb-version(7), "Sorting algorithm". */
static int bisect_compare_text(const char *a, const char *ea, const char *b, const char *eb)
{
	while (a < ea || b < eb) {
		size_t x, y;
		int order;

		while ((a < ea && !isdigit((unsigned char)*a)) ||
		       (b < eb && !isdigit((unsigned char)*b))) {
			order = bisect_char(a, ea) - bisect_char(b, eb);
			if (order)
				return order;
			a++;
			b++;
		}
		/* No zero stands at the ends, where a blank, ')' or NUL does. */
		a += strspn(a, "0");
		b += strspn(b, "0");
		x = bisect_digits(a, ea);
		y = bisect_digits(b, eb);
		order = x != y ? (x > y) - (x < y) : memcmp(a, b, x);
		if (order)
			return order;
		a += x;
		b += y;
	}
	return 0;
}

/* The part of a version that orders it. */
static const char *bisect_key(const char *version, const char **end)
{
	const char *open = strrchr(version, '('), *close = open ? strchr(open, ')') : NULL;

	if (close && close > open + 1) {
		*end = close;
		return open + 1;
	}
	*end = version + strcspn(version, " ");
	return version;
}

int bisect_version_compare(const char *a, const char *b)
{
	const char *ea, *eb, *x = bisect_key(a, &ea), *y = bisect_key(b, &eb);

	return bisect_compare_text(x, ea, y, eb);
}

size_t bisect_turns(const enum bisect_answer *answers, size_t count, size_t *at)
{
	enum bisect_answer last = BISECT_UNSURE;
	size_t turns = 0;

	for (size_t i = 0; i < count; i++) {
		if (answers[i] == BISECT_UNSURE)
			continue;
		if (last != BISECT_UNSURE && last != answers[i] && !turns++)
			*at = i;
		last = answers[i];
	}
	return turns;
}
