/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pidfd_getfd_test.c - what pidfd_getfd(2) copies from another process, and
 * from whom.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_pidfd.h"

static long getfd(int pidfd, int fd, unsigned int flags)
{
	return kt_raw(SYS_pidfd_getfd, pidfd, fd, flags);
}

/* A process with a descriptor that nobody else has: a file of its own, at offset 3. */
struct owner {
	_Atomic int fd;
};

static void own_file(void *arg)
{
	struct owner *o = arg;
	int fd = KT_SYS(open("/proc/self/exe", O_RDONLY));

	KT_SYS(lseek(fd, 3, SEEK_SET));
	o->fd = fd;
	kt_park();
}

static pid_t start_owner(struct owner **o)
{
	pid_t pid;

	*o = kt_shared(sizeof(**o));
	pid = kt_child(own_file, *o);
	KT_AWAIT((*o)->fd != 0);
	return pid;
}

KT_CASE(pidfd_getfd_basic, "pidfd.getfd.basic",
	"Verify that pidfd_getfd gives a close-on-exec descriptor of the same open file "
	"description, not of another of the same file",
	KT_RETURNS(call, SYS_fcntl, 0), KT_SEES("offset", 0))
{
	struct owner *o;
	pid_t pid = start_owner(&o);
	int pidfd = (int)KT_OK(kt_pidfd_open(pid, 0));
	int fd = (int)KT_OK(getfd(pidfd, o->fd, 0));
	long same;

	KT_EQ(KT_OK(kt_raw(SYS_fcntl, fd, F_GETFD)), FD_CLOEXEC);
	KT_EQ(KT_SEEN("offset", KT_SYS(lseek(fd, 0, SEEK_CUR))), 3);
	same = kt_raw(SYS_kcmp, getpid(), pid, KCMP_FILE, fd, o->fd);
	if (same != -ENOSYS) /* CONFIG_KCMP */
		KT_EQ(same, 0);
}

KT_CASE(pidfd_getfd_errors, "pidfd.getfd.errors",
	"Verify that pidfd_getfd fails with EBADF for a descriptor that the process does not have "
	"or one of something else than a pidfd, and with EINVAL for any flag",
	KT_ANSWERS(call, SYS_pidfd_getfd, -ESRCH),
	KT_CHANGES_ARG(call, SYS_pidfd_getfd, 2, ~0UL, 0))
{
	struct owner *o;
	pid_t pid = start_owner(&o);
	int pidfd = (int)KT_OK(kt_pidfd_open(pid, 0));
	int file = KT_SYS(open("/dev/null", O_RDONLY | O_CLOEXEC));

	KT_ERR(EBADF, getfd(pidfd, 1000, 0));
	KT_ERR(EBADF, getfd(pidfd, -1, 0));
	KT_ERR(EBADF, getfd(file, o->fd, 0));
	KT_ERR(EBADF, getfd(-1, 0, 0));
	KT_ERR(EINVAL, getfd(pidfd, o->fd, 1));
	KT_ERR(EINVAL, getfd(pidfd, o->fd, O_CLOEXEC));
}

KT_CASE(pidfd_getfd_dead, "pidfd.getfd.dead",
	"Verify that pidfd_getfd from a zombie fails with ESRCH since Linux 6.9 and with that, "
	"EBADF or EPERM before, and from a reaped process with ESRCH",
	KT_ANSWERS(call, SYS_pidfd_getfd, 0),
	KT_ANSWERS(call, SYS_pidfd_getfd, -EBADF, KT_NOT_FIRST(1)))
{
	struct owner *o;
	pid_t pid = start_owner(&o);
	int pidfd = (int)KT_OK(kt_pidfd_open(pid, 0));
	long rc;

	KT_SYS(kill(pid, SIGKILL));
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	rc = getfd(pidfd, o->fd, 0);
	if (kt_kernel_has(KT_CHANGE_GETFD_ESRCH))
		KT_ERR(ESRCH, rc);
	else
		/* Some stable releases have it: 6.1.192 does. */
		KT_REQUIRE_MSG(rc == -ESRCH || rc == -EBADF || rc == -EPERM, "answer %ld", rc);
	KT_WAIT(pid, "killed(SIGKILL)");
	KT_ERR(ESRCH, getfd(pidfd, o->fd, 0));
}

/* A thread and its leader, each with a table of its own and its own socket under one number. */
struct tables {
	struct kt_gate leave;
	_Atomic pid_t tid;
	_Atomic int fd;
	int of_leader, of_thread; /* descriptors of the case */
};

