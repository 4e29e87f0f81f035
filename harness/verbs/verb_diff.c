/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_diff.c - `kmatrix diff A B`: what changed between two kernels or two runs.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/compare/baseline_file.h"
#include "harness/compare/diff_report.h"
#include "harness/store/side.h"
#include "harness/verbs/cli.h"

enum { OPT_STORE = 'o', OPT_JSON = 256, OPT_ALL, OPT_ONLY, OPT_COLOR };

static const struct cli_option diff_options[] = {
	{"store", OPT_STORE, "FILE", "the store of sides that name none (" CLI_STORE ")"},
	{"only", OPT_ONLY, "CLASS,...", "list these classes and no others"},
	{"all", OPT_ALL, NULL, "list everything that is not the same"},
	{"json", OPT_JSON, NULL, "for programs"},
	{"color", OPT_COLOR, "WHEN", "auto, always or never"},
	{0},
};

struct diff_verb {
	const char *store, *color, *words[2];
	unsigned nwords;
	bool json;
	struct diff_style style;
};

/* "regressed,vanished" */
static int diff_only(struct diff_style *style, const char *value)
{
	char *list = buf_strdup(value), *save = NULL;
	const char *words[DIFF_CLASSES];
	int rc = 0;

	for (enum diff_class c = 0; c < DIFF_CLASSES; c++)
		words[c] = diff_class_word(c);
	style->only = true;
	for (char *w = strtok_r(list, ",", &save); w && !rc; w = strtok_r(NULL, ",", &save)) {
		size_t c = 0;

		while (c < DIFF_CLASSES && strcmp(w, words[c]))
			c++;
		if (c < DIFF_CLASSES)
			style->chosen[c] = true;
		else
			rc = cli_unknown("class", w, words, DIFF_CLASSES);
	}
	free(list);
	return rc ? CLI_BAD : 0;
}

static int diff_parse(struct diff_verb *v, const struct cli_verb *self, char **argv)
{
	struct cli cli = {.argv = argv + 1};
	const char *value = NULL;
	int opt;

	while ((opt = cli_next(&cli, self, &value)) > CLI_END) {
		switch (opt) {
		case OPT_STORE:
			v->store = value;
			break;
		case OPT_JSON:
			v->json = true;
			break;
		case OPT_ALL:
			for (enum diff_class c = 0; c < DIFF_SAME; c++)
				v->style.chosen[c] = true;
			break;
		case OPT_ONLY:
			if (diff_only(&v->style, value))
				return CLI_BAD;
			break;
		case OPT_COLOR:
			v->color = value;
			break;
		case CLI_WORD:
			if (v->nwords == 2) {
				cli_error("kmatrix diff takes two sides, '%s' is one more", value);
				return CLI_BAD;
			}
			v->words[v->nwords++] = value;
			break;
		}
	}
	if (opt == CLI_END && v->nwords != 2) {
		cli_error("kmatrix diff needs two sides, A and B: kernels, runs or stores");
		return CLI_BAD;
	}
	return opt == CLI_END && cli_style(v->color, &v->style.style) ? CLI_BAD : opt;
}

static bool diff_has(const struct side *s, const char *kernel)
{
	for (size_t i = 0; i < s->run.count; i++)
		if (!strcmp(s->run.cells[i].kernel, kernel))
			return true;
	return false;
}

/* A side that names less than the other means the same of it, if it has it. */
static void diff_narrow(struct side *s, const struct spec *other)
{
	if (!s->spec.kernel && other->kernel && diff_has(s, other->kernel))
		side_narrow(s, other->kernel, NULL);
	if (!s->spec.abi && other->abi)
		side_narrow(s, NULL, other->abi);
}

/* "kmatrix.db#3  2026-11-22 04:10" */
static char *diff_name(const struct side *s)
{
	time_t started = (time_t)s->run.started;
	char when[32] = "";
	struct tm tm;

	if (!s->is_store)
		return buf_asprintf("%s (baseline)", s->path);
	if (gmtime_r(&started, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm);
	return buf_asprintf("%s#%lld  %s%s", s->path, (long long)s->run.id, when,
			    s->run.ended ? "" : "  (not at its end)");
}

static int diff_sides(struct diff_verb *v, struct side *a, struct side *b)
{
	char *name_a = diff_name(a), *name_b = diff_name(b);
	struct buf out = {0};
	struct diff d;
	int rc;

	v->style.name_a = name_a;
	v->style.name_b = name_b;
	v->style.belay_a = a->run.belay_version;
	v->style.belay_b = b->run.belay_version;
	diff_narrow(a, &b->spec);
	diff_narrow(b, &a->spec);
	diff_make(&a->run, &b->run, &d);
	if (v->json)
		diff_json(&d, &v->style, &out);
	else
		diff_text(&d, &v->style, &out);
	rc = cli_write(&out, diff_verdict(&d));
	diff_free(&d);
	buf_free(&out);
	free(name_a);
	free(name_b);
	return rc;
}

/* A file that is no store is a baseline: what B should be, going by it. */
static int diff_baseline(struct side *a, const struct store_run *b, struct why *why)
{
	struct baseline baseline;
	int err = baseline_load(a->path, &baseline, why);

	if (err)
		return err;
	baseline_expect(&baseline, b, &a->run);
	a->run.belay_version = buf_strdup(b->belay_version);
	baseline_free(&baseline);
	return 0;
}

static int diff_main(const struct cli_verb *self, int argc, char **argv)
{
	struct diff_verb v = {.store = CLI_STORE};
	struct side sides[2] = {0};
	struct why why;
	int rc = diff_parse(&v, self, argv);

	(void)argc;
	if (rc == CLI_HELP)
		return CLI_OK;
	if (rc == CLI_BAD)
		return CLI_INFRASTRUCTURE;
	for (int i = 0; i < 2 && !rc; i++)
		rc = side_load(v.words[i], v.store, &sides[i], &why);
	if (!rc && !sides[1].is_store)
		rc = why_set(&why, EINVAL, "'%s' is not a result store of kmatrix; a baseline can "
			     "be A, but not B", v.words[1]);
	if (!rc && !sides[0].is_store)
		rc = diff_baseline(&sides[0], &sides[1].run, &why);
	rc = rc ? cli_error("%s", why.text) : diff_sides(&v, &sides[0], &sides[1]);
	side_free(&sides[0]);
	side_free(&sides[1]);
	return rc;
}

const struct cli_verb verb_diff = {
	.name = "diff",
	.summary = "Tell what changed between two kernels, or two runs",
	.words = "A B",
	.options = diff_options,
	.run = diff_main,
};
