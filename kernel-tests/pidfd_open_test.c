/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pidfd_open_test.c - which tasks pidfd_open(2) and CLONE_PIDFD give a
 * descriptor of, and what that descriptor is by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_ns.h"
#include "kernel-tests/kt_pidfd.h"

/* A field of /proc/self/fdinfo/FD, the rest of its line; "" when it is not there. */
static void fdinfo(int fd, const char *field, char out[64])
{
	char path[64], line[128];
	FILE *f;

	out[0] = '\0';
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		KT_FAIL("%s: %s", path, kt_errno_name(errno));
	while (fgets(line, sizeof(line), f)) {
		size_t n = strlen(field);

		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, field, n) == 0 && strncmp(line + n, ":\t", 2) == 0)
			snprintf(out, 64, "%.63s", line + n + 2);
	}
	fclose(f);
}

static long fdinfo_pid(int fd)
{
	char text[64];
	int pid;

	fdinfo(fd, "Pid", text);
	if (sscanf(text, "%d", &pid) != 1)
		KT_FAIL("fdinfo has no Pid");
	return KT_SEEN("fdinfo Pid", (long)pid);
}

KT_CASE(pidfd_open_basic, "pidfd.open.basic",
	"Verify that pidfd_open gives a close-on-exec descriptor of a process, whoever its parent "
	"is, and refuses other flags, pid 0 and negative pids with EINVAL and an unused pid with "
	"ESRCH",
	KT_CHANGES_ARG(call, SYS_pidfd_open, 1, 1, 0),
	KT_ANSWERS(call, SYS_pidfd_open, -ESRCH, KT_WHEN(0, 0)),
	KT_RETURNS(call, SYS_fcntl, 0))
{
	pid_t pid = kt_child(kt_body_park, NULL), unused = kt_child(kt_body_park, NULL);
	int fd = (int)KT_OK(kt_pidfd_open(pid, 0));

	KT_KILL(unused);
	KT_EQ(KT_OK(kt_raw(SYS_fcntl, fd, F_GETFD)), FD_CLOEXEC);
	KT_EQ(fdinfo_pid(fd), pid);
	KT_EQ(fdinfo_pid((int)KT_OK(kt_pidfd_open(getpid(), 0))), getpid());
	KT_EQ(fdinfo_pid((int)KT_OK(kt_pidfd_open(getppid(), 0))), getppid());
	KT_ERR(EINVAL, kt_pidfd_open(pid, 1));
	KT_ERR(EINVAL, kt_pidfd_open(0, 0));
	KT_ERR(EINVAL, kt_pidfd_open(-1, 0));
	KT_ERR(EINVAL, kt_pidfd_open(-pid, 0));
	KT_ERR(ESRCH, kt_pidfd_open(unused, 0));
}

struct threaded {
	_Atomic pid_t tid;
};

static void thread_and_park(void *arg)
{
	struct threaded *t = arg;

	t->tid = kt_thread(kt_body_park, NULL);
	kt_park();
}

KT_CASE(pidfd_open_nonleader, "pidfd.open.nonleader",
	"Verify that pidfd_open without PIDFD_THREAD refuses the tid of a thread that does not "
	"lead its group, with ENOENT since Linux 6.16 and with EINVAL before",
	KT_ANSWERS(call, SYS_pidfd_open, -ESRCH))
{
	struct threaded *t = kt_shared(sizeof(*t));

	kt_child(thread_and_park, t);
	KT_AWAIT(t->tid != 0);
	KT_ERR(kt_kernel_has(KT_CHANGE_PIDFD_NONLEADER) ? ENOENT : EINVAL,
	       kt_pidfd_open(t->tid, 0));
}

KT_CASE(pidfd_open_thread, "pidfd.open.thread",
	"Verify that pidfd_open with PIDFD_THREAD gives a descriptor of any thread, which the flag "
	"stays with",
	KT_ANSWERS(call, SYS_pidfd_open, -EINVAL, KT_WHEN(1, PIDFD_THREAD)),
	KT_RETURNS(call, SYS_fcntl, O_RDWR))
{
	struct threaded *t = kt_shared(sizeof(*t));
	pid_t pid;
	int fd;

	KT_NEEDS(kt_probe_pidfd_flag(PIDFD_THREAD));
	pid = kt_child(thread_and_park, t);
	KT_AWAIT(t->tid != 0);
	fd = (int)KT_OK(kt_pidfd_open(t->tid, PIDFD_THREAD));
	KT_EQ(fdinfo_pid(fd), t->tid);
	KT_EQ(KT_OK(kt_raw(SYS_fcntl, fd, F_GETFL)) & PIDFD_THREAD, PIDFD_THREAD);
	fd = (int)KT_OK(kt_pidfd_open(pid, PIDFD_THREAD));
	KT_EQ(fdinfo_pid(fd), pid);
}

