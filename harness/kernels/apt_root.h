/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt_root.h - the files of a private apt root. Of apt.c only.
 */
#ifndef BELAY_HARNESS_APT_ROOT_H
#define BELAY_HARNESS_APT_ROOT_H

#include "harness/kernels/apt.h"

/* Its configuration, and its sources: the suite, and its security updates if wanted. */
int apt_root_write(const struct apt *apt, bool security, struct why *why);
/* A file of this text. */
int apt_root_file(const char *path, const struct buf *text, struct why *why);

#endif
