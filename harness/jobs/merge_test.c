/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * merge_test.c - the rules by which runs become one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/base/case.h"
#include "harness/jobs/merge.h"

static struct kernel kernels[] = {{.id = "one-amd64"}, {.id = "two-arm64"}};
static struct abi_row abis[] = {{.id = "x86_64"}, {.id = "i386"}, {.id = "aarch64"}};
static const struct tables tables = {
	.kernels = kernels, .nkernels = COUNT(kernels), .abis = abis, .nabis = COUNT(abis)};

/* A run without cells. */
static struct merge_input input(const char *name, const char *version)
{
	return (struct merge_input){.name = name, .run = {
		.belay_version = buf_strdup(version), .started = 100, .finished = 200, .ended = true}};
}

static struct cell *add_cell(struct merge_input *in, const char *kernel, const char *abi)
{
	struct store_run *r = &in->run;
	struct cell *c;

	r->cells = buf_realloc(r->cells, r->count + 1, sizeof(*r->cells));
	c = &r->cells[r->count++];
	cell_init(c, kernel, abi);
	cell_set(&c->version, "6.1");
	cell_set(&c->accel, "tcg");
	cell_set(&c->qemu, "7.2.22");
	cell_set(&c->user, "root");
	return c;
}

static void add(struct cell *c, const char *name, enum status status, const char *reason)
{
	results_add(&c->results, "k/a_test", name, "", status, reason);
}

static void merge(const struct merge_input *in, size_t count, struct store_run *out)
{
	struct why why = {""};

	ATF_REQUIRE_EQ_MSG(0, merge_runs(in, count, &tables, false, out, &why), "%s", why.text);
}

static void done(struct merge_input *in, size_t count, struct store_run *run)
{
	for (size_t i = 0; i < count; i++)
		store_run_free(&in[i].run);
	store_run_free(run);
}

/* Every word of a run but the ids. */
static char *dump(const struct store_run *run)
{
	struct buf out = {0};

	buf_printf(&out, "%s %lld %lld %d\n", run->belay_version, (long long)run->started,
		   (long long)run->finished, run->ended);
	for (size_t i = 0; i < run->count; i++) {
		const struct cell *c = &run->cells[i];

		buf_printf(&out, "%s %s %s %s %s %s\n", c->kernel, c->abi, c->version, c->accel,
			   c->qemu, c->user);
		for (size_t k = 0; k < c->results.count; k++) {
			const struct result *r = &c->results.v[k];

			buf_printf(&out, "  %s %s [%s] %s [%s] %u %lld %zu ", r->program, r->name,
				   r->contract, status_word(r->status), r->reason, r->attempts,
				   (long long)r->us, r->output_len);
			buf_add(&out, r->output ? r->output : "", r->output_len);
			buf_puts(&out, "\n");
		}
	}
	return out.p;
}

static void require_dump(const struct store_run *run, const char *expected)
{
	char *text = dump(run);

	ATF_REQUIRE_STREQ(expected, text);
	free(text);
}

CASE(parts, "Verify that parts become one run, with its cells in the order of the tables")
{
	struct merge_input in[] = {input("a", "1"), input("b", "1")};
	struct store_run run;

	add(add_cell(&in[0], "qemu-user", "i386"), "x", STATUS_PASS, "");
	add(add_cell(&in[0], "two-arm64", "aarch64"), "x", STATUS_PASS, "");
	add(add_cell(&in[0], "one-amd64", "i386"), "z", STATUS_PASS, "");
	add(add_cell(&in[1], "own", "x86_64"), "x", STATUS_FAIL, "no");
	add(add_cell(&in[1], "one-amd64", "x86_64"), "x", STATUS_PASS, "");
	add(add_cell(&in[1], "one-amd64", "i386"), "y", STATUS_SKIP, "why");
	add_cell(&in[1], "running", "x86_64");
	in[1].run.started = 50;
	in[1].run.finished = 300;
	merge(in, COUNT(in), &run);
	require_dump(&run, "1 50 300 1\n"
		     "running x86_64 6.1 tcg 7.2.22 root\n"
		     "one-amd64 x86_64 6.1 tcg 7.2.22 root\n"
		     "  k/a_test x [] pass [] 1 -1 0 \n"
		     "one-amd64 i386 6.1 tcg 7.2.22 root\n"
		     "  k/a_test y [] skip [why] 1 -1 0 \n"
		     "  k/a_test z [] pass [] 1 -1 0 \n"
		     "two-arm64 aarch64 6.1 tcg 7.2.22 root\n"
		     "  k/a_test x [] pass [] 1 -1 0 \n"
		     "own x86_64 6.1 tcg 7.2.22 root\n"
		     "  k/a_test x [] fail [no] 1 -1 0 \n"
		     "qemu-user i386 6.1 tcg 7.2.22 root\n"
		     "  k/a_test x [] pass [] 1 -1 0 \n");
	done(in, COUNT(in), &run);
}

