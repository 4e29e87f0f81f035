/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell.h - a guest whose console is ours: what is typed goes in, what it prints comes
 * out, until it goes down or is left. No test is run and nothing is judged.
 */
#ifndef BELAY_HARNESS_SHELL_H
#define BELAY_HARNESS_SHELL_H

#include <signal.h>
#include <stdbool.h>

#include "harness/run.h"

/* What ends a guest from the keyboard: this key, and then x. */
#define SHELL_KEY 1 /* ^A */

/*
 * Boot with `job` put in, whose `shell` is set, and `b->interactive`. A terminal on
 * standard input passes every key, and is as it was on return. From anything else what
 * is read goes in once the guest is up, and behind its end "exit". `*up` becomes
 * whether it came up. Ends early when `stop` is set. No process is left.
 */
int shell_run(const struct boot *b, const struct job *job, const volatile sig_atomic_t *stop,
	      bool *up, struct why *why);

#endif
