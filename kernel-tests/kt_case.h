/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_case.h - a test case and its contract, tied together where the case is
 * written. A program is a list of KT_CASE and one KT_PROGRAM line at its end.
 *
 *	KT_CASE(ptrace_seize_nopid, "ptrace.seize.nopid",
 *		"Verify that PTRACE_SEIZE of pid 0 or of an unused pid fails with ESRCH")
 *	{
 *		KT_ERR(ESRCH, kt_seize(0, 0));
 *	}
 *
 *	KT_PROGRAM
 *
 * The case's ident is the contract's id with dots as underscores; the metadata
 * X-contract carries the id. A case of KT_TEST has no contract: it tests the
 * helpers. Both run with the whole safety of kt_guard.h and a deadline.
 */
#ifndef BELAY_KT_CASE_H
#define BELAY_KT_CASE_H

#include <atf-c.h>
#include <stdbool.h>

/* Seconds, times the configuration variable timeout_scale (default 1). */
#define KT_DEADLINE 120 /* the case fails and says what it saw last */
#define KT_TIMEOUT  180 /* Kyua kills it: only if the deadline did not work */

struct kt_case {
	const char *name;
	const char *contract; /* NULL: no contract */
	const char *descr;
	void (*body)(void);
};

#define KT_CASE(name, contract, descr) KT_DEFINE_(name, contract, descr)
#define KT_TEST(name, descr)	       KT_DEFINE_(name, NULL, descr)

#define KT_DEFINE_(name, contract, descr)                                                          \
	static void name##_body(void);                                                             \
	static const struct kt_case name##_case = { #name, contract, descr, name##_body };         \
	static const struct kt_case *const name##_entry                                            \
		__attribute__((used, section("kt_cases"))) = &name##_case;                         \
	static void name##_body(void)

/* The cases of the program, in the order in which they are written. */
extern const struct kt_case *const __start_kt_cases[];
extern const struct kt_case *const __stop_kt_cases[];

#define KT_PROGRAM                                                                                 \
	ATF_TP_ADD_TCS(tp)                                                                         \
	{                                                                                          \
		return kt_case_add_all(tp, __start_kt_cases, __stop_kt_cases);                     \
	}

atf_error_t kt_case_add_all(atf_tp_t *tp, const struct kt_case *const *from,
			    const struct kt_case *const *to);

/* A Kyua configuration variable, or NULL. In the case's process only. */
const char *kt_case_config(const char *name);

/* Whether the deadline has passed; then fails the case, saying what it waited for. */
void kt_case_check_deadline(const char *file, int line, const char *what);

#endif
