/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pidfd_info_test.c - what ioctls of a pidfd tell of its process: ids and
 * credentials, how it ended, its namespaces.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_ns.h"
#include "kernel-tests/kt_pidfd.h"

static int open_pidfd(pid_t pid)
{
	return (int)KT_OK(kt_pidfd_open(pid, 0));
}

static long get_info(int fd, uint64_t mask, struct pidfd_info *out)
{
	*out = (struct pidfd_info){ .mask = mask };
	return kt_raw(SYS_ioctl, fd, PIDFD_GET_INFO, out);
}

static const char *probe_info(void)
{
	struct pidfd_info info = { 0 };
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	long rc = ioctl(fd, PIDFD_GET_INFO, &info);

	close(fd);
	return rc < 0 ? "needs PIDFD_GET_INFO (Linux 6.13)" : NULL;
}

static void with_ids(void *uid)
{
	if (geteuid() == 0) {
		KT_SYS(setresgid(11, 12, 13));
		KT_SYS(setresuid(21, 22, 23));
	}
	*(_Atomic uid_t *)uid = geteuid() + 1;
	kt_park();
}

KT_CASE(pidfd_get_info, "pidfd.get_info",
	"Verify that PIDFD_GET_INFO tells pid, thread group, parent and all ids of the process, "
	"and the mask which of them it tells",
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct pidfd_info, suid), 1),
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct pidfd_info, ppid), 1),
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct pidfd_info, mask), PIDFD_INFO_CREDS))
{
	_Atomic uid_t *uid = kt_shared(sizeof(*uid));
	bool root = geteuid() == 0;
	struct pidfd_info info;
	pid_t pid;

	KT_NEEDS(probe_info());
	pid = kt_child(with_ids, uid);
	KT_AWAIT(*uid != 0);
	KT_OK(get_info(open_pidfd(pid), 0, &info));
	KT_EQ(info.mask & (PIDFD_INFO_PID | PIDFD_INFO_CREDS), PIDFD_INFO_PID | PIDFD_INFO_CREDS);
	KT_EQ(info.pid, pid);
	KT_EQ(info.tgid, pid);
	KT_EQ(info.ppid, getpid());
	KT_EQ(info.ruid, root ? 21 : getuid());
	KT_EQ(info.euid, root ? 22 : geteuid());
	KT_EQ(info.suid, root ? 23 : getuid());
	KT_EQ(info.fsuid, root ? 22 : geteuid());
	KT_EQ(info.rgid, root ? 11 : getgid());
	KT_EQ(info.egid, root ? 12 : getegid());
	KT_EQ(info.sgid, root ? 13 : getgid());
	KT_EQ(info.fsgid, root ? 12 : getegid());
}

static const char *probe_exit_info(void)
{
	struct pidfd_info info = { .mask = PIDFD_INFO_EXIT };
	pid_t pid = KT_SYS(fork());
	int fd;
	long rc;

	if (pid == 0)
		_exit(0);
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	rc = ioctl(fd, PIDFD_GET_INFO, &info);
	close(fd);
	return rc < 0 ? "needs PIDFD_INFO_EXIT (Linux 6.15)" : NULL;
}

static void exit_with_7(void *unused)
{
	(void)unused;
	_exit(7);
}

KT_CASE(pidfd_get_info_exit, "pidfd.get_info.exit",
	"Verify that with PIDFD_INFO_EXIT the pidfd of a reaped process tells its exit status, "
	"without it fails with ESRCH, and that of a zombie tells none yet",
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct pidfd_info, exit_code), 0x100),
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct pidfd_info, mask), PIDFD_INFO_EXIT),
	KT_RETURNS(call, SYS_ioctl, 0, KT_NOT_FIRST(2)))
{
	struct pidfd_info info;
	pid_t pid, killed;
	int fd;

	KT_NEEDS(probe_exit_info());
	pid = kt_child(exit_with_7, NULL);
	fd = open_pidfd(pid);
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_OK(get_info(fd, PIDFD_INFO_EXIT, &info));
	KT_EQ(info.mask & PIDFD_INFO_EXIT, 0);
	KT_WAIT(pid, "exited(7)");
	KT_OK(get_info(fd, PIDFD_INFO_EXIT, &info));
	KT_EQ(info.mask & PIDFD_INFO_EXIT, PIDFD_INFO_EXIT);
	KT_EQ(info.exit_code, 7 << 8);
	KT_ERR(ESRCH, get_info(fd, 0, &info));
	killed = kt_child(kt_body_park, NULL);
	fd = open_pidfd(killed);
	KT_KILL(killed);
	KT_OK(get_info(fd, PIDFD_INFO_EXIT, &info));
	KT_EQ(info.exit_code, SIGKILL);
}

