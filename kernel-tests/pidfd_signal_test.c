/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pidfd_signal_test.c - whom pidfd_send_signal(2) reaches, with what, and whom
 * it refuses.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_ns.h"
#include "kernel-tests/kt_pidfd.h"

#define NR SYS_pidfd_send_signal

static int open_pidfd(pid_t pid, unsigned int flags)
{
	return (int)KT_OK(kt_pidfd_open(pid, flags));
}

KT_CASE(pidfd_send_signal_basic, "pidfd.send_signal.basic",
	"Verify that pidfd_send_signal sends a signal to the process, probes it with signal 0, and "
	"refuses an unknown signal or flag with EINVAL and a descriptor of something else with "
	"EBADF",
	KT_ANSWERS(call, NR, 0, KT_WHEN(1, 65)), KT_CHANGES_ARG(call, NR, 3, 1UL << 31, 0),
	KT_CHANGES_ARG(call, NR, 1, 0, SIGKILL))
{
	pid_t pid = kt_child(kt_body_park, NULL);
	int fd = open_pidfd(pid, 0), file = KT_SYS(open("/dev/null", O_RDONLY | O_CLOEXEC));

	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_pidfd_signal(fd, 0, NULL, 0));
	KT_ERR(EINVAL, kt_pidfd_signal(fd, 65, NULL, 0));
	KT_ERR(EINVAL, kt_pidfd_signal(fd, SIGUSR1, NULL, 1U << 31));
	KT_ERR(EBADF, kt_pidfd_signal(file, SIGUSR1, NULL, 0));
	KT_ERR(EBADF, kt_pidfd_signal(-1, SIGUSR1, NULL, 0));
	/* Nothing before it has sent anything. */
	KT_OK(kt_pidfd_signal(fd, SIGUSR2, NULL, 0));
	KT_WAIT(pid, "signal(SIGUSR2)");
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(pidfd_send_signal_siginfo, "pidfd.send_signal.siginfo",
	"Verify that pidfd_send_signal passes on a siginfo, but refuses one of another signal with "
	"EINVAL and, to another process, one with a code of the kernel or of tgkill with EPERM",
	KT_CHANGES_ARG(call, NR, 2, ~0UL, 0),
	KT_STORES(ptrace, PTRACE_GETSIGINFO, 3, offsetof(siginfo_t, si_value), 1))
{
	const int refused[] = { SI_USER, SI_KERNEL, SI_TKILL, CLD_EXITED };
	pid_t pid = kt_child(kt_body_park, NULL);
	int fd = open_pidfd(pid, 0), self = open_pidfd(getpid(), 0);
	siginfo_t si = { .si_signo = SIGUSR2 }, got;

	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		si.si_code = refused[i];
		KT_ERR(EPERM, kt_pidfd_signal(fd, SIGUSR2, &si, 0));
		KT_ERR(EINVAL, kt_pidfd_signal(fd, SIGUSR1, &si, 0));
	}
	si.si_code = SI_QUEUE;
	si.si_pid = 4711;
	si.si_value.sival_int = 0x5eed;
	KT_OK(kt_pidfd_signal(fd, SIGUSR2, &si, 0));
	KT_WAIT(pid, "signal(SIGUSR2)");
	KT_OK(kt_getsiginfo(pid, &got));
	KT_EQ(got.si_code, SI_QUEUE);
	KT_EQ(got.si_pid, 4711);
	KT_EQ(got.si_value.sival_int, 0x5eed);
	/* To oneself, anything. */
	si.si_signo = SIGCHLD;
	si.si_code = SI_KERNEL;
	KT_OK(kt_pidfd_signal(self, SIGCHLD, &si, 0));
}

/* For another user than the sender: what kill(2) says, and what the pidfd says. */
static void signal_stranger(void *arg)
{
	int *fd = arg;
	pid_t target = geteuid() == 0 ? getppid() : 1;

	*fd = open_pidfd(target, 0);
	kt_cred_unprivileged();
	if (kill(target, 0) == 0 || errno != EPERM)
		kt_skip("process 1 is no stranger to this user");
	KT_ERR(EPERM, kt_pidfd_signal(*fd, 0, NULL, 0));
	KT_ERR(EPERM, kt_pidfd_signal(*fd, KT_RECORD_SIGNAL, NULL, 0));
}

KT_CASE(pidfd_send_signal_perm, "pidfd.send_signal.perm",
	"Verify that pidfd_send_signal fails with EPERM where kill does, even with a pidfd that "
	"was opened when it would not have",
	KT_ANSWERS(call, NR, 0), KT_ANSWERS(call, NR, 0, KT_NOT_FIRST(1)))
{
	KT_WAIT(kt_child(signal_stranger, kt_shared(sizeof(int))), "exited(0)");
}

