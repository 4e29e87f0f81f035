/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * known.h - words of a command line that must name what there is. The first that does
 * not is told, with what it may have been; all return 0 or CLI_INFRASTRUCTURE.
 */
#ifndef BELAY_HARNESS_KNOWN_H
#define BELAY_HARNESS_KNOWN_H

#include "harness/verbs/cli.h"

/* Each is one of `valid`. */
int known_words(const char *what, const char *const *words, size_t count,
		const struct cli_list *valid);
/*
 * Each is the id of a kernel of the tables. With `fit` each may also be a pattern of
 * fnmatch(3) that fits one; then all that fit are added to it, the tables' own words, once
 * and in their order.
 */
int known_kernels(const struct tables *t, const char *const *words, size_t count,
		  struct cli_list *fit);
/* Each is the id of an ABI of the tables. */
int known_abis(const struct tables *t, const char *const *words, size_t count);

#endif
