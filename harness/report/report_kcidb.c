/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_kcidb.c - the matrix as a submission to KernelCI's database, by version 5.3
 * of its schema (kcidb-io, v05_03). A kernel is a checkout and a build, a case is a test
 * with the path "belay.CONTRACT" (the suite comes first in that tree), a documented bug
 * is an issue, and its test an incident of it.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/escape.h"
#include "harness/base/json.h"
#include "harness/report/report.h"

#define KCIDB_MAJOR 5
#define KCIDB_MINOR 3
#define KCIDB_LOG_MAX ((size_t)16384) /* of log_excerpt, in characters */

struct kcidb {
	const struct matrix *m;
	const struct report_style *style;
	struct buf *out;
	uint64_t tag; /* of the run, among all runs of one origin */
};

/* xpass: the kernel is right, and the documentation of its bug is not. */
static const char *kcidb_status(enum status s)
{
	if (s == STATUS_XPASS)
		return "PASS";
	switch (report_kind(s)) {
	case REPORT_PASSED:
		return "PASS";
	case REPORT_KNOWN:
	case REPORT_FAILED:
		return "FAIL";
	case REPORT_SKIPPED:
		return "SKIP";
	case REPORT_ERROR:
		return "ERROR";
	default:
		return "MISS";
	}
}

static uint64_t kcidb_hash(uint64_t h, const char *text)
{
	/* FNV-1a, the end of the text included */
	for (;; text++) {
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
		if (!*text)
			return h;
	}
}

/* The same for each report of one run, another for each other run. */
static uint64_t kcidb_tag(const struct store_run *run)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)run->started;

	h = kcidb_hash(h + (uint64_t)run->id, run->command ? run->command : "");
	for (size_t c = 0; c < run->count; c++)
		h = kcidb_hash(kcidb_hash(h, run->cells[c].kernel), run->cells[c].version);
	return h;
}

/* "origin:kmatrix-TAG-KIND-NAME" */
static void kcidb_id(struct kcidb *k, const char *member, const char *kind, const char *name)
{
	struct buf id = {0};

	buf_printf(&id, "%s:kmatrix-%016" PRIx64 "-%s-%s", k->style->origin, k->tag, kind, name);
	json_visible(k->out, member, id.p);
	buf_free(&id);
}

static void kcidb_open(struct kcidb *k, const char *kind, const char *name)
{
	json_next(k->out);
	buf_puts(k->out, "\n{");
	kcidb_id(k, "id", kind, name);
	json_string(k->out, "origin", k->style->origin);
}

/* One kernel for all the cells that ran it. */
static bool kcidb_is_first(const struct kcidb *k, size_t c)
{
	const struct cell *cells = k->m->run->cells;

	for (size_t i = 0; i < c; i++)
		if (!strcmp(cells[i].kernel, cells[c].kernel))
			return false;
	return true;
}

static void kcidb_checkout(struct kcidb *k, const struct cell *c)
{
	kcidb_open(k, "checkout", c->kernel);
	json_visible(k->out, "comment", c->version);
	json_bool(k->out, "valid", true);
	buf_puts(k->out, "}");
}

/*
 * The architecture as Linux calls it: of a kernel of the tables, else of one that runs
 * programs which no other architecture does; NULL where it is not known.
 */
static const char *kcidb_architecture(const struct kcidb *k, const char *kernel)
{
	static const struct {
		const char *arch, *abi, *name;
	} all[] = {
		{"amd64", "x86_64", "x86_64"}, {"amd64", "x32", "x86_64"},
		{"arm64", "aarch64", "arm64"}, {"armhf", NULL, "arm"}, {"i386", NULL, "i386"},
	};
	const struct kernel *row = k->style->tables ? tables_kernel(k->style->tables, kernel) : NULL;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (row && !strcmp(row->arch, all[i].arch))
			return all[i].name;
		for (size_t c = 0; !row && all[i].abi && c < k->m->run->count; c++) {
			const struct cell *cell = &k->m->run->cells[c];

			/* Below an emulator of programs any kernel runs any. */
			if (!strcmp(cell->kernel, kernel) && !strcmp(cell->abi, all[i].abi) &&
			    strcmp(cell->accel, "qemu-user"))
				return all[i].name;
		}
	}
	return NULL;
}

