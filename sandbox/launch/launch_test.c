/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launch_test.c - real children: what they are, and that they never outlive us.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launch/domain.h"
#include "sandbox/launch/launch.h"

#define EXITKILL (1ul << 20) /* PTRACE_O_EXITKILL */
#define OPTIONS (EXITKILL | PTRACE_O_TRACEEXEC)

static struct sock_filter allow_all = { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW };
static const struct sock_fprog filter = { 1, &allow_all };

/* The probe beside this program. */
static const char *probe(const atf_tc_t *tc)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/launch_probe", atf_tc_get_config_var(tc, "srcdir"));
	return path;
}

static struct launch make_launch(char *const *argv)
{
	return (struct launch){ .argv = argv, .filter = &filter, .traced = true,
				 .ptrace_options = OPTIONS };
}

/* A tracer that lets everything pass, until the command has ended. */
static int follow(pid_t pid)
{
	int status;

	for (;;) {
		int sig;

		ATF_REQUIRE_EQ(pid, waitpid(pid, &status, __WALL));
		if (WIFEXITED(status) || WIFSIGNALED(status))
			return status;
		ATF_REQUIRE(WIFSTOPPED(status));
		sig = status >> 16 ? 0 : WSTOPSIG(status);
		ATF_REQUIRE_EQ(0, ptrace(PTRACE_CONT, pid, 0, sig));
	}
}

static void start(const struct launch *l, struct launched *out)
{
	const char *failed = NULL;
	int r = launch_start(l, out, &failed);

	ATF_REQUIRE_MSG(r == 0, "cannot %s: %s", failed, strerror(-r));
}

static void finish(struct launched *c)
{
	close(c->exec_status);
	if (c->listener >= 0)
		close(c->listener);
	if (c->control >= 0)
		close(c->control);
}

/* Run a command to its end; *exec_error is 0 or the errno of its exec. */
static int run(const struct launch *l, int *exec_error)
{
	struct launched c;
	int status, error = 0;
	ssize_t n;

	start(l, &c);
	ATF_REQUIRE_EQ(0, launch_go(&c));
	status = follow(c.pid);
	n = read(c.exec_status, &error, sizeof(error));
	ATF_REQUIRE(n == 0 || n == (ssize_t)sizeof(error));
	*exec_error = n ? error : 0;
	finish(&c);
	return status;
}

