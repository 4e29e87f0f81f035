/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scmp.h - rows of the call table as a filter of libseccomp's, as far as it
 * can say them: the second opinion of the filter target.
 */
#ifndef BELAY_SANDBOX_FUZZ_SCMP_H
#define BELAY_SANDBOX_FUZZ_SCMP_H

#include <linux/seccomp.h>
#include <stdbool.h>

#include "sandbox/plan/cond.h"

/* Whether the row is in libseccomp's filter for this ABI. */
bool scmp_expresses(const struct abi *abi, const struct call_spec *spec, unsigned int closed);

/* Clear the halves of arguments that libseccomp does not leave out of a comparison. */
void scmp_narrow(const struct abi *abi, const struct call_spec *spec, struct seccomp_data *d);

/* What the filter answers; backend trace. */
uint32_t scmp_run(const struct abi *abi, unsigned int closed, const struct seccomp_data *d);

#endif
