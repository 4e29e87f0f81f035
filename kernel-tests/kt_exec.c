/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_exec.c - starts the test program again in one of its KT_EXEC_MAIN.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel-tests/kt_exec.h"

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

int kt_exec_path(const char *path, const char *name, const char *arg)
{
	char *value, *argv[] = { (char *)"kt_exec", NULL }, *envp[] = { NULL, NULL };

	value = malloc(sizeof(VARIABLE) + strlen(name) + strlen(arg) + 2);
	if (!value)
		return -ENOMEM;
	stpcpy(stpcpy(stpcpy(stpcpy(value, VARIABLE "="), name), "="), arg);
	envp[0] = value;
	execve(path, argv, envp);
	free(value);
	return -errno;
}

int kt_exec(const char *name, const char *arg)
{
	return kt_exec_path("/proc/self/exe", name, arg);
}
