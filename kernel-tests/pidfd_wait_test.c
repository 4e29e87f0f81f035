/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pidfd_wait_test.c - what tells the holder of a pidfd that a process or a
 * thread has ended: poll(2), and waitid(2) with P_PIDFD. What is polled here
 * does not change any more, so no poll has to block.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_pidfd.h"

/* A lie of poll(2): `revents` is the upper half of the int at 4 of struct pollfd. */
#define KT_POLLS(bits, ...)                                                                        \
	KT_STORES(call, SYS_ppoll, 0, 4, (unsigned int)(bits) << 16, ##__VA_ARGS__)

static int open_pidfd(pid_t pid, unsigned int flags)
{
	return (int)KT_OK(kt_pidfd_open(pid, flags));
}

/* POLLHUP where a reaped process gives it. */
static int hup(void)
{
	return kt_kernel_has(KT_CHANGE_PIDFD_HUP) ? POLLHUP : 0;
}

KT_CASE(pidfd_poll_exit, "pidfd.poll.exit",
	"Verify that a pidfd becomes readable when its process is a zombie, and not in a "
	"ptrace-stop or in a job control stop",
	KT_POLLS(POLLIN),
	KT_POLLS(POLLIN, KT_NOT_FIRST(1)),
	KT_POLLS(POLLIN, KT_NOT_FIRST(2)))
{
	pid_t pid = kt_child(kt_body_park, NULL);
	int fd = open_pidfd(pid, 0);

	KT_SYS(kill(pid, SIGSTOP));
	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	KT_EQ(kt_pidfd_poll(fd), 0);
	KT_SYS(kill(pid, SIGCONT));
	KT_WAIT_CHILD(pid, "continued");
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_EQ(kt_pidfd_poll(fd), 0);
	KT_OK(kt_cont(pid, 0));
	KT_SYS(kill(pid, SIGKILL));
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_EQ(kt_pidfd_poll(fd), POLLIN);
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_CASE(pidfd_poll_reaped, "pidfd.poll.reaped",
	"Verify that a pidfd stays readable when its process is reaped, and hangs up then since "
	"Linux 6.9",
	KT_POLLS(POLLHUP),
	KT_POLLS(POLLIN))
{
	pid_t pid = kt_child(kt_body_park, NULL);
	int fd = open_pidfd(pid, 0);

	KT_KILL(pid);
	KT_EQ(kt_pidfd_poll(fd), POLLIN | hup());
}

struct pair {
	struct kt_gate exit_leader, exit_thread;
	_Atomic pid_t tid;
};

static void thread_body(void *arg)
{
	struct pair *p = arg;

	kt_gate_wait(&p->exit_thread);
}

static void leader_body(void *arg)
{
	struct pair *p = arg;

	p->tid = kt_thread(thread_body, p);
	kt_gate_wait(&p->exit_leader);
	kt_thread_exit(0);
}

KT_CASE(pidfd_poll_leader_exit, "pidfd.poll.leader_exit",
	"Verify that a pidfd is not readable when the leader of the thread group has exited, but "
	"when all threads have",
	KT_POLLS(POLLIN),
	KT_POLLS(POLLIN, KT_NOT_FIRST(1)))
{
	struct pair *p = kt_shared(sizeof(*p));
	pid_t pid = kt_child(leader_body, p);
	int fd = open_pidfd(pid, 0);

	KT_AWAIT(p->tid != 0);
	kt_gate_open(&p->exit_leader);
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_EQ(kt_pidfd_poll(fd), 0);
	kt_gate_open(&p->exit_thread);
	/* The thread reaps itself; then the leader can be. */
	KT_WAIT(pid, "exited(0)");
	KT_EQ(kt_pidfd_poll(fd) & POLLIN, POLLIN);
}

KT_CASE(pidfd_poll_thread, "pidfd.poll.thread",
	"Verify that a PIDFD_THREAD descriptor becomes readable, and hangs up, when its thread has "
	"exited, though the process goes on",
	KT_POLLS(POLLIN),
	KT_POLLS(POLLHUP, KT_NOT_FIRST(1)))
{
	struct pair *p = kt_shared(sizeof(*p));
	pid_t pid;
	int fd;

	KT_NEEDS(kt_probe_pidfd_flag(PIDFD_THREAD));
	pid = kt_child(leader_body, p);
	KT_AWAIT(p->tid != 0);
	fd = open_pidfd(p->tid, PIDFD_THREAD);
	KT_EQ(kt_pidfd_poll(fd), 0);
	kt_gate_open(&p->exit_thread);
	KT_AWAIT(kt_tgkill(pid, p->tid, 0) == -ESRCH);
	KT_EQ(kt_pidfd_poll(fd), POLLIN | POLLHUP);
	KT_EQ(kt_pidfd_poll(open_pidfd(pid, PIDFD_THREAD)), 0);
}

KT_CASE(pidfd_poll_thread_leader, "pidfd.poll.thread_leader",
	"Verify that a PIDFD_THREAD descriptor of a leader that has exited before its threads is "
	"readable before Linux 6.15 and not since then",
	KT_POLLS(POLLIN, KT_NOT_FIRST(1)))
{
	struct pair *p = kt_shared(sizeof(*p));
	pid_t pid;
	int fd;

	KT_NEEDS(kt_probe_pidfd_flag(PIDFD_THREAD));
	pid = kt_child(leader_body, p);
	fd = open_pidfd(pid, PIDFD_THREAD);
	KT_AWAIT(p->tid != 0);
	KT_EQ(kt_pidfd_poll(fd), 0);
	kt_gate_open(&p->exit_leader);
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_EQ(kt_pidfd_poll(fd), kt_kernel_has(KT_CHANGE_PIDFD_THREAD_LEADER) ? 0 : POLLIN);
}

/* The new image has no end of the case's pipe. */
KT_EXEC_MAIN(parks)
{
	(void)arg;
	kt_park();
}

static void exec_thread(void *arg)
{
	struct pair *p = arg;

	kt_gate_wait(&p->exit_thread);
	KT_OK(kt_exec("parks", ""));
}

static void exec_leader(void *arg)
{
	struct pair *p = arg;

	p->tid = kt_thread(exec_thread, p);
	kt_park();
}

KT_CASE(pidfd_poll_thread_exec, "pidfd.poll.thread_exec",
	"Verify that when a thread other than the leader has called execve, a PIDFD_THREAD "
	"descriptor of the leader is not readable, and one of that thread hangs up",
	KT_POLLS(POLLIN),
	KT_POLLS(POLLIN | POLLHUP, KT_NOT_FIRST(1)),
	KT_POLLS(POLLIN, KT_NOT_FIRST(2)))
{
	struct pair *p = kt_shared(sizeof(*p));
	int leader, thread, all, ends[2];
	pid_t pid;
	char c;

	KT_NEEDS(kt_probe_pidfd_flag(PIDFD_THREAD));
	KT_SYS(pipe2(ends, O_CLOEXEC | O_NONBLOCK));
	pid = kt_child(exec_leader, p);
	KT_SYS(close(ends[1]));
	KT_AWAIT(p->tid != 0);
	leader = open_pidfd(pid, PIDFD_THREAD);
	all = open_pidfd(pid, 0);
	thread = open_pidfd(p->tid, PIDFD_THREAD);
	kt_gate_open(&p->exit_thread);
	KT_AWAIT(read(ends[0], &c, 1) == 0);
	/* An execve that has failed closes it as well, and says so. */
	kt_fail_from_record();
	KT_AWAIT(kt_tgkill(pid, p->tid, 0) == -ESRCH);
	KT_EQ(kt_pidfd_poll(leader), 0);
	KT_EQ(kt_pidfd_poll(thread), POLLIN | POLLHUP);
	KT_EQ(kt_pidfd_poll(all), 0);
	KT_KILL(pid);
	KT_EQ(kt_pidfd_poll(leader), POLLIN | POLLHUP);
}

/* 0, with si_pid 0 when there was nothing, or -errno. */
static long wait_pidfd(int fd, siginfo_t *si, int options)
{
	return kt_raw(SYS_waitid, KT_P_PIDFD, fd, si, options, NULL);
}

KT_CASE(pidfd_waitid, "pidfd.waitid",
	"Verify that waitid with P_PIDFD waits for the child of a pidfd, and fails with ECHILD for "
	"one that is no child, with EINVAL for a negative descriptor and with EBADF for another "
	"file",
	KT_STORES(call, SYS_waitid, 2, offsetof(siginfo_t, si_status), SIGKILL ^ SIGTERM),
	KT_ANSWERS(call, SYS_waitid, -EINVAL, KT_WHEN(3, WEXITED | WNOHANG)))
{
	pid_t pid = kt_child(kt_body_park, NULL);
	int fd = open_pidfd(pid, 0), self = open_pidfd(getpid(), 0);
	int file = KT_SYS(open("/dev/null", O_RDONLY | O_CLOEXEC));
	siginfo_t si = { 0 };

	KT_OK(wait_pidfd(fd, &si, WEXITED | WNOHANG));
	KT_EQ(si.si_pid, 0);
	KT_SYS(kill(pid, SIGKILL));
	KT_OK(wait_pidfd(fd, &si, WEXITED));
	KT_EQ(si.si_pid, pid);
	KT_EQ(si.si_code, CLD_KILLED);
	KT_EQ(si.si_status, SIGKILL);
	KT_ERR(ECHILD, wait_pidfd(fd, &si, WEXITED | WNOHANG));
	KT_ERR(ECHILD, wait_pidfd(self, &si, WEXITED | WNOHANG));
	KT_ERR(EINVAL, wait_pidfd(-1, &si, WEXITED | WNOHANG));
	KT_ERR(EBADF, wait_pidfd(file, &si, WEXITED | WNOHANG));
}

KT_CASE(pidfd_waitid_nonblock, "pidfd.waitid.nonblock",
	"Verify that waitid with a PIDFD_NONBLOCK descriptor fails with EAGAIN while there is "
	"nothing to report, but with WNOHANG succeeds, and reports the end",
	KT_CHANGES_ARG(call, SYS_waitid, 3, 0, WNOHANG),
	KT_ANSWERS(call, SYS_waitid, -EAGAIN))
{
	pid_t pid;
	siginfo_t si = { 0 };
	int fd;

	KT_NEEDS(kt_probe_pidfd_flag(PIDFD_NONBLOCK));
	pid = kt_child(kt_body_park, NULL);
	fd = open_pidfd(pid, PIDFD_NONBLOCK);
	KT_ERR(EAGAIN, wait_pidfd(fd, &si, WEXITED));
	si.si_pid = 1;
	KT_OK(wait_pidfd(fd, &si, WEXITED | WNOHANG));
	KT_EQ(si.si_pid, 0);
	KT_SYS(kill(pid, SIGKILL));
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_OK(wait_pidfd(fd, &si, WEXITED));
	KT_EQ(si.si_pid, pid);
}

KT_PROGRAM