static void body_exit(void *unused)
{
	(void)unused;
	_exit(0);
}

KT_CASE(pidfd_send_signal_reaped, "pidfd.send_signal.reaped",
	"Verify that pidfd_send_signal succeeds for a zombie, and fails with ESRCH once it is "
	"reaped",
	KT_ANSWERS(call, NR, -ESRCH), KT_ANSWERS(call, NR, 0, KT_NOT_FIRST(2)))
{
	pid_t pid = kt_child(body_exit, NULL);
	int fd = open_pidfd(pid, 0);

	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_OK(kt_pidfd_signal(fd, 0, NULL, 0));
	KT_OK(kt_pidfd_signal(fd, SIGKILL, NULL, 0));
	KT_WAIT(pid, "exited(0)");
	KT_ERR(ESRCH, kt_pidfd_signal(fd, 0, NULL, 0));
	KT_ERR(ESRCH, kt_pidfd_signal(fd, SIGKILL, NULL, 0));
}

/* Process 1, which alone makes processes here and so knows which pids are free. */
static void recycle(void *unused)
{
	pid_t first = kt_child(kt_body_park, NULL);
	int old = open_pidfd(first, 0), new;
	long second;

	(void)unused;
	KT_KILL(first);
	second = kt_ns_fork_as(first);
	if (second == 0)
		kt_park();
	if (second == -EPERM || second == -ENOSYS || second == -E2BIG)
		kt_skip("cannot choose a pid by clone3");
	KT_EQ(second, first);
	new = open_pidfd(first, 0);
	KT_OK(kt_pidfd_signal(new, 0, NULL, 0));
	KT_ERR(ESRCH, kt_pidfd_signal(old, 0, NULL, 0));
	KT_ERR(ESRCH, kt_pidfd_signal(old, SIGKILL, NULL, 0));
	KT_OK(kt_pidfd_signal(new, SIGTERM, NULL, 0));
	KT_WAIT((pid_t)second, "killed(SIGTERM)");
}

KT_CASE(pidfd_send_signal_recycled, "pidfd.send_signal.recycled",
	"Verify that pidfd_send_signal with the pidfd of a reaped process fails with ESRCH when "
	"another process has its pid, which gets nothing",
	KT_ANSWERS(call, NR, 0, KT_NOT_FIRST(1)), KT_ANSWERS(call, NR, 0, KT_WHEN(1, SIGKILL)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWPID));
	KT_WAIT(kt_ns_child(CLONE_NEWPID, recycle, NULL), "exited(0)");
}

/* A process with a second thread and with a child in its group; none takes SIGUSR1. */
struct family {
	_Atomic pid_t tid, child;
};

static void block_and_park(void *unused)
{
	(void)unused;
	kt_park();
}

static void family_body(void *arg)
{
	struct family *f = arg;
	sigset_t usr1;
	pid_t child;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	KT_SYS(sigprocmask(SIG_BLOCK, &usr1, NULL));
	child = KT_SYS(fork());
	if (child == 0)
		kt_park();
	f->child = child;
	f->tid = kt_thread(block_and_park, NULL);
	kt_park();
}

/* Whether SIGUSR1 is in a set of /proc/PID/task/TID/status. */
static int has_usr1(pid_t pid, pid_t tid, const char *set)
{
	unsigned long long bits = 0;
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)pid, (int)tid);
	f = fopen(path, "re");
	if (!f)
		KT_FAIL("%s: %s", path, kt_errno_name(errno));
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, set, strlen(set)) == 0)
			bits = strtoull(line + strlen(set) + 1, NULL, 16);
	fclose(f);
	return bits >> (SIGUSR1 - 1) & 1;
}

/* "process", "leader", "thread", "group": for whom SIGUSR1 is pending now. */
static const char *reached(pid_t pid, const struct family *f)
{
	if (has_usr1(f->child, f->child, "ShdPnd"))
		return has_usr1(pid, pid, "ShdPnd") ? "group" : "child";
	if (has_usr1(pid, pid, "ShdPnd"))
		return "process";
	if (has_usr1(pid, pid, "SigPnd"))
		return "leader";
	return has_usr1(pid, f->tid, "SigPnd") ? "thread" : "nobody";
}

static const char *probe_scope(void)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	long rc = syscall(NR, fd, 0, NULL, PIDFD_SIGNAL_THREAD);

	close(fd);
	return rc < 0 ? "needs PIDFD_SIGNAL_THREAD (Linux 6.9)" : NULL;
}

