/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.h - what a guest (or Kyua on the host) wrote while it ran tests, cut
 * into events. The format is the one of run.h. Pure, and suspicious: a guest may
 * end anywhere, and its kernel may be broken.
 */
#ifndef BELAY_HARNESS_STREAM_H
#define BELAY_HARNESS_STREAM_H

#include <stddef.h>
#include <stdint.h>

/* The program word of a frame that lists cases, and of a store of several programs. */
#define STREAM_CASES "cases"
#define STREAM_BATCH "batch"

enum stream_kind {
	STREAM_CASE,  /* a line of Kyua's: program, name; word is NULL: it was not finished */
	STREAM_FRAME, /* a whole file, its checksum right: abi, program, bytes */
	STREAM_LOST,  /* the guest says that it has no store: abi, program */
	STREAM_BAD,   /* a frame that cannot be used: abi, program, reason */
};

struct stream_event {
	enum stream_kind kind;
	char *abi;     /* of a line: that of the last frame before it, or the caller's */
	char *program; /* as Kyua names it: "kernel-tests/attach_test" */
	char *name;
	char *word;   /* Kyua's result */
	char *reason; /* what follows it, or what is wrong with a frame */
	int64_t us;
	const unsigned char *bytes; /* inside what was parsed */
	size_t len;
};

struct stream {
	struct stream_event *v;
	size_t count, cap;
};

/* `abi` is that of the lines before the first frame; NULL: they are left out. */
void stream_parse(const void *bytes, size_t len, const char *abi, struct stream *out);
void stream_free(struct stream *s);

/*
 * How many lines with a result there are, for a progress display: cheap, and never
 * less than before when more bytes have come. What runs now is written to `place`:
 * the ABI of the last frame, if there was one, and the program ("i386 attach_test").
 */
size_t stream_count(const void *bytes, size_t len, char *place, size_t size);

/* The CRC-32 of zlib and Ethernet. */
uint32_t stream_crc32(const void *bytes, size_t len);

#endif
