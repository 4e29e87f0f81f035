/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff_test.c - what a side may be called, which reasons are the same, which change is
 * of which class, and how a diff is told.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/case.h"
#include "harness/compare/diff_report.h"
#include "harness/compare/reason.h"
#include "harness/store/side.h"

/* ---- names of sides ---- */

CASE(spec, "Verify that every form of naming results is understood, and others are refused")
{
	static const struct {
		const char *text, *store;
		int64_t run;
		const char *kernel, *abi, *word;
	} good[] = {
		{"bookworm-amd64", "", 0, "bookworm-amd64", "", "bookworm-amd64"},
		{"bookworm-amd64/i386", "", 0, "bookworm-amd64", "i386", "bookworm-amd64/i386"},
		{"old.db", "", 0, "old.db", "", "old.db"},
		{"dir/sub/old.db", "", 0, "", "", "dir/sub/old.db"},
		{"/abs.db", "", 0, "", "", "/abs.db"},
		{":running", "", 0, "running", "", ""},
		{":running/x32", "", 0, "running", "x32", ""},
		{"#3", "", 3, "", "", ""},
		{"#3:running", "", 3, "running", "", ""},
		{"old.db#3", "old.db", 3, "", "", ""},
		{"a/old.db#12:k/arm", "a/old.db", 12, "k", "arm", ""},
		{"old.db:k", "old.db", 0, "k", "", ""},
		{"c:d.db:k", "c:d.db", 0, "k", "", ""},
		{"a#b.db#2", "a#b.db", 2, "", "", ""},
		{"a:b#2", "a:b", 2, "", "", ""},
	};
	static const char *const bad[] = {
		"", "#", "old.db#", "old.db#x", "old.db#0", "old.db#-1", "old.db#3x", "#3x:k",
		"old.db:", "#3:", ":k/", ":/x32", ":k/a/b", "#99999999999999999999",
	};
	struct spec s;
	struct why why;

	for (size_t i = 0; i < COUNT(good); i++) {
		ATF_REQUIRE_EQ_MSG(0, spec_parse(good[i].text, &s, &why), "%s", why.text);
		ATF_CHECK_STREQ_MSG(good[i].store, s.store ? s.store : "", "%s", good[i].text);
		ATF_CHECK_EQ_MSG(good[i].run, s.run, "%s", good[i].text);
		ATF_CHECK_STREQ_MSG(good[i].kernel, s.kernel ? s.kernel : "", "%s", good[i].text);
		ATF_CHECK_STREQ_MSG(good[i].abi, s.abi ? s.abi : "", "%s", good[i].text);
		ATF_CHECK_STREQ_MSG(good[i].word, s.word ? s.word : "", "%s", good[i].text);
		spec_free(&s);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		ATF_CHECK_EQ_MSG(-EINVAL, spec_parse(bad[i], &s, &why), "%s", bad[i]);
		ATF_CHECK_MSG(strstr(why.text, "[STORE]"), "%s", why.text);
	}
}

/* ---- reasons ---- */

CASE(reason, "Verify that reasons that differ by pids, addresses, times and lines are the same")
{
	static const struct {
		const char *reason, *normal;
	} table[] = {
		{"", ""},
		{"answer -3", "answer -3"},
		{"expected exited(6), got signal 11", "expected exited(6), got signal 11"},
		{"a_test.c:156: 389 reports exited(1)", "a_test.c:#: # reports exited(1)"},
		{"a.h:12: x is 5942 (0x1736), expected 0 (0x0)",
		 "a.h:#: x is # (0x#), expected 0 (0x0)"},
		{"in child 180: EPERM", "in child #: EPERM"},
		{"pid 7 and pid=8 (tid: 9)", "pid # and pid=# (tid: #)"},
		{"silent for 60 s, 1.25 seconds, 3 signals", "silent for # s, # seconds, 3 signals"},
		{"[   12.345678] BUG: x+0x1f/0x30 at ffff888100000000",
		 "[#] BUG: x+0x1f/0x30 at ffff888100000000"},
		{"at 0xffff888103a4c000", "at 0x#"},
		{"needs Linux 5.11, this is 5.10.0-46", "needs Linux 5.11, this is 5.10.0-46"},
		{"x86_64 has 0x3f", "x86_64 has 0x3f"},
		{"[12] [1.x] [", "[12] [1.x] ["},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		char *normal = reason_normal(table[i].reason);

		ATF_CHECK_STREQ(table[i].normal, normal);
		free(normal);
	}
	ATF_CHECK(reason_same("in child 7: EPERM", "in child 8: EPERM"));
	ATF_CHECK(!reason_same("in child 7: EPERM", "in child 7: ESRCH"));
	ATF_CHECK(!reason_same("signal 9", "signal 11"));
}

