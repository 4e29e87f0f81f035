/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_foreign.c - writes the programs of other ABIs and runs them traced. Knows
 * nothing of registers.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"

#undef i386
const struct tracee_kind *kt_foreign_native(void)
{
#if defined(__x86_64__) && defined(__ILP32__)
	return &tracee_x32_program;
#elif defined(__x86_64__)
	return &tracee_x86_64;
#elif defined(__i386__)
	return &tracee_i386;
#elif defined(__aarch64__)
	return &tracee_aarch64;
#else
	return &tracee_arm;
#endif
}

int kt_foreign_file(const struct tracee_kind *kind)
{
	unsigned char image[TRACEE_IMAGE_MAX];
	size_t size = tracee_image(kind, image);
	const uint64_t mark = TRACEE_MARK;
	int fd = KT_SYS(memfd_create("foreign", MFD_CLOEXEC));

	KT_REQUIRE(KT_SYS(pwrite(fd, image, size, 0)) == (ssize_t)size);
	KT_REQUIRE(KT_SYS(pwrite(fd, &mark, sizeof(mark), TRACEE_MARK_AT)) == sizeof(mark));
	return fd;
}

/* As execveat(2) on the file itself: it has no path. */
static int exec_file(int file)
{
	char *const argv[] = { (char *)"foreign", NULL }, *const envp[] = { NULL };

	syscall(SYS_execveat, file, "", argv, envp, AT_EMPTY_PATH);
	return -errno;
}

_Noreturn void kt_foreign_exec(int file)
{
	KT_FAIL("execve of a foreign program: %s", kt_errno_name(-exec_file(file)));
}

/* The plain program that runs where calls by the ABI of `kind` are served. */
static const struct tracee_kind *program_of(const struct tracee_kind *kind)
{
	if (strcmp(kind->abi, "x32") == 0)
		return &tracee_x32_program;
	return strcmp(kind->abi, "i386") == 0 ? &tracee_i386 : kind;
}

/* A pipe that execve closes tells when it has worked. */
static int try_exec(const struct tracee_kind *kind)
{
	int file = kt_foreign_file(kind), ends[2], rc = 0;
	pid_t pid;

	KT_SYS(pipe2(ends, O_CLOEXEC));
	pid = KT_SYS(fork());
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		rc = exec_file(file);
		_exit(write(ends[1], &rc, sizeof(rc)) != sizeof(rc));
	}
	close(ends[1]);
	KT_REQUIRE(read(ends[0], &rc, sizeof(rc)) >= 0);
	close(ends[0]);
	close(file);
	kill(pid, SIGKILL);
	KT_SYS(waitpid(pid, NULL, 0));
	return rc;
}

/* int 0x80 from 64-bit code needs a kernel that serves the call and runs the code. */
const char *kt_probe_foreign(const struct tracee_kind *kind)
{
	static char why[120];
	int rc = try_exec(program_of(kind));

	if (rc == 0 && program_of(kind) != kind)
		rc = try_exec(kind);
	if (rc == 0)
		return NULL;
	snprintf(why, sizeof(why), "this kernel runs no %s programs (%s)", kind->abi,
		 kt_errno_name(-rc));
	return why;
}

bool kt_foreign_kernel_is_32(void)
{
	if (sizeof(long) == 8)
		return false;
	return kt_probe_foreign(tracee_is_of_family(&tracee_x86_64) ? &tracee_x86_64 :
								     &tracee_aarch64) != NULL;
}

struct start {
	const struct tracee_kind *kind;
	int file;
	bool filtered;
};

static void trace_getpid(const struct tracee_kind *kind)
{
	struct sock_filter filter[TRACEE_FILTER];
	struct sock_fprog program = { TRACEE_FILTER, filter };

	tracee_filter(kind, filter);
	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	KT_SYS(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
}

static void start_body(void *arg)
{
	const struct start *s = arg;

	KT_SYS(dup2(s->file, TRACEE_FD));
	if (s->filtered)
		trace_getpid(s->kind);
	kt_foreign_exec(s->file);
}

pid_t kt_foreign(const struct tracee_kind *kind, unsigned long options)
{
	struct start s = { kind, kt_foreign_file(kind), options & PTRACE_O_TRACESECCOMP };
	pid_t pid = kt_child_stopped(start_body, &s,
				     options | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC);
	char text[KT_TEXT];
	int status;

	/* Syscall by syscall: an arm kernel (6.1) shows no exit of an execve entered untraced. */
	do {
		KT_OK(kt_syscall(pid, 0));
		status = KT_WAIT_STATUS(pid);
		if (strcmp(kt_status_text(status, text), "syscall") != 0)
			KT_STATUS(status, "EVENT_EXEC");
	} while (strcmp(text, "EVENT_EXEC") != 0);
	KT_FOREIGN_SYSCALLS(pid, 1);
	close(s.file);
	return pid;
}
