/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_probe.c - probes. Each asks with a call that cannot succeed in changing
 * anything, or asks in a child of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_probe.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_x86.h"

#ifndef SECCOMP_GET_ACTION_AVAIL
#define SECCOMP_GET_ACTION_AVAIL 2
#endif
#ifndef SECCOMP_FILTER_FLAG_NEW_LISTENER
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1UL << 3)
#endif

static char why[160];

/* A tracee in signal(SIGSTOP) that asks for nothing of kt: probes come first. */
static pid_t stopped_tracee(void)
{
	pid_t pid;
	int status;

	/* Skips the case where there is no ptrace, before the child can. */
	kt_ptrace(PTRACE_PEEKDATA, 0, 0, 0);
	pid = KT_SYS(fork());
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (kt_traceme() < 0)
			_exit(1);
		raise(SIGSTOP);
		_exit(0);
	}
	while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
	return WIFSTOPPED(status) ? pid : 0;
}

static void end_tracee(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
}

int kt_probe_yama_scope(void)
{
	int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
	char buf[16] = "";

	if (fd < 0)
		return -1;
	if (read(fd, buf, sizeof(buf) - 1) < 0)
		buf[0] = '\0';
	close(fd);
	return atoi(buf);
}

const char *kt_probe_ptrace(void)
{
	int scope = kt_probe_yama_scope();

	/* No process has pid 0: ESRCH wherever ptrace exists. */
	if (kt_ptrace(PTRACE_PEEKDATA, 0, 0, 0) == -ENOSYS)
		return "ptrace is not there (ENOSYS; qemu-user?)";
	if (scope == 3 || (scope == 2 && kt_probe_cap(CAP_SYS_PTRACE))) {
		snprintf(why, sizeof(why), "kernel.yama.ptrace_scope is %d", scope);
		return why;
	}
	return NULL;
}

/*
 * qemu-user shows its guest the program that it runs as /proc/self/exe; what
 * another process's link says comes from the kernel, and is the emulator.
 */
const char *kt_probe_qemu_user(void)
{
	pid_t parent = getpid(), pid;
	char link[64], shown[256] = "", real[256] = "";
	int status;

	if (readlink("/proc/self/exe", shown, sizeof(shown) - 1) < 0)
		return "needs /proc";
	pid = KT_SYS(fork());
	if (pid == 0) {
		snprintf(link, sizeof(link), "/proc/%d/exe", (int)parent);
		_exit(readlink(link, real, sizeof(real) - 1) > 0 && strcmp(shown, real) != 0 &&
		      strstr(real, "qemu"));
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 1 ? NULL : "not under qemu-user";
}

const char *kt_probe_kernel(void)
{
	return kt_probe_qemu_user() ? NULL : "qemu-user answers here, not the kernel";
}

/* The request with an address and data of 0 touches no memory: EIO where it is unknown. */
static bool knows_request(long request)
{
	pid_t pid = stopped_tracee();
	long rc;

	if (!pid)
		return false;
	rc = kt_ptrace(request, pid, 0, 0);
	end_tracee(pid);
	return rc != -EIO;
}

const char *kt_probe_syscall_info(void)
{
	return knows_request(PTRACE_GET_SYSCALL_INFO) ? NULL :
		       "needs PTRACE_GET_SYSCALL_INFO (Linux 5.3)";
}

const char *kt_probe_set_syscall_info(void)
{
	return knows_request(PTRACE_SET_SYSCALL_INFO) ? NULL :
		       "needs PTRACE_SET_SYSCALL_INFO (Linux 6.16)";
}

const char *kt_probe_singlestep(void)
{
	return knows_request(PTRACE_SINGLESTEP) ? NULL : "needs PTRACE_SINGLESTEP";
}

/* EINVAL without the option, EPERM or success with it. */
const char *kt_probe_checkpoint_restore(void)
{
	pid_t pid = stopped_tracee();
	long rc;

	if (!pid)
		return "needs a tracee";
	rc = kt_setoptions(pid, PTRACE_O_SUSPEND_SECCOMP);
	end_tracee(pid);
	return rc == -EINVAL ? "needs CONFIG_CHECKPOINT_RESTORE" : NULL;
}

/* EFAULT for the missing filter where filters are known. */
const char *kt_probe_seccomp(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 && errno == EFAULT)
		return NULL;
	return "needs SECCOMP_MODE_FILTER (CONFIG_SECCOMP_FILTER)";
}

