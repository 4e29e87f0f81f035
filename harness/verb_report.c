/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_report.c - `kmatrix report`: the newest run of a store, for people or programs.
 */
#include "config.h"

#include "harness/baseline_file.h"
#include "harness/cli.h"
#include "harness/matrix.h"
#include "harness/report.h"
#include "harness/store.h"

enum { OPT_STORE = 'o', OPT_JSON = 256, OPT_COLOR, OPT_BASELINE };

static const struct cli_option report_options[] = {
	{"store", OPT_STORE, "FILE", "the store to read (" CLI_STORE ")"},
	{"json", OPT_JSON, NULL, "for programs"},
	{"baseline", OPT_BASELINE, "FILE", "do not count what this baseline accepts"},
	{"color", OPT_COLOR, "WHEN", "auto, always or never"},
	{0},
};

static int report_main(const struct cli_verb *self, int argc, char **argv)
{
	const char *path = CLI_STORE, *color = NULL, *value = NULL, *accepted = NULL;
	struct cli cli = {.argv = argv + 1};
	struct report_style style;
	struct store_run run;
	struct matrix matrix;
	struct buf out = {0};
	struct baseline baseline = {0};
	struct store *store;
	struct why why;
	bool json = false;
	int opt, err, verdict;

	(void)argc;
	while ((opt = cli_next(&cli, self, &value)) > CLI_END) {
		if (opt == OPT_STORE)
			path = value;
		else if (opt == OPT_JSON)
			json = true;
		else if (opt == OPT_BASELINE)
			accepted = value;
		else
			color = value;
	}
	if (opt == CLI_HELP)
		return CLI_OK;
	if (opt == CLI_BAD || cli_style(color, &style))
		return CLI_INFRASTRUCTURE;
	if (accepted && baseline_load(accepted, &baseline, &why))
		return cli_error("%s", why.text);
	err = store_open(path, false, &store, &why);
	if (err)
		return cli_error("%s", why.text);
	err = store_load(store, 0, &run, &why);
	store_close(store);
	if (err)
		return cli_error("%s", why.text);
	matrix_make(&run, &matrix);
	if (json)
		report_json(&matrix, &out);
	else
		report_text(&matrix, &style, &out);
	verdict = cli_write(&out, accepted ? baseline_judge(&baseline, accepted, &run)
					   : matrix_verdict(&run));
	baseline_free(&baseline);
	buf_free(&out);
	matrix_free(&matrix);
	store_run_free(&run);
	return verdict;
}

const struct cli_verb verb_report = {
	.name = "report",
	.summary = "Show the newest run of a store",
	.options = report_options,
	.run = report_main,
};
