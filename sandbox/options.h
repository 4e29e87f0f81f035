/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - the command line of belay. Pure: nothing is opened or set.
 */
#ifndef BELAY_SANDBOX_OPTIONS_H
#define BELAY_SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "sandbox/plan/backend.h"
#include "sandbox/plan/lifetime.h"

/* What belay does not start without. */
enum { REQUIRE_NOTIFY = 1, REQUIRE_PIDNS = 2, REQUIRE_MEMORY = 4, REQUIRE_SIGNALS = 8 };

enum option_kind { OPTION_PROFILE, OPTION_FILE, OPTION_MAGIC };

/* Where rules come from, in the order of the command line: the last match wins. */
struct option_rules {
	enum option_kind kind;
	const char *text;
};

struct options {
	struct option_rules *rules;
	size_t nrules;
	const char **env; /* VAR=VALUE sets, VAR removes */
	size_t nenv;
	int *keep_fds;
	size_t nkeep;
	enum backend backend;
	enum lifetime lifetime;
	unsigned int required; /* REQUIRE_*; backend and lifetime are set by it as well */
	bool plan, calls, relies, json, help, version;
	char **command; /* points into argv; NULL-terminated, empty with help and the like */
};

/*
 * 0; -EINVAL with one line about what is wrong, cut to fit `size`; -ENOMEM.
 * The texts point into argv. options_free() after success.
 */
int options_parse(int argc, char **argv, struct options *out, char *error, size_t size);
void options_free(struct options *o);

/* What --help prints. */
extern const char options_usage[];

#endif
