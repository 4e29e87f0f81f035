/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_ns.c - makes namespaces for the children of a case. Judges nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_ns.h"
#include "kernel-tests/kt_probe.h"
#include "kernel-tests/kt_proc.h"

int kt_ns_flags(int flags)
{
	return kt_probe_cap(CAP_SYS_ADMIN) ? flags | CLONE_NEWUSER : flags;
}

/* The number in a file of /proc/sys, or -1. */
static long setting(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[32] = "";
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	return n > 0 ? strtol(buf, NULL, 10) : -1;
}

static const char *which_gate(void)
{
	if (setting("/proc/sys/user/max_user_namespaces") == 0)
		return " (user.max_user_namespaces is 0)";
	if (setting("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		return " (kernel.unprivileged_userns_clone is 0)";
	if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
		return " (kernel.apparmor_restrict_unprivileged_userns is 1)";
	return "";
}

static int wait_exit(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

const char *kt_probe_ns(int flags)
{
	static char why[160];
	int err;
	pid_t pid;

	flags = kt_ns_flags(flags);
	/* clone(2) takes CLONE_NEWTIME for a signal: ask for that one below. */
	pid = (pid_t)syscall(SYS_clone, (flags & ~CLONE_NEWTIME) | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		_exit((flags & CLONE_NEWTIME) && unshare(CLONE_NEWTIME) < 0 ? errno & 0xff : 0);
	err = pid < 0 ? errno : wait_exit(pid);
	if (err == 0)
		return NULL;
	snprintf(why, sizeof(why), "no namespaces 0x%x for this user: %s%s", (unsigned int)flags,
		 kt_errno_name(err), flags & CLONE_NEWUSER ? which_gate() : "");
	return why;
}

const char *kt_probe_ns_proc(void)
{
	int flags = kt_ns_flags(CLONE_NEWPID | CLONE_NEWNS), err;
	static char why[120];
	pid_t pid;

	pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		_exit(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ?
			      errno & 0xff : -kt_ns_mount_proc() & 0xff);
	err = pid < 0 ? errno : wait_exit(pid);
	if (err == 0)
		return NULL;
	snprintf(why, sizeof(why), "cannot mount a new /proc here: %s", kt_errno_name(err));
	return why;
}

int kt_ns_write(pid_t pid, const char *file, const char *text)
{
	char path[64];
	ssize_t n;
	int fd, err;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	else
		snprintf(path, sizeof(path), "/proc/self/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = n < 0 ? -errno : (size_t)n == strlen(text) ? 0 : -EIO;
	close(fd);
	return err;
}

int kt_ns_map(unsigned int inside, unsigned int outside_uid, unsigned int outside_gid)
{
	char map[64];
	int rc;

	snprintf(map, sizeof(map), "%u %u 1", inside, outside_uid);
	rc = kt_ns_write(0, "uid_map", map);
	if (rc == 0)
		rc = kt_ns_write(0, "setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", inside, outside_gid);
	return rc ? rc : kt_ns_write(0, "gid_map", map);
}

/* What every process in new namespaces begins with. */
static void settle(int flags, uid_t uid, gid_t gid)
{
	int rc = flags & CLONE_NEWUSER ? kt_ns_map(0, uid, gid) : 0;

	if (rc < 0)
		kt_broken(__FILE__, __LINE__, "cannot map the ids: %s", kt_errno_name(-rc));
	if (flags & CLONE_NEWNS)
		KT_SYS(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

struct start {
	int flags;
	uid_t uid;
	gid_t gid;
	kt_body *body;
	void *arg;
};

static void start_body(void *arg)
{
	const struct start *s = arg;

	if (s->flags & CLONE_NEWTIME)
		KT_SYS(unshare(CLONE_NEWTIME));
	settle(s->flags, s->uid, s->gid);
	s->body(s->arg);
}

pid_t kt_ns_child(int flags, kt_body *body, void *arg)
{
	struct start s = { kt_ns_flags(flags), geteuid(), getegid(), body, arg };

	/* It has a copy of this stack. */
	return kt_child_clone(start_body, &s, s.flags & ~CLONE_NEWTIME);
}

void kt_ns_unshare(int flags)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	flags = kt_ns_flags(flags);
	KT_SYS(unshare(flags));
	settle(flags, uid, gid);
}

int kt_ns_mount_proc(void)
{
	return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ? -errno :
											     0;
}

static const char *ns_path(char path[64], pid_t pid, const char *name)
{
	if (pid)
		snprintf(path, 64, "/proc/%d/ns/%s", (int)pid, name);
	else
		snprintf(path, 64, "/proc/thread-self/ns/%s", name);
	return path;
}

int kt_ns_open(pid_t pid, const char *name)
{
	char path[64];

	return KT_SYS(open(ns_path(path, pid, name), O_RDONLY | O_CLOEXEC));
}

ino_t kt_ns_id(pid_t pid, const char *name)
{
	char path[64];
	struct stat st;

	KT_SYS(stat(ns_path(path, pid, name), &st));
	return st.st_ino;
}

pid_t kt_ns_child_of(pid_t pid)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	pid_t found = 0;

	if (!proc)
		kt_broken(__FILE__, __LINE__, "/proc: %s", kt_errno_name(errno));
	while (!found && (d = readdir(proc)) != NULL)
		if (atoi(d->d_name) > 0 && kt_proc_ppid((pid_t)atoi(d->d_name)) == pid)
			found = (pid_t)atoi(d->d_name);
	closedir(proc);
	return found;
}
