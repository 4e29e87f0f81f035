/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell_test.c - canned boots and the statuses that must come of them.
 */
#include <string.h>

#include "harness/base/case.h"
#include "harness/cell/canned.h"
#include "harness/cell/cases.h"
#include "harness/cell/cell.h"

#define A "kernel-tests/a_test"
#define B "kernel-tests/b_test"

/* A boot being put together, and the cell it is for. */
struct fixture {
	struct cell cell;
	struct buf stream, console;
};

#define ABI "x86_64"

/* A cell that was asked for A:one, A:two and B:one, and a console that booted. */
static void fixture_init(struct fixture *f)
{
	*f = (struct fixture){0};
	cell_init(&f->cell, "k", "x86_64");
	results_add(&f->cell.results, A, "one", "ptrace.a.one", STATUS_LOST, "");
	results_add(&f->cell.results, A, "two", "ptrace.a.two", STATUS_LOST, "");
	results_add(&f->cell.results, B, "one", "ptrace.b.one", STATUS_LOST, "");
	buf_puts(&f->console, "[    1.000000] KT-BOOT 6.1\n");
}

static void fixture_take(struct fixture *f, enum boot_outcome outcome, const char *last_words)
{
	struct cell_end end = {outcome, last_words};
	struct stream stream = {0};
	struct console console;

	stream_parse(f->stream.p ? f->stream.p : "", f->stream.len, &stream);
	console_parse(f->console.p, f->console.len, true, &console);
	cell_take(&f->cell, &stream, &console, &end, NULL);
	stream_free(&stream);
	console_free(&console);
}

static void fixture_end(struct fixture *f)
{
	cell_free(&f->cell);
	buf_free(&f->stream);
	buf_free(&f->console);
}

/* The status of a case and a part of its reason ("" for none). */
static void check(const struct fixture *f, const char *program, const char *name,
		  enum status status, const char *reason)
{
	const struct result *r = results_find(&f->cell.results, program, name);

	ATF_REQUIRE_MSG(r != NULL, "no %s:%s", program, name);
	ATF_CHECK_EQ_MSG(status, r->status, "%s:%s is %s (%s), not %s", program, name,
			 status_word(r->status), r->reason, status_word(status));
	if (reason[0])
		ATF_CHECK_MSG(strstr(r->reason, reason), "%s:%s: '%s' does not say '%s'", program,
			      name, r->reason, reason);
	else
		ATF_CHECK_MSG(!r->reason[0], "%s:%s: %s", program, name, r->reason);
}

static void say(struct fixture *f, const char *program, const char *name, const char *word,
		const char *reason)
{
	canned_case(&f->stream, ABI, program, name, word, reason, "");
}

CASE(good, "Verify that a whole boot gives every case its status")
{
	struct fixture f;

	fixture_init(&f);
	canned_case(&f.stream, ABI, A, "one", "passed", "", "said\n");
	say(&f, A, "two", "skipped", "needs Linux 9");
	say(&f, B, "one", "expected_failure", "bug");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_PASS, "");
	check(&f, A, "two", STATUS_SKIP, "needs Linux 9");
	check(&f, B, "one", STATUS_XFAIL, "bug");
	ATF_CHECK_EQ(3, f.cell.results.count);
	ATF_CHECK_EQ(5, results_find(&f.cell.results, A, "one")->output_len);
	fixture_end(&f);
}

CASE(silence, "Verify that a boot that is done but says nothing leaves every case lost")
{
	struct fixture f;

	fixture_init(&f);
	buf_puts(&f.console, "[    2.000000] KT-DONE\n");
	fixture_take(&f, BOOT_DONE, NULL);
	ATF_CHECK_EQ(3, cell_count(&f.cell, STATUS_LOST));
	fixture_end(&f);
}

CASE(panic, "Verify that a panic loses one case: those before it have their answers")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, "one", "passed", "");
	canned_begin(&f.stream, ABI, A, "two");
	buf_puts(&f.console, "[    2.000000] KT-PROG x86_64 " A "\n"
			     "[    3.000000] Kernel panic - not syncing: sysrq triggered crash\n");
	fixture_take(&f, BOOT_PANIC, "Kernel panic - not syncing: sysrq triggered crash");
	check(&f, A, "one", STATUS_PASS, "");
	check(&f, A, "two", STATUS_CRASHED, "sysrq triggered crash");
	check(&f, B, "one", STATUS_LOST, "");
	ATF_CHECK_EQ(3, f.cell.results.count);
	fixture_end(&f);
}

