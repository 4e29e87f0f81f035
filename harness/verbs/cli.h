/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.h - what all verbs of kmatrix share: options from a table, messages, exit
 * statuses. A verb is a file verb_x.c and a line in the table of kmatrix.c.
 */
#ifndef BELAY_HARNESS_CLI_H
#define BELAY_HARNESS_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/report/report.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_FAILURES = 1,	/* a test failed */
	CLI_INFRASTRUCTURE = 2, /* something that was asked for is missing; bad usage */
};

/* "kmatrix: ..." on standard error; returns CLI_INFRASTRUCTURE. */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for what a function of run.h or store.h said; what it quotes may be hostile. */
int cli_failed(const struct why *why);
/* The same for a word that is none of these, with the nearest one that is. */
int cli_unknown(const char *what, const char *given, const char *const *words, size_t count);

struct cli_option {
	const char *name; /* long, without the dashes */
	int code;	  /* its letter, or from 256 on where it has none */
	const char *arg;  /* what its argument is called; NULL: it has none */
	const char *help; /* "...: auto, tcg or kvm" at its end: the words that it takes */
};

struct cli_verb {
	const char *name;
	const char *summary;
	const char *words; /* what its words are called, "A B"; NULL: it takes none */
	const struct cli_option *options; /* ended by one without a name */
	int (*run)(const struct cli_verb *self, int argc, char **argv);
};

extern const struct cli_verb verb_baseline;
extern const struct cli_verb verb_bisect;
extern const struct cli_verb verb_complete;
extern const struct cli_verb verb_diff;
extern const struct cli_verb verb_fetch;
extern const struct cli_verb verb_jobs;
extern const struct cli_verb verb_kernels;
extern const struct cli_verb verb_merge;
extern const struct cli_verb verb_report;
extern const struct cli_verb verb_run;
extern const struct cli_verb verb_shell;

/* All of them, with NULL behind the last; one without a summary is in no help. */
extern const struct cli_verb *const kmatrix_verbs[];

/* Where a verb is in its command line; {.argv = argv + 1} to begin with. */
struct cli {
	char **argv;
	const char *group; /* the rest of "-qk" after its first letter */
	bool only_words;   /* "--" was seen */
};

#define CLI_WORD 1 /* no option but one of the verb's words */
#define CLI_END 0
#define CLI_BAD -1  /* a message was written */
#define CLI_HELP -2 /* help was asked for, and written */

/* The code of the next option, and its argument in *value; behind "--" all are words. */
int cli_next(struct cli *c, const struct cli_verb *verb, const char **value);

/* CLI_HELP, or CLI_BAD where it cannot be written. */
int cli_help(const struct cli_verb *verb);

/* A NULL-terminated list that grows; the words are not copied. */
struct cli_list {
	const char **v;
	size_t count, cap;
};

void cli_list_add(struct cli_list *l, const char *word);

/* A whole number within these limits; CLI_BAD with a message otherwise. */
int cli_number(const char *option, const char *value, unsigned min, unsigned max, unsigned *out);

#define CLI_STORE "kmatrix.db" /* the store when none is named */

/*
 * The color and width of a style, by --color's argument and the terminal; CLI_BAD with a
 * message otherwise.
 */
int cli_style(const char *color, struct report_style *out);
/* All of it to standard output; the exit status `verdict`, or that of a failed write. */
int cli_write(const struct buf *text, int verdict);

#endif