static void body_exit(void *unused)
{
	(void)unused;
	_exit(0);
}

KT_CASE(pidfd_open_reaped, "pidfd.open.reaped",
	"Verify that pidfd_open takes a zombie, and fails with ESRCH once it is reaped",
	KT_ANSWERS(call, SYS_pidfd_open, -EINVAL),
	KT_ANSWERS(call, SYS_pidfd_open, -EINVAL, KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child(body_exit, NULL);
	int fd;

	KT_AWAIT(kt_proc_state(pid) == 'Z');
	fd = (int)KT_OK(kt_pidfd_open(pid, 0));
	KT_EQ(fdinfo_pid(fd), pid);
	KT_WAIT(pid, "exited(0)");
	KT_ERR(ESRCH, kt_pidfd_open(pid, 0));
}

/* clone(2) of this process as fork does it, with CLONE_PIDFD and more flags. */
static long clone_with_pidfd(unsigned long flags, int *fd)
{
	long pid = kt_raw(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL, fd, NULL, NULL);

	if (pid == 0)
		kt_park();
	return pid;
}

/* qemu-user has a clone of its own, without it. */
static const char *probe_clone_pidfd(void)
{
	int fd = -1;
	long pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, &fd, NULL, NULL);

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	if (fd >= 0)
		close(fd);
	return pid < 0 ? "needs CLONE_PIDFD (Linux 5.2)" : NULL;
}

static void clone_body(void *unused)
{
	int fd = -1, same = -1;
	pid_t pid = (pid_t)KT_OK(clone_with_pidfd(0, &fd));

	(void)unused;
	KT_EQ(fdinfo_pid(fd), pid);
	KT_EQ(KT_OK(kt_raw(SYS_fcntl, fd, F_GETFD)), FD_CLOEXEC);
	KT_OK(kt_pidfd_signal(fd, SIGKILL, NULL, 0));
	KT_WAIT(pid, "killed(SIGKILL)");
	/* It takes the place of the tid, and of what CLONE_DETACHED once was. */
	KT_ERR(EINVAL, clone_with_pidfd(CLONE_PARENT_SETTID, &same));
	KT_ERR(EINVAL, clone_with_pidfd(CLONE_DETACHED, &same));
	KT_EQ(same, -1);
}

KT_CASE(pidfd_clone_pidfd, "pidfd.clone_pidfd",
	"Verify that clone with CLONE_PIDFD stores a close-on-exec descriptor of the child, and "
	"refuses CLONE_PARENT_SETTID and CLONE_DETACHED beside it with EINVAL",
	KT_CHANGES_ARG(call, SYS_clone, 0, CLONE_PIDFD, 0),
	KT_CHANGES_ARG(call, SYS_clone, 0, CLONE_PARENT_SETTID, 0),
	KT_RETURNS(call, SYS_fcntl, 0))
{
	KT_NEEDS(probe_clone_pidfd());
	KT_WAIT(kt_child(clone_body, NULL), "exited(0)");
}

#define THREAD_FLAGS                                                                               \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

static char thread_stack[16 * 1024] __attribute__((aligned(16)));

static int park_thread(void *unused)
{
	(void)unused;
	kt_park();
}

static void clone_thread_body(void *unused)
{
	const char *absent = kt_probe_pidfd_flag(PIDFD_THREAD);
	int fd = -1;
	long tid = clone(park_thread, thread_stack + sizeof(thread_stack),
			 THREAD_FLAGS | CLONE_PIDFD, NULL, &fd);

	(void)unused;
	tid = KT_SEEN("clone", tid < 0 ? (long)-errno : tid);
	printf("%s\n", absent ? absent : "PIDFD_THREAD is there");
	if (absent) {
		KT_ERR(EINVAL, tid);
	} else {
		KT_OK(tid);
		KT_EQ(fdinfo_pid(fd), tid);
		KT_EQ(KT_OK(kt_raw(SYS_fcntl, fd, F_GETFL)) & PIDFD_THREAD, PIDFD_THREAD);
	}
}

