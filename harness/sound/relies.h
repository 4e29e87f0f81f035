/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relies.h - which contracts the sandbox says that it stands on: the answer of
 * `belay --relies`, kept with the run that it belongs to. It judges nothing: sound.h.
 */
#ifndef BELAY_HARNESS_RELIES_H
#define BELAY_HARNESS_RELIES_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/run.h"

/* One reliance. The strings belong to it. */
struct reliance {
	char *what;	/* "trace": a backend or layer, one row of the verdict */
	char *kind;	/* "backend" or "layer" */
	char *part;	/* what of it needs the contract: "pidfd_getfd" */
	bool optional;	/* belay does without this part where the kernel lacks it */
	char *contract; /* its id, or "prefix.*" for each case of a family */
	char *abis;	/* "all", or names parted by commas, as in contracts.tsv */
	char *why;	/* in a few words */
};

struct relies {
	struct reliance *v; /* by what, in belay's order */
	size_t count, cap;
};

/* A new one at the end, with copies of the words. */
void relies_add(struct relies *list, const char *what, const char *kind, const char *part,
		bool optional, const char *contract, const char *abis, const char *why);
void relies_free(struct relies *list);

/* Whether it matters to a cell of this ABI. */
bool reliance_is_for(const struct reliance *r, const char *abi);
/* Whether a case with this contract speaks for it. */
bool reliance_names(const struct reliance *r, const char *contract);

/*
 * Ask the belay at `path`. -ENOENT when there is none, -EPROTO when what it prints is
 * not understood, another error when it cannot be run; `out` is written on success only.
 */
int relies_ask(const char *path, struct relies *out, struct why *why);

#endif
