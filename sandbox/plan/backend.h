/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend.h - the ways by which a supervised call reaches the supervisor.
 */
#ifndef BELAY_SANDBOX_BACKEND_H
#define BELAY_SANDBOX_BACKEND_H

#include <stdbool.h>
#include <stddef.h>

enum backend {
	BACKEND_AUTO,	/* only before a plan is made */
	BACKEND_TRACE,	/* SECCOMP_RET_TRACE and a stop */
	BACKEND_NOTIFY	/* SECCOMP_RET_USER_NOTIF and a listener */
};

/* "auto", "trace", "notify"; -EINVAL for another word. */
const char *backend_name(enum backend b);
int backend_parse(const char *word, enum backend *out);

/*
 * Whether the running kernel carries the notify backend, asked by using it in
 * a child: a listener for us (no other one above, 5.0), signals held back
 * while a call is being answered (WAIT_KILLABLE_RECV, 5.19), and no answer lost to
 * one that came before (killable.h). NULL, or what is missing. How descriptors are
 * handed over is settled by the same look: sendfd.h.
 */
const char *backend_missing(void);

#endif
