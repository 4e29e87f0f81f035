/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accel.h - whether KVM may be used, and the boot that finds it out.
 */
#ifndef BELAY_HARNESS_ACCEL_H
#define BELAY_HARNESS_ACCEL_H

#include "harness/run.h"

/*
 * KVM when a real boot under it has worked on this machine since it was started,
 * with this QEMU; such a boot is tried once, with a kernel that is known to be
 * good. Otherwise, and for ever after a failure, TCG.
 */
int accel_choose(const struct boot *b, const char *qemu_version, boot_watch *watch, void *arg,
		 enum boot_accel *accel, struct why *why);

/* boot.c: start QEMU with an image that exists, to its end. */
int boot_once(const struct boot *b, enum boot_accel accel, const char *initrd, boot_watch *watch,
	      void *arg, struct boot_result *res, struct why *why);

#endif
