/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.c - the pinned walk. It does what the kernel's path walk does, with
 * two differences: /proc/self and /proc/thread-self are the tracee's, and a
 * magic link of a process outside the sandbox is marked. It must never take a
 * step by text alone.
 */
#include "sandbox/supervise/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/sys.h"

#define WALK_LINKS_MAX 40		/* MAXSYMLINKS of the kernel */
#define WALK_TEXT_MAX (16 * PATH_MAX)	/* what is left to walk, links unfolded */
#define PROC_ROOT_INO 1			/* PROC_ROOT_INO, include/linux/proc_ns.h */
#define PROC_DEPTH_MAX 16

struct walk {
	const struct resolve_ctx *ctx;
	int cur;		/* directory reached so far */
	const char *rest;	/* not walked yet; in text */
	unsigned int links;
	bool magic;		/* magic links may be followed */
	bool foreign;
	unsigned int held;	/* of the link jumped through last */
	char text[WALK_TEXT_MAX];
};

struct component {
	char name[NAME_MAX + 1];
	size_t len;
	bool last, slash;
};

static void swap_fd(int *at, int fd)
{
	if (*at >= 0)
		close(*at);
	*at = fd;
}

/* Cut the next component off; len 0 at the end of the path. */
static int next_component(struct walk *w, struct component *c)
{
	const char *start = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(start, "/");
	const char *after = start + len;

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(c->name, start, len);
	c->name[len] = '\0';
	c->len = len;
	c->slash = *after == '/';
	c->last = after[strspn(after, "/")] == '\0';
	w->rest = after;
	return 0;
}

/* Put the text of a link before what is left. */
static int unfold(struct walk *w, const char *link)
{
	char text[WALK_TEXT_MAX];
	int n = snprintf(text, sizeof(text), "%s%s", link, w->rest);

	if (n < 0 || (size_t)n >= sizeof(text))
		return -ENAMETOOLONG;
	memcpy(w->text, text, (size_t)n + 1);
	w->rest = w->text;
	if (link[0] == '/') {
		int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		swap_fd(&w->cur, fd);
	}
	return 0;
}

bool walk_is_procfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static bool is_proc_root(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_ino == PROC_ROOT_INO && walk_is_procfs(fd);
}

pid_t walk_proc_owner(int fd)
{
	char path[PATH_MAX], root_path[PATH_MAX];
	int dir, depth = 0;
	ssize_t len, root_len;
	const char *rel;
	struct stat st;

	if (!walk_is_procfs(fd))
		return -ENOENT;
	len = procfs_fd_path(fd, path, sizeof(path));
	if (len < 0 || fstat(fd, &st) < 0)
		return -ENOENT;
	if (!S_ISDIR(st.st_mode)) {
		/* A file cannot be climbed from; its directory can. */
		char *slash = strrchr(path, '/');

		if (slash == NULL)
			return -ENOENT;
		*slash = '\0';
		dir = open(slash == path ? "/" : path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		*slash = '/';
	} else {
		dir = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	}
	while (dir >= 0 && !is_proc_root(dir)) {
		int up = depth++ < PROC_DEPTH_MAX ?
				 openat(dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC) :
				 -1;

		swap_fd(&dir, up);
	}
	if (dir < 0)
		return -ENOENT;
	root_len = procfs_fd_path(dir, root_path, sizeof(root_path));
	close(dir);
	if (root_len < 0 || strncmp(path, root_path, (size_t)root_len) != 0)
		return -ENOENT;
	rel = path + root_len;
	rel += strspn(rel, "/");
	return rel[0] >= '0' && rel[0] <= '9' ? (pid_t)strtol(rel, NULL, 10) : 0;
}

/* May this link be followed? What fs.protected_symlinks says (3.6). */
static int check_sticky(const struct walk *w, const struct stat *link)
{
	struct stat dir;

	if (w->ctx->protected_symlinks <= 0 || fstat(w->cur, &dir) < 0)
		return 0;
	if ((dir.st_mode & (S_ISVTX | S_IWOTH)) != (S_ISVTX | S_IWOTH))
		return 0;
	return link->st_uid == dir.st_uid || link->st_uid == geteuid() ? 0 : -EACCES;
}

/*
 * How the process has the file of its descriptor `name` open. The descriptor
 * may become another one at any time, so it is duplicated and compared.
 */
static unsigned int held_modes(pid_t pid, const char *name, const struct stat *pinned)
{
	int pidfd, fd, mode = -1;
	struct stat st;

	if (name[strspn(name, "0123456789")] != '\0')
		return 0;
	pidfd = sys_pidfd_open(pid, 0);
	if (pidfd < 0)
		return 0;
	fd = sys_pidfd_getfd(pidfd, atoi(name));
	close(pidfd);
	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && st.st_dev == pinned->st_dev && st.st_ino == pinned->st_ino)
		mode = fcntl(fd, F_GETFL);
	close(fd);
	if (mode < 0 || (mode & O_PATH) != 0)
		return 0;
	return (mode & O_ACCMODE) == O_RDONLY ? 1u << POLICY_READ :
	       (mode & O_ACCMODE) == O_WRONLY ? 1u << POLICY_WRITE :
						1u << POLICY_READ | 1u << POLICY_WRITE;
}

