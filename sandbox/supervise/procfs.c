/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs.c - what /proc says about a thread. The kernel writes these files,
 * but a thread chooses its own name in them: the parsers trust no line that
 * follows one. Must not change anything.
 */
#include "sandbox/supervise/procfs.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value of "Key:\t" in a status file. The kernel escapes newlines in Name. */
static const char *status_value(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at != NULL ? at + strlen(key) : NULL;
}

/* Whether the file is of the task that it was asked for; the kernel writes the number. */
static int check_number(const char *at, pid_t tid)
{
	return at != NULL && strtol(at, NULL, 10) == tid ? 0 : -ESTALE;
}

static int status_check(const char *text, pid_t tid)
{
	return check_number(status_value(text, "\nPid:\t"), tid);
}

static int status_groups(const char *text, struct procfs_status *st)
{
	const char *at = status_value(text, "\nGroups:\t");

	if (at == NULL)
		return -EINVAL;
	st->ngroups = 0;
	while (*at != '\0' && *at != '\n') {
		char *end;
		unsigned long gid = strtoul(at, &end, 10);

		if (end == at)
			break;
		if (st->ngroups == PROCFS_GROUPS_MAX)
			return -E2BIG;
		st->groups[st->ngroups++] = (gid_t)gid;
		at = end;
		while (*at == ' ')
			at++;
	}
	return 0;
}

int procfs_signals(pid_t tid, struct procfs_signals *out)
{
	char text[8192];
	ssize_t n = procfs_read(tid, "status", text, sizeof(text));
	const char *own, *shared, *blocked, *ignored, *caught;

	if (n < 0)
		return (int)n;
	own = status_value(text, "\nSigPnd:\t");
	shared = status_value(text, "\nShdPnd:\t");
	blocked = status_value(text, "\nSigBlk:\t");
	ignored = status_value(text, "\nSigIgn:\t");
	caught = status_value(text, "\nSigCgt:\t");
	if (own == NULL || shared == NULL || blocked == NULL || ignored == NULL || caught == NULL)
		return -EINVAL;
	if (status_check(text, tid) < 0)
		return -ESTALE;
	*out = (struct procfs_signals){
		.pending = strtoull(own, NULL, 16) | strtoull(shared, NULL, 16),
		.blocked = strtoull(blocked, NULL, 16),
		.ignored = strtoull(ignored, NULL, 16),
		.caught = strtoull(caught, NULL, 16),
	};
	return 0;
}