CASE(answers, "Verify what becomes of two answers to one case, for each pair of statuses")
{
	for (enum status a = 0; a < STATUS_COUNT; a++) {
		for (enum status b = 0; b < STATUS_COUNT; b++) {
			struct merge_input in[] = {input("a", "1"), input("b", "1")};
			bool none_a = status_class(a) == STATUS_CLASS_MISSING;
			bool none_b = status_class(b) == STATUS_CLASS_MISSING;
			enum status s;
			struct store_run run;

			add(add_cell(&in[0], "one-amd64", "i386"), "x", a, "");
			add(add_cell(&in[1], "one-amd64", "i386"), "x", b, "");
			merge(in, COUNT(in), &run);
			ATF_REQUIRE_EQ(1, run.count);
			ATF_REQUIRE_EQ(1, run.cells[0].results.count);
			s = run.cells[0].results.v[0].status;
			if (a == b || (none_b && !none_a))
				ATF_CHECK_EQ_MSG(a, s, "%s, %s", status_word(a), status_word(b));
			else if (none_a && !none_b)
				ATF_CHECK_EQ_MSG(b, s, "%s, %s", status_word(a), status_word(b));
			else if (none_a)
				ATF_CHECK_EQ(STATUS_CLASS_MISSING, status_class(s));
			else
				ATF_CHECK_EQ_MSG(STATUS_FLAKY, s, "%s, %s", status_word(a),
						 status_word(b));
			store_run_free(&run);
			store_run_free(&in[0].run);
			store_run_free(&in[1].run);
		}
	}
}

CASE(disagree, "Verify that answers that differ are flaky, say what each was, and stay it")
{
	struct merge_input in[] = {input("a", "1"), input("b", "1"), input("c", "1")};
	struct merge_input again[] = {{.name = "merged"}, {.name = "a"}};
	struct store_run run, twice;
	char *first, *second;

	add(add_cell(&in[0], "one-amd64", "i386"), "x", STATUS_PASS, "");
	add(add_cell(&in[1], "one-amd64", "i386"), "x", STATUS_FAIL, "1 != 2");
	result_set_output(&in[1].run.cells[0].results.v[0], "said", 4);
	add(add_cell(&in[2], "one-amd64", "i386"), "x", STATUS_LOST, "never ran");
	merge(in, COUNT(in), &run);
	require_dump(&run, "1 100 200 1\n"
		     "one-amd64 i386 6.1 tcg 7.2.22 root\n"
		     "  k/a_test x [] flaky [runs disagree: fail (1 != 2), pass] 1 -1 4 said\n");
	again[0].run = run;
	again[1].run = in[0].run;
	merge(again, COUNT(again), &twice);
	first = dump(&run);
	second = dump(&twice);
	ATF_REQUIRE_STREQ(first, second);
	free(first);
	free(second);
	store_run_free(&twice);
	done(in, COUNT(in), &run);
}

CASE(lives, "Verify that a cell that never came to life takes the words of one that did")
{
	struct merge_input in[] = {input("a", "1"), input("b", "1")};
	struct store_run run;
	struct cell *c;

	add(add_cell(&in[0], "one-amd64", "i386"), "x", STATUS_PASS, "");
	c = add_cell(&in[1], "one-amd64", "i386");
	add(c, "x", STATUS_LOST, "");
	add(c, "y", STATUS_LOST, "never ran");
	cell_set(&c->version, "");
	cell_set(&c->accel, "");
	cell_set(&c->qemu, "8.2, 7.2.22");
	in[1].run.ended = false;
	merge(in, COUNT(in), &run);
	require_dump(&run, "1 100 0 0\n"
		     "one-amd64 i386 6.1 tcg 7.2.22, 8.2 root\n"
		     "  k/a_test x [] pass [] 1 -1 0 \n"
		     "  k/a_test y [] lost [never ran] 1 -1 0 \n");
	done(in, COUNT(in), &run);
}

static void require_refused(const struct merge_input *in, size_t count, const char *text)
{
	struct store_run run = {.count = 77};
	struct why why = {""};

	ATF_REQUIRE(merge_runs(in, count, &tables, false, &run, &why) < 0);
	ATF_CHECK_MSG(strstr(why.text, text), "'%s' does not say '%s'", why.text, text);
	ATF_CHECK_MSG(strstr(why.text, "'a'") && strstr(why.text, "'b'"), "no names: %s", why.text);
	ATF_CHECK_EQ(77, run.count);
}

