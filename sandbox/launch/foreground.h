/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foreground.h - a terminal shared out between belay and a command in another
 * pid namespace. A process group of outside has no number in there, and no
 * shell could give the terminal back to it. So where belay is a job of its own
 * the command is one, too, inside; belay stops when it stops, and is what the
 * shell outside sees. In a pipeline all share one group as without belay.
 */
#ifndef BELAY_SANDBOX_FOREGROUND_H
#define BELAY_SANDBOX_FOREGROUND_H

#include <stdbool.h>
#include <sys/types.h>

struct nest;

/*
 * Whether this process is a job by itself: leader of its group, reading from and
 * writing to its terminal. *foreground: and has the terminal.
 */
bool foreground_is_job(bool *foreground);

/* For the supervisor, whose command leads a group. Each does nothing without a line. */
void foreground_give(const struct nest *n, pid_t command);
void foreground_stopped(const struct nest *n, int sig);
/* The front has something to say: it goes on. */
void foreground_resume(const struct nest *n, pid_t command);

/* For the front: the supervisor has something to say, or SIGCONT came. */
void foreground_stop(const struct nest *n);
void foreground_continued(const struct nest *n);
/* At the end: the terminal is ours again if it is nobody's. */
void foreground_take_back(const struct nest *n);

#endif
