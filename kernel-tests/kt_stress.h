/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_stress.h - the dice of a KT_STRESS case. The seed is printed; the
 * configuration variable `seed` throws the same again, `rounds` throws more
 * often. What the scheduler does is not repeated by it.
 */
#ifndef BELAY_KT_STRESS_H
#define BELAY_KT_STRESS_H

#include <stdint.h>

/* Called by kt_case. */
void kt_stress_begin(void);

/* 0 to below - 1. In the case's main thread only; children have their own. */
uint32_t kt_random(uint32_t below);

/* How often to try: `standard`, or the variable. */
unsigned long kt_rounds(unsigned long standard);

#endif
