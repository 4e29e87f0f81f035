/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolve.c - operand to pinned object. One openat2 does it for nearly every
 * path; whatever may have gone through the supervisor's own /proc/self goes to
 * the pinned walk instead. It must not ask the policy.
 */
#include "sandbox/supervise/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/sys.h"
#include "sandbox/supervise/walk.h"

/* RESOLVE_* flags that shut magic links out. */
#define SCOPED (SYS_RESOLVE_NO_SYMLINKS | SYS_RESOLVE_BENEATH | SYS_RESOLVE_IN_ROOT)

static const char deleted[] = " (deleted)";

void pin_close(struct pin *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->parent >= 0)
		close(p->parent);
	PIN_INIT_FDS(p);
}

static void pin_init(struct pin *p)
{
	PIN_INIT_FDS(p);
	p->link = p->nameless = p->foreign = p->in_procfs = false;
	p->proc_pid = 0;
	p->held = 0;
	p->type = 0;
	p->name[0] = p->path[0] = '\0';
}

/* /proc shows the mode of an open file as its permissions; O_PATH has none. */
static bool is_path_fd(pid_t tid, int fd)
{
	char name[48];
	struct stat st;

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)tid, fd);
	return lstat(name, &st) == 0 && (st.st_mode & (S_IRUSR | S_IWUSR)) == 0;
}

int resolve_open_base(const struct resolve_ctx *ctx, const struct operand *op, uint64_t resolve,
		      int *base)
{
	int fd;

	if (!op->is_fd && op->path[0] == '/' &&
	    (resolve & (SYS_RESOLVE_IN_ROOT | SYS_RESOLVE_BENEATH)) == 0) {
		*base = -1;
		return 0;
	}
	if (op->dirfd == AT_FDCWD)
		fd = procfs_open(ctx->tid, "cwd");
	else if (op->dirfd < 0 || (op->no_path_fd && is_path_fd(ctx->tid, op->dirfd)))
		return -EBADF;
	else
		fd = procfs_open_fd(ctx->tid, op->dirfd);
	if (fd < 0)
		return fd == -ENOENT && op->dirfd != AT_FDCWD ? -EBADF : fd;
	*base = fd;
	return 0;
}

/* Does any component spell this number? */
bool resolve_path_names_pid(const char *path, pid_t pid)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "/%d", (int)pid);

	for (const char *at = strstr(path, text); at != NULL; at = strstr(at + 1, text))
		if (at[len] == '/' || at[len] == '\0')
			return true;
	return false;
}

/* The device of memfds and the like, whose paths are no paths. */
static dev_t memfd_device(void)
{
	static dev_t dev;
	struct stat st;
	int fd;

	if (dev == 0) {
		fd = memfd_create("belay", MFD_CLOEXEC);
		if (fd >= 0 && fstat(fd, &st) == 0)
			dev = st.st_dev;
		if (fd >= 0)
			close(fd);
	}
	return dev;
}

/*
 * " (deleted)" is the kernel's mark unless a file of just that name is the
 * one we hold.
 */
static void strip_deleted(int fd, char *path, ssize_t len)
{
	const ssize_t mark = (ssize_t)sizeof(deleted) - 1;
	struct stat held, named;

	if (len <= mark || strcmp(path + len - mark, deleted) != 0)
		return;
	if (fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev &&
	    held.st_ino == named.st_ino)
		return;
	path[len - mark] = '\0';
}

/* Read the canonical path of the object or of the parent and the name. */
static int pin_read_path(struct pin *p)
{
	int fd = p->fd >= 0 ? p->fd : p->parent;
	ssize_t len = procfs_fd_path(fd, p->path, PATH_MAX);
	struct stat st;
	int rc;

	if (len < 0)
		return (int)len;
	if (p->path[0] != '/') {
		/* "(unreachable)/..." has no place in the tracee's view. */
		if (p->path[0] == '(' || p->parent >= 0)
			return -EACCES;
		p->nameless = true;
		return 0;
	}
	if (strncmp(p->path, "/memfd:", 7) == 0 && fstat(fd, &st) == 0 &&
	    st.st_dev == memfd_device()) {
		p->nameless = true;
		return 0;
	}
	strip_deleted(fd, p->path, len);
	len = (ssize_t)strlen(p->path);
	if (p->fd < 0 && strcmp(p->name, "/") != 0) {
		size_t name = strcspn(p->name, "/");

		rc = snprintf(p->path + len, sizeof(p->path) - (size_t)len, "%s%.*s",
			      len > 1 ? "/" : "", (int)name, p->name);
		if (rc < 0 || (size_t)rc >= sizeof(p->path) - (size_t)len)
			return -ENAMETOOLONG;
	}
	if (strncmp(p->path, "/proc/", 6) == 0 && p->path[6] >= '0' && p->path[6] <= '9')
		p->proc_pid = (pid_t)strtol(p->path + 6, NULL, 10);
	return 0;
}