/* ---- classes ---- */

static struct result a_result(enum status s, const char *reason)
{
	return (struct result){.program = (char *)(uintptr_t)"p", .status = s,
			       .reason = (char *)(uintptr_t)reason};
}

#define NONE STATUS_COUNT

CASE(classes, "Verify the class of every kind of change, and which leave a doubt")
{
	static const struct {
		enum status a, b;
		enum diff_class class;
		bool doubt;
	} table[] = {
		{STATUS_PASS, STATUS_PASS, DIFF_SAME, false},
		{STATUS_PASS, STATUS_FAIL, DIFF_REGRESSED, false},
		{STATUS_PASS, STATUS_TIMEOUT, DIFF_REGRESSED, false},
		{STATUS_PASS, STATUS_BROKEN, DIFF_REGRESSED, false},
		{STATUS_PASS, STATUS_CRASHED, DIFF_REGRESSED, false},
		{STATUS_PASS, STATUS_FLAKY, DIFF_REGRESSED, false},
		{STATUS_PASS, STATUS_XFAIL, DIFF_REGRESSED, false},
		{STATUS_XFAIL, STATUS_FAIL, DIFF_REGRESSED, false},
		{STATUS_FAIL, STATUS_CRASHED, DIFF_REGRESSED, false},
		{STATUS_CRASHED, STATUS_CRASHED, DIFF_SAME, false},
		{STATUS_CRASHED, STATUS_FAIL, DIFF_CHANGED, false},
		{STATUS_FAIL, STATUS_TIMEOUT, DIFF_CHANGED, false},
		{STATUS_FAIL, STATUS_XFAIL, DIFF_CHANGED, false},
		{STATUS_FAIL, STATUS_PASS, DIFF_FIXED, false},
		{STATUS_XFAIL, STATUS_PASS, DIFF_FIXED, false},
		{STATUS_XFAIL, STATUS_XPASS, DIFF_FIXED, false},
		{STATUS_PASS, STATUS_SKIP, DIFF_GONE, false},
		{STATUS_FAIL, STATUS_SKIP, DIFF_GONE, false},
		{STATUS_SKIP, STATUS_PASS, DIFF_APPEARED, false},
		{STATUS_SKIP, STATUS_XFAIL, DIFF_APPEARED, false},
		{STATUS_SKIP, STATUS_FAIL, DIFF_FAILING, false},
		{STATUS_SKIP, STATUS_NA, DIFF_CHANGED, false},
		{NONE, STATUS_PASS, DIFF_NEW, false},
		{NONE, STATUS_SKIP, DIFF_NEW, false},
		{NONE, STATUS_NA, DIFF_SAME, false},
		{NONE, STATUS_FAIL, DIFF_FAILING, false},
		{STATUS_NA, STATUS_CRASHED, DIFF_FAILING, false},
		{STATUS_PASS, NONE, DIFF_VANISHED, false},
		{STATUS_PASS, STATUS_NA, DIFF_VANISHED, false},
		{STATUS_FAIL, NONE, DIFF_VANISHED, false},
		{STATUS_SKIP, NONE, DIFF_VANISHED, false},
		{STATUS_PASS, STATUS_LOST, DIFF_INCOMPARABLE, true},
		{STATUS_SKIP, STATUS_NOBOOT, DIFF_INCOMPARABLE, true},
		{NONE, STATUS_NOBUILD, DIFF_INCOMPARABLE, true},
		{STATUS_LOST, STATUS_LOST, DIFF_INCOMPARABLE, true},
		{STATUS_LOST, STATUS_FAIL, DIFF_INCOMPARABLE, true},
		{STATUS_LOST, NONE, DIFF_INCOMPARABLE, true},
		{STATUS_LOST, STATUS_PASS, DIFF_INCOMPARABLE, false},
		{STATUS_NOBOOT, STATUS_SKIP, DIFF_INCOMPARABLE, false},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct result a = a_result(table[i].a, ""), b = a_result(table[i].b, "");
		const struct result *x = table[i].a == NONE ? NULL : &a;
		const struct result *y = table[i].b == NONE ? NULL : &b;

		ATF_CHECK_STREQ_MSG(diff_class_word(table[i].class),
				    diff_class_word(diff_classify(x, y)), "line %zu", i);
		ATF_CHECK_EQ_MSG(table[i].doubt, diff_in_doubt(x, y), "line %zu", i);
	}
}

