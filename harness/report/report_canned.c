/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_canned.c - stores for the tests of the reports, made to order. It is no test
 * itself. Usage:
 *
 *	report_canned hostile STORE	text that tries to break out of each format
 *	report_canned plain STORE	two kernels, every status, no surprise
 *	report_canned sound STORE	the same, and a sandbox of each verdict that stands on it
 *	report_canned large STORE ROWS CELLS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/store/store.h"

/* What a guest could say: ends of every format, NUL (in outputs), invalid UTF-8, escape
 * sequences, text that runs backwards, characters that XML does not have. */
static const char hostile[] =
	"</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
	"]]>--><!-- \" ' ` & &amp; \\ # SKIP %s \033[2J\033]0;t\a \x80\xff\xed\xa0\x80\xc0\xaf "
	"\xe2\x80\xae\xe2\x81\xa6 \xe2\x80\xa8\xe2\x80\x8b \xef\xbf\xbe\xef\xbf\xbf \xef\xbb\xbf "
	"\xc2\x9b \x01\x7f\r\n...\n---\nok 99 - me\n1..9\n\tend";

static void cell(struct cell *c, const char *kernel, const char *abi, const char *version)
{
	cell_init(c, kernel, abi);
	cell_set(&c->version, version);
	cell_set(&c->accel, "tcg");
	cell_set(&c->qemu, "7.2.22");
	cell_set(&c->user, "root");
}

static struct result *add(struct cell *c, const char *name, const char *contract, enum status s,
			  const char *reason)
{
	struct result *r = results_add(&c->results, "kernel-tests/a_test", name, contract, s, reason);

	r->us = 1234567;
	return r;
}

static size_t make_hostile(struct cell *cells)
{
	char output[sizeof(hostile) + 2];

	memcpy(output, "\0\0", 2);
	memcpy(output + 2, hostile, sizeof(hostile));
	cell(&cells[0], "running", "x86_64", hostile);
	cell(&cells[1], hostile, "i386", "6.1");
	for (size_t c = 0; c < 2; c++) {
		for (enum status s = 0; s < STATUS_COUNT; s++) {
			char *id = buf_asprintf("hostile.%s.x", status_word(s));

			result_set_output(add(&cells[c], status_word(s), id, s, hostile), output,
					  sizeof(output));
			free(id);
		}
		add(&cells[c], "worse", hostile, STATUS_FAIL, hostile);
		add(&cells[c], hostile, "", STATUS_FAIL, "");
	}
	return 2;
}

static size_t make_plain(struct cell *cells)
{
	static const char *const kernels[] = {"bookworm-amd64", "sid-amd64"};
	static const char *const abis[] = {"x86_64", "i386"};

	for (size_t c = 0; c < 4; c++) {
		cell(&cells[c], kernels[c / 2], abis[c % 2],
		     c / 2 ? "7.0.4-amd64 (7.0.4-1)" : "6.1.0-56-amd64 (6.1.192-2)");
		add(&cells[c], "no_stop", "ptrace.seize.no_stop", c == 3 ? STATUS_FAIL : STATUS_PASS,
		    c == 3 ? "1 != 2" : "");
		add(&cells[c], "order", "seccomp.trace.order", c == 1 ? STATUS_XFAIL : STATUS_PASS,
		    c == 1 ? "a bug that is known" : "");
		/* Several cases of one contract, of which one fails. */
		add(&cells[c], "both_a", "ptrace.seize.twice", STATUS_PASS, "");
		add(&cells[c], "both_b", "ptrace.seize.twice", c ? STATUS_SKIP : STATUS_BROKEN,
		    c ? "needs Linux 9" : "no such file");
		result_set_output(add(&cells[c], "helpers", "", STATUS_PASS, ""), "a\nb\n", 4);
		if (c == 3)
			result_set_output(&cells[c].results.v[0], "stopped by 5\n", 13);
	}
	for (enum status s = 0; s < STATUS_COUNT; s++) {
		char *id = buf_asprintf("status.word.%s", status_word(s));

		add(&cells[0], status_word(s), id, s, s == STATUS_PASS ? "" : status_meaning(s));
		free(id);
	}
	return 4;
}

