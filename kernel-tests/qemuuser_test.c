/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemuuser_test.c - what a program finds that qemu-user runs: not a promise of
 * the kernel, but what a sandbox and these tests have to expect there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch/abi.h"
#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"
#include "kernel-tests/kt_landlock.h"

/* The numbers are the same on every ABI, but for the bit of x32. */
#define NR_BIT		   (SYS_read & 0x40000000)
#define NR_PIDFD_SIGNAL	   (424 | NR_BIT)
#define NR_PIDFD_OPEN	   (434 | NR_BIT)
#define NR_CLONE3	   (435 | NR_BIT)
#define NR_CLOSE_RANGE	   (436 | NR_BIT)
#define NR_OPENAT2	   (437 | NR_BIT)
#define NR_PIDFD_GETFD	   (438 | NR_BIT)
#define NR_PROCESS_MADVISE (440 | NR_BIT)

KT_CASE(qemuuser_ptrace_enosys, "qemuuser.ptrace_enosys",
	"Verify that under qemu-user every ptrace request fails with ENOSYS",
	KT_ANSWERS(call, SYS_ptrace, -ESRCH))
{
	const long requests[] = { PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_PEEKDATA,
				  KT_PTRACE_UNKNOWN };

	KT_NEEDS(kt_probe_qemu_user());
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		KT_ERR(ENOSYS, kt_raw(SYS_ptrace, requests[i], 0, 0, 0));
}

KT_CASE(qemuuser_seccomp, "qemuuser.seccomp",
	"Verify that under qemu-user there is no seccomp: seccomp fails with ENOSYS and its prctl "
	"with EINVAL; no_new_privs is there",
	KT_ANSWERS(call, SYS_seccomp, -EFAULT), KT_ANSWERS(call, SYS_prctl, 0),
	KT_ANSWERS(call, SYS_prctl, -EINVAL, KT_WHEN(0, PR_SET_NO_NEW_PRIVS)))
{
	KT_NEEDS(kt_probe_qemu_user());
	KT_ERR(ENOSYS, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
	KT_ERR(ENOSYS, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL));
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0, 0));
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0));
	KT_OK(kt_raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	KT_EQ(kt_raw(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}

KT_CASE(qemuuser_missing, "qemuuser.missing",
	"Verify that under qemu-user process_vm_*, Landlock, clone3, openat2 and process_madvise "
	"fail with ENOSYS",
	KT_ANSWERS(call, NR_OPENAT2, -EINVAL), KT_ANSWERS(call, KT_LL_CREATE, 1))
{
	const long calls[] = { SYS_process_vm_readv, SYS_process_vm_writev, KT_LL_CREATE,
			       KT_LL_RESTRICT, NR_CLONE3, NR_OPENAT2, NR_PROCESS_MADVISE };

	KT_NEEDS(kt_probe_qemu_user());
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		printf("call %ld\n", calls[i]);
		KT_ERR(ENOSYS, kt_raw(calls[i], 0, 0, 1, 0, 0, 0));
	}
}

KT_CASE(qemuuser_present, "qemuuser.present",
	"Verify that under qemu-user pidfd_open, pidfd_send_signal and pidfd_getfd, close_range, "
	"kcmp and tgkill work",
	KT_ANSWERS(call, NR_PIDFD_OPEN, -ENOSYS), KT_ANSWERS(call, NR_PIDFD_GETFD, -ENOSYS),
	KT_ANSWERS(call, SYS_kcmp, -ENOSYS), KT_ANSWERS(call, NR_CLOSE_RANGE, -ENOSYS))
{
	pid_t pid;
	int pidfd, copy;

	KT_NEEDS(kt_probe_qemu_user());
	pid = kt_child(kt_body_park, NULL);
	KT_AWAIT(kt_proc_state(pid) == 'S');
	pidfd = (int)KT_OK(kt_raw(NR_PIDFD_OPEN, pid, 0));
	copy = (int)KT_OK(kt_raw(NR_PIDFD_GETFD, pidfd, pidfd - 1, 0));
	KT_OK(kt_raw(SYS_kcmp, getpid(), getpid(), 0 /* KCMP_FILE */, copy, copy));
	KT_OK(kt_raw(NR_CLOSE_RANGE, copy, copy, 0));
	KT_EQ(fcntl(copy, F_GETFD), -1);
	KT_OK(kt_raw(SYS_tgkill, pid, pid, 0));
	KT_OK(kt_raw(NR_PIDFD_SIGNAL, pidfd, SIGKILL, NULL, 0));
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_CASE(qemuuser_threads, "qemuuser.threads",
	"Verify that under qemu-user the emulator's own thread makes unshare(CLONE_NEWUSER) and "
	"setns to a user namespace fail with EINVAL",
	KT_ANSWERS(call, SYS_unshare, 0), KT_ANSWERS(call, SYS_setns, -EPERM))
{
	int own;

	KT_NEEDS(kt_probe_qemu_user());
	KT_ERR(EINVAL, kt_raw(SYS_unshare, CLONE_NEWUSER));
	own = KT_SYS(open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC));
	KT_ERR(EINVAL, kt_raw(SYS_setns, own, CLONE_NEWUSER));
}

/* An emulator of `kind` that is a program of this one's ABI, or NULL. */
static const char *find_emulator(const struct tracee_kind *kind)
{
	const struct tracee_kind *native = kt_foreign_native();
	static char path[64];

	for (int is_static = 1; is_static >= 0; is_static--) {
		unsigned char header[20] = "";
		ssize_t n = -1;
		int fd;

		snprintf(path, sizeof(path), "/usr/bin/qemu-%s%s", kind->abi,
			 is_static ? "-static" : "");
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			n = read(fd, header, sizeof(header));
			close(fd);
		}
		if (n == sizeof(header) && (header[4] == 2) == native->is_64bit &&
		    (header[18] | header[19] << 8) == native->machine)
			return path;
	}
	return NULL;
}

