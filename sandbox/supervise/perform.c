/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform.c - from a supervised call to its performer: decode, take on the
 * tracee's identity, perform, give it back. It must not know any call.
 */
#include "sandbox/supervise/perform.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct performer {
	perform_fn *run;
	bool creates;	/* the umask matters */
	bool files;	/* operands are files: act with the tracee's identity */
};

static const struct performer performers[] = {
	[KIND_OPEN] = { perform_open, true, true },
	[KIND_OPENAT2] = { perform_open, true, true },
	[KIND_ACCESS] = { perform_access, false, true },
	[KIND_STAT] = { perform_stat, false, false },
	[KIND_MKDIR] = { perform_make, true, true },
	[KIND_MKNOD] = { perform_make, true, true },
	[KIND_SYMLINK] = { perform_make, true, true },
	[KIND_RMDIR] = { perform_remove, false, true },
	[KIND_UNLINK] = { perform_remove, false, true },
	[KIND_RENAME] = { perform_rename, false, true },
	[KIND_LINK] = { perform_link, false, true },
	[KIND_CHMOD] = { perform_attribute, false, true },
	[KIND_CHOWN] = { perform_attribute, false, true },
	[KIND_TRUNCATE] = { perform_attribute, false, true },
	[KIND_UTIMES] = { perform_attribute, false, true },
	[KIND_SETXATTR] = { perform_attribute, false, true },
	[KIND_REMOVEXATTR] = { perform_attribute, false, true },
	[KIND_WATCH] = { perform_watch, false, false },
	[KIND_EXEC] = { perform_exec, false, true },
	[KIND_SOCKETCALL] = { perform_socketcall, false, false },
	[KIND_BIND] = { perform_bind, false, false },
	[KIND_CONNECT] = { perform_connect, false, false },
	[KIND_SENDTO] = { perform_sendto, false, false },
	[KIND_SENDMSG] = { perform_sendmsg, false, false },
	[KIND_SENDMMSG] = { perform_sendmmsg, false, false },
	[KIND_LISTEN] = { perform_listen, false, false },
	[KIND_PID] = { perform_pid, false, false },
	[KIND_PIDFD] = { perform_pidfd, false, false },
	[KIND_KILL] = { perform_kill, false, false },
	[KIND_IDENTITY] = { perform_identity, false, false },
};

int perform_resolve(struct supervisor *sv, unsigned int i, enum resolve_want want, bool nofollow)
{
	const struct operand *op = &sv->req.op[i];
	int rc = resolve_operand(&sv->resolve, op, sv->base[i], want, nofollow, sv->req.resolve,
				 &sv->pin[i]);

	if (rc < 0)
		judge_unresolved(sv, op->path, -rc);
	return rc;
}

/* The bases are opened as ourselves: the tracee has them already. */
static int open_bases(struct supervisor *sv)
{
	for (unsigned int i = 0; i < sv->req.nops; i++) {
		int rc;

		if (!sv->req.op[i].present)
			continue;
		rc = resolve_open_base(&sv->resolve, &sv->req.op[i], sv->req.resolve, &sv->base[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void clean(struct supervisor *sv)
{
	for (int i = 0; i < 2; i++) {
		pin_close(&sv->pin[i]);
		if (sv->base[i] >= 0)
			close(sv->base[i]);
		sv->base[i] = -1;
	}
}

static const struct performer *performer_of(const struct call_spec *spec)
{
	const size_t n = sizeof(performers) / sizeof(performers[0]);
	const struct performer *p = (size_t)spec->kind < n ? &performers[spec->kind] : NULL;

	return p != NULL && p->run != NULL ? p : NULL;
}

void perform_direct(struct supervisor *sv, struct tracee *t, const struct call_spec *spec,
		    const struct call *c, struct outcome *out)
{
	const struct performer *p = performer_of(spec);

	outcome_result(out, -ENOSYS);
	if (p == NULL || p->files)
		return;
	decode_plain(sv->req.mem, spec, c, &sv->req);
	p->run(sv, t, out);
}

int perform_call(struct supervisor *sv, struct tracee *t, const struct call_spec *spec,
		 const struct call *c, struct outcome *out)
{
	const struct performer *p = performer_of(spec);
	struct mem m = { t->tid, c->abi };
	int rc = 0, left;

	outcome_result(out, -ENOSYS);
	if (p == NULL)
		return 0;
	sv->resolve.tid = t->tid;
	sv->resolve.tgid = t->process->tgid;
	if (p->files)
		rc = decode_files(m, spec, c, &sv->req);
	else
		decode_plain(m, spec, c, &sv->req);
	if (rc == 0)
		rc = open_bases(sv);
	if (rc == 0 && p->files)
		rc = identity_enter(&sv->identity, t->tid, &t->known, p->creates);
	if (rc == 0 && !supervisor_is_awaited(sv))
		rc = -ESRCH;
	if (rc == 0)
		p->run(sv, t, out);
	else if (spec->kind == KIND_EXEC)
		out->kind = OUTCOME_RUN; /* exec_check() is what counts */
	else
		outcome_result(out, rc);
	left = identity_leave(&sv->identity);
	clean(sv);
	return left;
}
