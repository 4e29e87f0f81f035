/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.h - the one word that a case gets in a cell, and what it means for the
 * whole. Pure. A word that nobody knows is never read as a pass.
 */
#ifndef BELAY_HARNESS_STATUS_H
#define BELAY_HARNESS_STATUS_H

#include <stdbool.h>

enum status {
	STATUS_PASS,
	STATUS_FAIL,
	STATUS_SKIP,
	STATUS_XFAIL,	/* a known bug, failing as documented */
	STATUS_XPASS,	/* a known bug that did not show */
	STATUS_TIMEOUT, /* also: the guest went silent in this case */
	STATUS_BROKEN,	/* the test failed, not the promise */
	STATUS_CRASHED, /* the kernel panicked in this case */
	STATUS_LOST,	/* asked for, and nothing came back */
	STATUS_NA,	/* this ABI or kernel cannot run it, by declaration */
	STATUS_NOBUILD,
	STATUS_NOBOOT,
	STATUS_FLAKY,	/* two runs of it do not agree */
	STATUS_COUNT
};

enum status_class {
	STATUS_CLASS_GOOD,    /* pass, skip, xfail, na */
	STATUS_CLASS_FAILURE, /* exit status 1 */
	STATUS_CLASS_MISSING, /* infrastructure: exit status 2 */
};

const char *status_word(enum status s);
/* One character for the matrix; no two statuses share one. */
char status_letter(enum status s);
/* What the legend says. */
const char *status_meaning(enum status s);
enum status_class status_class(enum status s);

/* -EINVAL for a word that is none of ours. */
int status_parse(const char *word, enum status *out);

/* Whether `a` must outrank `b` when both were seen for one case. */
bool status_is_worse(enum status a, enum status b);

/*
 * From Kyua's result word ("passed", "expected_failure", ...) and reason, which
 * is the only place where it tells a timeout and an unexpected pass. An unknown
 * word is STATUS_BROKEN.
 */
enum status status_of_kyua(const char *word, const char *reason);

#endif
