/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_report.c - `kmatrix report`: a run of a store, or a part of it, in any of the
 * formats. It writes no format itself.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/compare/baseline_file.h"
#include "harness/report/matrix.h"
#include "harness/report/report.h"
#include "harness/store/select.h"
#include "harness/store/store.h"
#include "harness/verbs/cli.h"
#include "harness/verbs/known.h"

enum { OPT_STORE = 'o', OPT_JSON = 256, OPT_COLOR, OPT_FORMAT, OPT_OUTPUT, OPT_RUN, OPT_KERNEL,
	OPT_ABI, OPT_TEST, OPT_ALL, OPT_ORIGIN, OPT_BASELINE, OPT_SOUND };

static const struct cli_option report_options[] = {
	{"store", OPT_STORE, "FILE", "the store to read (" CLI_STORE ")"},
	{"format", OPT_FORMAT, "FORMAT", "text, html, json, junit, tap, kcidb, lava or sound"},
	{"json", OPT_JSON, NULL, "the same as --format json"},
	{"sound", OPT_SOUND, NULL, "the same as --format sound: where the sandbox is"},
	{"output", OPT_OUTPUT, "FILE", "write the report there"},
	{"run", OPT_RUN, "N", "this run of the store (the newest)"},
	{"kernel", OPT_KERNEL, "ID", "only cells of this kernel"},
	{"abi", OPT_ABI, "ABI", "only cells of this ABI"},
	{"test", OPT_TEST, "PATTERN", "only contracts, programs or cases that fit"},
	{"baseline", OPT_BASELINE, "FILE", "do not count what this baseline accepts"},
	{"all", OPT_ALL, NULL, "text: each contract by its name"},
	{"origin", OPT_ORIGIN, "NAME", "kcidb: who submits (belay)"},
	{"color", OPT_COLOR, "WHEN", "auto, always or never"},
	{0},
};

struct report {
	const char *store, *color, *output, *baseline;
	unsigned run; /* 0: the newest */
	const struct report_format *format;
	struct report_style style;
	struct cli_list kernels, abis;
	struct buf tests;
};

static int report_format_set(struct report *r, const char *name)
{
	struct cli_list names = {0};

	r->format = report_format_find(name);
	if (r->format)
		return 0;
	for (const struct report_format *f = report_formats; f->name; f++)
		cli_list_add(&names, f->name);
	cli_unknown("format", name, names.v, names.count);
	free(names.v);
	return CLI_BAD;
}

static int report_origin_set(struct report *r, const char *name)
{
	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")]) {
		cli_error("--origin '%s': lower case letters, digits and '_' make one", name);
		return CLI_BAD;
	}
	r->style.origin = name;
	return 0;
}

/* CLI_END when all is read. */
static int report_parse(struct report *r, const struct cli_verb *self, char **argv)
{
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	int opt;

	while ((opt = cli_next(&cli, self, &value)) > CLI_END) {
		int err = 0;

		switch (opt) {
		case OPT_STORE:
			r->store = value;
			break;
		case OPT_JSON:
			err = report_format_set(r, "json");
			break;
		case OPT_SOUND:
			err = report_format_set(r, "sound");
			break;
		case OPT_FORMAT:
			err = report_format_set(r, value);
			break;
		case OPT_OUTPUT:
			r->output = value;
			break;
		case OPT_RUN:
			err = cli_number("run", value, 1, INT_MAX, &r->run);
			break;
		case OPT_KERNEL:
			cli_list_add(&r->kernels, value);
			break;
		case OPT_ABI:
			cli_list_add(&r->abis, value);
			break;
		case OPT_TEST:
			buf_printf(&r->tests, "%s%s", r->tests.len ? " " : "", value);
			break;
		case OPT_BASELINE:
			r->baseline = value;
			break;
		case OPT_ALL:
			r->style.all = true;
			break;
		case OPT_ORIGIN:
			err = report_origin_set(r, value);
			break;
		default:
			r->color = value;
		}
		if (err)
			return CLI_BAD;
	}
	return opt;
}

