/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.h - what the runner (guest/runner.c) said in a guest or on the host, cut
 * into events. The format is the one of run.h. Pure, and suspicious: a guest may
 * end anywhere, and its kernel may be broken.
 */
#ifndef BELAY_HARNESS_STREAM_H
#define BELAY_HARNESS_STREAM_H

#include <stddef.h>
#include <stdint.h>

enum stream_kind {
	STREAM_CASE, /* abi, program, name; word is NULL: it began and did not end */
	STREAM_LIST, /* the cases of an ABI, its checksum right: abi, text */
	STREAM_BAD,  /* what cannot be used: abi, program, name ("" for a list), reason */
};

struct stream_event {
	enum stream_kind kind;
	char *abi;
	char *program; /* "kernel-tests/attach_test" */
	char *name;
	char *word;   /* Kyua's word for the result */
	char *reason; /* of it, or what is wrong */
	int64_t us;
	char *text; /* what the case printed, or the list for cases_parse(); NULL: nothing */
	size_t len;
};

struct stream {
	struct stream_event *v;
	size_t count, cap;
};

void stream_parse(const void *bytes, size_t len, struct stream *out);
void stream_free(struct stream *s);

/*
 * How many cases have ended, for a progress display: cheap, and never less than
 * before when more bytes have come. What runs now is written to `place`: the ABI and
 * the program ("i386 attach_test").
 */
size_t stream_count(const void *bytes, size_t len, char *place, size_t size);

#endif