static const struct {
	const char *name, *what;
	bool to_thread; /* the descriptor is of the second thread, with PIDFD_THREAD */
	unsigned int flag;
	const char *reached;
} scopes[] = {
	{ "process", "a pidfd without a flag is for the process", false, 0, "process" },
	{ "thread", "a PIDFD_THREAD descriptor without a flag is for that thread alone", true, 0,
	  "thread" },
	{ "leader_by_flag", "a pidfd with PIDFD_SIGNAL_THREAD is for the leader alone", false,
	  PIDFD_SIGNAL_THREAD, "leader" },
	{ "process_by_flag",
	  "a PIDFD_THREAD descriptor with PIDFD_SIGNAL_THREAD_GROUP is for the process", true,
	  PIDFD_SIGNAL_THREAD_GROUP, "process" },
	{ "group", "a pidfd with PIDFD_SIGNAL_PROCESS_GROUP is for the process group", false,
	  PIDFD_SIGNAL_PROCESS_GROUP, "group" },
};

static void describe_scope(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", scopes[i].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that a signal which pidfd_send_signal sends with %s", scopes[i].what);
	if (strcmp(scopes[i].reached, "thread") == 0 || strcmp(scopes[i].reached, "leader") == 0)
		out->wrong = (struct kt_wrong)KT_CHANGES_ARG(call, NR, 3, ~0UL,
							     PIDFD_SIGNAL_THREAD_GROUP);
	else
		out->wrong = (struct kt_wrong)KT_CHANGES_ARG(call, NR, 3, ~0UL,
							     PIDFD_SIGNAL_THREAD);
}

KT_FAMILY(pidfd_send_signal_scope, "pidfd.send_signal.scope", sizeof(scopes) / sizeof(scopes[0]),
	  describe_scope)
{
	struct family *f = kt_shared(sizeof(*f));
	const char *who;
	pid_t pid;
	int fd;

	KT_NEEDS(probe_scope());
	pid = kt_child(family_body, f);
	KT_AWAIT(f->tid != 0);
	fd = scopes[i].to_thread ? open_pidfd(f->tid, PIDFD_THREAD) : open_pidfd(pid, 0);
	KT_OK(kt_pidfd_signal(fd, SIGUSR1, NULL, scopes[i].flag));
	who = reached(pid, f);
	KT_REQUIRE_MSG(strcmp(who, scopes[i].reached) == 0, "it is for the %s, expected for the %s",
		       who, scopes[i].reached);
	KT_ERR(EINVAL,
	       kt_pidfd_signal(fd, 0, NULL, PIDFD_SIGNAL_THREAD | PIDFD_SIGNAL_THREAD_GROUP));
}

/* linux/fcntl.h of 6.16; linux/pidfd.h of 6.14 and 6.15 had -20000 for the second. */
#define SELF_THREAD    -10000
#define SELF_GROUP     -10001
#define SELF_GROUP_OLD -20000

static void signal_self(void *unused)
{
	sigset_t usr1;
	int group = SELF_GROUP;

	(void)unused;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	KT_SYS(sigprocmask(SIG_BLOCK, &usr1, NULL));
	if (syscall(NR, group, 0, NULL, 0) < 0)
		group = SELF_GROUP_OLD;
	KT_OK(kt_pidfd_signal(SELF_THREAD, SIGUSR1, NULL, 0));
	KT_EQ(has_usr1(getpid(), getpid(), "SigPnd"), 1);
	KT_EQ(has_usr1(getpid(), getpid(), "ShdPnd"), 0);
	KT_OK(kt_pidfd_signal(group, SIGUSR1, NULL, 0));
	KT_EQ(has_usr1(getpid(), getpid(), "ShdPnd"), 1);
}

KT_CASE(pidfd_self, "pidfd.self",
	"Verify that pidfd_send_signal takes PIDFD_SELF_THREAD for the calling thread and "
	"PIDFD_SELF_THREAD_GROUP for its process, without a descriptor",
	KT_CHANGES_ARG(call, NR, 3, 0, PIDFD_SIGNAL_THREAD_GROUP),
	KT_CHANGES_ARG(call, NR, 3, 0, PIDFD_SIGNAL_THREAD))
{
	if (syscall(NR, SELF_THREAD, 0, NULL, 0) < 0)
		atf_tc_skip("needs PIDFD_SELF (Linux 6.14)");
	KT_WAIT(kt_child(signal_self, NULL), "exited(0)");
}

KT_PROGRAM
