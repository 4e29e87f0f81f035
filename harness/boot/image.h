/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.h - the first root of a guest: a base that is the same for every run,
 * made once per userland, and behind it what one job needs.
 */
#ifndef BELAY_HARNESS_IMAGE_H
#define BELAY_HARNESS_IMAGE_H

#include "harness/run.h"

/* Write both for this boot and this job as one file; `scale` as in struct machine. */
int image_build(const struct boot *b, const struct job *job, unsigned scale, const char *path,
		struct why *why);

#endif