static void own_table(void *arg)
{
	struct tables *t = arg;

	KT_OK(kt_raw(SYS_unshare, CLONE_FILES));
	KT_OK(kt_raw(SYS_dup3, t->of_thread, t->fd, 0));
	t->tid = kt_gettid();
	kt_park();
}

static void two_tables(void *arg)
{
	struct tables *t = arg;

	t->fd = (int)KT_OK(kt_raw(SYS_fcntl, t->of_leader, F_DUPFD, 100));
	kt_thread(own_table, t);
	kt_gate_wait(&t->leave);
	kt_thread_exit(0);
}

static ino_t taken_inode(int pidfd, int fd)
{
	int taken = (int)KT_OK(getfd(pidfd, fd, 0));
	struct stat st;

	KT_SYS(fstat(taken, &st));
	KT_SYS(close(taken));
	return st.st_ino;
}

static ino_t inode(int fd)
{
	struct stat st;

	KT_SYS(fstat(fd, &st));
	return st.st_ino;
}

KT_CASE(pidfd_getfd_thread, "pidfd.getfd.thread",
	"Verify that pidfd_getfd with a PIDFD_THREAD descriptor takes from the table of that "
	"thread, with that of the process from the leader's, and with that of a leader that has "
	"exited fails, while the thread's works",
	KT_CHANGES_ARG(call, SYS_pidfd_getfd, 1, ~0UL, 0),
	KT_ANSWERS(call, SYS_unshare, 0))
{
	struct tables *t = kt_shared(sizeof(*t));
	int by_process, by_thread;
	pid_t pid;

	KT_NEEDS(kt_probe_pidfd_flag(PIDFD_THREAD));
	t->of_leader = KT_SYS(socket(AF_UNIX, SOCK_DGRAM, 0));
	t->of_thread = KT_SYS(socket(AF_UNIX, SOCK_DGRAM, 0));
	pid = kt_child(two_tables, t);
	KT_AWAIT(t->tid != 0);
	by_process = (int)KT_OK(kt_pidfd_open(pid, 0));
	by_thread = (int)KT_OK(kt_pidfd_open(t->tid, PIDFD_THREAD));
	KT_EQ(taken_inode(by_process, t->fd), inode(t->of_leader));
	KT_EQ(taken_inode(by_thread, t->fd), inode(t->of_thread));
	kt_gate_open(&t->leave);
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_REQUIRE(getfd(by_process, t->fd, 0) < 0);
	KT_EQ(taken_inode(by_thread, t->fd), inode(t->of_thread));
}

/* Two processes of one user without CAP_SYS_PTRACE, neither the parent of the other. */
struct two {
	struct kt_gate ready, hide, hidden, done;
	_Atomic pid_t owner;
	_Atomic int fd;
};

static void hide_on_demand(void *arg)
{
	struct two *t = arg;

	kt_cred_unprivileged();
	t->fd = KT_SYS(open("/dev/null", O_RDONLY));
	t->owner = getpid();
	kt_gate_open(&t->ready);
	kt_gate_wait(&t->hide);
	KT_SYS(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	kt_gate_open(&t->hidden);
	kt_park();
}

static void take_twice(void *arg)
{
	struct two *t = arg;
	int pidfd;

	kt_cred_unprivileged();
	kt_gate_wait(&t->ready);
	pidfd = (int)KT_OK(kt_pidfd_open(t->owner, 0));
	KT_OK(getfd(pidfd, t->fd, 0));
	kt_gate_open(&t->hide);
	kt_gate_wait(&t->hidden);
	KT_ERR(EPERM, getfd(pidfd, t->fd, 0));
	KT_ERR(EPERM, kt_seize(t->owner, 0));
}

KT_CASE(pidfd_getfd_attach_perm, "pidfd.getfd.attach_perm",
	"Verify that pidfd_getfd fails with EPERM from a process that may not be attached to, as "
	"one that is not dumpable, even with a pidfd opened when it was",
	KT_ANSWERS(call, SYS_pidfd_getfd, -EBADF, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_pidfd_getfd, 100, KT_NOT_FIRST(1)))
{
	struct two *t = kt_shared(sizeof(*t));

	if (kt_probe_yama_scope() > 1)
		atf_tc_skip("kernel.yama.ptrace_scope keeps processes of one user apart");
	kt_child(hide_on_demand, t);
	KT_WAIT(kt_child(take_twice, t), "exited(0)");
}

KT_PROGRAM