CASE(no_answer_is_good, "Verify that no status that is not good becomes the same as a pass")
{
	for (enum status s = 0; s < STATUS_COUNT; s++) {
		struct result a = a_result(STATUS_PASS, ""), b = a_result(s, "");
		enum diff_class c = diff_classify(&a, &b);
		bool told = c == DIFF_REGRESSED || (c == DIFF_INCOMPARABLE && diff_in_doubt(&a, &b));

		if (status_class(s) != STATUS_CLASS_GOOD && s != STATUS_XPASS)
			ATF_CHECK_MSG(told, "%s is %s", status_word(s), diff_class_word(c));
	}
}

CASE(same_status, "Verify that another reason is told, and a complaint of the kernel is a failure")
{
	struct result a = a_result(STATUS_FAIL, "in child 1: EPERM");
	struct result b = a_result(STATUS_FAIL, "in child 2: EPERM");
	struct result c = a_result(STATUS_FAIL, "in child 2: EIO");
	struct result splat = a_result(STATUS_FAIL, "WARNING");

	ATF_CHECK_EQ(DIFF_SAME, diff_classify(&a, &b));
	ATF_CHECK_EQ(DIFF_REASON, diff_classify(&a, &c));
	splat.program = (char *)(uintptr_t)CELL_KERNEL_PROGRAM;
	ATF_CHECK_EQ(DIFF_REGRESSED, diff_classify(NULL, &splat));
	ATF_CHECK_EQ(DIFF_FIXED, diff_classify(&splat, NULL));
}

/* ---- whole runs ---- */

struct fixture {
	struct cell cells[4];
	struct store_run run;
};

static struct cell *add_cell(struct fixture *f, const char *kernel, const char *abi,
			     const char *version)
{
	struct cell *c = &f->cells[f->run.count++];

	f->run.cells = f->cells;
	f->run.ended = true;
	cell_init(c, kernel, abi);
	cell_set(&c->version, version);
	cell_set(&c->accel, "tcg");
	cell_set(&c->user, "root");
	return c;
}

static void add(struct cell *c, const char *contract, enum status s, const char *reason)
{
	results_add(&c->results, "kernel-tests/a_test", contract, contract, s, reason);
}

static void drop(struct fixture *f)
{
	for (size_t i = 0; i < f->run.count; i++)
		cell_free(&f->cells[i]);
	*f = (struct fixture){0};
}

static int verdict(const struct fixture *a, const struct fixture *b)
{
	struct diff d;
	int v;

	diff_make(&a->run, &b->run, &d);
	v = diff_verdict(&d);
	diff_free(&d);
	return v;
}

CASE(pairs, "Verify that cells are paired by kernel, ABI and user, and that others are named")
{
	struct fixture a = {0}, b = {0};
	struct diff d;

	add_cell(&a, "k1", "x86_64", "1");
	add_cell(&a, "k1", "i386", "1");
	add_cell(&a, "k2", "x86_64", "1");
	add_cell(&b, "k2", "x86_64", "1");
	add_cell(&b, "k1", "x86_64", "1");
	cell_set(&add_cell(&b, "k1", "i386", "1")->user, "nobody");
	diff_make(&a.run, &b.run, &d);
	ATF_REQUIRE_EQ(2, d.npairs);
	ATF_CHECK_STREQ("k1", d.pairs[0].b->kernel);
	ATF_CHECK_STREQ("k2", d.pairs[1].b->kernel);
	ATF_REQUIRE_EQ(1, d.nonly_a);
	ATF_CHECK_STREQ("i386", d.only_a[0]->abi);
	ATF_REQUIRE_EQ(1, d.nonly_b);
	ATF_CHECK_STREQ("nobody", d.only_b[0]->user);
	ATF_CHECK_EQ(2, diff_verdict(&d));
	diff_free(&d);
	drop(&a);
	drop(&b);

	/* One kernel against another: by ABI. */
	add_cell(&a, "old", "x86_64", "1");
	add_cell(&a, "old", "i386", "1");
	add_cell(&b, "new", "i386", "2");
	add_cell(&b, "new", "x86_64", "2");
	diff_make(&a.run, &b.run, &d);
	ATF_REQUIRE_EQ(2, d.npairs);
	ATF_CHECK_STREQ("x86_64", d.pairs[0].b->abi);
	ATF_CHECK_EQ(0, diff_verdict(&d));
	diff_free(&d);
	drop(&a);
	drop(&b);

	/* One cell against another. */
	add_cell(&a, "k", "x86_64", "1");
	add_cell(&b, "k", "i386", "1");
	diff_make(&a.run, &b.run, &d);
	ATF_CHECK_EQ(1, d.npairs);
	diff_free(&d);
	drop(&b);
	diff_make(&a.run, &b.run, &d);
	ATF_CHECK_EQ(0, d.npairs);
	ATF_CHECK_EQ(2, diff_verdict(&d));
	diff_free(&d);
	drop(&a);
}

