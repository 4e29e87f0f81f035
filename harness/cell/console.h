/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.h - what a guest's kernel said on its console: the markers of run.h,
 * and lines that say that something went wrong inside it. Pure.
 */
#ifndef BELAY_HARNESS_CONSOLE_H
#define BELAY_HARNESS_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/buf.h"

struct console_splat {
	char *text;    /* "WARNING: CPU: 0 PID: 12 at kernel/ptrace.c:320 ..." */
	char *abi;     /* what ran when it was said; "" before the first program */
	char *program;
	char *name;    /* the case; "" where the mark names none */
	struct buf output; /* all of it, to its end or to where it becomes too much */
};

struct console {
	bool booted, done;
	char *abi, *program, *name; /* of the last KT-PROG; "" before the first */
	struct console_splat *splats;
	size_t count, cap;
};

/*
 * With `slow` the guest's processor is emulated, and complaints of the kernel
 * about time alone (stalls, lockups) are not counted: there they tell about the
 * load of the host.
 */
void console_parse(const void *bytes, size_t len, bool slow, struct console *out);
void console_free(struct console *c);

#endif
