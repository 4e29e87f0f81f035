/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_names.c - make, remove, rename and link names. Each is one call on
 * a pinned directory and a last component, so the kernel's own errors come
 * out; all are judged as writing to the name they change.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/procfs.h"

static int64_t result_of(long rc)
{
	return rc < 0 ? -errno : rc;
}

/*
 * A name that cannot be changed at all has its own error, which the kernel
 * gives before it asks for permission: EEXIST, ENOENT, ENOTDIR. A refusal by
 * policy must not hide it, for programs look for it (mkdir -p does).
 */
static int native_make_error(const struct pin *p)
{
	struct stat st;

	return fstatat(p->parent, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? -EEXIST : 0;
}

static int native_remove_error(const struct pin *p, bool want_dir)
{
	struct stat st;

	if (fstatat(p->parent, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (want_dir && !S_ISDIR(st.st_mode))
		return -ENOTDIR;
	return !want_dir && S_ISDIR(st.st_mode) ? -EISDIR : 0;
}

static bool allowed(struct supervisor *sv, const struct pin *p)
{
	struct decision d;

	decide_pin(&sv->decide, POLICY_WRITE, p, &d);
	return d.allow;
}

void perform_make(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	struct pin *p = &sv->pin[0];
	char target[PATH_MAX];
	mode_t mode = (mode_t)r->mode;
	size_t len;
	int rc = 0;

	out->kind = OUTCOME_RESULT;
	if (r->spec->kind == KIND_SYMLINK) {
		rc = mem_read_string(r->mem, r->call->args[0], target, sizeof(target), &len);
		if (rc == 0 && len == 0)
			rc = -ENOENT;
	} else if (r->spec->kind == KIND_MKNOD && (S_ISCHR(mode) || S_ISBLK(mode)) &&
		   r->call->args[r->spec->mode + 1] != 0) {
		/* A device under an allowed name would be the device. */
		rc = -EPERM;
	}
	if (rc == 0)
		rc = perform_resolve(sv, 0, RESOLVE_NAME, true);
	if (rc == 0 && !allowed(sv, p)) {
		rc = native_make_error(p);
		if (rc == 0)
			rc = judge_pin(sv, t, POLICY_WRITE, p);
	}
	if (rc < 0) {
		out->result = rc;
		return;
	}
	switch (r->spec->kind) {
	case KIND_MKDIR:
		out->result = result_of(mkdirat(p->parent, p->name, mode));
		break;
	case KIND_MKNOD:
		out->result = result_of(syscall(SYS_mknodat, p->parent, p->name, mode, 0));
		break;
	default:
		out->result = result_of(symlinkat(target, p->parent, p->name));
		break;
	}
}

void perform_remove(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	int flags = r->spec->kind == KIND_RMDIR ? AT_REMOVEDIR : (int)r->flags;
	struct pin *p = &sv->pin[0];
	int rc;

	out->kind = OUTCOME_RESULT;
	rc = perform_resolve(sv, 0, RESOLVE_NAME, true);
	if (rc == 0 && !allowed(sv, p)) {
		rc = native_remove_error(p, (flags & AT_REMOVEDIR) != 0);
		if (rc == 0)
			rc = judge_pin(sv, t, POLICY_WRITE, p);
	}
	out->result = rc < 0 ? rc : result_of(unlinkat(p->parent, p->name, flags));
}

void perform_rename(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	struct pin *from = &sv->pin[0], *to = &sv->pin[1];
	unsigned int flags = (unsigned int)sv->req.flags;
	struct stat st;
	int rc;

	out->kind = OUTCOME_RESULT;
	rc = perform_resolve(sv, 0, RESOLVE_NAME, true);
	if (rc == 0)
		rc = perform_resolve(sv, 1, RESOLVE_NAME, true);
	if (rc == 0 && !(allowed(sv, from) && allowed(sv, to))) {
		if (fstatat(from->parent, from->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			rc = -errno;
		if (rc == 0)
			rc = judge_pin(sv, t, POLICY_WRITE, from);
		if (rc == 0)
			rc = judge_pin(sv, t, POLICY_WRITE, to);
	}
	out->result = rc < 0 ? rc :
			       result_of(syscall(SYS_renameat2, from->parent, from->name,
						 to->parent, to->name, flags));
}

/*
 * The source is judged as written to: whoever holds a second name in a
 * writable place can write there.
 */
void perform_link(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	bool follow = (sv->req.flags & AT_SYMLINK_FOLLOW) != 0;
	struct pin *from = &sv->pin[0], *to = &sv->pin[1];
	char name[PROCFS_FD_NAME];
	int rc;

	out->kind = OUTCOME_RESULT;
	rc = perform_resolve(sv, 0, RESOLVE_OBJECT, !follow);
	if (rc == 0)
		rc = perform_resolve(sv, 1, RESOLVE_NAME, true);
	if (rc == 0 && !allowed(sv, to)) {
		rc = native_make_error(to);
		if (rc == 0)
			rc = judge_pin(sv, t, POLICY_WRITE, to);
	}
	if (rc == 0)
		rc = judge_pin(sv, t, POLICY_WRITE, from);
	/* /proc/self/fd needs no capability, AT_EMPTY_PATH does; a directory is EPERM. */
	out->result = rc < 0 ? rc :
			       result_of(linkat(AT_FDCWD, procfs_fd_name(from->fd, name),
						to->parent, to->name, AT_SYMLINK_FOLLOW));
}
