/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_test.c - the matrix, its verdict, and how it is written for people and for
 * programs.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/case.h"
#include "harness/report/matrix.h"
#include "harness/report/report.h"

static struct cell cells[12];
static struct store_run run;

/* A run of `count` empty cells. */
static void begin(size_t count)
{
	static const char *const abis[] = {"x86_64", "i386", "x32"};

	run = (struct store_run){.cells = cells, .count = count, .ended = true};
	for (size_t i = 0; i < count; i++) {
		cell_init(&cells[i], i < 3 ? "running" : i < 6 ? "bookworm-amd64" : "sid-amd64",
			  abis[i % 3]);
		cell_set(&cells[i].version, i < 3 ? "6.18.44" : "6.1.0-40-amd64 (6.1.153-1)");
		cell_set(&cells[i].accel, i < 3 ? "native" : "tcg");
	}
}

static void end(void)
{
	for (size_t i = 0; i < run.count; i++)
		cell_free(&cells[i]);
}

static void add(size_t cell, const char *contract, const char *name, enum status s,
		const char *reason)
{
	results_add(&cells[cell].results, "kernel-tests/a_test", name, contract, s, reason);
}

static void write_text(unsigned width, bool color, struct buf *out)
{
	struct report_style style = {.color = color, .width = width};
	struct matrix m;

	matrix_make(&run, &m);
	report_text(&m, &style, out);
	matrix_free(&m);
}

static void write_json(struct buf *out)
{
	struct matrix m;

	matrix_make(&run, &m);
	report_json(&m, NULL, out);
	matrix_free(&m);
}

CASE(golden, "Verify the text report, letter by letter")
{
	static const char expected[] =
		" 1  running/x86_64  6.18.44  native  2 pass  1 fail  1 skip\n"
		" 2  running/i386    6.18.44  native  0 pass  1 skip  1 crashed  1 lost\n"
		"\n"
		"                     1 2\n"
		"ptrace.seize\n"
		"  no_stop            . C\n"
		"  twice              s s\n"
		"seccomp.trace\n"
		"  order              F L\n"
		"kernel-tests/a_test\n"
		"  helpers            .\n"
		"\n"
		"crashed\n"
		"    the kernel died in this case: panic\n"
		"        in 2: ptrace.seize.no_stop\n"
		"\n"
		"fail\n"
		"    1 != 2\n"
		"        in 1: seccomp.trace.order\n"
		"\n"
		"lost\n"
		"    no reason given\n"
		"        in 2: seccomp.trace.order\n"
		"\n"
		"skip\n"
		"    needs Linux 9\n"
		"        in 1-2: ptrace.seize.twice\n"
		"\n"
		"  .  pass      the promise holds\n"
		"  F  fail      the promise is broken\n"
		"  s  skip      not there to be tested\n"
		"  C  crashed   the kernel died in it\n"
		"  L  lost      asked for, no answer came\n"
		"     (blank)   no such case in this cell\n"
		"\n"
		"No verdict on the sandbox: what belay relies on was not recorded, or left out.\n"
		"\n"
		"2 cells: 2 passed, 2 failed, 2 skipped, 1 missing\n";
	struct buf out = {0};

	begin(2);
	for (size_t c = 0; c < 2; c++) {
		add(c, "ptrace.seize.no_stop", "a", c ? STATUS_CRASHED : STATUS_PASS,
		    c ? "the kernel died in this case: panic" : "");
		add(c, "ptrace.seize.twice", "b", STATUS_SKIP, "needs Linux 9");
		add(c, "seccomp.trace.order", "c", c ? STATUS_LOST : STATUS_FAIL,
		    c ? "" : "1 != 2");
		if (c == 0)
			add(c, "", "helpers", STATUS_PASS, "");
	}
	write_text(80, false, &out);
	ATF_CHECK_STREQ(expected, out.p);
	buf_free(&out);
	end();
}

CASE(width, "Verify that a dozen cells with long names fit into 80 columns")
{
	struct buf out = {0};

	begin(12);
	for (size_t c = 0; c < 12; c++) {
		add(c, "proc.exec_e2big_after_point_of_no_return_at_all.x", "a",
		    c % 3 ? STATUS_PASS : STATUS_FAIL,
		    "a reason that is so long that it can not stand on one line of eighty "
		    "columns and has to be broken somewhere");
		add(c, "proc.x.a_name_longer_than_all_the_room_that_there_is_on_the_line", "b",
		    STATUS_SKIP, "why");
		add(c, "ptrace.seize.no_stop", "c", STATUS_PASS, "");
	}
	write_text(80, false, &out);
	for (const char *p = out.p; *p; p = strchr(p, '\n') + 1)
		ATF_CHECK_MSG(strcspn(p, "\n") <= 80, "%.*s", (int)strcspn(p, "\n"), p);
	ATF_CHECK_MSG(strstr(out.p, " 1 2 3 4 5 6 7 8 9 0 1 2\n"), "%s", out.p);
	ATF_CHECK(strstr(out.p, "\n  no_stop") != NULL);
	buf_free(&out);
	end();
}

