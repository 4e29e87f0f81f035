/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.h - from the machine's own apt configuration to that of a private root
 * for another suite: the same mirrors, the same keys. Pure: text in, text out.
 */
#ifndef BELAY_HARNESS_SOURCE_H
#define BELAY_HARNESS_SOURCE_H

#include "harness/base/buf.h"
#include "harness/run.h"

/* An entry of the machine's: one mirror and one suite that serve Debian's main. */
struct source {
	char *uri;
	char *signed_by; /* a key ring, or lines of a key as in a .sources file; or NULL */
	bool trusted;	 /* the user said that it needs no signature */
	bool security;	 /* else the suite itself */
};

struct sources {
	struct source *v;
	size_t n, cap;
};

/*
 * Add the entries of one file. `deb822` is the format of .sources, else that of
 * .list. `codename` is the release of this machine ("bookworm"). Entries that are
 * not Debian's, switched off, for sources only or for backports are left out.
 */
void source_parse(struct sources *s, const char *text, bool deb822, const char *codename);

/*
 * What serves `suite`, as a .sources file. Without `security` only the suite
 * itself: some have no other. Empty when there is no entry to derive it from.
 */
void source_derive(const struct sources *s, const char *suite, bool security, struct buf *out);

void source_free(struct sources *s);

#endif
