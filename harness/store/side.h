/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * side.h - results that a command line names (spec.h), read from their store. It
 * compares nothing.
 */
#ifndef BELAY_HARNESS_SIDE_H
#define BELAY_HARNESS_SIDE_H

#include "harness/store/spec.h"
#include "harness/store/store.h"

struct side {
	struct spec spec;
	char *path;	      /* of the store, or of the file that is no store */
	bool is_store;	      /* false: the file is something else, and run is empty */
	struct store_run run; /* with the cells that are meant, and no others */
};

/*
 * Find and read what `text` names; `store` is the one of --store. A word that is neither
 * a file nor a kernel of the store is -ENOENT, with the nearest one that is.
 */
int side_load(const char *text, const char *store, struct side *out, struct why *why);
/* Drop every cell that is not of this kernel and ABI; NULL: all are. */
void side_narrow(struct side *s, const char *kernel, const char *abi);
void side_free(struct side *s);

#endif