CASE(verdict, "Verify the exit status of a diff")
{
	struct fixture a = {0}, b = {0};
	struct cell *x = add_cell(&a, "k", "x86_64", "1"), *y = add_cell(&b, "k", "x86_64", "2");

	add(x, "a.b.c", STATUS_PASS, "");
	add(y, "a.b.c", STATUS_PASS, "");
	add(y, "a.b.d", STATUS_PASS, "");
	ATF_CHECK_EQ(0, verdict(&a, &b));
	add(x, "a.b.e", STATUS_PASS, "");
	add(y, "a.b.e", STATUS_LOST, "");
	ATF_CHECK_EQ(2, verdict(&a, &b));
	/* What is known to be worse is told even so. */
	add(x, "a.b.f", STATUS_PASS, "");
	ATF_CHECK_EQ(1, verdict(&a, &b));
	drop(&a);
	drop(&b);
}

static void write_diff(const struct fixture *a, const struct fixture *b,
		       struct diff_style *style, bool json, struct buf *out)
{
	struct diff d;

	style->name_a = "old.db#1";
	style->name_b = "new.db#2";
	style->belay_a = style->belay_b = "1.0";
	diff_make(&a->run, &b->run, &d);
	if (json)
		diff_json(&d, style, out);
	else
		diff_text(&d, style, out);
	diff_free(&d);
}

static void make_sides(struct fixture *a, struct fixture *b)
{
	for (int i = 0; i < 2; i++) {
		const char *abi = i ? "i386" : "x86_64";
		struct cell *x = add_cell(a, "bullseye-amd64", abi, "5.10 (5.10.1)");
		struct cell *y = add_cell(b, "sid-amd64", abi, "7.2 (7.2.1)");

		add(x, "ptrace.seize.one", STATUS_PASS, "");
		add(y, "ptrace.seize.one", STATUS_FAIL, i ? "in child 5: EIO" : "in child 4: EIO");
		add(x, "ptrace.seize.two", STATUS_PASS, "");
		add(y, "ptrace.seize.two", i ? STATUS_CRASHED : STATUS_PASS,
		    i ? "panic: \033[2J" : "");
		add(x, "landlock.net.bind", STATUS_SKIP, "needs Linux 6.7");
		add(y, "landlock.net.bind", STATUS_PASS, "");
		add(x, "landlock.net.connect", STATUS_SKIP, "needs Linux 6.7");
		add(y, "landlock.net.connect", STATUS_PASS, "");
		add(x, "proc.mem.read", STATUS_XFAIL, "known");
		add(y, "proc.mem.read", STATUS_PASS, "");
		if (!i)
			add(x, "proc.mem.old", STATUS_PASS, "");
	}
}

