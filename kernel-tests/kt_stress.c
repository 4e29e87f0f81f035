/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_stress.c - dice with a seed. No judging.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_stress.h"

static uint32_t state;

/* A configuration variable that is a number above 0, or 0 when it is not set. */
static unsigned long number(const char *name)
{
	const char *text = kt_case_config(name);
	unsigned long n;
	char *end;

	if (!text)
		return 0;
	n = strtoul(text, &end, 10);
	if (*text < '1' || *text > '9' || *end || n > UINT32_MAX)
		kt_broken(__FILE__, __LINE__, "the variable %s is '%s', not a number from 1 on",
			  name, text);
	return n;
}

void kt_stress_begin(void)
{
	struct timespec now;

	state = (uint32_t)number("seed");
	if (!state) {
		KT_SYS(clock_gettime(CLOCK_MONOTONIC, &now));
		state = (uint32_t)now.tv_nsec ^ (uint32_t)getpid() << 16;
		state += !state;
	}
	printf("seed %u\n", (unsigned int)state);
}

/* Marsaglia's xorshift32: good enough to choose, and the same on every ABI. */
uint32_t kt_random(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

unsigned long kt_rounds(unsigned long standard)
{
	unsigned long n = number("rounds");

	return n ? n : standard;
}
