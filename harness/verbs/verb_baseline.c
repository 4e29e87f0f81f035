/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_baseline.c - `kmatrix baseline FILE`: accept what is known not to pass, and find
 * what is accepted in vain.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cell/cases.h"
#include "harness/compare/baseline_file.h"
#include "harness/store/side.h"
#include "harness/verbs/cli.h"

enum {
	OPT_STORE = 'o', OPT_ACCEPT = 256, OPT_REASON, OPT_CELL, OPT_STATUS, OPT_CHECK, OPT_PRUNE,
	OPT_RUN,
};

static const struct cli_option baseline_options[] = {
	{"accept", OPT_ACCEPT, "PATTERN", "accept what is not good of contracts, or program:case, "
	 "that fit"},
	{"reason", OPT_REASON, "TEXT", "why, and who says so"},
	{"cell", OPT_CELL, "GLOB", "only of cells KERNEL/ABI that fit, as one entry"},
	{"status", OPT_STATUS, "STATUS", "only with this status; crashed and lost need it; again: more"},
	{"check", OPT_CHECK, NULL, "tell the entries that no longer apply"},
	{"prune", OPT_PRUNE, NULL, "take them out"},
	{"run", OPT_RUN, "RESULTS", "of these results: a store, a run of it, a kernel"},
	{"store", OPT_STORE, "FILE", "the store to read (" CLI_STORE ")"},
	{0},
};

struct baseline_verb {
	const char *store, *path, *accept, *reason, *cell, *results;
	unsigned statuses; /* of --status; 0: what needs no naming */
	bool check, prune;
};

static int baseline_status(struct baseline_verb *v, const char *word)
{
	const char *words[STATUS_COUNT];
	enum status s;
	size_t n = 0;

	if (!status_parse(word, &s) && status_class(s) != STATUS_CLASS_GOOD) {
		v->statuses |= 1U << s;
		return 0;
	}
	for (s = 0; s < STATUS_COUNT; s++)
		if (status_class(s) != STATUS_CLASS_GOOD)
			words[n++] = status_word(s);
	cli_unknown("status", word, words, n);
	return CLI_BAD;
}

static int baseline_option(struct baseline_verb *v, int opt, const char *value)
{
	switch (opt) {
	case OPT_STORE:
		v->store = value;
		break;
	case OPT_ACCEPT:
		v->accept = value;
		break;
	case OPT_REASON:
		v->reason = value;
		break;
	case OPT_CELL:
		v->cell = value;
		break;
	case OPT_STATUS:
		return baseline_status(v, value);
	case OPT_CHECK:
		v->check = true;
		break;
	case OPT_PRUNE:
		v->prune = true;
		break;
	case OPT_RUN:
		v->results = value;
		break;
	case CLI_WORD:
		if (v->path) {
			cli_error("kmatrix baseline takes one file, '%s' is one more", value);
			return CLI_BAD;
		}
		v->path = value;
		break;
	}
	return 0;
}

/* That the command line is one that can be done; else a message and CLI_BAD. */
static int baseline_valid(const struct baseline_verb *v)
{
	if (!v->path)
		cli_error("kmatrix baseline needs the FILE of the baseline");
	else if ((v->accept != NULL) + v->check + v->prune != 1)
		cli_error("kmatrix baseline does one thing: --accept PATTERN, --check or --prune");
	else if (v->accept && (!v->reason || !v->reason[strspn(v->reason, " \t")]))
		cli_error("--accept needs --reason TEXT: why it is accepted, and who says so");
	else if (v->accept && strpbrk(v->reason, "\r\n"))
		cli_error("--reason is one line");
	else if (v->cell && (!*v->cell || strpbrk(v->cell, " \t\r\n")))
		cli_error("--cell '%s' is no pattern of KERNEL/ABI", v->cell);
	else
		return 0;
	return CLI_BAD;
}

/* What a person must name to accept it: it says nothing about the promise. */
static bool baseline_needs_naming(enum status s)
{
	return s == STATUS_CRASHED || status_class(s) == STATUS_CLASS_MISSING;
}

struct baseline_count {
	size_t added, known, unnamed, damaged;
	enum status example; /* of what was left out */
};

static void baseline_accept_cell(const struct baseline_verb *v, const struct cell *c,
				 struct baseline *b, struct baseline_count *n)
{
	char *name = buf_asprintf("%s/%s", c->kernel, c->abi), *cell = baseline_literal(name);

