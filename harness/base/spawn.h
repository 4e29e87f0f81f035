/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn.h - argument lists, and programs that kmatrix runs. None of them
 * outlives the thread that started it, however that ends.
 */
#ifndef BELAY_HARNESS_SPAWN_H
#define BELAY_HARNESS_SPAWN_H

#include <signal.h>
#include <sys/types.h>

#include "harness/base/buf.h"
#include "harness/run.h"

/* A NULL-terminated argument list; {0} is an empty one. */
struct args {
	char **v;
	size_t n, cap;
};

void args_add(struct args *a, const char *word);
/* One that buf_asprintf() has just made; it is freed with the list. */
void args_take(struct args *a, char *word);
/* Each of the words between blanks; NULL adds none. */
void args_split(struct args *a, const char *words);
void args_free(struct args *a);

/*
 * Run a program found in PATH to its end, with nothing on its
 * standard input. What it prints is appended to `out` (NULL: thrown away). An
 * exit status other than 0 is -EIO, with what it complained about.
 */
int spawn_run(const struct args *a, struct buf *out, struct why *why);

/* Once this is not 0 spawn_run() ends what it runs, and starts nothing: -EINTR. */
void spawn_stop_on(const volatile sig_atomic_t *flag);

/*
 * Start a program whose both outputs go to `log_fd`, in a process group of its
 * own so that the terminal's ^C is ours alone to handle. `pidfd` becomes
 * readable when it ends. When we die it gets the signal `death`.
 */
int spawn_start(const struct args *a, int log_fd, int death, pid_t *pid, int *pidfd,
		struct why *why);

/* Wait for it, after killing it when `kill_it`; returns the wait status. */
int spawn_end(pid_t pid, int pidfd, bool kill_it);

#endif
