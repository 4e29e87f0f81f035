/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock_test.c - what a Landlock domain keeps its processes from doing to
 * those outside, whatever its rules are for.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* linux/landlock.h of ABI 6; the numbers are the same on every ABI. */
#define NR_BIT		 (SYS_read & 0x40000000) /* x32 */
#define NR_CREATE	 (444 | NR_BIT)
#define NR_RESTRICT	 (446 | NR_BIT)
#define GET_VERSION	 1
#define FS_MAKE_BLOCK	 (1ULL << 11)
#define SCOPE_SIGNAL	 (1ULL << 1)

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

static const char *probe_landlock(long abi)
{
	static char why[64];
	long have = syscall(NR_CREATE, NULL, 0, GET_VERSION);

	if (have < 0)
		return errno == EOPNOTSUPP ? "Landlock is not enabled at boot" :
					     "the kernel has no Landlock";
	snprintf(why, sizeof(why), "needs Landlock ABI %ld, the kernel has %ld", abi, have);
	return have < abi ? why : NULL;
}

/* In a child: a domain that handles one right that nothing here uses, or a scope. */
static void enter_domain(uint64_t fs, uint64_t scoped)
{
	struct ruleset_attr attr = { fs, 0, scoped };
	long ruleset;

	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	ruleset = KT_SYS(syscall(NR_CREATE, &attr, scoped ? sizeof(attr) : sizeof(attr.fs), 0));
	KT_SYS(syscall(NR_RESTRICT, ruleset, 0));
	KT_SYS(close((int)ruleset));
}

/* 0 or -errno. */
static long open_mem(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

struct pair {
	pid_t outside;
	_Atomic int inside; /* the domain is entered */
};

static void memory_body(void *arg)
{
	struct pair *p = arg;

	KT_OK(open_mem(p->outside));
	enter_domain(FS_MAKE_BLOCK, 0);
	KT_ERR(EACCES, open_mem(p->outside));
	KT_ERR(EPERM, kt_seize(p->outside, 0));
	KT_OK(open_mem(getpid()));
	atomic_store(&p->inside, 1);
	kt_park();
}

KT_CASE(landlock_ptrace_hierarchy, "landlock.ptrace.hierarchy",
	"Verify that a process in a Landlock domain can neither trace a process outside nor open its "
	"memory, and one outside can do both to it")
{
	struct pair *p = kt_shared(sizeof(*p));
	pid_t pid;

	KT_NEEDS(probe_landlock(1));
	p->outside = kt_child(kt_body_park, NULL);
	KT_AWAIT_PARKED(p->outside);
	pid = kt_child(memory_body, p);
	KT_AWAIT(atomic_load(&p->inside) == 1);
	KT_OK(open_mem(pid));
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
}

static void signal_body(void *arg)
{
	struct pair *p = arg;

	enter_domain(0, SCOPE_SIGNAL);
	KT_EQ(kill(p->outside, SIGKILL), -1);
	KT_EQ(errno, EPERM);
	KT_EQ(kill(p->outside, 0), -1);
	KT_EQ(errno, EPERM);
	KT_SYS(kill(getpid(), 0));
}

KT_CASE(landlock_scope_signal, "landlock.scope.signal",
	"Verify that a Landlock domain with the signal scope can signal its own processes and none "
	"outside")
{
	struct pair *p = kt_shared(sizeof(*p));

	KT_NEEDS(probe_landlock(6));
	p->outside = kt_child(kt_body_park, NULL);
	KT_AWAIT_PARKED(p->outside);
	KT_WAIT(kt_child(signal_body, p), "exited(0)");
	KT_KILL(p->outside);
}

KT_PROGRAM