struct emulated {
	const char *emulator;
	int program;
};

static void emulate(void *arg)
{
	const struct emulated *e = arg;
	char path[32];
	char *argv[] = { (char *)e->emulator, path, NULL }, *envp[] = { NULL };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", e->program);
	KT_SYS(fcntl(e->program, F_SETFD, 0));
	execve(e->emulator, argv, envp);
	KT_FAIL("execve of %s: %s", e->emulator, kt_errno_name(errno));
}

/* To the next entry of `nr`; every call on the way is one of the emulator's own ABI. */
static void run_to(pid_t pid, long nr)
{
	struct ptrace_syscall_info info;

	do {
		KT_OK(kt_syscall(pid, 0));
		KT_STATUS(KT_WAIT_STATUS(pid), "syscall");
		KT_OK(kt_syscall_info(pid, &info));
		KT_EQ(info.arch, abi_native()->audit_arch);
	} while (info.op != PTRACE_SYSCALL_INFO_ENTRY || (long)info.entry.nr != nr);
}

KT_CASE(qemuuser_host_tracer, "qemuuser.host_tracer",
	"Verify that the tracer of a program that qemu-user runs sees the system calls of the "
	"emulator, with its ABI and numbers, and none of the program's",
	KT_STORES(ptrace, PTRACE_GET_SYSCALL_INFO, 3, offsetof(struct ptrace_syscall_info, arch),
		  1))
{
	const struct tracee_kind *native = kt_foreign_native();
	const struct tracee_kind *guest =
		strcmp(abi_native()->family, "x86") == 0 ? &tracee_aarch64 : &tracee_x86_64;
	struct emulated e = { .emulator = find_emulator(guest) };
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	if (!e.emulator)
		atf_tc_skip("needs a qemu-%s that is a program of this ABI", guest->abi);
	e.program = kt_foreign_file(guest);
	pid = kt_child_stopped(emulate, &e, PTRACE_O_TRACESYSGOOD);
	/* The program's numbers are others, and its loop is the only one that asks for these. */
	KT_REQUIRE(guest->nr_getpid != native->nr_getpid);
	run_to(pid, native->nr_getpid);
	run_to(pid, native->nr_getppid);
	run_to(pid, native->nr_getpid);
}

KT_PROGRAM