CASE(panic_between, "Verify that a panic that no case can be blamed for shows as kernel:splat")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, "one", "passed", "");
	buf_puts(&f.console, "[    2.000000] KT-PROG x86_64 " A "\n");
	fixture_take(&f, BOOT_PANIC, "Kernel panic - not syncing: late");
	check(&f, A, "one", STATUS_PASS, "");
	check(&f, A, "two", STATUS_LOST, "");
	check(&f, CELL_KERNEL_PROGRAM, CELL_SPLAT_CASE, STATUS_FAIL, "late");
	fixture_end(&f);
}

CASE(hang, "Verify that the case in which the guest went silent is a timeout")
{
	struct fixture f;

	fixture_init(&f);
	canned_begin(&f.stream, ABI, A, "one");
	fixture_take(&f, BOOT_HANG, "silent for 120 s");
	check(&f, A, "one", STATUS_TIMEOUT, "silent for 120 s");
	check(&f, A, "two", STATUS_LOST, "");
	fixture_end(&f);
}

CASE(stopped, "Verify that nobody is blamed when the user ended the boot or QEMU was killed")
{
	static const enum boot_outcome outcomes[] = {BOOT_STOPPED, BOOT_LOST, BOOT_DONE};

	for (size_t i = 0; i < COUNT(outcomes); i++) {
		struct fixture f;

		fixture_init(&f);
		canned_begin(&f.stream, ABI, A, "one");
		fixture_take(&f, outcomes[i], NULL);
		ATF_CHECK_EQ(3, cell_count(&f.cell, STATUS_LOST));
		fixture_end(&f);
	}
}

CASE(culprit_of_another, "Verify that a case of one ABI is not blamed in another ABI's cell")
{
	struct fixture f;

	fixture_init(&f);
	canned_begin(&f.stream, "i386", A, "one");
	fixture_take(&f, BOOT_PANIC, "panic");
	ATF_CHECK_EQ(3, cell_count(&f.cell, STATUS_LOST));
	ATF_CHECK_EQ(3, f.cell.results.count);
	fixture_end(&f);
}

CASE(no_boot, "Verify that every case of a kernel that did not boot is noboot with the reason")
{
	struct fixture f;

	fixture_init(&f);
	cell_finish(&f.cell, STATUS_NOBOOT, "no boot: the console stayed silent");
	ATF_CHECK_EQ(3, cell_count(&f.cell, STATUS_NOBOOT));
	check(&f, A, "one", STATUS_NOBOOT, "the console stayed silent");
	fixture_end(&f);
}

CASE(damaged, "Verify that an answer whose checksum is wrong is none, and its case says why")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, "one", "failed", "1 != 2");
	say(&f, A, "two", "passed", "");
	memcpy(strstr(f.stream.p, "failed"), "passed", 6);
	say(&f, B, "one", "passed", "");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_LOST, "checksum");
	check(&f, A, "two", STATUS_PASS, "");
	check(&f, B, "one", STATUS_PASS, "");
	fixture_end(&f);
}

CASE(xpass, "Verify that a known bug that did not show is xpass")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, "one", "failed", "Test case was expecting a failure but none were raised");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_XPASS, "expecting");
	fixture_end(&f);
}

CASE(broken_program, "Verify that a program that cannot list its cases breaks all of them")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, CASES_LIST_CASE, "broken", "Unknown metadata property");
	say(&f, B, "one", "expected_failure", "bug");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_BROKEN, "Unknown metadata property");
	check(&f, A, "two", STATUS_BROKEN, "does not list");
	check(&f, B, "one", STATUS_XFAIL, "bug");
	ATF_CHECK_EQ(3, f.cell.results.count);
	fixture_end(&f);
}

CASE(foreign_program, "Verify that a program that the kernel does not run has its cases skipped")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, CASES_LIST_CASE, "skipped", "this kernel runs no x32 programs");
	say(&f, B, "one", "passed", "");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_SKIP, "this kernel runs no x32 programs");
	check(&f, A, "two", STATUS_SKIP, "runs no x32");
	check(&f, B, "one", STATUS_PASS, "");
	fixture_end(&f);
}

CASE(unknown_word, "Verify that a result word that nobody knows is broken")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, "one", "excellent", "very");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_BROKEN, "unknown result word 'excellent': very");
	fixture_end(&f);
}

