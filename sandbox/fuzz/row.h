/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * row.h - two bytes of an input as a row of the call table, in a way that an
 * input keeps its meaning when the table grows.
 */
#ifndef BELAY_SANDBOX_FUZZ_ROW_H
#define BELAY_SANDBOX_FUZZ_ROW_H

#include "sandbox/fuzz/fuzz.h"
#include "sandbox/plan/calls.h"

/* The row whose name has this sum (FNV-1a, folded to 16 bits), else some row. */
const struct call_spec *fuzz_row(struct fuzz_in *in);

#endif