	for (size_t i = 0; i < c->results.count; i++) {
		const struct result *r = &c->results.v[i];
		unsigned bit = 1U << r->status;
		char *row, *contract;

		if (status_class(r->status) == STATUS_CLASS_GOOD || !cases_wanted(v->accept, r) ||
		    (v->statuses && !(v->statuses & bit)))
			continue;
		if (!v->statuses && baseline_needs_naming(r->status)) {
			n->unnamed++;
			n->example = r->status;
			continue;
		}
		row = result_row(r);
		contract = baseline_literal(row);
		if (!contract || !cell)
			n->damaged++;
		else if (!baseline_find(b, c, r) &&
			 baseline_add(b, contract, v->cell ? v->cell : cell, bit, v->reason))
			n->added++;
		else
			n->known++;
		free(contract);
		free(row);
	}
	free(cell);
	free(name);
}

static int baseline_accept(const struct baseline_verb *v, const struct store_run *run,
			   struct baseline *b)
{
	struct baseline_count n = {0};
	struct why why;

	for (size_t c = 0; c < run->count; c++)
		if (!v->cell || baseline_cell_fits(v->cell, &run->cells[c]))
			baseline_accept_cell(v, &run->cells[c], b, &n);
	if (n.added && baseline_save(v->path, b, &why))
		return cli_error("%s", why.text);
	if (!n.added && !n.known && !n.unnamed && !n.damaged)
		return cli_error("nothing that is not good fits --accept '%s'", v->accept);
	printf("%zu accepted, %zu known before\n", n.added, n.known);
	if (n.damaged)
		return cli_error("%zu left out: their names are no names of contracts and cells",
				 n.damaged);
	if (n.unnamed)
		return cli_error("%zu left out: --status %s accepts what is %s", n.unnamed,
				 status_word(n.example), status_word(n.example));
	return CLI_OK;
}

static int baseline_check(const struct baseline_verb *v, const struct store_run *run,
			  const struct baseline *b)
{
	struct buf out = {0};
	size_t stale = baseline_tell(b, v->path, run, true, &out);
	int rc;

	buf_printf(&out, "%zu entries, %zu no longer apply\n", b->count, stale);
	rc = cli_write(&out, stale ? CLI_FAILURES : CLI_OK);
	buf_free(&out);
	return rc;
}

static int baseline_prune(const struct baseline_verb *v, const struct store_run *run,
			  struct baseline *b)
{
	struct buf out = {0};
	size_t stale = baseline_tell(b, v->path, run, false, &out), kept = 0;
	struct why why;
	int rc = CLI_OK;

	for (size_t i = 0; i < b->count; i++) {
		struct baseline_entry e = b->v[i];

		/* Swapped, not overwritten: those behind are freed with the rest. */
		if (baseline_state(&e, run) == BASELINE_STALE)
			continue;
		b->v[i] = b->v[kept];
		b->v[kept++] = e;
	}
	for (size_t i = kept; i < b->count; i++) {
		free(b->v[i].contract);
		free(b->v[i].cells);
		free(b->v[i].reason);
		free(b->v[i].comment);
	}
	b->count = kept;
	if (stale && baseline_save(v->path, b, &why))
		rc = cli_error("%s", why.text);
	else
		rc = cli_write(&out, CLI_OK);
	buf_free(&out);
	return rc;
}

static int baseline_do(const struct baseline_verb *v)
{
	struct baseline b = {0};
	struct side side = {0};
	struct why why;
	int rc = baseline_load(v->path, &b, &why);

	/* The first --accept makes the file. */
	if (rc == -ENOENT && v->accept)
		rc = baseline_parse("", v->path, &b, &why);
	if (!rc)
		rc = side_load(v->results ? v->results : v->store, v->store, &side, &why);
	if (!rc && !side.is_store)
		rc = why_set(&why, EINVAL, "'%s' is not a result store of kmatrix", side.path);
	if (rc)
		rc = cli_error("%s", why.text);
	else if (v->accept)
		rc = baseline_accept(v, &side.run, &b);
	else if (v->check)
		rc = baseline_check(v, &side.run, &b);
	else
		rc = baseline_prune(v, &side.run, &b);
	side_free(&side);
	baseline_free(&b);
	return rc;
}

static int baseline_main(const struct cli_verb *self, int argc, char **argv)
{
	struct baseline_verb v = {.store = CLI_STORE};
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	int opt, rc = 0;

	(void)argc;
	while (!rc && (opt = cli_next(&cli, self, &value)) > CLI_END)
		rc = baseline_option(&v, opt, value);
	if (!rc && opt == CLI_HELP)
		return CLI_OK;
	if (rc || opt == CLI_BAD || baseline_valid(&v))
		return CLI_INFRASTRUCTURE;
	return baseline_do(&v);
}

const struct cli_verb verb_baseline = {
	.name = "baseline",
	.summary = "Accept what is known not to pass, with a reason",
	.words = "FILE",
	.options = baseline_options,
	.run = baseline_main,
};