static int ask(const atf_tc_t *tc, const char *question)
{
	char *argv[] = { (char *)probe(tc), (char *)question, NULL };
	struct launch l = make_launch(argv);
	int error, status = run(&l, &error);

	ATF_REQUIRE_EQ(0, error);
	ATF_REQUIRE(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define CASE(name, text) \
	ATF_TC(name); \
	ATF_TC_HEAD(name, tc) \
	{ \
		atf_tc_set_md_var(tc, "descr", text); \
		atf_tc_set_md_var(tc, "timeout", "120"); \
	} \
	ATF_TC_BODY(name, tc)

CASE(exit_status, "Verify that the command found by PATH runs and its end is the child's")
{
	char *argv[] = { "sh", "-c", "exit 7", NULL };
	struct launch l = make_launch(argv);
	int error, status = run(&l, &error);

	(void)tc;
	ATF_CHECK_EQ(0, error);
	ATF_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

CASE(exec_not_found, "Verify that a command that does not exist is told by ENOENT")
{
	char *argv[] = { "belay-no-such-command", NULL };
	struct launch l = make_launch(argv);
	int error, status;

	(void)tc;
	/* A folder that may not be searched would be told instead. */
	ATF_REQUIRE_EQ(0, setenv("PATH", "/usr/bin:/bin", 1));
	status = run(&l, &error);
	ATF_CHECK_EQ(ENOENT, error);
	ATF_CHECK(WIFEXITED(status));
}

CASE(exec_not_executable, "Verify that a file that is not executable is told by EACCES")
{
	char *argv[] = { "./plain", NULL };
	struct launch l = make_launch(argv);
	int error, fd = open("plain", O_CREAT | O_WRONLY, 0644);

	(void)tc;
	ATF_REQUIRE(fd >= 0);
	close(fd);
	run(&l, &error);
	ATF_CHECK_EQ(EACCES, error);
}

CASE(waits, "Verify that nothing of the command runs before launch_go()")
{
	char *argv[] = { (char *)probe(tc), "hold", NULL };
	struct launch l = make_launch(argv);
	struct launched c;
	char path[64], exe[4096];
	ssize_t n;

	start(&l, &c);
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)c.pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	ATF_REQUIRE(n > 0);
	exe[n] = '\0';
	ATF_CHECK_MSG(strstr(exe, "launch_test") != NULL, "already %s", exe);
	/* Without a go, the end of the control pipe ends it. */
	close(c.control);
	c.control = -1;
	ATF_CHECK_EQ(125, WEXITSTATUS(follow(c.pid)));
	finish(&c);
}

CASE(descriptors_closed, "Verify that the command has no descriptor that was not passed by name")
{
	char *argv[] = { (char *)probe(tc), "descriptors", NULL };
	struct launch l = make_launch(argv);
	int fds[3], error, before;

	ATF_REQUIRE_EQ(0, pipe(fds));
	fds[2] = open("/", O_RDONLY | O_DIRECTORY);
	ATF_REQUIRE(fds[2] >= 0);
	before = fcntl(fds[2], F_GETFD);
	ATF_CHECK_EQ(0, ask(tc, "descriptors"));
	l.keep_fds = &fds[2];
	l.nkeep = 1;
	ATF_REQUIRE_EQ(0, fcntl(fds[2], F_SETFD, FD_CLOEXEC));
	ATF_CHECK_EQ(1, WEXITSTATUS(run(&l, &error)));
	/* Ours are what they were: the child closed its own. */
	ATF_CHECK_EQ(0, before);
	ATF_CHECK_EQ(FD_CLOEXEC, fcntl(fds[2], F_GETFD));
	ATF_CHECK_EQ(0, fcntl(fds[0], F_GETFD));
	ATF_CHECK_EQ(0, fcntl(fds[1], F_GETFD));
}

CASE(keep_not_open, "Verify that a descriptor to keep that is not open starts nothing")
{
	char *argv[] = { "true", NULL };
	/* The lowest free one, which whatever is opened next would have. */
	const int free_fd = dup(STDERR_FILENO);
	const int keeps[] = { free_fd, 999 };
	struct launch l = make_launch(argv);

	(void)tc;
	ATF_REQUIRE(free_fd > STDERR_FILENO);
	close(free_fd);
	for (int i = 0; i < 2; i++) {
		struct launched c;
		const char *failed = NULL;

		l.keep_fds = &keeps[i];
		l.nkeep = 1;
		ATF_CHECK_EQ(-EBADF, launch_start(&l, &c, &failed));
		ATF_CHECK(failed && strstr(failed, "--keep-fd"));
	}
	ATF_CHECK_ERRNO(ECHILD, waitpid(-1, NULL, __WALL) < 0);
}

CASE(filter_refused, "Verify that a filter that the kernel refuses starts nothing")
{
	char *argv[] = { "true", NULL };
	struct sock_filter no_return = { BPF_LD | BPF_W | BPF_ABS, 0, 0, 0 };
	struct sock_fprog bad = { 1, &no_return };
	struct launch l = make_launch(argv);
	struct launched c;
	const char *failed = NULL;

	(void)tc;
	l.filter = &bad;
	ATF_CHECK_EQ(-EINVAL, launch_start(&l, &c, &failed));
	ATF_CHECK(failed && strstr(failed, "seccomp"));
	ATF_CHECK_ERRNO(ECHILD, waitpid(-1, NULL, __WALL) < 0);
}

CASE(privileges, "Verify that the command cannot gain privileges and root has lost the "
	"dangerous ones")
{
	ATF_CHECK_EQ(0, ask(tc, "no_new_privs"));
	ATF_CHECK_EQ(0, ask(tc, "capabilities"));
}

CASE(memory_apart, "Verify that the command cannot open the memory of a process outside "
	"the sandbox")
{
	char pid[16], *argv[] = { (char *)probe(tc), "memory", pid, NULL };
	struct launch l = make_launch(argv);
	pid_t other = fork();
	int error, inside, outside;

	if (other == 0) {
		pause();
		_exit(0);
	}
	ATF_REQUIRE(other > 0);
	snprintf(pid, sizeof(pid), "%d", (int)other);
	outside = WEXITSTATUS(run(&l, &error));
	l.apart = true;
	inside = WEXITSTATUS(run(&l, &error));
	kill(other, SIGKILL);
	ATF_REQUIRE_EQ(other, waitpid(other, NULL, 0));
	if (domain_reach() == DOMAIN_NONE)
		atf_tc_skip("needs Landlock ABI 2, Linux 5.19");
	ATF_CHECK_EQ(0, inside);
	/* Root has lost CAP_SYS_PTRACE, which this process still has. */
	ATF_CHECK_EQ(geteuid() == 0 ? 0 : 2, outside);
}

CASE(signals_kept, "Verify that the command has the signal mask and dispositions of its caller")
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	ATF_REQUIRE_EQ(0, sigprocmask(SIG_BLOCK, &set, NULL));
	ATF_REQUIRE(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
	ATF_CHECK_EQ(0, ask(tc, "signals"));
}

CASE(listener_held, "Verify that the filter's listener is ours and that the command gets none")
{
	char *argv[] = { (char *)probe(tc), "listener", NULL };
	struct launch l = make_launch(argv);
	struct launched c;

	start(&l, &c);
	if (c.listener < 0) {
		ATF_CHECK_EQ(EINVAL, c.why_no_listener);
		close(c.control);
		c.control = -1;
		follow(c.pid);
		finish(&c);
		atf_tc_skip("seccomp listeners exist since Linux 5.0");
	}
	ATF_CHECK_EQ(FD_CLOEXEC, fcntl(c.listener, F_GETFD));
	ATF_REQUIRE_EQ(0, launch_go(&c));
	ATF_CHECK_EQ(EBUSY, WEXITSTATUS(follow(c.pid)));
	finish(&c);
}

CASE(below_listener, "Verify that below another listener the filter is installed without one")
{
	char *argv[] = { "sh", "-c", "exit 9", NULL };
	struct launch l = make_launch(argv);
	pid_t below;
	int status;

	(void)tc;
	below = fork();
	ATF_REQUIRE(below >= 0);
	if (below == 0) {
		struct launched c;
		const char *failed;
		long fd;

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			     &filter);
		if (fd < 0)
			_exit(100);
		if (launch_start(&l, &c, &failed) != 0)
			_exit(101);
		if (c.listener != -1 || c.why_no_listener != EBUSY)
			_exit(102);
		if (launch_go(&c) != 0)
			_exit(103);
		while (waitpid(c.pid, &status, __WALL) == c.pid && WIFSTOPPED(status))
			ptrace(PTRACE_CONT, c.pid, 0, status >> 16 ? 0 : WSTOPSIG(status));
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 104);
	}
	ATF_REQUIRE_EQ(below, waitpid(below, &status, 0));
	ATF_REQUIRE(WIFEXITED(status));
	if (WEXITSTATUS(status) == 100)
		atf_tc_skip("seccomp listeners exist since Linux 5.0");
	ATF_CHECK_EQ(9, WEXITSTATUS(status));
}

