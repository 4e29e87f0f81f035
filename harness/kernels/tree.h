/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.h - the image of a kernel build tree, and whether its configuration has what
 * a guest needs. Nothing is built here.
 */
#ifndef BELAY_HARNESS_TREE_H
#define BELAY_HARNESS_TREE_H

#include "harness/run.h"

/*
 * *image is its path, and *release what uname -r will say, or NULL when the tree does
 * not know. -EINVAL with all that is missing in .config, or what is no tree.
 */
int tree_image(const char *dir, char **image, char **release, struct why *why);

#endif
