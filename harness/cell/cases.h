/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cases.h - which cases there are: the runner's list, from a guest or from the
 * host, and the choice among them by --test. Pure.
 */
#ifndef BELAY_HARNESS_CASES_H
#define BELAY_HARNESS_CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/cell/result.h"

/* The case that stands for a program that could not list its cases, as Kyua calls it. */
#define CASES_LIST_CASE "__test_cases_list__"

/*
 * Lines of "program:case" or "program:case contract". Appends every case as
 * STATUS_LOST, which is what it stays until an answer is seen. Lines that are not a
 * list are passed over.
 */
void cases_parse(const char *text, size_t len, struct results *out);

/* Whether a case is among those wanted: NULL means all; patterns of fnmatch(3), parted
 * by single blanks, one of which fits its contract, its program:case, its program, or
 * the program's last part. */
bool cases_wanted(const char *patterns, const struct result *r);

#endif
