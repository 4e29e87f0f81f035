/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libfuzzer.c - the targets below libFuzzer: the name that the program was
 * started by says which. It must not touch the input.
 */
#include "sandbox/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *slash = strrchr((*argv)[0], '/'), *name = slash ? slash + 1 : (*argv)[0];

	(void)argc;
	target = fuzz_find(name);
	if (!target) {
		fprintf(stderr, "%s is no fuzz target: start it by the name of one:\n", name);
		for (const struct fuzz_target *t = fuzz_targets; t->run; t++)
			fprintf(stderr, "  %s\n", t->name);
		exit(2);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	target->run(bytes, len);
	return 0;
}