KT_CASE(pidfd_clone_pidfd_thread, "pidfd.clone_pidfd.thread",
	"Verify that clone with CLONE_PIDFD and CLONE_THREAD gives a PIDFD_THREAD descriptor of "
	"the new thread where there are such, and else fails with EINVAL",
	KT_SEES("clone", -ENOSYS))
{
	KT_NEEDS(probe_clone_pidfd());
	KT_WAIT(kt_child(clone_thread_body, NULL), "exited(0)");
}

struct view {
	int member, outside; /* descriptors */
	char member_ns[64], outside_ns[64];
	_Atomic int seen;
};

/* Process 1 of a pid namespace with a /proc of its own. */
static void look_from_inside(void *arg)
{
	struct view *v = arg;

	KT_OK(kt_ns_mount_proc());
	fdinfo(v->outside, "NSpid", v->outside_ns);
	KT_EQ(fdinfo_pid(v->outside), 0);
	fdinfo((int)KT_OK(kt_pidfd_open(getpid(), 0)), "NSpid", v->member_ns);
	v->seen = 1;
	kt_park();
}

KT_CASE(pidfd_fdinfo, "pidfd.fdinfo",
	"Verify that the fdinfo of a pidfd has its Pid and NSpid as the pid namespace of that "
	"/proc has them, 0 where the process has none there, and -1 once it is reaped",
	KT_SEES("fdinfo Pid", 7, KT_NOT_FIRST(1)), KT_SEES("fdinfo Pid", 7, KT_NOT_FIRST(2)))
{
	struct view *v = kt_shared(sizeof(*v));
	char expected[64], got[64];
	pid_t outside, init;
	int fd;

	KT_NEEDS(kt_probe_ns(CLONE_NEWPID | CLONE_NEWNS));
	KT_NEEDS(kt_probe_ns_proc());
	outside = kt_child(kt_body_park, NULL);
	v->outside = (int)KT_OK(kt_pidfd_open(outside, 0));
	KT_EQ(fdinfo_pid(v->outside), outside);
	init = kt_ns_child(CLONE_NEWPID | CLONE_NEWNS, look_from_inside, v);
	fd = (int)KT_OK(kt_pidfd_open(init, 0));
	KT_AWAIT(v->seen);
	KT_REQUIRE(strcmp(v->outside_ns, "0") == 0);
	KT_REQUIRE(strcmp(v->member_ns, "1") == 0);
	KT_EQ(fdinfo_pid(fd), init);
	/* As many levels above it as this /proc has for itself. */
	fdinfo(fd, "NSpid", got);
	snprintf(expected, sizeof(expected), "%d\t1", (int)init);
	KT_REQUIRE_MSG(strcmp(got, expected) == 0, "NSpid is \"%s\", expected \"%s\"", got,
		       expected);
	KT_KILL(outside);
	KT_EQ(fdinfo_pid(v->outside), -1);
	fdinfo(v->outside, "NSpid", got);
	KT_REQUIRE(strcmp(got, "-1") == 0);
}

#define PID_FS_MAGIC_ 0x50494446

/* Its inode, by statx: 64 bits on every ABI. */
static uint64_t inode(int fd)
{
	struct statx st;

	KT_OK(kt_raw(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_INO, &st));
	return st.stx_ino;
}

KT_CASE(pidfd_pidfs_identity, "pidfd.pidfs_identity",
	"Verify that pidfds are inodes of pidfs, one for each process: the same in every pidfd of "
	"it and another in those of others",
	KT_STORES(call, SYS_statx, 4, offsetof(struct statx, stx_ino), 1 << 20, KT_NOT_FIRST(1)),
	KT_CHANGES_ARG(call, SYS_statx, 0, ~0UL, 0))
{
	pid_t pid = kt_child(kt_body_park, NULL), other = kt_child(kt_body_park, NULL);
	int fd = (int)KT_OK(kt_pidfd_open(pid, 0));
	struct statfs fs;
	uint64_t ino;

	KT_SYS(fstatfs(fd, &fs));
	if (fs.f_type != PID_FS_MAGIC_)
		atf_tc_skip("needs pidfs (Linux 6.9): pidfds are anonymous inodes");
	ino = inode(fd);
	KT_EQ(inode((int)KT_OK(kt_pidfd_open(pid, 0))), ino);
	KT_REQUIRE(inode((int)KT_OK(kt_pidfd_open(other, 0))) != ino);
	KT_KILL(pid);
	KT_EQ(inode(fd), ino);
	KT_REQUIRE(inode((int)KT_OK(kt_pidfd_open(kt_child(kt_body_park, NULL), 0))) != ino);
}

KT_PROGRAM
