/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.h - what a run was asked for: by options, and by the text of them that its
 * store keeps, from which another kmatrix goes on with it. Pure.
 */
#ifndef BELAY_HARNESS_REQUEST_H
#define BELAY_HARNESS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/buf.h"
#include "harness/run.h"

/* Ended by NULL once it holds one; NULL while it is empty. */
struct request_list {
	char **v;
	size_t count, cap;
};

struct request {
	struct request_list kernels, images, abis, tests, suites, variables; /* NAME=VALUE */
	bool native, emulator;
	bool no_retry;
	char *builds;	/* NULL: not named */
	char *programs; /* what suite_identity() said of them; NULL: not known yet */
	const char *user;
	enum boot_accel accel;
	unsigned reboots;
};

/* What is asked for when nothing is. */
void request_init(struct request *r);
void request_free(struct request *r);

/* The names of what can be asked for, ended by NULL: those of the options of `kmatrix run`. */
extern const char *const request_names[];

/* One of these ("kernel", "bookworm-amd64"); a value that is none is -EINVAL. */
int request_set(struct request *r, const char *name, const char *value, struct why *why);

/* A line for each, "name value". What it is made of it gives again. */
void request_text(const struct request *r, struct buf *out);
int request_parse(const char *text, struct request *out, struct why *why);

#endif