/* What the plain run says of it: each row another verdict in another cell. */
static void make_relies(struct relies *relies)
{
	static const char *const rows[][2] = {
		{"firm", "ptrace.seize.no_stop"}, /* sound, but for the last cell */
		{"known", "seccomp.trace.order"}, /* a known bug is no promise kept */
		{"open", "nobody.ran.this"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		relies_add(relies, rows[i][0], i ? "layer" : "backend", "core", false, rows[i][1],
			   "all", "why");
	relies_add(relies, "lacking", "layer", "core", false, "ptrace.seize.twice", "i386,x32", "why");
	relies_add(relies, "lacking", "layer", "core", false, "ptrace.seize.no_stop", "x86_64", "why");
}

static size_t make_large(struct cell *cells, size_t rows, size_t count)
{
	for (size_t c = 0; c < count; c++) {
		char *kernel = buf_asprintf("%s-%zu-amd64", "suite", c / 3);

		cell(&cells[c], kernel, c % 3 == 0 ? "x86_64" : c % 3 == 1 ? "i386" : "x32",
		     "6.1.0-56-amd64 (6.1.192-2)");
		free(kernel);
		for (size_t i = 0; i < rows; i++) {
			/* Sixty areas; a quarter skipped, every hundredth a failure. */
			char *name = buf_asprintf("promise_with_a_usual_name_%zu", i);
			char *id = buf_asprintf("area%zu.topic.%s", i % 60, name);
			char *reason = buf_asprintf("expected %zu, got %zu", i % 97, c);
			enum status s = (i + c) % 100 == 0 ? STATUS_FAIL
					: i % 4 == 0	   ? STATUS_SKIP
							   : STATUS_PASS;
			struct result *r = add(&cells[c], name, id, s,
					       s == STATUS_FAIL	  ? reason
					       : s == STATUS_SKIP ? "needs Linux 9"
								  : "");

			if (s == STATUS_FAIL) {
				struct buf out = {0};

				for (size_t k = 0; k < 40; k++)
					buf_printf(&out, "line %zu of %s in %zu\n", k, id, c);
				result_set_output(r, out.p, out.len);
				buf_free(&out);
			}
			free(reason);
			free(id);
			free(name);
		}
	}
	return count;
}

int main(int argc, char **argv)
{
	size_t rows = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	size_t count = argc > 4 ? strtoul(argv[4], NULL, 10) : 4;
	struct relies relies = {0};
	struct cell *cells = buf_realloc(NULL, count, sizeof(*cells));
	const char *kind = argc > 2 ? argv[1] : "";
	struct store *store;
	struct why why;
	int64_t run;
	int rc = 1;

	if (!strcmp(kind, "hostile")) {
		count = make_hostile(cells);
	} else if (!strcmp(kind, "plain")) {
		count = make_plain(cells);
	} else if (!strcmp(kind, "sound")) {
		count = make_plain(cells);
		make_relies(&relies);
	} else if (!strcmp(kind, "large")) {
		count = make_large(cells, rows, count);
	} else {
		fputs("usage: report_canned hostile|plain|sound|large STORE [ROWS CELLS]\n", stderr);
		return 2;
	}
	if (!store_open(argv[2], true, &store, &why)) {
		if (!store_begin(store, kind[0] == 'h' ? hostile : "kmatrix run", NULL, &run, &why) &&
		    !store_put(store, run, cells, count, &why) &&
		    !store_put_relies(store, run, &relies, &why) && !store_end(store, run, &why))
			rc = 0;
		store_close(store);
	}
	for (size_t c = 0; c < count; c++)
		cell_free(&cells[c]);
	free(cells);
	relies_free(&relies);
	if (rc)
		fprintf(stderr, "report_canned: %s\n", why.text);
	return rc;
}
