/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kyuadb.h - what a Kyua result store (schema version 3) says. The bytes come
 * from a guest whose kernel may have gone wrong: nothing in them is believed
 * before it was checked, and they are never written to a file or changed.
 */
#ifndef BELAY_HARNESS_KYUADB_H
#define BELAY_HARNESS_KYUADB_H

#include <stddef.h>

#include "harness/result.h"
#include "harness/run.h"

/* How much of one case's output is kept, in bytes. */
#define KYUADB_OUTPUT_MAX 65536

/* The pseudo case of a program that could not even list its cases. */
#define KYUADB_LIST_CASE "__test_cases_list__"

/*
 * Every case with a result, appended to `out`, programs by their path below the
 * root of the test suite. 0, -ENODATA for a store without one result (Kyua commits
 * once, at its end: it was killed before), -EINVAL for what is no such store.
 */
int kyuadb_read(const void *bytes, size_t len, struct results *out, struct why *why);

#endif
