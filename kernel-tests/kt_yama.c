/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_yama.c - takes the scope of Yama that a case needs, and gives it back.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_probe.h"
#include "kernel-tests/kt_proc.h"
#include "kernel-tests/kt_yama.h"

static const char file[] = "/proc/sys/kernel/yama/ptrace_scope";
static int before = -1;
static pid_t case_pid;

int kt_yama_write(int scope)
{
	char text[16];
	int fd = open(file, O_WRONLY | O_CLOEXEC), n, rc = 0;

	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%d\n", scope);
	if (write(fd, text, (size_t)n) != n)
		rc = -errno;
	close(fd);
	return rc;
}

static void restore(void)
{
	if (getpid() == case_pid)
		kt_yama_write(before);
}

/* The configuration variable that allows a scope; NULL: none is needed. */
static const char *const permission[] = { NULL, NULL, "disposable", "allow_yama3" };

static bool is_allowed(int scope)
{
	const char *value = permission[scope] ? kt_case_config(permission[scope]) : "yes";

	return value && strcmp(value, "yes") == 0;
}

void kt_yama_need(int scope)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		atf_tc_skip("needs Yama (CONFIG_SECURITY_YAMA, lsm=yama)");
	/* Never closed: the lock lasts as long as the case. */
	KT_AWAIT(flock(fd, LOCK_EX | LOCK_NB) == 0);
	before = kt_probe_yama_scope();
	if (before == scope)
		return;
	if (!is_allowed(scope))
		atf_tc_skip("sets kernel.yama.ptrace_scope to %d: needs the configuration variable "
			    "%s=yes",
			    scope, permission[scope]);
	KT_NEEDS(kt_probe_root());
	case_pid = getpid();
	KT_SYS(atexit(restore));
	rc = kt_yama_write(scope);
	if (rc < 0)
		atf_tc_skip("kernel.yama.ptrace_scope is %d and cannot be set to %d: %s", before,
			    scope, kt_errno_name(-rc));
}
