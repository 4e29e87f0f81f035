/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_lava.c - the matrix as what LAVA reads off a board's console: a signal per
 * result, the line that its own lava-test-case prints. LAVA knows four words; the
 * rest is in the store.
 */
#include <string.h>

#include "harness/report/report.h"

static const char *const lava_words[] = {
	[REPORT_PASSED] = "pass",  [REPORT_KNOWN] = "pass",  [REPORT_SKIPPED] = "skip",
	[REPORT_FAILED] = "fail",  [REPORT_ERROR] = "fail",  [REPORT_MISSING] = "unknown",
};

/* What cannot end the word, the signal or the line. */
static void lava_word(struct buf *out, const char *text)
{
	for (; *text; text++) {
		bool plain = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-", *text) != NULL;

		buf_add(out, plain ? text : "_", 1);
	}
}

void report_lava(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	(void)style;
	for (size_t c = 0; c < m->run->count; c++) {
		const struct cell *cell = &m->run->cells[c];

		for (size_t i = 0; i < m->count; i++) {
			const struct result *r = m->rows[i].at[c];

			if (!r)
				continue;
			buf_puts(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=");
			lava_word(out, cell->kernel);
			buf_puts(out, ".");
			lava_word(out, cell->abi);
			buf_puts(out, ".");
			lava_word(out, m->rows[i].id);
			buf_printf(out, " RESULT=%s>\n", lava_words[report_kind(r->status)]);
		}
	}
}
