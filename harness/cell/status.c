/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.c - the statuses as a table, and how Kyua's results become them.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "harness/cell/status.h"

static const struct {
	const char *word;
	char letter;
	int rank; /* the worse of two answers is the one with the higher rank */
	enum status_class class;
	const char *meaning;
} status_table[STATUS_COUNT] = {
	[STATUS_PASS]	 = {"pass",    '.',  1, STATUS_CLASS_GOOD,    "the promise holds"},
	[STATUS_FAIL]	 = {"fail",    'F', 11, STATUS_CLASS_FAILURE, "the promise is broken"},
	[STATUS_SKIP]	 = {"skip",    's',  2, STATUS_CLASS_GOOD,    "not there to be tested"},
	[STATUS_XFAIL]	 = {"xfail",   'x',  3, STATUS_CLASS_GOOD,    "known bug, present"},
	[STATUS_XPASS]	 = {"xpass",   'P',  7, STATUS_CLASS_FAILURE, "known bug that did not show"},
	[STATUS_TIMEOUT] = {"timeout", 'T', 10, STATUS_CLASS_FAILURE, "no end within its time"},
	[STATUS_BROKEN]	 = {"broken",  'B',  9, STATUS_CLASS_FAILURE, "the test itself went wrong"},
	[STATUS_CRASHED] = {"crashed", 'C', 12, STATUS_CLASS_FAILURE, "the kernel died in it"},
	[STATUS_LOST]	 = {"lost",    'L',  4, STATUS_CLASS_MISSING, "asked for, no answer came"},
	[STATUS_NA]	 = {"na",      '-',  0, STATUS_CLASS_GOOD,    "not for this cell"},
	[STATUS_NOBUILD] = {"nobuild", 'U',  5, STATUS_CLASS_MISSING, "not built for this ABI"},
	[STATUS_NOBOOT]	 = {"noboot",  'N',  6, STATUS_CLASS_MISSING, "the kernel did not boot"},
	[STATUS_FLAKY]	 = {"flaky",   '?',  8, STATUS_CLASS_FAILURE, "two runs of it do not agree"},
};

const char *status_word(enum status s)
{
	return status_table[s].word;
}

char status_letter(enum status s)
{
	return status_table[s].letter;
}

const char *status_meaning(enum status s)
{
	return status_table[s].meaning;
}

enum status_class status_class(enum status s)
{
	return status_table[s].class;
}

int status_parse(const char *word, enum status *out)
{
	for (enum status s = 0; s < STATUS_COUNT; s++) {
		if (!strcmp(word, status_table[s].word)) {
			*out = s;
			return 0;
		}
	}
	return -EINVAL;
}

bool status_is_worse(enum status a, enum status b)
{
	return status_table[a].rank > status_table[b].rank;
}

enum status status_of_kyua(const char *word, const char *reason)
{
	if (!reason)
		reason = "";
	if (!strcmp(word, "passed"))
		return STATUS_PASS;
	if (!strcmp(word, "skipped"))
		return STATUS_SKIP;
	if (!strcmp(word, "expected_failure"))
		return STATUS_XFAIL;
	/* Kyua 0.13: "Test case was expecting a failure but none were raised". */
	if (!strcmp(word, "failed"))
		return strstr(reason, "was expecting a failure") ? STATUS_XPASS : STATUS_FAIL;
	/* Kyua 0.13: "Test case body timed out", "Test case cleanup timed out". */
	if (!strcmp(word, "broken"))
		return strstr(reason, " timed out") ? STATUS_TIMEOUT : STATUS_BROKEN;
	return STATUS_BROKEN;
}
