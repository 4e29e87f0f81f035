/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmatrix.c - the program: find the verb, and nothing else. A new verb is a line in
 * the table.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/verbs/cli.h"

const struct cli_verb *const kmatrix_verbs[] = {
	&verb_run,
	&verb_report,
	&verb_diff,
	&verb_baseline,
	&verb_bisect,
	&verb_kernels,
	&verb_fetch,
	&verb_jobs,
	&verb_merge,
	&verb_shell,
	&verb_complete,
	NULL,
};

#define KMATRIX_VERBS (sizeof(kmatrix_verbs) / sizeof(kmatrix_verbs[0]) - 1)

static int kmatrix_help(void)
{
	printf("usage: kmatrix [--tables DIR] VERB [OPTION]...\n"
	       "Prove kernel promises, kernel by kernel and ABI by ABI.\n\n");
	for (size_t i = 0; i < KMATRIX_VERBS; i++)
		if (kmatrix_verbs[i]->summary)
			printf("  %-9s  %s\n", kmatrix_verbs[i]->name, kmatrix_verbs[i]->summary);
	printf("\nkmatrix VERB --help lists the options of a verb; kmatrix(1) has the rest.\n"
	       "Exit status: 0 no failure, 1 failures, 2 something is missing, or bad usage.\n");
	return cli_write(&(struct buf){0}, CLI_OK);
}

int main(int argc, char **argv)
{
	const char *words[KMATRIX_VERBS];
	size_t count = 0;

	/* A reader that goes away is told as an error, behind which we clean up. */
	signal(SIGPIPE, SIG_IGN);
	/* For all verbs alike, and for what they start. */
	if (argc > 1 && !strcmp(argv[1], "--tables")) {
		if (argc < 3 || !*argv[2])
			return cli_error("option --tables needs DIR");
		if (setenv("BELAY_TABLES", argv[2], 1))
			return cli_error("--tables '%s': %s", argv[2], strerror(errno));
		argc -= 2;
		argv += 2;
	}
	if (argc < 2)
		return cli_error("no verb; kmatrix --help lists them");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return kmatrix_help();
	if (!strcmp(argv[1], "--version")) {
		printf("kmatrix %s\n", PACKAGE_VERSION);
		return cli_write(&(struct buf){0}, CLI_OK);
	}
	for (size_t i = 0; i < KMATRIX_VERBS; i++) {
		if (kmatrix_verbs[i]->summary)
			words[count++] = kmatrix_verbs[i]->name;
		if (!strcmp(argv[1], kmatrix_verbs[i]->name))
			return kmatrix_verbs[i]->run(kmatrix_verbs[i], argc - 1, argv + 1);
	}
	return cli_unknown("verb", argv[1], words, count);
}
