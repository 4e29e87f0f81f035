/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spec.h - how a command line names results:
 *
 *	[STORE][#RUN][:KERNEL[/ABI]]
 *
 * STORE is a file (none: the store of --store), RUN a number (none: the newest run; with
 * a kernel, the newest that has it), KERNEL and ABI narrow it to their cells. One word
 * alone is the file of that name if there is one, else KERNEL[/ABI] of the store. Pure.
 */
#ifndef BELAY_HARNESS_SPEC_H
#define BELAY_HARNESS_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/run.h"

struct spec {
	char *store;  /* NULL: the store of --store */
	int64_t run;  /* 0: the newest */
	char *kernel; /* NULL: all */
	char *abi;    /* NULL: all */
	char *word;   /* the whole text when it is one word alone, and a file may have its
			 name; kernel and abi are what it is if there is none */
};

/* -EINVAL with what is wrong with it. */
int spec_parse(const char *text, struct spec *out, struct why *why);
void spec_free(struct spec *s);

#endif
