/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_kernels.c - `kmatrix kernels`: what --kernel takes, and which ABIs it brings.
 */
#include "config.h"

#include <stdio.h>

#include "harness/cli.h"
#include "harness/run.h"

static const struct cli_option kernels_options[] = {{0}};

static int kernels_main(const struct cli_verb *self, int argc, char **argv)
{
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	struct buf out = {0};
	struct tables *tables;
	struct why why;
	int opt, rc;

	(void)argc;
	while ((opt = cli_next(&cli, self, &value)) > CLI_END)
		;
	if (opt == CLI_HELP)
		return CLI_OK;
	if (opt == CLI_BAD)
		return CLI_INFRASTRUCTURE;
	if (tables_load(NULL, &tables, &why))
		return cli_error("%s", why.text);
	buf_printf(&out, "%-16s  %-8s  %-22s  %-8s  %s\n", "kernel", "default", "package", "suite",
		   "ABIs");
	for (size_t i = 0; i < tables->nkernels; i++) {
		const struct kernel *k = &tables->kernels[i];

		buf_printf(&out, "%-16s  %-8s  %-22s  %-8s ", k->id, k->is_default ? "yes" : "no",
			   k->package, k->suite);
		for (size_t a = 0; a < tables->nabis; a++)
			if (abi_row_runs_on(&tables->abis[a], k->arch))
				buf_printf(&out, " %s", tables->abis[a].id);
		buf_puts(&out, "\n");
	}
	rc = cli_write(&out, CLI_OK);
	buf_free(&out);
	tables_free(tables);
	return rc;
}

const struct cli_verb verb_kernels = {
	.name = "kernels",
	.summary = "List the kernels that --kernel of run takes",
	.options = kernels_options,
	.run = kernels_main,
};