CASE(alike, "Verify that quiet rows that are alike are one line, and what is not quiet none")
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
	struct report_style style = {.width = 80, .narrowed = true};
	struct buf out = {0}, all = {0};
	struct matrix m;

	begin(2);
	for (size_t i = 0; i < COUNT(names); i++) {
		char *id = buf_asprintf("x.y.row_%s", names[i]);

		/* Four pass, three are skipped in the second cell, three fail in it. */
		add(0, id, names[i], STATUS_PASS, "");
		add(1, id, names[i], i < 4 ? STATUS_PASS : i < 7 ? STATUS_SKIP : STATUS_FAIL,
		    i < 4 ? "" : "why");
		free(id);
	}
	matrix_make(&run, &m);
	report_text(&m, &style, &out);
	style.all = true;
	report_text(&m, &style, &all);
	matrix_free(&m);
	ATF_CHECK_MSG(strstr(out.p, "x.y\n  row_e              . s\n  row_f              . s\n"
				    "  row_g              . s\n  row_h              . F\n"
				    "  row_i              . F\n  row_j              . F\n"
				    "  (4 alike)          . .\n\n"), "%s", out.p);
	for (size_t i = 0; i < COUNT(names); i++) {
		char *row = buf_asprintf("\n  row_%s  ", names[i]);

		ATF_CHECK_MSG(strstr(all.p, row), "%s in %s", row, all.p);
		free(row);
	}
	ATF_CHECK(!strstr(all.p, "alike"));
	buf_free(&out);
	buf_free(&all);
	end();
}

CASE(color, "Verify that colours come with --color only and change nothing else")
{
	struct buf plain = {0}, color = {0}, stripped = {0};

	begin(1);
	add(0, "a.b.c", "a", STATUS_PASS, "");
	add(0, "a.b.d", "b", STATUS_FAIL, "x");
	write_text(80, false, &plain);
	write_text(80, true, &color);
	ATF_CHECK(!strchr(plain.p, '\033'));
	ATF_CHECK(strchr(color.p, '\033'));
	for (const char *p = color.p; *p; p++) {
		if (*p == '\033')
			p += strcspn(p, "m");
		else
			buf_add(&stripped, p, 1);
	}
	ATF_CHECK_STREQ(plain.p, stripped.p);
	buf_free(&plain);
	buf_free(&color);
	buf_free(&stripped);
	end();
}

CASE(safe, "Verify that what a guest says cannot steer the terminal")
{
	struct buf out = {0};

	report_safe(&out, "a\033[2J\nb\x7f\x80\xff \xc2\x9b gr\xc3\xbc\xc3\x9f \xed\xa0\x80 \xf5");
	ATF_CHECK_STREQ("a\\x1b[2J\\x0ab\\x7f\\x80\\xff \\xc2\\x9b gr\xc3\xbc\xc3\x9f "
			"\\xed\\xa0\\x80 \\xf5", out.p);
	buf_free(&out);
	begin(1);
	add(0, "a.\033[31m", "\033[0m", STATUS_FAIL, "\033]0;title\a");
	cell_set(&cells[0].version, "\033c");
	write_text(80, false, &out);
	ATF_CHECK_MSG(!strchr(out.p, '\033') && !strchr(out.p, '\a'), "%s", out.p);
	buf_free(&out);
	end();
}

/* One value of a JSON text, by SQLite, which refuses what is no JSON. */
static char *json_get(const char *json, const char *path)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	char *value;

	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_open(":memory:", &db));
	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_prepare_v2(db, "SELECT json_extract(?, ?)", -1, &st, NULL));
	sqlite3_bind_text(st, 1, json, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, path, -1, SQLITE_STATIC);
	ATF_REQUIRE_EQ_MSG(SQLITE_ROW, sqlite3_step(st), "%s: %s", sqlite3_errmsg(db), json);
	value = buf_strdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return value;
}

static void check_json(const char *json, const char *path, const char *expected)
{
	char *value = json_get(json, path);

	ATF_CHECK_MSG(value && !strcmp(value, expected), "%s is '%s', not '%s'", path,
		      value ? value : "absent", expected);
	free(value);
}

