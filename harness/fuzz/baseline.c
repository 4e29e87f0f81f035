/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline.c - the text of a baseline: refused with its line, or written so that
 * it reads as what was read, and is then written the same.
 */
#include "harness/fuzz/targets.h"

#include "harness/compare/baseline.h"
#include "harness/run.h"

static void check_why(const char *text)
{
	FUZZ_CHECK(!strncmp(text, "file:", 5), "'%s' names no line", text);
	FUZZ_CHECK(!strchr(text, '\n'), "more than a line: %s", text);
}

void fuzz_baseline(const uint8_t *bytes, size_t len)
{
	char *text = fuzz_text(bytes, len);
	struct baseline b, again;
	struct buf first = {0}, second = {0};
	struct why why = {""};

	if (baseline_parse(text, "file", &b, &why) < 0) {
		check_why(why.text);
		free(text);
		return;
	}
	baseline_write(&b, &first);
	/* Of nothing an empty file is made, which reads as a new one, with its head. */
	if (!first.len) {
		baseline_free(&b);
		buf_free(&first);
		free(text);
		return;
	}
	FUZZ_CHECK(baseline_parse(first.p, "file", &again, &why) == 0, "%s in:\n%s",
		   why.text, first.p);
	FUZZ_CHECK(again.count == b.count, "%zu entries became %zu", b.count, again.count);
	for (size_t i = 0; i < b.count; i++)
		FUZZ_CHECK(!strcmp(b.v[i].contract, again.v[i].contract) &&
			   !strcmp(b.v[i].cells, again.v[i].cells) &&
			   b.v[i].statuses == again.v[i].statuses &&
			   !strcmp(b.v[i].reason, again.v[i].reason), "entry %zu is another", i);
	baseline_write(&again, &second);
	FUZZ_CHECK(first.len == second.len && !memcmp(first.p, second.p, first.len),
		   "first:\n%s\nthen:\n%s", first.p, second.p);
	baseline_free(&b);
	baseline_free(&again);
	buf_free(&first);
	buf_free(&second);
	free(text);
}
