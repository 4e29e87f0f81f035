/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select.c - narrow a run. It judges nothing.
 */
#include <string.h>

#include "harness/base/buf.h"
#include "harness/cell/cases.h"
#include "harness/store/select.h"

static bool select_has(const char *const *words, const char *word)
{
	for (; words && *words; words++)
		if (!strcmp(*words, word))
			return true;
	return !words;
}

static void select_cases(struct results *list, const char *tests)
{
	struct results kept = {0}, gone = {0};

	for (size_t i = 0; i < list->count; i++) {
		struct results *to = cases_wanted(tests, &list->v[i]) ? &kept : &gone;

		to->v = buf_grow(to->v, to->count, &to->cap, sizeof(*to->v));
		to->v[to->count++] = list->v[i];
	}
	results_free(&gone);
	list->count = 0;
	results_free(list);
	*list = kept;
}

void select_run(struct store_run *run, const struct selection *wanted)
{
	size_t kept = 0;

	for (size_t c = 0; c < run->count; c++) {
		struct cell *cell = &run->cells[c];
		bool asked = select_has(wanted->kernels, cell->kernel) &&
			     select_has(wanted->abis, cell->abi);

		if (asked && cell->results.count) {
			select_cases(&cell->results, wanted->tests);
			asked = cell->results.count;
		}
		if (asked)
			run->cells[kept++] = *cell;
		else
			cell_free(cell);
	}
	run->count = kept;
}