static void kcidb_build(struct kcidb *k, const struct cell *c)
{
	const char *architecture = kcidb_architecture(k, c->kernel);

	kcidb_open(k, "build", c->kernel);
	kcidb_id(k, "checkout_id", "checkout", c->kernel);
	json_visible(k->out, "comment", c->version);
	if (architecture)
		json_string(k->out, "architecture", architecture);
	json_visible(k->out, "config_name", c->kernel);
	json_string(k->out, "status", "PASS");
	buf_puts(k->out, "}");
}

/* Dots part the components, and these hold letters, digits, '_' and '-'. */
static void kcidb_path(struct kcidb *k, const char *prefix, const char *id)
{
	bool component = false;

	json_name(k->out, "path");
	buf_printf(k->out, "\"belay.%s", prefix);
	for (const char *p = id; *p; p++) {
		bool dot = strchr("./:", *p);

		if (dot && !component)
			continue;
		component = !dot;
		/* None at the end. */
		if (dot && p[1] && !strchr("./:", p[1]))
			buf_puts(k->out, ".");
		else if (!dot)
			buf_printf(k->out, "%c",
				   isalnum((unsigned char)*p) || *p == '-' ? *p : '_');
	}
	buf_puts(k->out, "\"");
}

static void kcidb_test_name(struct buf *name, const struct cell *c, const struct result *r)
{
	buf_printf(name, "%s-%s-%s-%s:%s", c->kernel, c->abi, c->user, r->program, r->name);
}

static void kcidb_environment(struct kcidb *k, const struct cell *c)
{
	struct buf *out = k->out;
	struct buf comment = {0};

	buf_printf(&comment, "%s%s%s, ABI %s", c->accel, c->qemu[0] ? ", QEMU " : "", c->qemu,
		   c->abi);
	json_name(out, "environment");
	buf_puts(out, "{");
	json_visible(out, "comment", comment.p);
	json_name(out, "misc");
	buf_puts(out, "{");
	json_visible(out, "abi", c->abi);
	json_visible(out, "accel", c->accel);
	json_visible(out, "qemu", c->qemu);
	json_visible(out, "user", c->user);
	json_visible(out, "kernel", c->version);
	buf_puts(out, "}}");
	buf_free(&comment);
}

/* The reason, then what fits of the output; visible text, so as many characters as bytes
 * at the most. */
static void kcidb_log(struct kcidb *k, const struct result *r)
{
	struct buf log = {0}, seen = {0};

	if (r->status == STATUS_PASS || (!r->reason[0] && !r->output_len))
		return;
	if (r->reason[0])
		buf_printf(&log, "%s\n", r->reason);
	buf_add(&log, r->output, escape_cut(r->output, r->output_len, KCIDB_LOG_MAX));
	escape_visible(&seen, log.p, log.len, ESCAPE_KEEP_LINES);
	json_name(k->out, "log_excerpt");
	escape_json(k->out, seen.p, escape_cut(seen.p, seen.len, KCIDB_LOG_MAX));
	buf_free(&seen);
	buf_free(&log);
}

static void kcidb_test(struct kcidb *k, const struct cell *c, const struct matrix_row *row,
		       const struct result *r)
{
	struct buf *out = k->out;
	struct buf name = {0};

	kcidb_test_name(&name, c, r);
	kcidb_open(k, "test", name.p);
	kcidb_id(k, "build_id", "build", c->kernel);
	kcidb_path(k, "", row->id);
	json_string(out, "status", kcidb_status(r->status));
	json_time(out, "start_time", k->m->run->started);
	if (r->us >= 0)
		json_seconds(out, "duration", r->us);
	kcidb_environment(k, c);
	if (r->reason[0])
		json_visible(out, "comment", r->reason);
	kcidb_log(k, r);
	json_name(out, "misc");
	buf_puts(out, "{");
	json_visible(out, "contract", r->contract);
	json_visible(out, "program", r->program);
	json_visible(out, "case", r->name);
	json_string(out, "status", status_word(r->status));
	buf_puts(out, "}}");
	buf_free(&name);
}