CASE(text, "Verify what a person reads, letter by letter")
{
	static const char expected[] =
		" A  old.db#1\n"
		" B  new.db#2\n"
		"\n"
		" 1  bullseye-amd64/x86_64 -> sid-amd64/x86_64  5.10 (5.10.1) -> 7.2 (7.2.1)\n"
		"    1 regressed  1 vanished  1 fixed  2 appeared  1 same\n"
		" 2  bullseye-amd64/i386 -> sid-amd64/i386  5.10 (5.10.1) -> 7.2 (7.2.1)\n"
		"    2 regressed  1 fixed  2 appeared\n"
		"\n"
		"  landlock.net  4 appeared\n"
		"  proc.mem      1 vanished  2 fixed\n"
		"  ptrace.seize  3 regressed\n"
		"\n"
		"regressed: the promise held in A and is broken in B\n"
		"    pass -> crashed: panic: \\x1b[2J\n"
		"        in 2: ptrace.seize.two\n"
		"    pass -> fail: in child 4: EIO\n"
		"        in 1-2: ptrace.seize.one\n"
		"\n"
		"vanished: A has this case, B does not\n"
		"    pass -> (none)\n"
		"        in 1: proc.mem.old\n"
		"\n"
		"fixed: the promise was broken in A and holds in B\n"
		"    xfail -> pass: known\n"
		"        in 1-2: proc.mem.read\n"
		"\n"
		"appeared: not there in A; it is in B, and keeps its promise\n"
		"    skip -> pass: needs Linux 6.7\n"
		"        in 1-2: landlock.net.*\n"
		"\n"
		"Something regressed, vanished, or is new and fails.\n";
	struct diff_style style = {.style = {.width = 80}};
	struct fixture a = {0}, b = {0};
	struct buf out = {0};

	make_sides(&a, &b);
	write_diff(&a, &b, &style, false, &out);
	ATF_CHECK_STREQ(expected, out.p);
	buf_free(&out);
	style.style.width = 40;
	write_diff(&a, &b, &style, false, &out);
	for (const char *p = out.p; *p; p = strchr(p, '\n') + 1)
		if (!memchr(p, ':', strcspn(p, "\n"))) /* headings */
			ATF_CHECK_MSG(strcspn(p, "\n") <= 52, "%.*s", (int)strcspn(p, "\n"), p);
	buf_free(&out);
	style.style.width = 80;
	style.only = style.chosen[DIFF_VANISHED] = true;
	write_diff(&a, &b, &style, false, &out);
	ATF_CHECK(!strstr(out.p, "\nregressed:") && strstr(out.p, "\nvanished:"));
	ATF_CHECK_MSG(strstr(out.p, "not listed: 3 regressed 2 fixed 4 appeared"), "%s", out.p);
	buf_free(&out);
	drop(&a);
	drop(&b);
}

CASE(few, "Verify that many new interfaces do not hide the rest unless they are asked for")
{
	struct diff_style style = {.style = {.width = 80}};
	struct fixture a = {0}, b = {0};
	struct buf out = {0};
	struct cell *x, *y;

	x = add_cell(&a, "k", "x86_64", "1");
	y = add_cell(&b, "k", "x86_64", "2");
	for (int i = 0; i < 30; i++) {
		char *name = buf_asprintf("a.b.n%d", i);

		add(x, name, STATUS_SKIP, "not there");
		add(y, name, STATUS_PASS, "");
		free(name);
	}
	add(x, "a.b.c", STATUS_PASS, "");
	add(y, "a.b.c", STATUS_FAIL, "1 != 2");
	write_diff(&a, &b, &style, false, &out);
	ATF_CHECK(!strstr(out.p, "a.b.n3"));
	ATF_CHECK_MSG(strstr(out.p, "not listed: 30 appeared (--all lists them)"), "%s", out.p);
	ATF_CHECK(strstr(out.p, "        a.b.c\n") != NULL);
	buf_free(&out);
	style.chosen[DIFF_APPEARED] = true;
	write_diff(&a, &b, &style, false, &out);
	ATF_CHECK(strstr(out.p, "a.b.n3 ") != NULL && !strstr(out.p, "not listed"));
	buf_free(&out);
	drop(&a);
	drop(&b);
}

