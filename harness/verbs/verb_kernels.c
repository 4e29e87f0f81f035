/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_kernels.c - `kmatrix kernels`: what --kernel takes, which ABIs it brings, and
 * what of it is in the cache. It fetches no kernel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/json.h"
#include "harness/kernels/cache.h"
#include "harness/run.h"
#include "harness/verbs/cli.h"

enum { KERNELS_REFRESH = 256, KERNELS_JSON };

static const struct cli_option kernels_options[] = {
	{"refresh", KERNELS_REFRESH, NULL, "ask the mirror which version it has now"},
	{"json", KERNELS_JSON, NULL, "for programs"},
	{0},
};

struct kernels {
	const struct tables *tables;
	bool refresh, json;
	int failures;
};

struct kernels_row {
	struct kernel_image cached; /* path NULL: it is not */
	uint64_t size;
	char *newest; /* "PACKAGE VERSION" of the mirror, or NULL */
};

static void kernels_ask(struct kernels *ks, const struct kernel *k, struct kernels_row *row)
{
	struct why why;

	if (fetch_cached(k, &row->cached, &why) == 0)
		row->size = cache_size(row->cached.path);
	if (ks->refresh && fetch_newest(k, NULL, NULL, &row->newest, &why) < 0) {
		cli_error("%s: %s", k->id, why.text);
		ks->failures++;
	}
}

static void kernels_row_free(struct kernels_row *row)
{
	kernel_image_free(&row->cached);
	free(row->newest);
}

/* "x86_64,i386,x32" */
static char *kernels_abis(const struct tables *t, const char *arch)
{
	struct buf list = {0};
	char *text;

	for (size_t a = 0; a < t->nabis; a++)
		if (abi_row_runs_on(&t->abis[a], arch))
			buf_printf(&list, "%s%s", list.len ? "," : "", t->abis[a].id);
	text = buf_strdup(list.len ? list.p : "-");
	buf_free(&list);
	return text;
}

static void kernels_text(struct kernels *ks, struct buf *out)
{
	buf_printf(out, "%-24s  %-7s  %-15s  %-18s  %-22s  %s%s\n", "kernel", "default", "ABIs",
		   "suite", "package", "cached", ks->refresh ? ", and what the mirror has" : "");
	for (size_t i = 0; i < ks->tables->nkernels; i++) {
		const struct kernel *k = &ks->tables->kernels[i];
		char *abis = kernels_abis(ks->tables, k->arch);
		struct kernels_row row = {0};

		kernels_ask(ks, k, &row);
		buf_printf(out, "%-24s  %-7s  %-15s  %-18s  %-22s  ", k->id,
			   k->is_default ? "yes" : "no", abis, k->suite, k->package);
		if (row.cached.path)
			buf_printf(out, "%s, %.1f MB", row.cached.version, (double)row.size / 1e6);
		else
			buf_puts(out, "-");
		if (row.newest)
			buf_printf(out, "; %s", row.newest);
		buf_puts(out, "\n");
		kernels_row_free(&row);
		free(abis);
	}
}

static void kernels_json(struct kernels *ks, struct buf *out)
{
	buf_puts(out, "{\"kernels\":[");
	for (size_t i = 0; i < ks->tables->nkernels; i++) {
		const struct kernel *k = &ks->tables->kernels[i];
		struct kernels_row row = {0};

		kernels_ask(ks, k, &row);
		buf_puts(out, i ? ",\n{" : "\n{");
		json_string(out, "id", k->id);
		json_string(out, "arch", k->arch);
		json_string(out, "suite", k->suite);
		json_string(out, "package", k->package);
		json_bool(out, "default", k->is_default);
		json_name(out, "abis");
		buf_puts(out, "[");
		for (size_t a = 0, n = 0; a < ks->tables->nabis; a++)
			if (abi_row_runs_on(&ks->tables->abis[a], k->arch))
				buf_printf(out, "%s\"%s\"", n++ ? "," : "",
					   ks->tables->abis[a].id);
		buf_puts(out, "]");
		if (row.cached.path) {
			json_string(out, "cached", row.cached.version);
			json_string(out, "path", row.cached.path);
			json_int(out, "bytes", (int64_t)row.size);
		}
		if (row.newest)
			json_string(out, "newest", row.newest);
		buf_puts(out, "}");
		kernels_row_free(&row);
	}
	buf_puts(out, "\n]}\n");
}

static int kernels_main(const struct cli_verb *self, int argc, char **argv)
{
	struct cli cli = {.argv = argv + 1};
	struct kernels ks = {0};
	const char *value = NULL;
	struct buf out = {0};
	struct tables *tables;
	struct why why;
	int opt, rc;

	(void)argc;
	while ((opt = cli_next(&cli, self, &value)) > CLI_END) {
		ks.refresh |= opt == KERNELS_REFRESH;
		ks.json |= opt == KERNELS_JSON;
	}
	if (opt == CLI_HELP)
		return CLI_OK;
	if (opt == CLI_BAD)
		return CLI_INFRASTRUCTURE;
	if (tables_load(NULL, &tables, &why))
		return cli_error("%s", why.text);
	ks.tables = tables;
	if (ks.refresh)
		fetch_set(FETCH_NOW);
	if (ks.json)
		kernels_json(&ks, &out);
	else
		kernels_text(&ks, &out);
	rc = cli_write(&out, ks.failures ? CLI_INFRASTRUCTURE : CLI_OK);
	buf_free(&out);
	tables_free(tables);
	return rc;
}

const struct cli_verb verb_kernels = {
	.name = "kernels",
	.summary = "List the kernels that --kernel of run takes, and what the cache has of them",
	.options = kernels_options,
	.run = kernels_main,
};
