/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_core_test.c - a tracee that dumps core. Its only file is below the
 * working directory of the case, and is removed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

static const char *const dir = "core.d";

/* What becomes of a core: a file where the process is, or something else. */
static const char *probe_core_file(void)
{
	static char pattern[128];
	int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, pattern, sizeof(pattern) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return "needs kernel.core_pattern";
	return *pattern == '|' || *pattern == '@' || strchr(pattern, '/') ?
		       "kernel.core_pattern sends cores elsewhere" :
		       NULL;
}

/* The number of files in the directory, which are removed with it. */
static int remove_cores(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	if (!d)
		return 0;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
	rmdir(dir);
	return n;
}

static void stop_with_core(void *unused)
{
	struct rlimit core;

	(void)unused;
	KT_SYS(chdir(dir));
	KT_SYS(getrlimit(RLIMIT_CORE, &core));
	core.rlim_cur = core.rlim_max;
	KT_SYS(setrlimit(RLIMIT_CORE, &core));
	raise(SIGUSR1);
}

KT_CASE(access_coredump_filter, "access.coredump_filter",
	"Verify that a tracee into which the tracer injects SIGABRT dumps core as any other "
	"process: the status says so, and the file is there",
	KT_REPORTS("killed(SIGABRT)", SIGABRT), KT_SEES("core files", 0))
{
	struct rlimit core;
	pid_t pid;
	int status;

	KT_NEEDS(probe_core_file());
	KT_SYS(getrlimit(RLIMIT_CORE, &core));
	if (core.rlim_max < 16 << 20)
		atf_tc_skip("needs an RLIMIT_CORE of 16 MiB or more");
	KT_SYS(mkdir(dir, 0777));
	pid = kt_child_seized(stop_with_core, NULL, 0);
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_cont(pid, SIGABRT));
	status = KT_WAIT(pid, "killed(SIGABRT)");
	KT_EQ(KT_SEEN("core files", remove_cores()), 1);
	KT_REQUIRE(WCOREDUMP(status));
}

KT_PROGRAM
