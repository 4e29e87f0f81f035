/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * known.c - look words up among names. It changes nothing.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "harness/verbs/known.h"

static int known(const char *what, const char *const *words, size_t count,
		 const struct cli_list *valid, bool patterns)
{
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < valid->count && (patterns ? fnmatch(words[i], valid->v[k], 0)
						     : strcmp(words[i], valid->v[k])))
			k++;
		if (k == valid->count)
			return cli_unknown(what, words[i], valid->v, valid->count);
	}
	return 0;
}

int known_words(const char *what, const char *const *words, size_t count,
		const struct cli_list *valid)
{
	return known(what, words, count, valid, false);
}

int known_kernels(const struct tables *t, const char *const *words, size_t count,
		  struct cli_list *fit)
{
	struct cli_list ids = {0};
	int rc;

	for (size_t i = 0; i < t->nkernels; i++)
		cli_list_add(&ids, t->kernels[i].id);
	rc = known("kernel", words, count, &ids, fit != NULL);
	for (size_t k = 0; k < ids.count && !rc && fit; k++) {
		size_t i = 0;

		while (i < count && fnmatch(words[i], ids.v[k], 0))
			i++;
		if (i < count)
			cli_list_add(fit, ids.v[k]);
	}
	free(ids.v);
	return rc;
}

int known_abis(const struct tables *t, const char *const *words, size_t count)
{
	struct cli_list ids = {0};
	int rc;

	for (size_t i = 0; i < t->nabis; i++)
		cli_list_add(&ids, t->abis[i].id);
	rc = known("ABI", words, count, &ids, false);
	free(ids.v);
	return rc;
}