CASE(json, "Verify that the JSON is what was agreed, in a stable order, whatever the text is")
{
	struct buf out = {0};

	begin(2);
	add(0, "b.b.b", "z", STATUS_PASS, "");
	add(0, "a.b.c", "a", STATUS_FAIL,
	    "quote \" backslash \\ tab \t nl \n bell \a \x7f \xff gr\xc3\xbcn");
	add(1, "a.b.c", "a", STATUS_NOBOOT, "silent");
	add(1, "", "plain", STATUS_XFAIL, "");
	write_json(&out);
	check_json(out.p, "$.cells[0].kernel", "running");
	check_json(out.p, "$.cells[1].abi", "i386");
	check_json(out.p, "$.cells[1].version", "6.18.44");
	check_json(out.p, "$.cells[0].accel", "native");
	check_json(out.p, "$.results[0].contract", "a.b.c");
	check_json(out.p, "$.results[0].kernel", "running");
	check_json(out.p, "$.results[0].abi", "x86_64");
	check_json(out.p, "$.results[0].status", "fail");
	check_json(out.p, "$.results[0].reason",
		   "quote \" backslash \\ tab \t nl \n bell \a \x7f \xef\xbf\xbd gr\xc3\xbcn");
	check_json(out.p, "$.results[1].status", "noboot");
	check_json(out.p, "$.results[2].contract", "b.b.b");
	check_json(out.p, "$.results[3].contract", "kernel-tests/a_test:plain");
	ATF_CHECK(json_get(out.p, "$.results[4]") == NULL);
	ATF_CHECK(json_get(out.p, "$.cells[2]") == NULL);
	buf_free(&out);
	end();
}

CASE(json_empty, "Verify that a run without results is valid JSON")
{
	struct buf out = {0};
	char *value;

	begin(0);
	write_json(&out);
	value = json_get(out.p, "$.cells");
	ATF_CHECK_STREQ("[]", value);
	free(value);
	buf_free(&out);
}

CASE(verdict, "Verify the exit status of every kind of run")
{
	for (enum status s = 0; s < STATUS_COUNT; s++) {
		begin(2);
		add(0, "a.b.c", "a", STATUS_PASS, "");
		add(1, "a.b.c", "a", s, "");
		ATF_CHECK_EQ_MSG(status_class(s) == STATUS_CLASS_GOOD      ? 0
				 : status_class(s) == STATUS_CLASS_FAILURE ? 1
									   : 2,
				 matrix_verdict(&run), "%s", status_word(s));
		/* What is missing outranks a failure. */
		add(0, "a.b.d", "b", STATUS_FAIL, "");
		ATF_CHECK_EQ(status_class(s) == STATUS_CLASS_MISSING ? 2 : 1, matrix_verdict(&run));
		end();
	}
	begin(1);
	ATF_CHECK_EQ_MSG(2, matrix_verdict(&run), "an empty cell");
	add(0, "a.b.c", "a", STATUS_PASS, "");
	ATF_CHECK_EQ(0, matrix_verdict(&run));
	run.ended = false;
	ATF_CHECK_EQ_MSG(2, matrix_verdict(&run), "a run that was cut off");
	end();
	begin(0);
	ATF_CHECK_EQ_MSG(2, matrix_verdict(&run), "no cells");
}

CASE(worst, "Verify that the worst of several cases with one contract stands in its row")
{
	struct matrix m;

	begin(1);
	add(0, "a.b.c", "a", STATUS_PASS, "");
	add(0, "a.b.c", "b", STATUS_FAIL, "x");
	add(0, "a.b.c", "c", STATUS_SKIP, "y");
	matrix_make(&run, &m);
	ATF_REQUIRE_EQ(1, m.count);
	ATF_CHECK_EQ(STATUS_FAIL, m.rows[0].at[0]->status);
	/* All of them are there, in the order of the cell. */
	ATF_CHECK_EQ(0, m.rows[0].first[0]);
	ATF_REQUIRE_EQ(3, m.rows[0].first[1]);
	ATF_CHECK_STREQ("a", m.rows[0].cases[0]->name);
	ATF_CHECK_STREQ("c", m.rows[0].cases[2]->name);
	matrix_free(&m);
	end();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, golden);
	ATF_TP_ADD_TC(tp, width);
	ATF_TP_ADD_TC(tp, alike);
	ATF_TP_ADD_TC(tp, color);
	ATF_TP_ADD_TC(tp, safe);
	ATF_TP_ADD_TC(tp, json);
	ATF_TP_ADD_TC(tp, json_empty);
	ATF_TP_ADD_TC(tp, verdict);
	ATF_TP_ADD_TC(tp, worst);
	return atf_no_error();
}