static const struct {
	unsigned int request;
	const char *name;
	int flag;
} namespaces[] = {
	{ PIDFD_GET_CGROUP_NAMESPACE, "cgroup", CLONE_NEWCGROUP },
	{ PIDFD_GET_IPC_NAMESPACE, "ipc", CLONE_NEWIPC },
	{ PIDFD_GET_MNT_NAMESPACE, "mnt", CLONE_NEWNS },
	{ PIDFD_GET_NET_NAMESPACE, "net", CLONE_NEWNET },
	{ PIDFD_GET_PID_NAMESPACE, "pid", CLONE_NEWPID },
	{ PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, "pid_for_children", CLONE_NEWPID },
	{ PIDFD_GET_USER_NAMESPACE, "user", CLONE_NEWUSER },
	{ PIDFD_GET_UTS_NAMESPACE, "uts", CLONE_NEWUTS },
};
#define NAMESPACES (sizeof(namespaces) / sizeof(namespaces[0]))

static const char *probe_ns_ioctl(void)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int ns = ioctl(fd, PIDFD_GET_USER_NAMESPACE, 0);

	if (ns >= 0)
		close(ns);
	close(fd);
	return ns < 0 ? "needs PIDFD_GET_USER_NAMESPACE (Linux 6.11)" : NULL;
}

static void describe_ns(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", namespaces[i].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that the ioctl of a pidfd for the %s namespace gives a close-on-exec "
		 "descriptor of that namespace of the process",
		 namespaces[i].name);
	out->wrong = (struct kt_wrong)KT_CHANGES_ARG(call, SYS_ioctl, 1, 0x0f, 0x02);
	if (namespaces[i].request == PIDFD_GET_IPC_NAMESPACE)
		out->wrong = (struct kt_wrong)KT_CHANGES_ARG(call, SYS_ioctl, 1, 0x0f, 0x01);
}

KT_FAMILY(pidfd_ns_ioctl, "pidfd.ns_ioctl.get", NAMESPACES, describe_ns)
{
	int fd, ns, self;
	struct stat st;
	pid_t pid;

	KT_NEEDS(probe_ns_ioctl());
	KT_NEEDS(kt_probe_ns(namespaces[i].flag));
	pid = kt_ns_child(namespaces[i].flag, kt_body_park, NULL);
	fd = open_pidfd(pid);
	ns = (int)KT_OK(kt_raw(SYS_ioctl, fd, namespaces[i].request, 0));
	self = (int)KT_OK(kt_raw(SYS_ioctl, open_pidfd(getpid()), namespaces[i].request, 0));
	KT_EQ(KT_SYS(fcntl(ns, F_GETFD)), FD_CLOEXEC);
	KT_SYS(fstat(ns, &st));
	KT_EQ(st.st_ino, kt_ns_id(pid, namespaces[i].name));
	KT_SYS(fstat(self, &st));
	KT_EQ(st.st_ino, kt_ns_id(0, namespaces[i].name));
	KT_REQUIRE(kt_ns_id(pid, namespaces[i].name) != st.st_ino);
	KT_ERR(EINVAL, kt_raw(SYS_ioctl, fd, namespaces[i].request, 1));
}

/* In a user without CAP_SYS_PTRACE: a process that is not dumpable tells nothing. */
static void look_at_hidden(void *arg)
{
	_Atomic int *hidden = arg;
	int fd = open_pidfd(getppid());

	kt_cred_unprivileged();
	KT_AWAIT(*hidden);
	for (size_t i = 0; i < NAMESPACES; i++)
		KT_ERR(EACCES, kt_raw(SYS_ioctl, fd, namespaces[i].request, 0));
}

static void hide_and_wait(void *hidden)
{
	pid_t pid;

	KT_SYS(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	pid = kt_child(look_at_hidden, hidden);
	*(_Atomic int *)hidden = 1;
	KT_WAIT(pid, "exited(0)");
}

KT_CASE(pidfd_ns_ioctl_perm, "pidfd.ns_ioctl.perm",
	"Verify that the namespace ioctls of a pidfd fail with EACCES for a process that the "
	"caller may not read, as ptrace has it",
	KT_ANSWERS(call, SYS_ioctl, 100), KT_ANSWERS(call, SYS_ioctl, -ESRCH, KT_NOT_FIRST(3)))
{
	KT_NEEDS(probe_ns_ioctl());
	KT_WAIT(kt_child(hide_and_wait, kt_shared(sizeof(_Atomic int))), "exited(0)");
}

KT_PROGRAM
