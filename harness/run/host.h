/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - the runner on the host: to list cases, and to fill the cells of the
 * running kernel and of qemu-user. What it gives is the stream of a guest (run.h), so
 * that host and guests are judged by the same rules.
 */
#ifndef BELAY_HARNESS_HOST_H
#define BELAY_HARNESS_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/buf.h"
#include "harness/cell/result.h"
#include "harness/run.h"

/* Where the programs of one ABI are. */
struct host_tree {
	const char *abi;
	const char *root;	     /* build root: below it "kernel-tests/attach_test" */
	const char *const *programs; /* as of guest_programs() */
	const char *workdir;	     /* exists; for files of ours */
};

/* Called several times a second with what came so far; false ends the run. */
typedef bool host_watch(void *arg, const struct buf *stream);

/* Every case of the tree, lost, appended to `out`. */
int host_list(const struct host_tree *t, host_watch *watch, void *arg, struct results *out,
	      struct why *why);

/*
 * Do a job, all of it of the tree's ABI; the runner's stream is appended to `stream`.
 * -EINTR when `watch` ended it (what was said so far is there), else an error means
 * that the job was not done to its end.
 */
int host_run(const struct host_tree *t, const struct job *job, host_watch *watch, void *arg,
	     struct buf *stream, struct why *why);

/* Whether the running kernel starts this program: -ENOEXEC where it knows no such ABI. */
int host_starts(const char *program);

/* Debian's name of the running kernel's architecture ("amd64"), or NULL for another. */
const char *host_arch(void);

#endif
