/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target_test.c - what is left to be run, and what a cell is asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/case.h"
#include "harness/run/target.h"

#define A "kernel-tests/a_test"
#define B "kernel-tests/b_test"
#define C "kernel-tests/c_test"

static char *programs[] = {(char[]){A}, (char[]){B}, NULL};
static char *more_programs[] = {(char[]){A}, (char[]){B}, (char[]){C}, NULL};
static const struct abi_row abis[] = {{.id = (char[]){"x86_64"}}, {.id = (char[]){"i386"}}};
static struct suite_tree trees[2];
static struct suite suite = {.trees = trees, .count = 2};
static const struct target_env env = {.suite = &suite};
static struct cell cell;
static struct target target = {.cells = &cell, .count = 1};

/* x86_64 has A:one, A:two and B:one; i386 has these and C:one. */
static void begin(const char *abi, const char *pattern)
{
	for (size_t i = 0; i < 2; i++) {
		struct results *cases = &trees[i].cases;

		trees[i].abi = &abis[i];
		trees[i].programs = i ? more_programs : programs;
		results_add(cases, A, "one", "a.b.one", STATUS_LOST, "");
		results_add(cases, A, "two", "a.b.two", STATUS_LOST, "");
		results_add(cases, B, "one", "b.b.one", STATUS_LOST, "");
		if (i)
			results_add(cases, C, "one", "c.b.one", STATUS_LOST, "");
	}
	cell_init(&cell, "k", abi);
	suite_ask(&suite, pattern, &cell);
}

static void end(void)
{
	cell_free(&cell);
	results_free(&trees[0].cases);
	results_free(&trees[1].cases);
}

CASE(whole, "Verify that a program all of whose cases are wanted is run without naming them")
{
	struct target_job job;

	begin("i386", NULL);
	ATF_CHECK_EQ(4, target_left(&target));
	target_job_make(&env, &target, &job);
	ATF_REQUIRE_EQ(3, job.count);
	for (size_t i = 0; i < 3; i++) {
		ATF_CHECK_STREQ("i386", job.steps[i].abi);
		ATF_CHECK_STREQ(more_programs[i], job.steps[i].program);
		ATF_CHECK(job.steps[i].cases == NULL);
	}
	target_job_free(&job);
	end();
}

CASE(rest, "Verify that after a boot only the cases without an answer are named")
{
	struct target_job job;

	begin("x86_64", NULL);
	results_find(&cell.results, A, "one")->status = STATUS_CRASHED;
	results_find(&cell.results, B, "one")->status = STATUS_PASS;
	target_job_make(&env, &target, &job);
	ATF_REQUIRE_EQ(1, job.count);
	ATF_CHECK_STREQ(A, job.steps[0].program);
	ATF_REQUIRE(job.steps[0].cases != NULL);
	ATF_CHECK_STREQ("two", job.steps[0].cases[0]);
	ATF_CHECK(job.steps[0].cases[1] == NULL);
	target_job_free(&job);
	results_find(&cell.results, A, "two")->status = STATUS_SKIP;
	target_job_make(&env, &target, &job);
	ATF_CHECK_EQ(0, job.count);
	target_job_free(&job);
	end();
}

CASE(pattern, "Verify that a cell is asked only for the cases that fit")
{
	struct target_job job;

	begin("x86_64", "*.two");
	ATF_REQUIRE_EQ(1, cell.results.count);
	target_job_make(&env, &target, &job);
	ATF_REQUIRE_EQ(1, job.count);
	ATF_REQUIRE(job.steps[0].cases != NULL);
	ATF_CHECK_STREQ("two", job.steps[0].cases[0]);
	ATF_CHECK(job.steps[0].cases[1] == NULL);
	target_job_free(&job);
	end();
}

CASE(last, "Verify that what changes a guest for good is run after all else, of every ABI")
{
	char *with_z[] = {(char[]){A}, (char[]){"kernel-tests/zed_test"}, NULL};
	static const char *const expected[][2] = {{"x86_64", A}, {"i386", A},
		{"x86_64", "kernel-tests/zed_test"}, {"i386", "kernel-tests/zed_test"}};
	struct cell cells[2];
	struct target both = {.cells = cells, .count = 2};
	struct target_job job;

	for (size_t i = 0; i < 2; i++) {
		trees[i].abi = &abis[i];
		trees[i].programs = with_z;
		for (size_t p = 0; p < 2; p++)
			results_add(&trees[i].cases, with_z[p], "one", "a.b.one", STATUS_LOST, "");
		cell_init(&cells[i], "k", abis[i].id);
		suite_ask(&suite, NULL, &cells[i]);
	}
	target_job_make(&env, &both, &job);
	ATF_REQUIRE_EQ(4, job.count);
	for (size_t i = 0; i < 4; i++) {
		ATF_CHECK_STREQ(expected[i][0], job.steps[i].abi);
		ATF_CHECK_STREQ(expected[i][1], job.steps[i].program);
	}
	target_job_free(&job);
	for (size_t i = 0; i < 2; i++) {
		cell_free(&cells[i]);
		results_free(&trees[i].cases);
	}
}

CASE(nobuild, "Verify that what only another ABI has a program for is nobuild, and is not run")
{
	struct target_job job;
	const struct result *r;

	begin("x86_64", NULL);
	r = results_find(&cell.results, C, "one");
	ATF_REQUIRE(r != NULL);
	ATF_CHECK_EQ(STATUS_NOBUILD, r->status);
	ATF_CHECK_STREQ("c.b.one", r->contract);
	target_job_make(&env, &target, &job);
	ATF_CHECK_EQ(2, job.count);
	target_job_free(&job);
	end();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, whole);
	ATF_TP_ADD_TC(tp, rest);
	ATF_TP_ADD_TC(tp, pattern);
	ATF_TP_ADD_TC(tp, last);
	ATF_TP_ADD_TC(tp, nobuild);
	return atf_no_error();
}
