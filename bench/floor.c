/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor.c - the least that supervision by ptrace can cost: `floor COMMAND`
 * stops the calls that open, make, remove or rename a name, looks at number
 * and path, and lets them go on. It protects nothing: what it looked at can
 * change before the kernel uses it. It is here to be measured against.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACE(nr)                                                                                  \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1),                                           \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)

static struct sock_filter code[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	TRACE(SYS_openat),
#ifdef SYS_mkdir
	TRACE(SYS_mkdir),
	TRACE(SYS_rmdir),
	TRACE(SYS_rename),
#else
	TRACE(SYS_mkdirat),
	TRACE(SYS_unlinkat),
	TRACE(SYS_renameat2),
#endif
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static void child(char **argv, int go)
{
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };
	char byte;

	if (read(go, &byte, 1) != 1 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		_exit(125);
	execvp(argv[0], argv);
	_exit(127);
}

static void look(pid_t pid)
{
	struct __ptrace_syscall_info info;
	char path[256];
	struct iovec to = { path, sizeof(path) }, from;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return;
	from.iov_base = (void *)(uintptr_t)info.seccomp.args[info.seccomp.nr == SYS_openat];
	from.iov_len = sizeof(path);
	process_vm_readv(pid, &to, 1, &from, 1, 0);
}

int main(int argc, char **argv)
{
	int go[2], status;
	pid_t pid, first;

	if (argc < 2 || pipe(go) < 0)
		return 125;
	first = fork();
	if (first == 0)
		child(argv + 1, go[0]);
	if (first < 0 ||
	    ptrace(PTRACE_SEIZE, first, 0,
		   PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |
			   PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE) < 0 ||
	    write(go[1], "", 1) != 1) {
		perror("floor");
		return 125;
	}
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			if (pid == first)
				return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
			continue;
		}
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
			look(pid);
		ptrace(PTRACE_CONT, pid, 0, status >> 16 ? 0 : WSTOPSIG(status));
	}
	return 125;
}