const char *kt_probe_unfiltered(void)
{
	const char *absent = kt_probe_seccomp();

	if (absent)
		return absent;
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0 ? NULL :
		       "needs a process without seccomp filters of its own";
}

const char *kt_probe_seccomp_action(uint32_t action)
{
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
		return NULL;
	snprintf(why, sizeof(why), "needs seccomp action 0x%08x", action);
	return why;
}

const char *kt_probe_seccomp_flag(unsigned int flag)
{
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL) < 0 && errno == EFAULT)
		return NULL;
	snprintf(why, sizeof(why), "needs SECCOMP_FILTER_FLAG 0x%x", flag);
	return why;
}

/* A process below somebody else's listener cannot have one of its own. */
const char *kt_probe_listener(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { 1, &allow };
	const char *absent = kt_probe_seccomp_flag(SECCOMP_FILTER_FLAG_NEW_LISTENER);
	int status;
	pid_t pid;

	if (absent)
		return absent;
	pid = KT_SYS(fork());
	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog) < 0 ? errno & 0xff : 0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	snprintf(why, sizeof(why), "no seccomp listener here: %s",
		 WIFEXITED(status) ? kt_errno_name(WEXITSTATUS(status)) : "killed");
	return why;
}

/* Bit 30 of the number: on x86_64 the kernel answers the same getpid, or ENOSYS. */
const char *kt_probe_x32(void)
{
#ifdef __x86_64__
	if (syscall(39 /* getpid */ | 0x40000000L) == (long)getpid())
		return NULL;
	return "needs the x32 ABI (CONFIG_X86_X32_ABI, syscall.x32=y)";
#else
	return "the x32 ABI belongs to x86_64";
#endif
}

/* Without the compat code of x86 the instruction is a fault. */
const char *kt_probe_int80(void)
{
#if defined(__x86_64__) || defined(__i386__)
	pid_t pid = KT_SYS(fork());
	int status;

	if (pid == 0)
		_exit(kt_x86_int80(KT_X86_I386_GETPID, 0, 0, 0) == (int)getpid() ? 0 : 1);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? NULL : "needs int $0x80 (CONFIG_IA32_EMULATION)";
#else
	return "int $0x80 belongs to x86";
#endif
}

const char *kt_probe_shared_files(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	if (pid < 0)
		return "needs processes that share their descriptors (CLONE_FILES)";
	if (pid == 0)
		_exit(0);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return NULL;
}

const char *kt_probe_userns(void)
{
	pid_t pid = KT_SYS(fork());
	int status;

	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) < 0 ? errno & 0xff : 0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	snprintf(why, sizeof(why), "no user namespace for this user: %s",
		 WIFEXITED(status) ? kt_errno_name(WEXITSTATUS(status)) : "killed");
	return why;
}

const char *kt_probe_cap(int cap)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) == 0 &&
	    (data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap)))
		return NULL;
	snprintf(why, sizeof(why), "needs capability %d", cap);
	return why;
}

const char *kt_probe_root(void)
{
	return geteuid() == 0 ? NULL : "needs root";
}

const char *kt_probe_unprivileged(void)
{
	if (kt_probe_cap(CAP_SYS_PTRACE) && kt_probe_cap(CAP_SYS_ADMIN))
		return NULL;
	return "needs a user without CAP_SYS_PTRACE and CAP_SYS_ADMIN";
}