/* A procfs of another pid namespace has other numbers for the same processes. */
static bool counts_otherwise(const struct walk *w)
{
	struct stat st;

	return w->ctx->procfs != 0 && (fstat(w->cur, &st) < 0 || st.st_dev != w->ctx->procfs);
}

/* A link that jumps: /proc/PID/{cwd,root,exe,fd/N,...}. */
static int follow_magic(struct walk *w, const struct component *c, pid_t owner, struct stat *st)
{
	int fd = openat(w->cur, c->name, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstat(fd, st) < 0) {
		int err = errno;

		close(fd);
		return -err;
	}
	if (counts_otherwise(w) || !w->ctx->inside(w->ctx->arg, owner))
		w->foreign = true;
	else
		w->held = held_modes(owner, c->name, st);
	swap_fd(&w->cur, fd);
	return 0;
}

/*
 * Follow the link `fd`, found as `c` in w->cur. 1 when it jumped and w->cur
 * with *st is what it led to, 0 when its text is to be walked next.
 */
static int follow_link(struct walk *w, const struct component *c, int fd, struct stat *st)
{
	char text[PATH_MAX];
	ssize_t n;
	int rc;

	if (++w->links > WALK_LINKS_MAX)
		return -ELOOP;
	rc = check_sticky(w, st);
	if (rc < 0)
		return rc;
	if (walk_is_procfs(fd)) {
		bool at_root = is_proc_root(w->cur);

		if (at_root && counts_otherwise(w))
			return -ENOENT;
		if (at_root && strcmp(c->name, "self") == 0) {
			snprintf(text, sizeof(text), "%d", (int)w->ctx->tgid);
			return unfold(w, text);
		}
		if (at_root && strcmp(c->name, "thread-self") == 0) {
			snprintf(text, sizeof(text), "%d/task/%d", (int)w->ctx->tgid,
				 (int)w->ctx->tid);
			return unfold(w, text);
		}
		if (!at_root) {
			pid_t owner = walk_proc_owner(w->cur);

			if (owner < 0)
				return owner;
			if (owner > 0) {
				if (!w->magic)
					return -ELOOP;
				rc = follow_magic(w, c, owner, st);
				return rc < 0 ? rc : 1;
			}
		}
	}
	n = readlinkat(fd, "", text, sizeof(text));
	if (n < 0)
		return -errno;
	if ((size_t)n == sizeof(text))
		return -ENAMETOOLONG;
	text[n] = '\0';
	return n == 0 ? -ENOENT : unfold(w, text);
}

static void pin_object(struct walk *w, const struct stat *st, struct pin *out)
{
	out->fd = w->cur;
	w->cur = -1;
	out->type = st->st_mode & S_IFMT;
	out->link = S_ISLNK(st->st_mode);
	out->held = w->held;
}

static void pin_name(struct walk *w, const struct component *c, struct pin *out)
{
	out->parent = w->cur;
	w->cur = -1;
	snprintf(out->name, sizeof(out->name), "%s%s", c->name, c->slash ? "/" : "");
}

/* One step. 1: the walk is over, 0: go on. */
static int step(struct walk *w, enum resolve_want want, bool nofollow, struct pin *out)
{
	struct component c;
	struct stat st;
	int fd, rc;

	rc = next_component(w, &c);
	if (rc < 0)
		return rc;
	if (c.len == 0) {
		if (want == RESOLVE_NAME) {
			strcpy(c.name, "/");
			c.slash = false;
			pin_name(w, &c, out);
			return 1;
		}
		if (fstat(w->cur, &st) < 0)
			return -errno;
		pin_object(w, &st, out);
		return 1;
	}
	if (c.last && want == RESOLVE_NAME) {
		if (fstat(w->cur, &st) < 0)
			return -errno;
		if (!S_ISDIR(st.st_mode))
			return -ENOTDIR;
		pin_name(w, &c, out);
		return 1;
	}
	/* The kernel refuses O_CREAT for that whatever is there. */
	if (c.last && c.slash && want == RESOLVE_CREATE)
		return -EISDIR;
	w->held = 0;
	fd = openat(w->cur, c.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT && c.last && want == RESOLVE_CREATE) {
			pin_name(w, &c, out);
			return 1;
		}
		return -errno;
	}
	if (fstat(fd, &st) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	if (S_ISLNK(st.st_mode) && !(c.last && !c.slash && nofollow)) {
		rc = follow_link(w, &c, fd, &st);
		close(fd);
		if (rc <= 0)
			return rc;
	} else {
		swap_fd(&w->cur, fd);
	}
	if (!c.last)
		return 0;
	if (c.slash && !S_ISDIR(st.st_mode))
		return -ENOTDIR;
	pin_object(w, &st, out);
	return 1;
}

int walk_path(const struct resolve_ctx *ctx, int base, const char *path, enum resolve_want want,
	      bool nofollow, bool magic, struct pin *out)
{
	struct walk w;
	int rc;

	if (path[0] == '/')
		w.cur = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	else
		w.cur = fcntl(base, F_DUPFD_CLOEXEC, 0);
	if (w.cur < 0)
		return -errno;
	w.ctx = ctx;
	w.magic = magic;
	w.rest = path;
	w.links = 0;
	w.foreign = false;
	w.held = 0;
	do
		rc = step(&w, want, nofollow, out);
	while (rc == 0);
	swap_fd(&w.cur, -1);
	if (rc < 0)
		return rc;
	out->foreign = w.foreign;
	return 0;
}
