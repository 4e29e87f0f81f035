/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * case.h - a test case that begins with its sentence.
 */
#ifndef BELAY_HARNESS_CASE_H
#define BELAY_HARNESS_CASE_H

#include <atf-c.h>

/* CASE(name, "Verify that ...") { body } */
#define CASE(name, sentence)                                                                       \
	ATF_TC(name);                                                                              \
	ATF_TC_HEAD(name, tc)                                                                      \
	{                                                                                          \
		atf_tc_set_md_var(tc, "descr", sentence);                                          \
	}                                                                                          \
	ATF_TC_BODY(name, tc)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
