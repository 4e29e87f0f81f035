/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * atf.h - what an ATF test program says of itself (`prog -l`) and of a case that it
 * has run (its result file), and the verdict that follows from that and from how
 * the program ended. Pure; every byte comes from a program that may be broken.
 */
#ifndef BELAY_HARNESS_GUEST_ATF_H
#define BELAY_HARNESS_GUEST_ATF_H

#include <stdbool.h>
#include <stddef.h>

#define ATF_TIMEOUT_S 300 /* where a case names none, as Kyua has it */

struct atf_property {
	char *name, *value;
};

struct atf_case {
	char *ident;
	unsigned timeout_s; /* 0: none */
	bool cleanup;
	/* The properties that must be met (require.*) and those that nobody knows. */
	struct atf_property *require;
	size_t count, cap;
	char *contract; /* X-contract, or NULL */
};

struct atf_list {
	struct atf_case *v;
	size_t count, cap;
};

/* -EINVAL with the reason in `error`, to be freed. */
int atf_list_parse(const char *text, size_t len, struct atf_list *out, char **error);
void atf_list_free(struct atf_list *list);
const struct atf_case *atf_list_find(const struct atf_list *list, const char *ident);

/* How the program that ran a case ended. */
struct atf_end {
	bool timed_out;
	int status; /* of wait(2), unless it timed out */
};

/*
 * Kyua's words: passed, failed, skipped, broken, expected_failure. `reason` is one
 * line, "" for none, to be freed. `result` is what was in the result file.
 */
const char *atf_verdict(const char *result, size_t len, const struct atf_end *end, char **reason);

/* What is wrong with the end of a clean-up; NULL: nothing. */
const char *atf_cleanup_verdict(const struct atf_end *end);

#endif