CASE(not_asked, "Verify that an answer without a question is broken, not a pass")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, "one", "passed", "");
	say(&f, A, "stranger", "passed", "");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_PASS, "");
	check(&f, A, "stranger", STATUS_BROKEN, "without being asked");
	fixture_end(&f);
}

CASE(other_cell, "Verify that what a guest says of an ABI changes the cell of no other")
{
	static const char *const lines[] = {A ":three", NULL};
	struct fixture f;

	fixture_init(&f);
	canned_list(&f.stream, "i386", lines);
	canned_case(&f.stream, "i386", A, "one", "passed", "", "");
	canned_case(&f.stream, "x86", A, "two", "passed", "", "");
	canned_case(&f.stream, "x86_64.", B, "one", "failed", "", "");
	fixture_take(&f, BOOT_DONE, NULL);
	ATF_CHECK_EQ(3, cell_count(&f.cell, STATUS_LOST));
	ATF_CHECK_EQ(3, f.cell.results.count);
	fixture_end(&f);
}

CASE(worse, "Verify that of the answers of two boots the worse one stays")
{
	struct fixture f;

	fixture_init(&f);
	say(&f, A, "one", "passed", "");
	say(&f, A, "two", "skipped", "needs Linux 9");
	fixture_take(&f, BOOT_DONE, NULL);
	say(&f, A, "one", "failed", "1 != 2");
	say(&f, A, "two", "passed", "");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_FAIL, "1 != 2");
	check(&f, A, "two", STATUS_SKIP, "needs Linux 9");
	fixture_end(&f);
}

CASE(borrowed, "Verify that the guest's own list replaces a borrowed one and adds to another")
{
	static const char *const lines[] = {A ":one ptrace.a.one", A ":three ptrace.a.three",
					    B ":one", "sandbox/x_test:y", NULL};
	static const char *const less[] = {A ":one", NULL};
	struct fixture f;

	fixture_init(&f);
	f.cell.borrowed = true;
	canned_list(&f.stream, ABI, lines);
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "one", STATUS_LOST, "");
	check(&f, A, "two", STATUS_NA, "no such case");
	check(&f, A, "three", STATUS_LOST, "");
	ATF_CHECK_STREQ("ptrace.a.three", results_find(&f.cell.results, A, "three")->contract);
	ATF_CHECK_EQ(4, f.cell.results.count);
	ATF_CHECK(!f.cell.borrowed);
	fixture_end(&f);

	fixture_init(&f);
	canned_list(&f.stream, ABI, less);
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, A, "two", STATUS_LOST, "");
	fixture_end(&f);
}

CASE(splat, "Verify that a complaint of the kernel fails the cell that was running, once per text")
{
	struct fixture f;

	fixture_init(&f);
	buf_puts(&f.console, "[    2.000000] KT-PROG x86_64 " A " one\n"
			     "[    3.000000] WARNING: CPU: 0 PID: 9 at kernel/ptrace.c:1 f()\n"
			     "[    3.000001] Call Trace:\n"
			     "[    3.100000] WARNING: CPU: 1 PID: 12 at kernel/ptrace.c:1 f()\n"
			     "[    4.000000] KT-PROG i386 " A " one\n"
			     "[    5.000000] BUG: of the other cell\n");
	say(&f, A, "one", "passed", "");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, CELL_KERNEL_PROGRAM, "splat.a_test.one", STATUS_FAIL,
	      "WARNING: CPU: 0 PID: 9 at kernel/ptrace.c:1 f()");
	ATF_CHECK_STREQ("WARNING: CPU: 0 PID: 9 at kernel/ptrace.c:1 f()\nCall Trace:\n",
			results_find(&f.cell.results, "kernel", "splat.a_test.one")->output);
	ATF_CHECK_EQ(4, f.cell.results.count);
	fixture_end(&f);
}

