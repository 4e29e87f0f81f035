/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libraries.h - what a dynamic program needs to start in a guest, which has no
 * library: its loader, and the shared objects that this machine's loader gives it.
 */
#ifndef BELAY_HARNESS_LIBRARIES_H
#define BELAY_HARNESS_LIBRARIES_H

#include <stddef.h>

#include "harness/base/buf.h"
#include "harness/boot/cpio.h"
#include "harness/run.h"

/* The loader that a program names, of either class; NULL: it is static. To be freed. */
char *libraries_loader(const void *program, size_t len);

/*
 * Put those of the program at `path`, whose bytes these are, at the places that they
 * have on this machine; nothing for a static one.
 */
int libraries_put(struct cpio *c, const char *path, const void *program, size_t len,
		  struct why *why);

#endif
