/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline_test.c - the text of a baseline, and what it excuses.
 */
#include <errno.h>
#include <string.h>

#include "harness/base/case.h"
#include "harness/compare/baseline.h"
#include "harness/report/matrix.h"

static struct baseline parse(const char *text)
{
	struct baseline b;
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, baseline_parse(text, "file", &b, &why), "%s", why.text);
	return b;
}

CASE(text, "Verify that a baseline is written sorted, with its comments, and stays as it is then")
{
	static const char given[] =
		"# about the file\n"
		"\n"
		"# z is odd\n"
		"# twice\n"
		"a.b.z  k/* \t fail   by me, see   the list  \n"
		"a.b.c k2/i386 timeout,fail  because\n"
		"  # first cell\n"
		"a.b.c k/i386 lost why: #1\n"
		"# the end";
	static const char sorted[] =
		"# about the file\n"
		"\n"
		"  # first cell\n"
		"a.b.c k/i386 lost why: #1\n"
		"a.b.c k2/i386 fail,timeout because\n"
		"# z is odd\n"
		"# twice\n"
		"a.b.z k/* fail by me, see   the list\n"
		"# the end\n";
	struct baseline b = parse(given);
	struct buf out = {0};

	ATF_REQUIRE_EQ(3, b.count);
	ATF_CHECK_EQ(5, b.v[0].line);
	baseline_write(&b, &out);
	ATF_CHECK_STREQ(sorted, out.p);
	baseline_free(&b);
	b = parse(out.p);
	buf_free(&out);
	baseline_write(&b, &out);
	ATF_CHECK_STREQ(sorted, out.p);
	buf_free(&out);
	baseline_free(&b);
}

CASE(bad_text, "Verify that what is no entry is refused with its line")
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"a.b.c k/i386 fail", "file:1"},
		{"a.b.c k/i386 fail   ", "file:1"},
		{"\n\na.b.c k/i386\n", "file:3"},
		{"a.b.c k/i386 failed why", "'failed' is no status"},
		{"a.b.c k/i386 pass why", "'pass' is no status"},
		{"a.b.c k/i386 fail,skip why", "'fail,skip' is no status"},
		{"a.b.c k/i386 , why", "',' is no status"},
	};
	struct baseline b;
	struct why why;

	for (size_t i = 0; i < COUNT(bad); i++) {
		ATF_CHECK_EQ_MSG(-EINVAL, baseline_parse(bad[i].text, "file", &b, &why), "%s",
				 bad[i].text);
		ATF_CHECK_MSG(strstr(why.text, bad[i].says) && strstr(why.text, "file:"), "%s",
			      why.text);
	}
}

/* A run of one cell, k/i386, with one result. */
static struct store_run a_run(struct cell *c, enum status s)
{
	cell_init(c, "k", "i386");
	cell_set(&c->user, "nobody");
	results_add(&c->results, "kernel-tests/x_test", "case", "a.b.c", s, "why");
	return (struct store_run){.cells = c, .count = 1, .ended = true};
}

CASE(excuses, "Verify that an entry excuses the statuses that it names, and no others")
{
	struct baseline fail = parse("a.b.c k/i386 fail x");

	for (enum status s = 0; s < STATUS_COUNT; s++) {
		struct cell c;
		struct store_run run = a_run(&c, s);
		char *line = buf_asprintf("a.b.c k/i386 %s x", status_word(s));
		int plain = matrix_verdict(&run);

		ATF_CHECK_EQ_MSG(s == STATUS_FAIL ? 0 : plain, baseline_verdict(&fail, &run), "%s",
				 status_word(s));
		if (plain) {
			struct baseline own = parse(line);

			ATF_CHECK_EQ_MSG(0, baseline_verdict(&own, &run), "%s", line);
			baseline_free(&own);
		}
		buf_free(&(struct buf){.p = line});
		cell_free(&c);
	}
	baseline_free(&fail);
}

CASE(patterns, "Verify which cells and contracts an entry means")
{
	static const struct {
		const char *line;
		bool fits;
	} table[] = {
		{"a.b.c k/i386 fail x", true},	{"a.b.c k/i386/nobody fail x", true},
		{"a.b.c k/i386/root fail x", false}, {"a.b.c k/* fail x", true},
		{"a.b.c */i386 fail x", true},	{"a.b.c * fail x", true},
		{"a.b.* * fail x", true},	{"a.b * fail x", false},
		{"a.b.c k fail x", false},	{"a.b.c k/x86_64 fail x", false},
		{"a.b.cd k/i386 fail x", false},
		{"kernel-tests/x_test:case * fail x", false}, /* its name is its contract */
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct baseline b = parse(table[i].line);
		struct cell c;
		struct store_run run = a_run(&c, STATUS_FAIL);

		ATF_CHECK_EQ_MSG(table[i].fits ? 0 : 1, baseline_verdict(&b, &run), "%s",
				 table[i].line);
		cell_free(&c);
		baseline_free(&b);
	}
}