CASE(splats, "Verify that no complaint hides a second one, of the same case or of another")
{
	struct fixture f;

	fixture_init(&f);
	buf_puts(&f.console, "[    1.500000] BUG: before all\n"
			     "[    2.000000] KT-PROG x86_64 batch\n"
			     "[    2.100000] BUG: between\n"
			     "[    2.200000] KT-PROG x86_64 " A " one\n"
			     "[    3.000000] WARNING: CPU: 0 PID: 9 at kernel/ptrace.c:1 f()\n"
			     "[    3.100000] WARNING: CPU: 0 PID: 9 at kernel/ptrace.c:2 f()\n"
			     "[    4.000000] KT-PROG x86_64 " A " two\n"
			     "[    5.000000] BUG: three\n");
	fixture_take(&f, BOOT_DONE, NULL);
	check(&f, CELL_KERNEL_PROGRAM, "splat", STATUS_FAIL, "BUG: between");
	check(&f, CELL_KERNEL_PROGRAM, "splat.a_test.one", STATUS_FAIL, "ptrace.c:1 f()");
	check(&f, CELL_KERNEL_PROGRAM, "splat.a_test.one.2", STATUS_FAIL, "ptrace.c:2 f()");
	check(&f, CELL_KERNEL_PROGRAM, "splat.a_test.two", STATUS_FAIL, "BUG: three");
	ATF_CHECK_EQ(7, f.cell.results.count);
	fixture_end(&f);
}

/* ---- the second run of what went wrong ---- */

CASE(again, "Verify that what failed, timed out, broke or crashed is asked for again, and that alone")
{
	struct cell c, twice;

	cell_init(&c, "k", "x86_64");
	cell_set(&c.version, "6.1");
	for (enum status s = 0; s < STATUS_COUNT; s++)
		results_add(&c.results, A, status_word(s), "", s, "");
	results_add(&c.results, CELL_KERNEL_PROGRAM, CELL_SPLAT_CASE, "", STATUS_FAIL, "BUG: x");
	results_add(&c.results, A, CASES_LIST_CASE, "", STATUS_BROKEN, "x");
	/* These two were run again before: their answer stands. */
	results_add(&c.results, A, "settled", "", STATUS_FAIL, "")->attempts = 2;
	results_find(&c.results, A, "flaky")->attempts = 2;
	ATF_CHECK_EQ(5, cell_again(&c, &twice));
	ATF_CHECK_STREQ("6.1", twice.version);
	for (enum status s = 0; s < STATUS_COUNT; s++) {
		bool is = results_find(&twice.results, A, status_word(s)) != NULL;

		ATF_CHECK_EQ_MSG(s == STATUS_FAIL || s == STATUS_TIMEOUT || s == STATUS_BROKEN ||
				 s == STATUS_CRASHED || s == STATUS_XPASS, is, "%s", status_word(s));
	}
	ATF_CHECK_EQ(5, cell_count(&twice, STATUS_LOST));
	/* The guest's list names them all, and is no request. */
	cell_take_list(&twice, &c.results, NULL);
	ATF_CHECK_EQ(5, twice.results.count);
	cell_free(&twice);
	cell_free(&c);
}

CASE(agree, "Verify that agreement keeps the first answer, and disagreement is flaky, never green")
{
	static const struct {
		enum status first, second, is;
		const char *reason;
	} table[] = {
		{STATUS_FAIL, STATUS_FAIL, STATUS_FAIL, "first"},
		{STATUS_TIMEOUT, STATUS_TIMEOUT, STATUS_TIMEOUT, "first"},
		{STATUS_CRASHED, STATUS_CRASHED, STATUS_CRASHED, "first"},
		{STATUS_XPASS, STATUS_XPASS, STATUS_XPASS, "first"},
		{STATUS_FAIL, STATUS_PASS, STATUS_FLAKY, "fail, then pass: first"},
		{STATUS_FAIL, STATUS_SKIP, STATUS_FLAKY, "fail, then skip: first"},
		{STATUS_BROKEN, STATUS_PASS, STATUS_FLAKY, "broken, then pass: first"},
		{STATUS_TIMEOUT, STATUS_FAIL, STATUS_FLAKY, "timeout, then fail: first"},
		{STATUS_CRASHED, STATUS_PASS, STATUS_FLAKY, "crashed, then pass: first"},
		{STATUS_XPASS, STATUS_XFAIL, STATUS_FLAKY, "xpass, then xfail: first"},
		/* No second answer contradicts nothing. */
		{STATUS_FAIL, STATUS_LOST, STATUS_FAIL, "first"},
		{STATUS_CRASHED, STATUS_NOBOOT, STATUS_CRASHED, "first"},
		/* These were not asked for again: what is said of them is not heard. */
		{STATUS_PASS, STATUS_FAIL, STATUS_PASS, "first"},
		{STATUS_LOST, STATUS_PASS, STATUS_LOST, "first"},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct cell c, twice;
		struct result *r;

		cell_init(&c, "k", "x86_64");
		r = results_add(&c.results, A, "one", "", table[i].first, "first");
		result_set_output(r, "said", 4);
		cell_init(&twice, "k", "x86_64");
		results_add(&twice.results, A, "one", "", table[i].second, "second");
		cell_agree(&c, &twice);
		ATF_REQUIRE_EQ(1, c.results.count);
		ATF_CHECK_EQ_MSG(table[i].is, c.results.v[0].status, "%s, %s: %s",
				 status_word(table[i].first), status_word(table[i].second),
				 status_word(c.results.v[0].status));
		ATF_CHECK_STREQ(table[i].reason, c.results.v[0].reason);
		ATF_CHECK_EQ(4, c.results.v[0].output_len);
		ATF_CHECK_EQ(table[i].is == STATUS_FLAKY ||
			     (table[i].first == table[i].second) ? 2 : 1,
			     c.results.v[0].attempts);
		cell_free(&twice);
		cell_free(&c);
	}
}