/* The verdict on a backend or layer of the sandbox, as a test of its own. */
static void kcidb_sound(struct kcidb *k, const struct sound_row *row, size_t c)
{
	static const char *const words[SOUND_VERDICTS] = {
		[SOUND_YES] = "PASS",
		[SOUND_ABSENT] = "SKIP",
		[SOUND_UNKNOWN] = "MISS",
		[SOUND_NO] = "FAIL",
	};
	const struct cell *cell = &k->m->run->cells[c];
	char *reason = sound_reason(&row->at[c], SIZE_MAX);
	struct buf name = {0};

	buf_printf(&name, "%s-%s-%s-sandbox.%s", cell->kernel, cell->abi, cell->user, row->what);
	kcidb_open(k, "test", name.p);
	kcidb_id(k, "build_id", "build", cell->kernel);
	kcidb_path(k, "sandbox.", row->what);
	json_string(k->out, "status", words[row->at[c].verdict]);
	json_time(k->out, "start_time", k->m->run->started);
	kcidb_environment(k, cell);
	json_visible(k->out, "comment", reason);
	buf_puts(k->out, "}");
	buf_free(&name);
	free(reason);
}

static bool kcidb_is_incident(const struct result *r)
{
	return r->status == STATUS_XFAIL || r->status == STATUS_XPASS;
}

/* What is told of each case of each cell. */
typedef void kcidb_each(struct kcidb *k, const struct cell *c, const struct matrix_row *row,
			const struct result *r);

static void kcidb_cases(struct kcidb *k, kcidb_each *each)
{
	for (size_t c = 0; c < k->m->run->count; c++) {
		for (size_t i = 0; i < k->m->count; i++) {
			const struct matrix_row *row = &k->m->rows[i];

			for (size_t n = row->first[c]; n < row->first[c + 1]; n++)
				each(k, &k->m->run->cells[c], row, row->cases[n]);
		}
	}
}

/* One issue for all the incidents of a row. */
static void kcidb_issue(struct kcidb *k, const struct matrix_row *row)
{
	const struct catalogue_entry *entry = catalogue_find(k->style->catalogue, row->id);
	struct buf *out = k->out;

	kcidb_open(k, "issue", row->id);
	json_int(out, "version", 1);
	json_visible(out, "report_subject", entry ? entry->promise : row->id);
	if (entry && !strncmp(entry->link, "https://", 8))
		json_visible(out, "report_url", entry->link);
	json_name(out, "culprit");
	buf_puts(out, "{\"code\":true}}");
}

static void kcidb_issues(struct kcidb *k)
{
	for (size_t i = 0; i < k->m->count; i++) {
		const struct matrix_row *row = &k->m->rows[i];
		bool incident = false;

		for (size_t n = 0; n < row->first[k->m->run->count]; n++)
			incident = incident || kcidb_is_incident(row->cases[n]);
		if (incident)
			kcidb_issue(k, row);
	}
}

static void kcidb_incident(struct kcidb *k, const struct cell *c, const struct matrix_row *row,
			   const struct result *r)
{
	struct buf name = {0};

	if (!kcidb_is_incident(r))
		return;
	kcidb_test_name(&name, c, r);
	kcidb_open(k, "incident", name.p);
	kcidb_id(k, "issue_id", "issue", row->id);
	json_int(k->out, "issue_version", 1);
	kcidb_id(k, "test_id", "test", name.p);
	json_bool(k->out, "present", r->status == STATUS_XFAIL);
	buf_puts(k->out, "}");
	buf_free(&name);
}

void report_kcidb(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	struct kcidb k = {m, style, out, kcidb_tag(m->run)};

	buf_printf(out, "{\"version\":{\"major\":%d,\"minor\":%d},\n\"checkouts\":[", KCIDB_MAJOR,
		   KCIDB_MINOR);
	for (size_t c = 0; c < m->run->count; c++)
		if (kcidb_is_first(&k, c))
			kcidb_checkout(&k, &m->run->cells[c]);
	buf_puts(out, "],\n\"builds\":[");
	for (size_t c = 0; c < m->run->count; c++)
		if (kcidb_is_first(&k, c))
			kcidb_build(&k, &m->run->cells[c]);
	buf_puts(out, "],\n\"tests\":[");
	kcidb_cases(&k, kcidb_test);
	for (size_t i = 0; i < m->sound.count; i++)
		for (size_t c = 0; c < m->sound.cells; c++)
			kcidb_sound(&k, &m->sound.rows[i], c);
	buf_puts(out, "],\n\"issues\":[");
	kcidb_issues(&k);
	buf_puts(out, "],\n\"incidents\":[");
	kcidb_cases(&k, kcidb_incident);
	buf_puts(out, "]}\n");
}