CASE(refused, "Verify that what are no parts of one matrix is refused, with the stores' names")
{
	struct merge_input in[] = {input("a", "1"), input("b", "1")};
	struct store_run run;
	struct why why;

	add_cell(&in[0], "one-amd64", "i386");
	add_cell(&in[1], "one-amd64", "i386");
	cell_set(&in[1].run.cells[0].version, "6.2");
	require_refused(in, COUNT(in), "cell one-amd64/i386 (root) is not of one version");
	cell_set(&in[1].run.cells[0].version, "6.1");
	cell_set(&in[1].run.cells[0].accel, "kvm");
	require_refused(in, COUNT(in), "is not of one acceleration");
	/* Another user's cell is another cell. */
	cell_set(&in[1].run.cells[0].user, "nobody");
	merge(in, COUNT(in), &run);
	ATF_REQUIRE_EQ(2, run.count);
	store_run_free(&run);
	free(in[1].run.belay_version);
	in[1].run.belay_version = buf_strdup("2");
	require_refused(in, COUNT(in), "belay 1");
	ATF_REQUIRE_EQ(0, merge_runs(in, COUNT(in), &tables, true, &run, &why));
	ATF_REQUIRE_STREQ("1, 2", run.belay_version);
	done(in, COUNT(in), &run);
}

static void rely(struct merge_input *in, const char *contract)
{
	relies_add(&in->run.relies, "trace", "backend", "seize", false, contract, "all", "it is so");
}

CASE(relies, "Verify that what belay relies on is kept, and has to be the same")
{
	struct merge_input in[] = {input("a", "1"), input("b", "1"), input("c", "1")};
	struct store_run run;
	struct why why;

	rely(&in[1], "a.b.c");
	rely(&in[2], "a.b.c");
	merge(in, COUNT(in), &run);
	ATF_REQUIRE_EQ(1, run.relies.count);
	ATF_REQUIRE_STREQ("a.b.c", run.relies.v[0].contract);
	store_run_free(&run);
	rely(&in[0], "a.b.d");
	require_refused(in, 2, "relies on other contracts");
	ATF_REQUIRE_EQ(0, merge_runs(in, COUNT(in), &tables, true, &run, &why));
	ATF_REQUIRE_EQ(0, run.relies.count);
	done(in, COUNT(in), &run);
}

/* A generator of its own, so that every machine makes the same runs. */
static unsigned seed;

static unsigned any(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

static struct merge_input any_input(const char *name)
{
	static const char *const ks[] = {"running", "one-amd64", "two-arm64", "own", "qemu-user"};
	static const char *const words[] = {"", "a", "b"};
	struct merge_input in = input(name, "1");

	in.run.started = any(3);
	in.run.finished = 10 + any(3);
	in.run.ended = any(4);
	for (unsigned k = 0; k < COUNT(ks); k++) {
		struct cell *c;

		if (!any(3))
			continue;
		c = add_cell(&in, ks[k], abis[any(3)].id);
		cell_set(&c->qemu, any(2) ? "7" : "8");
		for (unsigned i = 0; i < 4; i++) {
			char test[] = {'t', (char)('0' + any(4)), '\0'};
			struct result *r = results_add(&c->results, "k/a_test", test, words[any(3)],
						       any(STATUS_COUNT), words[any(3)]);

			r->us = any(3);
			r->attempts = 1 + any(3);
			result_set_output(r, "xyz", any(4));
		}
	}
	return in;
}

CASE(order, "Verify that neither order nor repetition of runs shows in what they become")
{
	static const unsigned orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};

	for (unsigned round = 1; round <= 300; round++) {
		struct merge_input in[4], shuffled[8];
		char *expected = NULL;
		struct store_run run;

		seed = round;
		for (unsigned i = 0; i < 4; i++)
			in[i] = any_input("run");
		for (unsigned o = 0; o < COUNT(orders); o++) {
			char *text;

			for (unsigned i = 0; i < 4; i++)
				shuffled[i] = shuffled[4 + i] = in[orders[o][i]];
			/* The second time with everything twice, the third with what came out. */
			merge(shuffled, o == 1 ? 8 : 4, &run);
			text = dump(&run);
			if (expected)
				ATF_REQUIRE_STREQ_MSG(expected, text, "round %u order %u", round, o);
			else
				expected = buf_strdup(text);
			if (o == 2) {
				struct store_run twice;
				char *again;

				shuffled[4].run = run;
				merge(shuffled, 5, &twice);
				again = dump(&twice);
				ATF_REQUIRE_STREQ_MSG(expected, again, "round %u again", round);
				free(again);
				store_run_free(&twice);
			}
			free(text);
			store_run_free(&run);
		}
		free(expected);
		for (unsigned i = 0; i < 4; i++)
			store_run_free(&in[i].run);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, parts);
	ATF_TP_ADD_TC(tp, answers);
	ATF_TP_ADD_TC(tp, disagree);
	ATF_TP_ADD_TC(tp, lives);
	ATF_TP_ADD_TC(tp, refused);
	ATF_TP_ADD_TC(tp, relies);
	ATF_TP_ADD_TC(tp, order);
	return atf_no_error();
}
