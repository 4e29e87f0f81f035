/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu.h - how QEMU is called for a boot.
 */
#ifndef BELAY_HARNESS_QEMU_H
#define BELAY_HARNESS_QEMU_H

#include "harness/base/spawn.h"
#include "harness/run.h"

/* The command line; `initrd`, `console` and `stream` are paths. */
void qemu_args(const struct boot *b, enum boot_accel accel, const char *initrd,
	       const char *console, const char *stream, struct args *out);

/* "7.2.22" */
int qemu_version(const char *qemu, char **out, struct why *why);

#endif
