/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_case.h - a test case and its contract, tied together where the case is
 * written. A program is a list of KT_CASE and one KT_PROGRAM line at its end.
 *
 *	KT_CASE(ptrace_seize_nopid, "ptrace.seize.nopid",
 *		"Verify that PTRACE_SEIZE of pid 0 or of an unused pid fails with ESRCH",
 *		KT_ANSWERS(ptrace, PTRACE_SEIZE, 0))
 *	{
 *		KT_ERR(ESRCH, kt_seize(0, 0));
 *	}
 *
 *	KT_PROGRAM
 *
 * The case's ident is the contract's id with dots as underscores; the metadata
 * X-contract carries the id, X-wrong-1 the wrong answer that must make the case fail
 * (kt_wrong.h). A case of KT_TEST has no contract: it tests the helpers. All run
 * with the whole safety of kt_guard.h and a deadline.
 *
 * A family is one body and a table: `count` cases with the ids "its.prefix.name".
 *
 *	static void describe(size_t i, struct kt_instance *out)
 *	{
 *		snprintf(out->name, sizeof(out->name), "%s", table[i].name);
 *		snprintf(out->descr, sizeof(out->descr), "Verify that ...");
 *		out->wrong = (struct kt_wrong)KT_ANSWERS(ptrace, table[i].request, 0);
 *	}
 *
 *	KT_FAMILY(its_prefix, "its.prefix", COUNT, describe)
 *	{
 *		... table[i] ...
 *	}
 *
 * In contracts.tsv it is one row, with the id "its.prefix.*".
 */
#ifndef BELAY_KT_CASE_H
#define BELAY_KT_CASE_H

#include <atf-c.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernel-tests/kt_wrong.h"

/* Seconds, times the configuration variable timeout_scale (default 1). */
#define KT_DEADLINE 120 /* the case fails and says what it saw last */
#define KT_TIMEOUT  180 /* Kyua kills it: only if the deadline did not work */

/* One case of a family. */
struct kt_instance {
	char name[80];	 /* words of lower-case letters, digits and _, parted by dots */
	char descr[300]; /* a sentence without its full stop */
	struct kt_wrong wrong;
};

struct kt_case {
	const char *name;
	const char *contract; /* NULL: no contract; of a family: the prefix */
	const char *descr;
	void (*body)(void);
	const struct kt_wrong *wrong;
	size_t wrongs;
	bool stress;

	/* A family alone has these. */
	size_t count;
	void (*describe)(size_t i, struct kt_instance *out);
	void (*family_body)(size_t i);
};

/* The wrong answer comes last, and may be more than one: each must make the case fail. */
#define KT_CASE(name, contract, descr, ...) KT_DEFINE_(name, contract, descr, false, __VA_ARGS__)
#define KT_TEST(name, descr, ...)	    KT_DEFINE_(name, NULL, descr, false, __VA_ARGS__)

/*
 * Chance decides what this case does, so it is run on demand: it is skipped
 * unless the configuration variable `stress` is yes, and has the metadata
 * X-tag stress. kt_stress.h has its dice and says how to repeat a run.
 */
#define KT_STRESS(name, contract, descr, ...) KT_DEFINE_(name, contract, descr, true, __VA_ARGS__)

#define KT_DEFINE_(name_, contract_, descr_, stress_, ...)                                         \
	static void name_##_body(void);                                                            \
	static const struct kt_wrong name_##_wrong[] = { __VA_ARGS__ };                            \
	static const struct kt_case name_##_case = {                                               \
		.name = #name_,                                                                    \
		.contract = contract_,                                                             \
		.descr = descr_,                                                                   \
		.body = name_##_body,                                                              \
		.wrong = name_##_wrong,                                                            \
		.wrongs = sizeof(name_##_wrong) / sizeof(struct kt_wrong),                         \
		.stress = (stress_),                                                               \
	};                                                                                         \
	KT_REGISTER_(name_)                                                                        \
	static void name_##_body(void)

#define KT_FAMILY(name_, prefix_, count_, describe_)                                               \
	static void name_##_body(size_t i);                                                        \
	static const struct kt_case name_##_case = {                                               \
		.name = #name_,                                                                    \
		.contract = prefix_,                                                               \
		.count = (count_),                                                                 \
		.describe = describe_,                                                             \
		.family_body = name_##_body,                                                       \
	};                                                                                         \
	KT_REGISTER_(name_)                                                                        \
	static void name_##_body(size_t i)

#define KT_REGISTER_(name)                                                                         \
	static const struct kt_case *const name##_entry                                            \
		__attribute__((used, section("kt_cases"))) = &name##_case;

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
