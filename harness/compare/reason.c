/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reason.c - take out of a reason what no two runs have in common.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/compare/reason.h"

static size_t reason_digits(const char *p)
{
	return strspn(p, "0123456789");
}

/* Whether "pid", "tid" or the like stands right before `p`, with one of " =:(" between. */
static bool reason_after_id(const char *start, const char *p)
{
	static const char *const words[] = {"pid", "tid", "tgid", "pgid", "sid", "process",
					    "thread", "child", "tracee"};
	const char *end = p;

	while (end > start && strchr(" =:(", end[-1]))
		end--;
	for (size_t i = 0; end < p && i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(end - start) >= len && !strncmp(end - len, words[i], len))
			return true;
	}
	return false;
}

/* The length of a unit of time at `p`, with the blank before it, or 0. */
static size_t reason_unit(const char *p)
{
	static const char *const units[] = {"ms", "us", "ns", "s", "seconds", "second"};
	size_t blank = *p == ' ';

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i]);

		if (!strncmp(p + blank, units[i], len) &&
		    !isalnum((unsigned char)p[blank + len]) && p[blank + len] != '_')
			return blank + len;
	}
	return 0;
}

/* The number at `p`, as it is or as '#'; returns its length. */
static size_t reason_number(struct buf *out, const char *start, const char *p)
{
	size_t len, whole = reason_digits(p);
	bool hide;

	if (p[0] == '0' && p[1] == 'x' && isxdigit((unsigned char)p[2])) {
		len = 2 + strspn(p + 2, "0123456789abcdefABCDEF");
		/* Short ones are signals, bits and errno values. */
		if (len > 5) {
			buf_puts(out, "0x#");
			return len;
		}
		buf_add(out, p, len);
		return len;
	}
	len = whole;
	if (p[len] == '.' && reason_digits(p + len + 1))
		len += 1 + reason_digits(p + len + 1);
	hide = (whole >= 4 && len == whole) || reason_unit(p + len) ||
	       reason_after_id(start, p) || !strncmp(p + len, " reports ", 9) ||
	       (p - start > 3 && p[-1] == ':' && (p[-2] == 'c' || p[-2] == 'h') && p[-3] == '.');
	if (hide)
		buf_puts(out, "#");
	else
		buf_add(out, p, len);
	return len;
}

/* "[   12.345678]", the time that printk writes; its length or 0. */
static size_t reason_stamp(const char *p)
{
	size_t len = 1 + strspn(p + 1, " "), whole = reason_digits(p + len), part;

	if (*p != '[' || !whole || p[len + whole] != '.')
		return 0;
	part = reason_digits(p + len + whole + 1);
	len += whole + 1 + part;
	return part && p[len] == ']' ? len + 1 : 0;
}

char *reason_normal(const char *reason)
{
	struct buf out = {0};
	const char *p = reason;

	buf_puts(&out, "");
	while (*p) {
		size_t len = reason_stamp(p);

		if (len) {
			buf_puts(&out, "[#]");
			p += len;
		} else if (isdigit((unsigned char)*p) &&
			   (p == reason || !(isalnum((unsigned char)p[-1]) || p[-1] == '_'))) {
			p += reason_number(&out, reason, p);
		} else {
			buf_add(&out, p++, 1);
		}
	}
	return out.p;
}

bool reason_same(const char *a, const char *b)
{
	char *x = reason_normal(a), *y = reason_normal(b);
	bool same = !strcmp(x, y);

	free(x);
	free(y);
	return same;
}