/* Each name must be of some cell; the others are offered. */
static int report_check(const struct store_run *run, const struct cli_list *names, bool kernels)
{
	struct cli_list valid = {0};
	int err;

	for (size_t c = 0; c < run->count; c++) {
		const struct cell *cell = &run->cells[c];
		const char *name = kernels ? cell->kernel : cell->abi;
		size_t i = 0;

		while (i < valid.count && strcmp(valid.v[i], name))
			i++;
		if (i == valid.count)
			cli_list_add(&valid, name);
	}
	err = known_words(kernels ? "kernel of this run" : "ABI of this run", names->v,
			  names->count, &valid);
	free(valid.v);
	return err;
}

static int report_narrow(struct report *r, struct store_run *run)
{
	struct selection wanted = {r->kernels.v, r->abis.v, r->tests.p};
	size_t before = run->count;

	if (report_check(run, &r->kernels, true) || report_check(run, &r->abis, false))
		return CLI_INFRASTRUCTURE;
	select_run(run, &wanted);
	/* Of a part of the contracts there is no verdict. */
	if (wanted.tests) {
		r->style.narrowed = true;
		relies_free(&run->relies);
	}
	if (before && !run->count)
		return cli_error("nothing in this run fits --kernel, --abi and --test");
	return 0;
}

static int report_write_file(const char *path, const struct buf *text, int verdict)
{
	FILE *f = fopen(path, "we");
	bool good = f && (!text->len || fwrite(text->p, 1, text->len, f) == text->len);
	int err = errno;

	if (f && fclose(f) && good) {
		err = errno;
		good = false;
	}
	return good ? verdict : cli_error("cannot write the report '%s': %s", path, strerror(err));
}

static int report_write_run(struct report *r, const struct baseline *accepted,
			    struct store_run *run)
{
	struct catalogue *catalogue = catalogue_load();
	struct tables *tables = NULL;
	struct matrix matrix;
	struct why ignored;
	struct buf out = {0};
	int verdict = accepted ? baseline_judge(accepted, r->baseline, run) : matrix_verdict(run);

	r->style.catalogue = catalogue;
	r->style.tables = tables_load(NULL, &tables, &ignored) ? NULL : tables;
	matrix_make(run, &matrix);
	r->format->write(&matrix, &r->style, &out);
	verdict = r->output ? report_write_file(r->output, &out, verdict) : cli_write(&out, verdict);
	buf_free(&out);
	matrix_free(&matrix);
	catalogue_free(catalogue);
	if (r->style.tables)
		tables_free(tables);
	return verdict;
}

static int report_main(const struct cli_verb *self, int argc, char **argv)
{
	struct report r = {.store = CLI_STORE, .format = &report_formats[0]};
	struct baseline baseline = {0};
	struct store_run run;
	struct store *store;
	struct why why;
	int opt, err, verdict = CLI_INFRASTRUCTURE;

	(void)argc;
	r.style.origin = "belay";
	opt = report_parse(&r, self, argv);
	if (opt == CLI_END && !cli_style(r.color, &r.style)) {
		err = r.baseline ? baseline_load(r.baseline, &baseline, &why) : 0;
		if (!err)
			err = store_open(r.store, false, &store, &why);
		if (!err) {
			err = store_load(store, r.run, &run, &why);
			store_close(store);
		}
		if (err) {
			cli_error("%s", why.text);
		} else {
			if (!report_narrow(&r, &run))
				verdict = report_write_run(&r, r.baseline ? &baseline : NULL, &run);
			store_run_free(&run);
		}
	}
	baseline_free(&baseline);
	free(r.kernels.v);
	free(r.abis.v);
	buf_free(&r.tests);
	return opt == CLI_HELP ? CLI_OK : verdict;
}

const struct cli_verb verb_report = {
	.name = "report",
	.summary = "Show a run of a store, in one of several formats",
	.options = report_options,
	.run = report_main,
};
