/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select.h - a part of a run: some kernels, some ABIs, some cases. Pure.
 */
#ifndef BELAY_HARNESS_SELECT_H
#define BELAY_HARNESS_SELECT_H

#include <stdbool.h>

#include "harness/store/store.h"

struct selection {
	const char *const *kernels; /* NULL-terminated; NULL: all */
	const char *const *abis;    /* the same */
	const char *tests;	    /* as of cases_wanted(); NULL: all */
};

/*
 * Take out of the run what is not asked for. A cell that loses all its results goes,
 * one that never had any stays: it is still missing.
 */
void select_run(struct store_run *run, const struct selection *wanted);

#endif
