/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform.h - one function per kind of call: resolve its operands, have them
 * judged, do it on the pinned objects. sv->req holds the decoded call;
 * *out says what the program is to see. Whatever a performer does not
 * understand it refuses.
 */
#ifndef BELAY_SANDBOX_PERFORM_H
#define BELAY_SANDBOX_PERFORM_H

#include "sandbox/supervise/supervisor.h"

typedef void perform_fn(struct supervisor *sv, struct tracee *t, struct outcome *out);

perform_fn perform_open;	/* open, openat, creat, openat2 */
perform_fn perform_make;	/* mkdir, mknod, symlink */
perform_fn perform_remove;	/* unlink, rmdir */
perform_fn perform_rename, perform_link;
perform_fn perform_attribute;	/* chmod, chown, truncate, utimes, xattrs */
perform_fn perform_access;
perform_fn perform_watch;	/* inotify_add_watch */
perform_fn perform_stat;	/* commands of the run-time interface */
perform_fn perform_exec;
perform_fn perform_bind, perform_connect, perform_listen;
perform_fn perform_sendto, perform_sendmsg, perform_sendmmsg, perform_socketcall;
perform_fn perform_pid, perform_pidfd, perform_kill, perform_identity;

/*
 * Decode sv->req, then call the performer of its kind as the tracee. -errno
 * only when the supervisor itself failed and must end.
 */
int perform_call(struct supervisor *sv, struct tracee *t, const struct call_spec *spec,
		 const struct call *c, struct outcome *out);

/*
 * Call the performer of another call in place of the one at hand, as
 * socketcall does. For calls whose operands are not files.
 */
void perform_direct(struct supervisor *sv, struct tracee *t, const struct call_spec *spec,
		    const struct call *c, struct outcome *out);

/*
 * Resolve operand i of sv->req into sv->pin[i], which perform_call() closes.
 * 0, or -errno for the program.
 */
int perform_resolve(struct supervisor *sv, unsigned int i, enum resolve_want want, bool nofollow);

#endif