CASE(missing, "Verify that nothing excuses an empty cell or a run that was cut off")
{
	struct baseline b = parse("* * fail,lost,noboot,nobuild,crashed x");
	struct cell c;
	struct store_run run = a_run(&c, STATUS_FAIL);

	run.ended = false;
	ATF_CHECK_EQ(2, baseline_verdict(&b, &run));
	run.ended = true;
	results_free(&c.results);
	ATF_CHECK_EQ(2, baseline_verdict(&b, &run));
	run.count = 0;
	ATF_CHECK_EQ(2, baseline_verdict(&b, &run));
	cell_free(&c);
	baseline_free(&b);
}

CASE(states, "Verify which entries no longer apply")
{
	static const struct {
		const char *line;
		enum status status;
		enum baseline_state state;
	} table[] = {
		{"a.b.c * fail x", STATUS_FAIL, BASELINE_APPLIES},
		{"a.b.c * fail x", STATUS_PASS, BASELINE_STALE},
		{"a.b.c * fail x", STATUS_SKIP, BASELINE_STALE},
		{"a.b.c * fail x", STATUS_CRASHED, BASELINE_OTHER},
		{"a.b.c * fail x", STATUS_LOST, BASELINE_OTHER},
		{"a.b.d * fail x", STATUS_FAIL, BASELINE_UNASKED},
		{"a.b.c other/* fail x", STATUS_FAIL, BASELINE_UNASKED},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct baseline b = parse(table[i].line);
		struct cell c;
		struct store_run run = a_run(&c, table[i].status);

		ATF_CHECK_EQ_MSG(table[i].state, baseline_state(&b.v[0], &run), "%zu", i);
		cell_free(&c);
		baseline_free(&b);
	}
}

CASE(adding, "Verify that what is added twice is one entry")
{
	struct baseline b = parse("a.b.c k/i386 fail old");
	struct buf out = {0};

	ATF_CHECK(!baseline_add(&b, "a.b.c", "k/i386", 1U << STATUS_FAIL, "new"));
	ATF_CHECK(baseline_add(&b, "a.b.c", "k/i386", 1U << STATUS_TIMEOUT, "both"));
	ATF_CHECK(baseline_add(&b, "a.a.a", "k/i386", 1U << STATUS_LOST, "third"));
	baseline_write(&b, &out);
	ATF_CHECK_STREQ("a.a.a k/i386 lost third\na.b.c k/i386 fail,timeout both\n", out.p);
	buf_free(&out);
	baseline_free(&b);
}

CASE(literal, "Verify that a name from a store becomes neither a pattern nor another line")
{
	static const struct {
		const char *name, *literal;
	} table[] = {
		{"a.b.c", "a.b.c"}, {"k-1.0/i386", "k-1.0/i386"}, {"*", "\\*"},
		{"a?[b]\\", "a\\?\\[b]\\\\"}, {"", NULL}, {"#a", NULL}, {"a b", NULL},
		{"a\tb", NULL}, {"a\n* * fail,crashed x", NULL}, {"a\x7f", NULL}, {"a\r", NULL},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		char *literal = baseline_literal(table[i].name);

		ATF_CHECK_MSG(!literal == !table[i].literal, "'%s'", table[i].name);
		if (literal && table[i].literal)
			ATF_CHECK_STREQ(table[i].literal, literal);
		buf_free(&(struct buf){.p = literal});
	}
}

CASE(expect, "Verify what a baseline expects of a run")
{
	static const struct {
		enum status is, expected;
	} table[] = {
		{STATUS_FAIL, STATUS_FAIL},    {STATUS_TIMEOUT, STATUS_TIMEOUT},
		{STATUS_PASS, STATUS_FAIL},    {STATUS_CRASHED, STATUS_FAIL},
	};
	struct baseline b = parse("a.b.c * fail,timeout x"), none = parse("a.b.d * fail x");

	for (size_t i = 0; i < COUNT(table); i++) {
		struct cell c;
		struct store_run run = a_run(&c, table[i].is), out;

		baseline_expect(&b, &run, &out);
		ATF_REQUIRE_EQ(1, out.cells[0].results.count);
		ATF_CHECK_EQ(table[i].expected, out.cells[0].results.v[0].status);
		store_run_free(&out);
		baseline_expect(&none, &run, &out);
		ATF_CHECK_EQ(STATUS_PASS, out.cells[0].results.v[0].status);
		store_run_free(&out);
		cell_free(&c);
	}
	baseline_free(&b);
	baseline_free(&none);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, text);
	ATF_TP_ADD_TC(tp, bad_text);
	ATF_TP_ADD_TC(tp, excuses);
	ATF_TP_ADD_TC(tp, patterns);
	ATF_TP_ADD_TC(tp, missing);
	ATF_TP_ADD_TC(tp, states);
	ATF_TP_ADD_TC(tp, adding);
	ATF_TP_ADD_TC(tp, literal);
	ATF_TP_ADD_TC(tp, expect);
	return atf_no_error();
}