int procfs_status(pid_t tid, struct procfs_status *out)
{
	char text[8192];
	const char *umask_at, *tgid, *ppid, *uid, *gid, *cap;
	unsigned int ids[4];
	struct procfs_status st;
	ssize_t n = procfs_read(tid, "status", text, sizeof(text));
	int rc;

	if (n < 0)
		return (int)n;
	umask_at = status_value(text, "\nUmask:\t"); /* 4.7 */
	tgid = status_value(text, "\nTgid:\t");
	ppid = status_value(text, "\nPPid:\t");
	uid = status_value(text, "\nUid:\t");
	gid = status_value(text, "\nGid:\t");
	cap = status_value(text, "\nCapEff:\t");
	if (tgid == NULL || ppid == NULL || uid == NULL || gid == NULL || cap == NULL)
		return -EINVAL;
	st.tgid = (pid_t)strtol(tgid, NULL, 10);
	st.ppid = (pid_t)strtol(ppid, NULL, 10);
	/* A dying thread has no fs_struct and no Umask line. */
	if (umask_at == NULL)
		return -ESRCH;
	st.umask = (mode_t)strtoul(umask_at, NULL, 8);
	if (sscanf(uid, "%u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]) != 4)
		return -EINVAL;
	st.fsuid = ids[3];
	if (sscanf(gid, "%u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]) != 4)
		return -EINVAL;
	st.fsgid = ids[3];
	st.cap_effective = strtoull(cap, NULL, 16);
	rc = status_groups(text, &st);
	if (rc == 0)
		rc = status_check(text, tid);
	if (rc < 0)
		return rc;
	memcpy(out, &st, offsetof(struct procfs_status, groups));
	memcpy(out->groups, st.groups, st.ngroups * sizeof(st.groups[0]));
	return 0;
}

pid_t procfs_tgid(pid_t tid)
{
	char text[8192];
	const char *tgid;
	ssize_t n = procfs_read(tid, "status", text, sizeof(text));

	if (n < 0)
		return n == -ENOENT ? -ESRCH : (pid_t)n;
	tgid = status_value(text, "\nTgid:\t");
	if (status_check(text, tid) < 0)
		return -ESTALE;
	return tgid != NULL ? (pid_t)strtol(tgid, NULL, 10) : -ESRCH;
}

int procfs_stat(pid_t tid, struct procfs_stat *out)
{
	char text[1024];
	const char *at;
	int ppid, pgrp, session, tty;
	char state;
	ssize_t n = procfs_read(tid, "stat", text, sizeof(text));

	if (n < 0)
		return (int)n;
	/* The name ends at the last parenthesis, whatever it holds itself. */
	at = strrchr(text, ')');
	if (at == NULL || sscanf(at, ") %c %d %d %d %d", &state, &ppid, &pgrp, &session, &tty) != 5)
		return -EINVAL;
	if (check_number(text, tid) < 0)
		return -ESTALE;
	out->state = state;
	out->ppid = ppid;
	out->pgrp = pgrp;
	out->session = session;
	out->tty = (unsigned int)tty;
	return 0;
}

int procfs_base(pid_t tid, bool wide, uint64_t *base)
{
	char bytes[4096];
	ssize_t n = procfs_read(tid, "auxv", bytes, sizeof(bytes));
	size_t size = wide ? sizeof(Elf64_auxv_t) : sizeof(Elf32_auxv_t);

	if (n < 0)
		return (int)n;
	*base = 0;
	for (size_t at = 0; at + size <= (size_t)n; at += size) {
		Elf64_auxv_t entry;
		Elf32_auxv_t narrow;

		if (wide) {
			memcpy(&entry, bytes + at, sizeof(entry));
		} else {
			memcpy(&narrow, bytes + at, sizeof(narrow));
			entry.a_type = narrow.a_type;
			entry.a_un.a_val = narrow.a_un.a_val;
		}
		if (entry.a_type == AT_BASE)
			*base = entry.a_un.a_val;
	}
	return 0;
}

/* One line of maps: 0 with its path in *path, -ENOENT where it is about other addresses. */
static int mapped_line(char *line, uint64_t addr, const char **path)
{
	uint64_t from, to;
	char *name = strchr(line, '/');

	if (sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) != 2 || addr < from || addr >= to ||
	    name == NULL)
		return -ENOENT;
	name[strcspn(name, "\n")] = '\0';
	*path = name;
	return strstr(name, "\\012") != NULL ? -EINVAL : 0;
}

int procfs_mapped(pid_t tid, uint64_t addr, char *out, size_t size)
{
	FILE *f = procfs_lines(tid, "maps");
	size_t room = 0;
	char *line = NULL;
	const char *path;
	int rc = -ENOENT;

	if (f == NULL)
		return -errno;
	/* Whole lines: a program chooses the names in them, and how long they are. */
	while (rc == -ENOENT && getline(&line, &room, f) >= 0)
		rc = mapped_line(line, addr, &path);
	fclose(f);
	if (rc == 0 && snprintf(out, size, "%s", path) >= (int)size)
		rc = -ENAMETOOLONG;
	free(line);
	return rc;
}

int procfs_open(pid_t tid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, name);
	fd = open(path, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int procfs_open_fd(pid_t tid, int fd)
{
	char name[24];

	snprintf(name, sizeof(name), "fd/%d", fd);
	return procfs_open(tid, name);
}

ssize_t procfs_fd_path(int fd, char *buf, size_t size)
{
	char name[PROCFS_FD_NAME];
	ssize_t n = readlink(procfs_fd_name(fd, name), buf, size);

	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	return n;
}

const char *procfs_fd_name(int fd, char buf[PROCFS_FD_NAME])
{
	snprintf(buf, PROCFS_FD_NAME, "/proc/self/fd/%d", fd);
	return buf;
}
