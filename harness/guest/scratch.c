/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scratch.c - make and remove a case's directory. What lies there is hostile: no
 * link is followed, and nothing is removed through a mount that a case left, which
 * may show any part of this machine.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/guest/scratch.h"

#define SCRATCH_DEPTH_MAX 200
#define SCRATCH_MOUNTS_MAX (1u << 20)

int scratch_open(struct scratch *s)
{
	const char *tmp = getenv("TMPDIR");

	s->base = buf_asprintf("%s/kt.XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	if (!mkdtemp(s->base) || chmod(s->base, 0755)) {
		int err = -errno;

		free(s->base);
		*s = (struct scratch){0};
		return err;
	}
	s->work = buf_asprintf("%s/work", s->base);
	s->result = buf_asprintf("%s/result", s->base);
	return 0;
}

int scratch_make(const struct scratch *s, uid_t uid, gid_t gid)
{
	int fd;

	if (mkdir(s->work, 0755))
		return -errno;
	fd = open(s->result, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	if (geteuid() == 0 && (fchown(fd, uid, gid) || chown(s->work, uid, gid))) {
		int err = -errno;

		close(fd);
		return err;
	}
	close(fd);
	return 0;
}

/* ---- mounts ---- */

/* The kernel writes blanks and the like as "\040". */
static void scratch_unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* Detach what is mounted at or below `dir`; *left is what is. */
static int scratch_unmount_once(const char *dir, size_t *left)
{
	struct buf text = {0};
	size_t len = strlen(dir);
	int err = buf_read_file(&text, "/proc/self/mountinfo", SCRATCH_MOUNTS_MAX);
	char *line = err || !text.p ? NULL : text.p;

	*left = 0;
	while (line && *line) {
		char *nl = strchr(line, '\n'), *p = line, *end;

		/* The fifth word. */
		for (int i = 0; i < 4 && p; i++)
			p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL;
		line = nl ? nl + 1 : NULL;
		end = p ? strchr(p, ' ') : NULL;
		if (!end || (nl && end > nl))
			continue;
		*end = '\0';
		scratch_unescape(p);
		if (strncmp(p, dir, len) || (p[len] && p[len] != '/'))
			continue;
		(*left)++;
		if (umount2(p, MNT_DETACH | UMOUNT_NOFOLLOW) && !err && errno != EINVAL)
			err = -errno;
	}
	buf_free(&text);
	return err;
}

/* 0: nothing is mounted there any more. */
static int scratch_unmount(const char *dir)
{
	char *real = realpath(dir, NULL);
	size_t left = 1;
	int err = real ? 0 : -errno;

	/* One may lie upon another. */
	for (int i = 0; i < 100 && left && !err; i++)
		err = scratch_unmount_once(real, &left);
	free(real);
	return err ? err : left ? -EBUSY : 0;
}

/* ---- files ---- */

static int scratch_remove_at(int at, const char *name, unsigned depth);

static int scratch_empty(int fd, unsigned depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;
	int err = 0;

	if (!dir) {
		err = -errno;
		close(fd);
		return err;
	}
	while ((e = readdir(dir))) {
		int rc;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		rc = scratch_remove_at(dirfd(dir), e->d_name, depth + 1);
		err = err ? err : rc;
	}
	closedir(dir);
	return err;
}

static int scratch_remove_at(int at, const char *name, unsigned depth)
{
	int fd, err;

	if (!unlinkat(at, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM && errno != EACCES)
		return -errno;
	if (!unlinkat(at, name, AT_REMOVEDIR))
		return 0;
	if (depth > SCRATCH_DEPTH_MAX)
		return -ELOOP;
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES && !fchmodat(at, name, 0700, 0))
		fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* One that may be read but not written would keep its files. */
	fchmod(fd, 0700);
	err = scratch_empty(fd, depth);
	if (err)
		return err;
	return unlinkat(at, name, AT_REMOVEDIR) ? -errno : 0;
}

int scratch_clear(const struct scratch *s)
{
	int err = 0;

	if (rmdir(s->work) && errno != ENOENT) {
		err = scratch_unmount(s->work);
		if (!err)
			err = scratch_remove_at(AT_FDCWD, s->work, 0);
	}
	if (unlink(s->result) && errno != ENOENT && !err)
		err = -errno;
	return err;
}

int scratch_close(struct scratch *s)
{
	int err = scratch_clear(s);

	if (rmdir(s->base) && !err)
		err = -errno;
	free(s->base);
	free(s->work);
	free(s->result);
	*s = (struct scratch){0};
	return err;
}
