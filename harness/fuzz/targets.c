/* SPDX-License-Identifier: BSD-2-Clause */
/* targets.c - the fuzz targets of kmatrix; one more is added as sandbox/fuzz/targets.c says. */
#include "harness/fuzz/targets.h"

const struct fuzz_target fuzz_targets[] = {
	{ "baseline", fuzz_baseline },
	{ "console", fuzz_console },
	{ "escape", fuzz_escape },
	{ "header", fuzz_header },
	{ "source", fuzz_source },
	{ "stream", fuzz_stream },
	{ NULL, NULL },
};