CASE(json, "Verify that the JSON is valid and holds every change")
{
	struct diff_style style = {0};
	struct fixture a = {0}, b = {0};
	struct buf out = {0};
	sqlite3 *db;
	sqlite3_stmt *st;

	make_sides(&a, &b);
	add(&a.cells[0], "q.\"\\\n.\xff", STATUS_FAIL, "\x01");
	write_diff(&a, &b, &style, true, &out);
	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_open(":memory:", &db));
	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_prepare_v2(db,
		"SELECT json_extract(?1, '$.verdict') || ' ' ||"
		" json_extract(?1, '$.counts.regressed') || ' ' ||"
		" json_array_length(?1, '$.changes') || ' ' ||"
		" json_extract(?1, '$.changes[0].contract') || ' ' ||"
		" json_extract(?1, '$.changes[0].cell') || ' ' ||"
		" json_extract(?1, '$.cells[1].b.version')", -1, &st, NULL));
	sqlite3_bind_text(st, 1, out.p, -1, SQLITE_STATIC);
	ATF_REQUIRE_EQ_MSG(SQLITE_ROW, sqlite3_step(st), "%s: %s", sqlite3_errmsg(db), out.p);
	ATF_CHECK_STREQ("1 3 11 ptrace.seize.one 0 7.2 (7.2.1)",
			(const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	buf_free(&out);
	drop(&a);
	drop(&b);
}

/* ---- sides from stores ---- */

static void put_run(const char *path, const char *kernel, const char *abi)
{
	struct fixture f = {0};
	struct store *s;
	struct why why;
	int64_t id;

	add(add_cell(&f, kernel, abi, "1"), "a.b.c", STATUS_PASS, "");
	ATF_REQUIRE_EQ(0, store_open(path, true, &s, &why));
	ATF_REQUIRE_EQ(0, store_begin(s, "x", NULL, &id, &why));
	ATF_REQUIRE_EQ(0, store_put(s, id, f.cells, 1, &why));
	store_close(s);
	drop(&f);
}

static void check_side(const char *text, int64_t run, const char *kernel)
{
	struct side s;
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, side_load(text, "s.db", &s, &why), "%s: %s", text, why.text);
	ATF_CHECK_EQ_MSG(run, s.run.id, "%s: run %d", text, (int)s.run.id);
	ATF_REQUIRE_EQ(1, s.run.count);
	ATF_CHECK_STREQ(kernel, s.run.cells[0].kernel);
	side_free(&s);
}

static void check_no_side(const char *text, const char *words)
{
	struct side s;
	struct why why = {""};

	ATF_CHECK_MSG(side_load(text, "s.db", &s, &why) < 0, "%s", text);
	ATF_CHECK_MSG(strstr(why.text, words) && !strchr(why.text, '\n'), "%s: %s", text, why.text);
}

CASE(sides, "Verify that a side is found in its store, in the newest run that has it")
{
	put_run("s.db", "bookworm-amd64", "x86_64");
	put_run("s.db", "bookworm-amd64", "i386");
	put_run("s.db", "sid-amd64", "x86_64");
	check_side("s.db", 3, "sid-amd64");
	check_side("#2", 2, "bookworm-amd64");
	check_side("bookworm-amd64", 2, "bookworm-amd64");
	check_side("bookworm-amd64/x86_64", 1, "bookworm-amd64");
	check_side("s.db#1:bookworm-amd64", 1, "bookworm-amd64");
	check_side(":sid-amd64/x86_64", 3, "sid-amd64");
	check_no_side("bokworm-amd64", "did you mean 'bookworm-amd64'?");
	check_no_side("completely-other", "it has bookworm-amd64, sid-amd64");
	check_no_side("bookworm-amd64/i387", "did you mean 'i386'?");
	check_no_side("#7", "no run 7");
	check_no_side("#3:bookworm-amd64", "no kernel 'bookworm-amd64'");
	check_no_side("absent.db#1", "absent.db");
	check_no_side("a/b/c", "neither a file nor");
	/* A file comes before a kernel of its name; ':' tells them apart. */
	put_run("sid-amd64", "other", "x86_64");
	check_side("sid-amd64", 1, "other");
	check_side(":sid-amd64", 3, "sid-amd64");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, spec);
	ATF_TP_ADD_TC(tp, reason);
	ATF_TP_ADD_TC(tp, classes);
	ATF_TP_ADD_TC(tp, no_answer_is_good);
	ATF_TP_ADD_TC(tp, same_status);
	ATF_TP_ADD_TC(tp, pairs);
	ATF_TP_ADD_TC(tp, verdict);
	ATF_TP_ADD_TC(tp, text);
	ATF_TP_ADD_TC(tp, few);
	ATF_TP_ADD_TC(tp, json);
	ATF_TP_ADD_TC(tp, sides);
	return atf_no_error();
}
