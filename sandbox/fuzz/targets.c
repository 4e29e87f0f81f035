/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targets.c - the fuzz targets of the sandbox. To add one: a file, a line here
 * and in targets.h, a folder in corpus/ with a first input.
 */
#include "sandbox/fuzz/targets.h"

const struct fuzz_target fuzz_targets[] = {
	{ "address", fuzz_address },
	{ "filter", fuzz_filter },
	{ "notif", fuzz_notif },
	{ "pattern", fuzz_pattern },
	{ "policy", fuzz_policy },
	{ "procfs", fuzz_procfs },
	{ "quote", fuzz_quote },
	{ "request", fuzz_request },
	{ NULL, NULL },
};