/* Is the mount of this descriptor one of ours? By its id, 3.15. */
static bool mount_is_ours(int fd)
{
	char name[48], line[4096];
	long id = -1;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	f = fopen(name, "re");
	if (f == NULL)
		return false;
	while (id < 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "mnt_id: %ld", &id) != 1)
			id = -1;
	fclose(f);
	f = id >= 0 ? fopen("/proc/self/mountinfo", "re") : NULL;
	if (f == NULL)
		return false;
	for (bool at_start = true; fgets(line, sizeof(line), f) != NULL;) {
		if (at_start && strtol(line, NULL, 10) == id) {
			fclose(f);
			return true;
		}
		at_start = strchr(line, '\n') != NULL;
	}
	fclose(f);
	return false;
}

/*
 * A cwd or descriptor may lie in another mount namespace (reached through
 * /proc/PID/root, which is never supervised): its path then names something
 * else here. Taken is what its own path leads back to, or what is on one of
 * our mounts (deleted, or mounted over).
 */
static void pin_check_place(struct pin *p)
{
	struct stat held, named;
	char path[PATH_MAX];
	int fd = p->parent >= 0 ? p->parent : p->fd;

	if (p->nameless)
		return;
	if (procfs_fd_path(fd, path, sizeof(path)) > 0 && fstat(fd, &held) == 0 &&
	    lstat(path, &named) == 0 && held.st_dev == named.st_dev &&
	    held.st_ino == named.st_ino)
		return;
	if (!mount_is_ours(fd))
		p->foreign = true;
}

struct split {
	char dir[PATH_MAX];
	char name[NAME_MAX + 2];
	size_t name_len;
	bool slash, long_name;
};

/* "a/b//c/" is "a/b//", "c" and a slash. An empty name is the root. */
static void split_path(const struct operand *op, struct split *s)
{
	size_t end = op->len, start;

	while (end > 0 && op->path[end - 1] == '/')
		end--;
	start = end;
	while (start > 0 && op->path[start - 1] != '/')
		start--;
	memcpy(s->dir, op->path, start);
	s->dir[start] = '\0';
	s->slash = end < op->len;
	s->name_len = end - start;
	s->long_name = s->name_len > NAME_MAX;
	if (s->long_name)
		s->name_len = 0;
	memcpy(s->name, op->path + start, s->name_len);
	s->name[s->name_len] = '\0';
}

/*
 * One openat2. -EAGAIN when its answer may differ from the tracee's: then the
 * walk decides.
 */
static int quick_open(struct resolve_ctx *ctx, int base, const char *path, uint64_t flags,
		      uint64_t resolve)
{
	struct sys_open_how how = { .flags = O_PATH | O_CLOEXEC | flags,
				    .resolve = SYS_RESOLVE_NO_MAGICLINKS | resolve };
	int fd, again;

	if (ctx->have_openat2 == 0)
		return -EAGAIN;
	fd = sys_openat2(base, path, &how);
	if (fd == -ENOSYS || (fd == -EPERM && ctx->have_openat2 < 0)) {
		ctx->have_openat2 = 0;
		return -EAGAIN;
	}
	ctx->have_openat2 = 1;
	if (fd >= 0 || fd == -EAGAIN)
		return fd;
	/* Magic links were out of the question, so this is the program's own answer. */
	if ((resolve & SCOPED) != 0)
		return fd;
	/* Without any link on the way, /proc/self was not on it either. */
	how.resolve |= SYS_RESOLVE_NO_SYMLINKS;
	again = sys_openat2(base, path, &how);
	if (again >= 0)
		close(again);
	return again == fd && fd != -ELOOP ? fd : -EAGAIN;
}

/* Was the supervisor's own /proc on the way? Never for the tracee's good. */
static bool went_through_us(const struct resolve_ctx *ctx, const struct pin *p)
{
	return resolve_path_names_pid(p->path, ctx->supervisor) &&
	       walk_is_procfs(p->fd >= 0 ? p->fd : p->parent);
}

/* The same for sure, of a path that may say the number by chance. */
static bool is_our_procfs(const struct resolve_ctx *ctx, const struct pin *p)
{
	int fd = p->fd >= 0 ? p->fd : p->parent;
	pid_t owner;

	if (!walk_is_procfs(fd))
		return false;
	owner = walk_proc_owner(fd);
	return owner < 0 || owner == ctx->supervisor;
}

