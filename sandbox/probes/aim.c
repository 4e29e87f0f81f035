/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aim.c - everything that one process can try to do to another: `aim PID`.
 * Prints "NAME ANSWER" for each attempt: "done", an errno, or "absent" where
 * this kernel has no such thing. What it does is harmless, so that a test can
 * see it done to a process that nobody guards.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sandbox/probes/numbers.h"

#define IOPRIO_IDLE (3 << 13)

static pid_t aim;

static long stop(void)
{
	return kill(aim, SIGSTOP);
}

static long go_on(void)
{
	return kill(aim, SIGCONT);
}

static long stop_thread(void)
{
	return syscall(SYS_tkill, aim, SIGSTOP);
}

static long queue(void)
{
	siginfo_t info = { .si_signo = SIGCONT, .si_code = SI_QUEUE };

	return syscall(SYS_rt_sigqueueinfo, aim, SIGCONT, &info);
}

static long seize(void)
{
	return ptrace(PTRACE_SEIZE, aim, NULL, NULL);
}

static long renice(void)
{
	return setpriority(PRIO_PROCESS, (id_t)aim, 19);
}

static long idle(void)
{
	const struct sched_param param = { 0 };

	return sched_setscheduler(aim, SCHED_IDLE, &param);
}

static long params(void)
{
	const struct sched_param param = { 0 };

	return sched_setparam(aim, &param);
}

static long attributes(void)
{
	/* struct sched_attr as of 3.14: its size, then the policy. */
	uint32_t attr[12] = { sizeof(attr), SCHED_IDLE };

	return syscall(SYS_sched_setattr, aim, attr, 0);
}

static long affinity(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	return sched_setaffinity(aim, sizeof(cpus), &cpus);
}

static long io_idle(void)
{
	return syscall(SYS_ioprio_set, 1, aim, IOPRIO_IDLE);
}

static long limit(enum __rlimit_resource what)
{
	const struct rlimit lim = { 100, 100 };

	return prlimit(aim, what, &lim, NULL);
}

static long limit_files(void)
{
	return limit(RLIMIT_NOFILE);
}

static long limit_processes(void)
{
	return limit(RLIMIT_NPROC);
}

static long read_memory(void)
{
	char byte;
	struct iovec local = { &byte, 1 };
	struct iovec remote = { (void *)(uintptr_t)&aim, 1 };
	long rc = process_vm_readv(aim, &local, 1, &remote, 1, 0);

	/* That the address is wrong is told to those alone who may read. */
	return rc < 0 && errno == EFAULT ? 0 : rc;
}

static long write_memory(void)
{
	char byte = 0;
	struct iovec local = { &byte, 1 };
	struct iovec remote = { (void *)(uintptr_t)&aim, 1 };
	long rc = process_vm_writev(aim, &local, 1, &remote, 1, 0);

	return rc < 0 && errno == EFAULT ? 0 : rc;
}

/* EINVAL of a pidfd that is none: this kernel has the call, we the permission. */
static long by_pidfd(long (*call)(int pidfd))
{
	int pidfd = (int)syscall(NR_PIDFD_OPEN, aim, 0);
	long rc = pidfd < 0 ? pidfd : call(pidfd);
	int error = errno;

	if (pidfd >= 0)
		close(pidfd);
	errno = error;
	return rc;
}

static long take_fd(int pidfd)
{
	return syscall(NR_PIDFD_GETFD, pidfd, 0, 0);
}

static long pidfd_getfd(void)
{
	return by_pidfd(take_fd);
}

static long advise(int pidfd)
{
	struct iovec remote = { (void *)(uintptr_t)4096, 4096 };
	long rc = syscall(NR_PROCESS_MADVISE, pidfd, &remote, 1, 20 /* MADV_COLD */, 0);

	return rc < 0 && (errno == ENOMEM || errno == EINVAL) ? 0 : rc;
}

static long process_madvise(void)
{
	return by_pidfd(advise);
}

static long compare(void)
{
	return syscall(SYS_kcmp, getpid(), aim, 1 /* KCMP_VM */, 0, 0);
}

static long move_memory(void)
{
	void *page = NULL;
	int node = 0, status;

	return syscall(SYS_move_pages, aim, 1, &page, &node, &status, 0);
}

static long open_proc(const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)aim, name);
	fd = open(path, flags);
	if (fd >= 0)
		close(fd);
	return fd;
}

static const struct {
	const char *name;
	long (*run)(void);
} attempts[] = {
	{ "stop", stop }, { "continue", go_on }, { "stop-thread", stop_thread },
	{ "queue", queue }, { "seize", seize }, { "renice", renice },
	{ "idle", idle }, { "params", params }, { "attributes", attributes },
	{ "affinity", affinity }, { "io-idle", io_idle },
	{ "limit-files", limit_files }, { "limit-processes", limit_processes },
	{ "read-memory", read_memory }, { "write-memory", write_memory },
	{ "pidfd-getfd", pidfd_getfd }, { "process-madvise", process_madvise },
	{ "compare", compare }, { "move-memory", move_memory },
};

static const struct {
	const char *name;
	int flags;
} files[] = {
	{ "mem", O_RDONLY }, { "mem", O_RDWR }, { "environ", O_RDONLY },
	{ "maps", O_RDONLY }, { "fd/0", O_RDONLY }, { "root", O_RDONLY },
	{ "oom_score_adj", O_WRONLY }, { "comm", O_WRONLY }, { "clear_refs", O_WRONLY },
	{ "coredump_filter", O_WRONLY }, { "timerslack_ns", O_WRONLY },
};

static void say(const char *name, long rc)
{
	if (rc >= 0)
		printf("%s done\n", name);
	else
		printf("%s %s\n", name, errno == ENOSYS ? "absent" : strerrorname_np(errno));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char name[64];

	if (argc != 2 || (aim = atoi(argv[1])) <= 0) {
		fprintf(stderr, "usage: aim PID\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		say(attempts[i].name, attempts[i].run());
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(name, sizeof(name), "%s-%s",
			 files[i].flags == O_RDONLY ? "read" : "write", files[i].name);
		say(name, open_proc(files[i].name, files[i].flags));
	}
	return 0;
}
