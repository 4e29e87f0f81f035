/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.h - what the verbs that start something share: a flag for signals that want
 * the end, a place for files, and where the builds are. It starts nothing.
 */
#ifndef BELAY_HARNESS_SESSION_H
#define BELAY_HARNESS_SESSION_H

#include <signal.h>
#include <stdbool.h>

#include "harness/run.h"

/* The signal that wants the end, 0 while none does. */
extern volatile sig_atomic_t session_stop;

struct session {
	char *workdir;
	bool keep; /* the user named it */
	int lock;  /* says that somebody uses it */
};

/*
 * Catch the signals that want the end, and make a place for files: `work`, or where that
 * is NULL one below $TMPDIR that session_end() removes. Places that a kmatrix left
 * behind that was killed are removed first.
 */
int session_begin(const char *work, struct session *out, struct why *why);
void session_end(struct session *s);

/* Where the builds are when nobody says: above kmatrix itself when it was not installed. */
char *session_builds(const struct tables *tables);

#endif
