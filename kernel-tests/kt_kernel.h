/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_kernel.h - which side of a change of behaviour this kernel is on. The
 * version is the running kernel's stable release, also below a distribution's
 * own name for it; KT_KERNEL_VERSION in the environment overrides it.
 */
#ifndef BELAY_KT_KERNEL_H
#define BELAY_KT_KERNEL_H

#include <stdbool.h>

#include "kernel-tests/kt_changes.h"

#define KT_CHANGE_ENUM_(name, ...) KT_CHANGE_##name,
#define KT_BUG_ENUM_(name, ...)	   KT_BUG_##name,
enum kt_change { KT_CHANGES(KT_CHANGE_ENUM_) };
enum kt_bug { KT_BUGS(KT_BUG_ENUM_) };

struct kt_version {
	int major, minor, patch;
};

/* "6.1.192", "6.1", "6.1.0-31-amd64"; false when it does not begin like that. */
bool kt_version_parse(const char *text, struct kt_version *out);

/*
 * The stable release behind uname's strings: Debian says it in `version`
 * ("... Debian 6.1.192-1 (date)"), Ubuntu in /proc/version_signature, which is
 * `signature` or NULL.
 */
bool kt_version_of(const char *release, const char *version, const char *signature,
		   struct kt_version *out);

/* Whether `v` is at or after `mainline`, or in the stable branches listed. Pure. */
bool kt_version_has(const struct kt_version *v, const char *mainline, const char *stable);

/* Whether the running kernel has the change; prints the side that was chosen. */
bool kt_kernel_has(enum kt_change change);

/* Whether its locks may sleep (PREEMPT_RT, as uname's version has it). */
bool kt_kernel_is_rt(void);

/* On an affected kernel: what fails from here on is expected to, with the link. */
void kt_known_bug(enum kt_bug bug);

#endif
