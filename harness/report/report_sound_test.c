/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_sound_test.c - the sandbox's verdict as people read it.
 */
#include <string.h>

#include "harness/base/case.h"
#include "harness/report/report.h"

static struct cell cells[4];
static struct store_run run;

static void begin(void)
{
	static const char *const names[][2] = {
		{"amd64-6.1", "x86_64"}, {"amd64-6.1", "i386"}, {"armhf-6.1", "arm"},
		{"amd64-5.10", "x86_64"},
	};

	run = (struct store_run){.cells = cells, .count = COUNT(cells), .ended = true};
	for (size_t i = 0; i < COUNT(cells); i++) {
		cell_init(&cells[i], names[i][0], names[i][1]);
		cell_set(&cells[i].version, i < 3 ? "6.1.192" : "5.10.2\033[m");
		cell_set(&cells[i].accel, "tcg");
		results_add(&cells[i].results, "p", "a", "a.b.one", STATUS_PASS, "");
		results_add(&cells[i].results, "p", "b", "a.b.two",
			    i == 2 ? STATUS_XFAIL : STATUS_PASS, i == 2 ? "known bug" : "");
		results_add(&cells[i].results, "p", "c", "l.ock", i == 3 ? STATUS_SKIP : STATUS_PASS,
			    i == 3 ? "no Land\033lock" : "");
		if (i != 3)
			results_add(&cells[i].results, "p", "d", "o.pt",
				    i < 2 ? STATUS_SKIP : STATUS_PASS, "too old");
	}
	relies_add(&run.relies, "trace", "backend", "calls", false, "a.b.one", "all", "w");
	relies_add(&run.relies, "trace", "backend", "calls", false, "a.b.two", "all", "w");
	relies_add(&run.relies, "trace", "backend", "fast", true, "o.pt", "all", "w");
	relies_add(&run.relies, "landlock", "layer", "domain", false, "l.ock", "all", "w");
}

static void end(void)
{
	for (size_t i = 0; i < COUNT(cells); i++)
		cell_free(&cells[i]);
	relies_free(&run.relies);
}

typedef void writer(const struct matrix *m, const struct report_style *style, struct buf *out);

static void check(writer *write, bool color, const char *expected)
{
	const struct report_style style = {.color = color, .width = 60};
	struct buf out = {0};
	struct matrix m;

	matrix_make(&run, &m);
	write(&m, &style, &out);
	matrix_free(&m);
	if (expected)
		ATF_CHECK_STREQ(expected, out.p);
	else
		ATF_CHECK_MSG(strstr(out.p, "\033[1;31m!\033[0m") != NULL, "%s", out.p);
	buf_free(&out);
}

CASE(cells, "Verify the verdict by cell, letter by letter, and that text is escaped")
{
	begin();
	check(report_sound_text, false,
	      "the sandbox          1 2 3 4\n"
	      "  backend trace      + + ! ?\n"
	      "  layer landlock     + + + -\n"
	      "\n"
	      "unsound\n"
	      "    trace in 3: a.b.two (xfail: known bug)\n"
	      "\n"
	      "unknown\n"
	      "    trace in 4: o.pt (not run)\n"
	      "\n"
	      "absent\n"
	      "    landlock in 4: no domain (no Land\\x1block)\n"
	      "\n"
	      "sound, without what is optional\n"
	      "    trace in 1-2: no fast (too old)\n"
	      "\n"
	      "  +  sound     every promise it relies on was kept\n"
	      "  -  absent    the kernel lacks what it needs; belay finds out\n"
	      "  ?  unknown   a promise it relies on was not put to the test\n"
	      "  !  unsound   a promise it relies on is broken\n"
	      "\n");
	check(report_sound_text, true, NULL);
	end();
}

CASE(kernels, "Verify that of the cells of a kernel the worst verdict is told")
{
	begin();
	results_add(&cells[1].results, "p", "e", "l.ock", STATUS_FAIL, "1 != 2");
	check(report_sound_kernels, false,
	      "kernel      trace       landlock    version\n"
	      "amd64-6.1   sound       unsound     6.1.192\n"
	      "armhf-6.1   unsound     sound       6.1.192\n"
	      "amd64-5.10  unknown     absent      5.10.2\\x1b[m\n"
	      "\n"
	      "unsound\n"
	      "    trace in armhf-6.1/arm: a.b.two (xfail: known bug)\n"
	      "    landlock in amd64-6.1/i386: l.ock (fail: 1 != 2)\n"
	      "\n"
	      "unknown\n"
	      "    trace in amd64-5.10/x86_64: o.pt (not run)\n"
	      "\n"
	      "absent\n"
	      "    landlock in amd64-5.10/x86_64: no domain (no\n"
	      "    Land\\x1block)\n"
	      "\n"
	      "sound, without what is optional\n"
	      "    trace in amd64-6.1/x86_64, amd64-6.1/i386: no fast (too\n"
	      "    old)\n"
	      "\n");
	end();
}

CASE(json, "Verify the verdict as programs read it, with every cause")
{
	struct report_style style = {.width = 80};
	struct buf out = {0};
	struct matrix m;

	begin();
	matrix_make(&run, &m);
	report_json(&m, &style, &out);
	matrix_free(&m);
	ATF_CHECK_MSG(strstr(out.p, "{\"what\":\"trace\",\"kind\":\"backend\",\"kernel\":\"armhf-6.1\","
		"\"abi\":\"arm\",\"verdict\":\"unsound\",\"causes\":[{\"contract\":\"a.b.two\","
		"\"part\":\"calls\",\"status\":\"xfail\",\"reason\":\"known bug\"}]}") != NULL,
		"%s", out.p);
	ATF_CHECK(strstr(out.p, "\"verdict\":\"unknown\",\"causes\":[{\"contract\":\"o.pt\","
		"\"part\":\"fast\"}]}") != NULL);
	ATF_CHECK(strstr(out.p, "\"what\":\"landlock\",\"kind\":\"layer\",\"kernel\":\"amd64-6.1\","
		"\"abi\":\"i386\",\"verdict\":\"sound\",\"causes\":[]}") != NULL);
	buf_free(&out);
	end();
}

CASE(undeclared, "Verify that a run without a declaration says that it has no verdict")
{
	static const char none[] =
		"No verdict on the sandbox: what belay relies on was not recorded, or left out.\n\n";

	begin();
	relies_free(&run.relies);
	check(report_sound_text, false, none);
	check(report_sound_kernels, false, none);
	end();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, cells);
	ATF_TP_ADD_TC(tp, kernels);
	ATF_TP_ADD_TC(tp, json);
	ATF_TP_ADD_TC(tp, undeclared);
	return atf_no_error();
}
