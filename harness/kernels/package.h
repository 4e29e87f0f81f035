/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * package.h - what is inside the distribution's packages: which one leads to the
 * kernel, and the kernel in it. Nothing is fetched here.
 */
#ifndef BELAY_HARNESS_PACKAGE_H
#define BELAY_HARNESS_PACKAGE_H

#include "harness/run.h"

/* The next package on the way to the image, by the record of one; NULL: it is this one. */
char *package_next(const char *record);

/* Everything in a package but kernel modules, which no guest loads, into `dir`. */
int package_unpack(const char *deb, const char *dir, struct why *why);

/* The kernel below `dir`, and what uname -r will say. `package` is for the message. */
int package_image(const char *dir, const char *package, char **image, char **release,
		  struct why *why);

/* The first path DIR/PATTERN, or NULL. */
char *package_match(const char *dir, const char *pattern);

#endif
