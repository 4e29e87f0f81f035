/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_watch.c - inotify_add_watch: its events tell the names in a directory
 * and when a file is used, so it takes the right to read, and the watch is made
 * on the pinned object. What is told then is the kernel's.
 */
#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/take.h"

static int64_t watch(struct supervisor *sv, struct tracee *t, int notifier)
{
	const struct request *r = &sv->req;
	uint32_t mask = (uint32_t)r->call->args[2];
	char name[PROCFS_FD_NAME];
	int rc = resolve_open_base(&sv->resolve, &r->op[0], 0, &sv->base[0]);

	if (rc == 0)
		rc = identity_enter(&sv->identity, t->tid, &t->known, false);
	if (rc == 0)
		rc = perform_resolve(sv, 0, RESOLVE_OBJECT, (mask & IN_DONT_FOLLOW) != 0);
	if (rc == 0)
		rc = judge_pin(sv, t, POLICY_READ, &sv->pin[0]);
	if (rc < 0)
		return rc;
	/* That name is a link to the object, which may be a link itself. */
	rc = inotify_add_watch(notifier, procfs_fd_name(sv->pin[0].fd, name),
			       mask & ~(uint32_t)IN_DONT_FOLLOW);
	return rc < 0 ? -errno : rc;
}

void perform_watch(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	struct request *r = &sv->req;
	/* Before the tracee's identity is taken on, which may not do this. */
	int notifier = take_fd(t, request_int(r, 0)), rc = notifier;

	if (rc >= 0)
		rc = decode_files(r->mem, r->spec, r->call, r);
	outcome_result(out, rc < 0 ? rc : watch(sv, t, notifier));
	if (notifier >= 0)
		close(notifier);
}
