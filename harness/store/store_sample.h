/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_sample.h - what the tests of the result store share: open one, fill a cell,
 * read a file whole.
 */
#ifndef BELAY_HARNESS_STORE_SAMPLE_H
#define BELAY_HARNESS_STORE_SAMPLE_H

#include <atf-c.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/store/store.h"

static inline struct store *open_store(const char *path, bool write)
{
	struct store *s;
	struct why why = {""};

	ATF_REQUIRE_EQ_MSG(0, store_open(path, write, &s, &why), "%s", why.text);
	return s;
}

static inline void fill(struct cell *c, const char *kernel, const char *abi)
{
	struct result *r;

	cell_init(c, kernel, abi);
	cell_set(&c->version, "6.1.0-40-amd64 (6.1.153-1)");
	cell_set(&c->accel, "tcg");
	cell_set(&c->qemu, "7.2.22");
	cell_set(&c->user, "root");
	r = results_add(&c->results, "k/b_test", "one", "a.b.c", STATUS_FAIL, "1 != 2 '\"\\ \n");
	r->us = 1234;
	r->attempts = 2;
	result_set_output(r, "a\0b", 3);
	results_add(&c->results, "k/a_test", "two", "", STATUS_PASS, "");
}

static inline struct buf contents(const char *path)
{
	struct buf b = {0};

	ATF_REQUIRE_EQ(0, buf_read_file(&b, path, 1 << 20));
	return b;
}

#endif