/* A supervisor that launches a holder of fds[1], gets it to `stage`, tells, and waits to die. */
static void doomed(const struct launch *l, int stage, int tell)
{
	struct launched c;
	const char *failed;
	int status;

	if (launch_start(l, &c, &failed) != 0)
		_exit(1);
	if (stage > 0 && launch_go(&c) != 0)
		_exit(2);
	/* The exec has happened when its event comes. */
	if (stage > 0 && waitpid(c.pid, &status, __WALL) != c.pid)
		_exit(3);
	if (stage > 1)
		ptrace(PTRACE_CONT, c.pid, 0, 0);
	if (write(tell, "", 1) != 1)
		_exit(4);
	for (;;)
		pause();
}

CASE(dies_with_us, "Verify that SIGKILL of the caller leaves no child, waiting, at its "
	"exec or after it")
{
	char *argv[] = { (char *)probe(tc), "hold", NULL };
	struct launch l = make_launch(argv);

	for (int stage = 0; stage <= 2; stage++) {
		int held[2], told[2];
		struct pollfd p;
		pid_t pid;
		char byte;

		ATF_REQUIRE_EQ(0, pipe(held));
		ATF_REQUIRE_EQ(0, pipe(told));
		l.keep_fds = &held[1];
		l.nkeep = 1;
		pid = fork();
		ATF_REQUIRE(pid >= 0);
		if (pid == 0)
			doomed(&l, stage, told[1]);
		close(held[1]);
		close(told[1]);
		ATF_REQUIRE_EQ(1, read(told[0], &byte, 1));
		ATF_REQUIRE_EQ(0, kill(pid, SIGKILL));
		ATF_REQUIRE_EQ(pid, waitpid(pid, NULL, 0));
		/* The last holder of the pipe is gone when it ends. */
		p = (struct pollfd){ .fd = held[0], .events = POLLIN };
		ATF_REQUIRE_MSG(poll(&p, 1, 60000) == 1, "stage %d: the child lives", stage);
		ATF_CHECK_EQ(0, read(held[0], &byte, 1));
		close(held[0]);
		close(told[0]);
	}
}

