/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_exec.c - starts the test program again in one of its KT_EXEC_MAIN.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel-tests/kt_exec.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_fail.h"

#define VARIABLE "KT_EXEC"

/* Weak: most programs have no KT_EXEC_MAIN. */
extern const struct kt_exec *const __start_kt_execs[] __attribute__((weak));
extern const struct kt_exec *const __stop_kt_execs[] __attribute__((weak));

/* "name=argument" in the environment; unset, this is an ordinary start. */
static __attribute__((constructor)) void dispatch(void)
{
	const char *value = getenv(VARIABLE);

	if (!value)
		return;
	for (const struct kt_exec *const *e = __start_kt_execs; e < __stop_kt_execs; e++) {
		size_t n = strlen((*e)->name);

		if (strncmp(value, (*e)->name, n) != 0 || value[n] != '=')
			continue;
		(*e)->main(value + n + 1);
		_exit(0);
	}
	_exit(127);
}

static int exec_in(const char *path, char *const argv[], const char *name, const char *arg)
{
	char value[256], *envp[] = { value, NULL };
	int n = snprintf(value, sizeof(value), "%s=%s=%s", VARIABLE, name, arg);

	if (n < 0 || (size_t)n >= sizeof(value))
		return -E2BIG;
	execve(path, argv, envp);
	if (errno == ENOEXEC)
		kt_skip("the kernel cannot execute this program (qemu-user without binfmt_misc)");
	return -errno;
}

int kt_exec_path(const char *path, const char *name, const char *arg)
{
	char *argv[] = { (char *)"kt_exec", NULL };

	return exec_in(path, argv, name, arg);
}

int kt_exec(const char *name, const char *arg)
{
	return kt_exec_path("/proc/self/exe", name, arg);
}

int kt_exec_bare(const char *name, const char *arg)
{
	char *argv[] = { NULL };

	return exec_in("/proc/self/exe", argv, name, arg);
}

int kt_exec_suid_copy(char path[KT_EXEC_PATH])
{
	int from = KT_SYS(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	int to = KT_SYS(open("suid", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700)), fd;
	struct stat st;
	off_t at = 0;

	KT_SYS(fstat(from, &st));
	while (at < st.st_size)
		if (KT_SYS(sendfile(to, from, &at, (size_t)(st.st_size - at))) == 0)
			kt_broken(__FILE__, __LINE__, "the program became shorter");
	KT_SYS(fchmod(to, 04755));
	close(from);
	close(to);
	fd = KT_SYS(open("suid", O_PATH | O_CLOEXEC));
	KT_SYS(unlink("suid"));
	snprintf(path, KT_EXEC_PATH, "/proc/self/fd/%d", fd);
	return fd;
}
