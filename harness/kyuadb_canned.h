/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kyuadb_canned.h - result stores made by tests, with the tables of Kyua's schema
 * version 3 that kmatrix reads, and frames around them.
 */
#ifndef BELAY_HARNESS_KYUADB_CANNED_H
#define BELAY_HARNESS_KYUADB_CANNED_H

#include "harness/buf.h"

struct canned_row {
	const char *program, *name;
	const char *contract; /* or NULL */
	const char *type;     /* "passed", ... */
	const char *reason;   /* or NULL */
	const char *output;   /* or NULL */
};

/* The bytes of a store with these rows, ended by one without a program. */
void canned_db(const struct canned_row *rows, struct buf *out);

/* A frame of the stream around any bytes. */
void canned_frame(struct buf *stream, const char *abi, const char *program,
		  const struct buf *bytes);
/* The same around a store with these rows. */
void canned_store(struct buf *stream, const char *abi, const char *program,
		  const struct canned_row *rows);

#endif