CASE(traced_by_other, "Verify that below a tracer of all our children nothing is started")
{
	char *argv[] = { "true", NULL };
	struct launch l = make_launch(argv);
	int status, result = -1, waiting[2];
	pid_t pid, other;

	(void)tc;
	ATF_REQUIRE_EQ(0, pipe(waiting));
	pid = fork();
	ATF_REQUIRE(pid >= 0);
	if (pid == 0) {
		struct launched c;
		const char *failed = "";
		char byte;
		int r;

		close(waiting[1]);
		if (read(waiting[0], &byte, 1) != 1)
			_exit(100);
		r = launch_start(&l, &c, &failed);
		if (r != -EPERM || !strstr(failed, "traced"))
			_exit(101);
		_exit(waitpid(-1, NULL, __WALL) < 0 && errno == ECHILD ? 0 : 102);
	}
	ATF_REQUIRE_EQ(0, ptrace(PTRACE_SEIZE, pid, 0,
				 EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE |
				 PTRACE_O_TRACEVFORK));
	ATF_REQUIRE_EQ(1, write(waiting[1], "", 1));
	while ((other = waitpid(-1, &status, __WALL)) > 0) {
		if (other == pid && WIFEXITED(status))
			result = WEXITSTATUS(status);
		if (WIFSTOPPED(status))
			ptrace(PTRACE_CONT, other, 0, status >> 16 ? 0 : WSTOPSIG(status));
	}
	ATF_CHECK_EQ(0, result);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, exit_status);
	ATF_TP_ADD_TC(tp, memory_apart);
	ATF_TP_ADD_TC(tp, exec_not_found);
	ATF_TP_ADD_TC(tp, exec_not_executable);
	ATF_TP_ADD_TC(tp, waits);
	ATF_TP_ADD_TC(tp, descriptors_closed);
	ATF_TP_ADD_TC(tp, keep_not_open);
	ATF_TP_ADD_TC(tp, filter_refused);
	ATF_TP_ADD_TC(tp, privileges);
	ATF_TP_ADD_TC(tp, signals_kept);
	ATF_TP_ADD_TC(tp, listener_held);
	ATF_TP_ADD_TC(tp, below_listener);
	ATF_TP_ADD_TC(tp, dies_with_us);
	ATF_TP_ADD_TC(tp, traced_by_other);
	return atf_no_error();
}
