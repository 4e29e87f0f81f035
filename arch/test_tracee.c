/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tracee.c - write the programs of test_image.c, run them traced, stop
 * them where a test wants to look. Knows nothing of registers.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atf-c.h>

#include "arch/test_tracee.h"

#define FILE_NAME "tracee"
#define DEADLINE 120 /* seconds; only against a hang */

#define REQUEST_TRACEME 0
#define REQUEST_CONT 7
#define REQUEST_SYSCALL 24
#define REQUEST_SETOPTIONS 0x4200
#define OPTION_TRACESYSGOOD 0x1
#define OPTION_TRACEEXEC 0x10
#define OPTION_TRACESECCOMP 0x80
#define OPTION_EXITKILL 0x100000
#define EVENT_EXEC 4
#define EVENT_SECCOMP 7

const struct call_io tracee_ios[] = { { -1, -1 }, { -1, 0 }, { 0, 0 } };
const size_t tracee_nios = sizeof(tracee_ios) / sizeof(tracee_ios[0]);

static long request(long what, pid_t pid, unsigned long addr, unsigned long data)
{
	return syscall(SYS_ptrace, what, (long)pid, addr, data);
}

static void write_file(const struct tracee_kind *kind)
{
	unsigned char image[TRACEE_IMAGE_MAX];
	size_t size = tracee_image(kind, image);
	uint64_t mark = TRACEE_MARK;
	int fd;

	fd = open(FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	ATF_REQUIRE(fd >= 0);
	ATF_REQUIRE_EQ(write(fd, image, size), (ssize_t)size);
	ATF_REQUIRE_EQ(pwrite(fd, &mark, sizeof(mark), TRACEE_MARK_AT), (ssize_t)sizeof(mark));
	ATF_REQUIRE_EQ(close(fd), 0);
}

/* What the child says with its exit status when it gets no further. */
enum { CHILD_TRACEME = 1, CHILD_FILTER, CHILD_FILE, CHILD_NO_EXEC, CHILD_EXEC_DENIED };

static int trace_getpid(const struct tracee_kind *kind)
{
	struct sock_filter filter[TRACEE_FILTER];
	struct sock_fprog program = { TRACEE_FILTER, filter };

	tracee_filter(kind, filter);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static void child(const struct tracee_kind *kind, bool traced)
{
	char *const argv[] = { FILE_NAME, NULL };
	int fd;

	if (request(REQUEST_TRACEME, 0, 0, 0))
		_exit(CHILD_TRACEME);
	fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || dup2(fd, TRACEE_FD) != TRACEE_FD)
		_exit(CHILD_FILE);
	raise(SIGSTOP);
	if (traced && trace_getpid(kind))
		_exit(CHILD_FILTER);
	execv(FILE_NAME, argv);
	_exit(errno == ENOEXEC ? CHILD_NO_EXEC : CHILD_EXEC_DENIED);
}

static int wait_stop(pid_t pid)
{
	int status;

	ATF_REQUIRE_EQ(waitpid(pid, &status, __WALL), pid);
	if (!WIFSTOPPED(status) && WIFEXITED(status)) {
		unlink(FILE_NAME);
		switch (WEXITSTATUS(status)) {
		case CHILD_TRACEME:
			atf_tc_skip("no ptrace here");
		case CHILD_FILTER:
			atf_tc_skip("no seccomp filters here");
		case CHILD_NO_EXEC:
			atf_tc_skip("this kernel runs no such programs");
		case CHILD_EXEC_DENIED:
			atf_tc_skip("no program may be executed in the working directory");
		}
	}
	ATF_REQUIRE_MSG(WIFSTOPPED(status), "status %#x", status);
	return status;
}

pid_t tracee_start(const struct tracee_kind *kind, const struct call_io *io, bool traced)
{
	pid_t pid;

	if (!io->get_info && access("/proc/self/syscall", F_OK))
		atf_tc_skip("no /proc/PID/syscall, which the fallback reads");
	alarm(DEADLINE);
	write_file(kind);
	pid = fork();
	ATF_REQUIRE(pid >= 0);
	if (!pid)
		child(kind, traced);
	ATF_REQUIRE_EQ(WSTOPSIG(wait_stop(pid)), SIGSTOP);
	ATF_REQUIRE_EQ(request(REQUEST_SETOPTIONS, pid, 0,
			       OPTION_TRACESYSGOOD | OPTION_TRACEEXEC | OPTION_TRACESECCOMP |
				       OPTION_EXITKILL), 0);
	/*
	 * From one syscall stop to the next: on arm (6.1) an execve that was
	 * entered untraced has no exit-stop, whatever its event was resumed with.
	 */
	do
		ATF_REQUIRE_EQ(request(REQUEST_SYSCALL, pid, 0, 0), 0);
	while (wait_stop(pid) >> 8 != (SIGTRAP | EVENT_EXEC << 8));
	tracee_to_syscall(pid);
	return pid;
}

void tracee_end(pid_t pid)
{
	int status;

	ATF_REQUIRE_EQ(kill(pid, SIGKILL), 0);
	do
		ATF_REQUIRE_EQ(waitpid(pid, &status, __WALL), pid);
	while (WIFSTOPPED(status));
	ATF_REQUIRE(WIFSIGNALED(status));
	unlink(FILE_NAME);
}

void tracee_run(pid_t pid)
{
	ATF_REQUIRE_EQ(request(REQUEST_CONT, pid, 0, 0), 0);
}

void tracee_to_syscall(pid_t pid)
{
	ATF_REQUIRE_EQ(request(REQUEST_SYSCALL, pid, 0, 0), 0);
	ATF_REQUIRE_EQ(wait_stop(pid) >> 8, SIGTRAP | 0x80);
}

void tracee_to_seccomp(pid_t pid)
{
	tracee_run(pid);
	ATF_REQUIRE_EQ(wait_stop(pid) >> 8, SIGTRAP | EVENT_SECCOMP << 8);
}

void tracee_to_signal(pid_t pid, int signal)
{
	ATF_REQUIRE_EQ(request(REQUEST_SYSCALL, pid, 0, 0), 0);
	ATF_REQUIRE_EQ(wait_stop(pid) >> 8, signal);
}

void tracee_to_getpid(pid_t pid, enum call_point point)
{
	if (point == CALL_SECCOMP)
		tracee_to_seccomp(pid);
	else
		tracee_to_syscall(pid);
}

bool tracee_has_mark(pid_t pid, uint64_t address)
{
	char path[64];
	uint64_t mark = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ATF_REQUIRE(fd >= 0);
	if (pread(fd, &mark, sizeof(mark), (off_t)address) != (ssize_t)sizeof(mark))
		mark = 0;
	close(fd);
	return mark == TRACEE_MARK;
}
