/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_attributes.c - change what belongs to a file besides its names and
 * contents, and tell what may be done to it. Everything goes through
 * /proc/self/fd/N of the pin, which leads to the pinned object itself, a
 * symbolic link included.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/xattr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/sys.h"

static int64_t result_of(long rc)
{
	return rc < 0 ? -errno : rc;
}

static int64_t change_owner(const struct request *r, const struct pin *p)
{
	/* chown(path, uid, gid), fchown(fd, uid, gid), fchownat(fd, path, uid, gid) */
	int at = (r->spec->path[0] >= 0 ? r->spec->path[0] : r->spec->dirfd[0]) + 1;
	uint32_t uid = decode_id(r, at), gid = decode_id(r, at + 1);

	return result_of(fchownat(p->fd, "", uid, gid, AT_EMPTY_PATH));
}

static int64_t change_mode(const struct request *r, const struct pin *p, const char *name)
{
	if (p->link)
		return -EOPNOTSUPP;
	return result_of(chmod(name, (mode_t)r->mode & 07777));
}

struct truncation {
	int fd;
	off_t length;
};

static int64_t truncate_run(void *arg, int *fd)
{
	const struct truncation *tr = arg;
	char name[PROCFS_FD_NAME];

	(void)fd;
	return result_of(truncate(procfs_fd_name(tr->fd, name), tr->length));
}

/* It waits for whoever has a lease on the file, and unlike open cannot be asked not to. */
static void change_length(struct supervisor *sv, struct tracee *t, const struct pin *p,
			  struct outcome *out)
{
	const struct request *r = &sv->req;
	uint64_t length = r->call->args[1];
	struct truncation tr;
	int rc;

	if (r->spec->variant & VAR_SIZE64)
		length = decode_pair(r, 1);
	else if (r->call->abi->word == 4 && r->call->abi->nr_bit == 0)
		length = (uint64_t)(int64_t)(int32_t)length;
	if (p->type == S_IFDIR) {
		out->result = -EISDIR;
		return;
	}
	tr = (struct truncation){ p->fd, (off_t)length };
	rc = helper_start(t, truncate_run, &tr, &out->helper);
	if (rc < 0)
		out->result = rc;
	else
		out->kind = OUTCOME_HELPER;
}

static int64_t change_times(const struct request *r, const char *name)
{
	/* utime(path, t), futimesat(fd, path, t), utimensat(fd, path, t, flags) */
	uint64_t addr = r->call->args[r->spec->path[0] + 1];
	struct timespec times[2];
	bool now;
	int rc = decode_times(r, addr, times, &now);

	if (rc < 0)
		return rc;
	return result_of(utimensat(AT_FDCWD, name, now ? NULL : times, 0));
}

/* Where setxattr and its like keep their name, value, size and flags. */
struct xattr_args {
	char name[XATTR_NAME_MAX + 1];
	uint64_t value, size, flags;
};

static int read_xattr_name(const struct request *r, uint64_t addr, struct xattr_args *x)
{
	size_t len;
	int rc = mem_read_string(r->mem, addr, x->name, sizeof(x->name), &len);

	if (rc == -ENAMETOOLONG || (rc == 0 && len == 0))
		return -ERANGE;
	return rc;
}

static int read_xattr_args(const struct request *r, struct xattr_args *x)
{
	const uint64_t *args = r->call->args;
	/* setxattrat(fd, path, at_flags, name, args, size) has a struct xattr_args. */
	bool at_call = r->spec->path[0] >= 0 && r->spec->dirfd[0] >= 0;
	int i = at_call ? 3 : 1;

	x->value = x->size = x->flags = 0;
	if (r->spec->kind == KIND_SETXATTR && at_call) {
		struct {
			uint64_t value;
			uint32_t size, flags;
		} in;
		int rc;

		if (args[5] < sizeof(in))
			return -EINVAL;
		if (args[5] > sizeof(in)) /* nothing larger is known */
			return -E2BIG;
		rc = mem_read(r->mem, args[4], &in, sizeof(in));
		if (rc < 0)
			return rc;
		x->value = in.value;
		x->size = in.size;
		x->flags = in.flags;
	} else if (r->spec->kind == KIND_SETXATTR) {
		x->value = args[2];
		x->size = args[3];
		x->flags = (uint32_t)args[4];
	}
	return read_xattr_name(r, args[i], x);
}

static int64_t change_xattr(const struct request *r, const char *name)
{
	struct xattr_args x;
	void *value = NULL;
	int64_t result;
	int rc = read_xattr_args(r, &x);

	if (rc < 0)
		return rc;
	if (r->spec->kind == KIND_REMOVEXATTR)
		return result_of(removexattr(name, x.name));
	if (x.size > XATTR_SIZE_MAX)
		return -E2BIG;
	if (x.size > 0) {
		value = malloc((size_t)x.size);
		if (value == NULL)
			return -ENOMEM;
		rc = mem_read(r->mem, x.value, value, (size_t)x.size);
	}
	result = rc < 0 ? rc :
			  result_of(setxattr(name, x.name, value, (size_t)x.size, (int)x.flags));
	free(value);
	return result;
}

static bool no_follow(const struct request *r)
{
	return (r->spec->variant & VAR_NOFOLLOW) != 0 ||
	       (r->flags & AT_SYMLINK_NOFOLLOW) != 0;
}

void perform_attribute(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	struct pin *p = &sv->pin[0];
	char name[PROCFS_FD_NAME];
	int rc;

	out->kind = OUTCOME_RESULT;
	rc = perform_resolve(sv, 0, RESOLVE_OBJECT, no_follow(r));
	if (rc == 0)
		rc = judge_pin(sv, t, POLICY_WRITE, p);
	if (rc < 0) {
		out->result = rc;
		return;
	}
	procfs_fd_name(p->fd, name);
	switch (r->spec->kind) {
	case KIND_CHMOD:
		out->result = change_mode(r, p, name);
		break;
	case KIND_CHOWN:
		out->result = change_owner(r, p);
		break;
	case KIND_TRUNCATE:
		change_length(sv, t, p, out);
		break;
	case KIND_UTIMES:
		out->result = change_times(r, name);
		break;
	case KIND_SETXATTR:
	case KIND_REMOVEXATTR:
		out->result = change_xattr(r, name);
		break;
	default:
		out->result = -ENOSYS;
		break;
	}
}

static int64_t query_access(struct supervisor *sv, struct tracee *t, const struct pin *p,
			    const char *name)
{
	const struct request *r = &sv->req;
	int mode = (int)r->mode, rc = 0;

	if (r->mode & ~(uint64_t)(R_OK | W_OK | X_OK))
		return -EINVAL;
	/* Whether a thing exists is not kept from anybody. */
	if (mode & W_OK)
		rc = judge_pin(sv, t, POLICY_WRITE, p);
	if (rc == 0 && (mode & R_OK))
		rc = judge_pin(sv, t, POLICY_READ, p);
	if (rc == 0 && (mode & X_OK) && p->type == S_IFREG)
		rc = judge_pin(sv, t, POLICY_EXEC, p);
	if (rc < 0)
		return rc;
	return result_of(faccessat(AT_FDCWD, name, mode, r->flags & AT_EACCESS ? AT_EACCESS : 0));
}

void perform_access(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	struct pin *p = &sv->pin[0];
	char name[PROCFS_FD_NAME];
	int rc;

	out->kind = OUTCOME_RESULT;
	rc = perform_resolve(sv, 0, RESOLVE_OBJECT, no_follow(&sv->req));
	out->result = rc < 0 ? rc : query_access(sv, t, p, procfs_fd_name(p->fd, name));
}