CASE(agree_splats, "Verify that what the kernel complains of in the second run is kept, once")
{
	struct cell c, twice;

	cell_init(&c, "k", "x86_64");
	results_add(&c.results, A, "one", "", STATUS_FAIL, "1 != 2");
	results_add(&c.results, CELL_KERNEL_PROGRAM, "splat", "", STATUS_FAIL, "BUG: CPU: 1 x");
	cell_init(&twice, "k", "x86_64");
	results_add(&twice.results, CELL_KERNEL_PROGRAM, "splat", "", STATUS_FAIL, "BUG: CPU: 2 x");
	results_add(&twice.results, CELL_KERNEL_PROGRAM, "splat.2", "", STATUS_FAIL, "BUG: new");
	cell_agree(&c, &twice);
	ATF_CHECK_EQ(3, c.results.count);
	ATF_CHECK_STREQ("BUG: new", results_find(&c.results, "kernel", "splat.2")->reason);
	cell_free(&twice);
	cell_free(&c);
}

CASE(version, "Verify that answers of another version of the kernel are forgotten")
{
	struct cell c;

	cell_init(&c, "k", "x86_64");
	ATF_CHECK(!cell_version(&c, "6.1 (1)"));
	results_add(&c.results, CELL_KERNEL_PROGRAM, "splat", "", STATUS_FAIL, "BUG: x");
	results_add(&c.results, A, "one", "", STATUS_FAIL, "1 != 2")->attempts = 2;
	results_add(&c.results, A, "two", "", STATUS_NOBUILD, "no");
	ATF_CHECK(!cell_version(&c, "6.1 (1)"));
	ATF_CHECK_EQ(3, c.results.count);
	ATF_CHECK(cell_version(&c, "6.1 (2)"));
	ATF_REQUIRE_EQ(2, c.results.count);
	ATF_CHECK_EQ(STATUS_LOST, c.results.v[0].status);
	ATF_CHECK_EQ(1, c.results.v[0].attempts);
	ATF_CHECK_STREQ("", c.results.v[0].reason);
	ATF_CHECK_EQ(STATUS_NOBUILD, c.results.v[1].status);
	ATF_CHECK_STREQ("6.1 (2)", c.version);
	cell_free(&c);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, good);
	ATF_TP_ADD_TC(tp, silence);
	ATF_TP_ADD_TC(tp, panic);
	ATF_TP_ADD_TC(tp, panic_between);
	ATF_TP_ADD_TC(tp, hang);
	ATF_TP_ADD_TC(tp, stopped);
	ATF_TP_ADD_TC(tp, culprit_of_another);
	ATF_TP_ADD_TC(tp, no_boot);
	ATF_TP_ADD_TC(tp, damaged);
	ATF_TP_ADD_TC(tp, xpass);
	ATF_TP_ADD_TC(tp, broken_program);
	ATF_TP_ADD_TC(tp, foreign_program);
	ATF_TP_ADD_TC(tp, unknown_word);
	ATF_TP_ADD_TC(tp, not_asked);
	ATF_TP_ADD_TC(tp, other_cell);
	ATF_TP_ADD_TC(tp, worse);
	ATF_TP_ADD_TC(tp, borrowed);
	ATF_TP_ADD_TC(tp, splat);
	ATF_TP_ADD_TC(tp, splats);
	ATF_TP_ADD_TC(tp, again);
	ATF_TP_ADD_TC(tp, agree);
	ATF_TP_ADD_TC(tp, agree_splats);
	ATF_TP_ADD_TC(tp, version);
	return atf_no_error();
}