static int pin_finish(struct pin *out)
{
	struct stat st;

	if (fstat(out->fd, &st) < 0)
		return -errno;
	out->type = st.st_mode & S_IFMT;
	out->link = S_ISLNK(st.st_mode);
	return pin_read_path(out);
}

static int quick_object(struct resolve_ctx *ctx, int base, const struct operand *op,
			bool nofollow, uint64_t resolve, struct pin *out)
{
	int fd = quick_open(ctx, base, op->path, nofollow ? O_NOFOLLOW : 0, resolve), rc;

	if (fd < 0)
		return fd;
	out->fd = fd;
	rc = pin_finish(out);
	if (rc == 0 && went_through_us(ctx, out))
		rc = -EAGAIN;
	return rc;
}

static int quick_name(struct resolve_ctx *ctx, int base, const struct operand *op,
		      enum resolve_want want, bool nofollow, uint64_t resolve, struct pin *out)
{
	struct split s;
	int rc;

	split_path(op, &s);
	if (s.name_len == 0 && !s.long_name)
		return -EAGAIN;
	if (s.dir[0] == '\0')
		rc = fcntl(base, F_DUPFD_CLOEXEC, 0);
	else
		rc = quick_open(ctx, base, s.dir, O_DIRECTORY, resolve);
	if (rc < 0)
		return s.dir[0] == '\0' ? -errno : rc;
	out->parent = rc;
	if (s.long_name)
		return -ENAMETOOLONG;
	if (want == RESOLVE_CREATE) {
		if (s.slash)
			return -EISDIR;
		rc = openat(out->parent, s.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (rc >= 0) {
			out->fd = rc;
			rc = pin_finish(out);
			if (rc == 0 && ((out->link && !nofollow) || went_through_us(ctx, out)))
				rc = -EAGAIN;
			if (rc == 0) {
				close(out->parent);
				out->parent = -1;
			}
			return rc;
		}
		if (errno != ENOENT)
			return -EAGAIN;
	}
	memcpy(out->name, s.name, s.name_len);
	strcpy(out->name + s.name_len, s.slash ? "/" : "");
	rc = pin_read_path(out);
	if (rc == 0 && went_through_us(ctx, out))
		rc = -EAGAIN;
	return rc;
}

static int slow(const struct resolve_ctx *ctx, int base, const struct operand *op,
		enum resolve_want want, bool nofollow, uint64_t resolve, struct pin *out)
{
	int rc;

	/* Only openat2 can keep to a scope; NO_XDEV cannot be told from here. */
	if ((resolve & SCOPED) != 0)
		return -EAGAIN;
	if ((resolve & SYS_RESOLVE_NO_XDEV) != 0)
		return -EXDEV;
	rc = walk_path(ctx, base, op->path, want, nofollow,
		       (resolve & SYS_RESOLVE_NO_MAGICLINKS) == 0, out);
	if (rc == 0)
		rc = pin_read_path(out);
	if (rc == 0 && went_through_us(ctx, out))
		out->in_procfs = is_our_procfs(ctx, out);
	return rc;
}

static int resolve_fd(const struct resolve_ctx *ctx, int base, struct pin *out)
{
	int rc = fcntl(base, F_DUPFD_CLOEXEC, 0);

	if (rc < 0)
		return -errno;
	out->fd = rc;
	rc = pin_finish(out);
	if (rc == 0)
		pin_check_place(out);
	if (rc == 0 && went_through_us(ctx, out))
		out->in_procfs = is_our_procfs(ctx, out);
	return rc;
}

static int read_protected_symlinks(void)
{
	char c = '0';
	int fd = open("/proc/sys/fs/protected_symlinks", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (read(fd, &c, 1) != 1)
			c = '0';
		close(fd);
	}
	return c == '1';
}

int resolve_operand(struct resolve_ctx *ctx, const struct operand *op, int base,
		    enum resolve_want want, bool nofollow, uint64_t resolve, struct pin *out)
{
	int rc;

	pin_init(out);
	if (op->is_fd)
		rc = resolve_fd(ctx, base, out);
	else if (want == RESOLVE_OBJECT)
		rc = quick_object(ctx, base, op, nofollow, resolve, out);
	else
		rc = quick_name(ctx, base, op, want, nofollow, resolve, out);
	if (rc == -EAGAIN) {
		if (ctx->protected_symlinks < 0)
			ctx->protected_symlinks = (int8_t)read_protected_symlinks();
		pin_close(out);
		pin_init(out);
		rc = slow(ctx, base, op, want, nofollow, resolve, out);
	}
	if (rc == 0 && base >= 0 && !op->is_fd)
		pin_check_place(out);
	if (rc < 0)
		pin_close(out);
	return rc;
}
