/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_guard.c - the clean-up after a case. It may assume nothing about what the
 * case has left: stopped, traced, parked in PTRACE_EVENT_EXIT, orphaned.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_guard.h"
#include "kernel-tests/kt_proc.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_thread.h"
#include "kernel-tests/kt_wrong.h"

#define GROUPS	    64
#define SWEEP_TICKS 30 /* seconds after which the rest is left to the guard */

static _Atomic pid_t *groups;
static pid_t case_pid, guard_pid;
static bool elsewhere;
static bool orphans_come; /* EINVAL under qemu-user: the guard ends them by their groups */
static volatile sig_atomic_t ticks;

/*
 * Lives in its own session: what is sent to the case's group does not reach
 * it. The death signal is the only news it waits for.
 */
static _Noreturn void guard_main(void)
{
	sigset_t term;
	int sig;

	setsid();
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_SETMASK, &term, NULL);
	if (syscall(SYS_close_range, 0, ~0U, 0) < 0)
		for (int fd = 0; fd < 256; fd++)
			close(fd);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0 && getppid() == case_pid)
		sigwait(&term, &sig);
	for (int i = 0; i < GROUPS; i++)
		if (groups[i] > 1)
			kill(-groups[i], SIGKILL);
	_exit(0);
}

/* A child that leaves by exit() comes here too, and has nothing to clean. */
static void at_exit(void)
{
	if (getpid() == case_pid)
		kt_guard_sweep();
}

void kt_guard_setup(void)
{
	groups = mmap(NULL, GROUPS * sizeof(*groups), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (groups == MAP_FAILED)
		kt_broken(__FILE__, __LINE__, "mmap: %s", kt_errno_name(errno));
	case_pid = getpid();
	orphans_come = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
	guard_pid = KT_SYS(fork());
	if (guard_pid == 0)
		guard_main();
	atexit(at_exit);
}

void kt_guard_leave(void)
{
	elsewhere = true;
}

void kt_guard_add_group(pid_t pgid)
{
	if (elsewhere)
		return;
	for (int i = 0; i < GROUPS; i++) {
		pid_t old = groups[i];

		/* A group that is empty by now gives its place away. */
		if (old == pgid)
			return;
		if (old > 1 && (kill(-old, 0) == 0 || errno != ESRCH))
			continue;
		if (atomic_compare_exchange_strong(&groups[i], &old, pgid))
			return;
	}
	kt_broken(__FILE__, __LINE__, "more than %d process groups in one case", GROUPS);
}

/*
 * A tracee that has been killed may stop once more, in PTRACE_EVENT_EXIT, or
 * stand there since long ago; since 6.0 it stays until its tracer lets it go.
 */
static void let_go(pid_t pid)
{
	char path[64];
	struct dirent *d;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return;
	while ((d = readdir(tasks)) != NULL)
		if (atoi(d->d_name) > 0)
			kt_cont((pid_t)atoi(d->d_name), 0);
	closedir(tasks);
}

static void kill_child(pid_t pid, int *n)
{
	if (pid <= 0 || pid == guard_pid)
		return;
	kill(pid, SIGKILL);
	let_go(pid);
	++*n;
}

/* The children of one of our threads. False where the kernel has no such file. */
static bool kill_children_of(int tid, int *n)
{
	char path[64];
	int pid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fscanf(f, "%d", &pid) == 1)
		kill_child(pid, n);
	fclose(f);
	return true;
}

/* Much faster than all of /proc, but it may miss one (proc(5)). */
static bool kill_listed_children(int *n)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *d;
	bool known = tasks;

	while (known && (d = readdir(tasks)) != NULL)
		if (atoi(d->d_name) > 0)
			known = kill_children_of(atoi(d->d_name), n);
	if (tasks)
		closedir(tasks);
	return known;
}

static void kill_found_children(int *n)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	if (!proc)
		return;
	while ((d = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)atoi(d->d_name);

		if (pid > 0 && kt_proc_ppid(pid) == case_pid)
			kill_child(pid, n);
	}
	closedir(proc);
}

/* Kills every child but the guard; the number of them that there were. */
static int kill_children(bool thoroughly)
{
	int n = 0;

	if (thoroughly || !kill_listed_children(&n))
		kill_found_children(&n);
	return n;
}

static void on_tick(int sig)
{
	(void)sig;
	ticks++;
}

static void start_ticks(void)
{
	struct sigaction sa = { .sa_handler = on_tick };
	struct itimerval second = { .it_value = { .tv_sec = 1 }, .it_interval = { .tv_sec = 1 } };

	ticks = 0;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &second, NULL);
}

/*
 * Orphans become our children as their parents die, so repeat until there are
 * none. What another thread traces only that thread could let go: it is ended.
 */
static void sweep(bool thoroughly)
{
	int status;
	pid_t pid;

	while (ticks < SWEEP_TICKS && kill_children(thoroughly) > 0) {
		pid = waitpid(-1, &status, __WALL);
		for (; pid > 0; pid = waitpid(-1, &status, __WALL | WNOHANG))
			if (WIFSTOPPED(status))
				kt_cont(pid, 0);
	}
}

static void end_guard(void)
{
	int status;

	kill(guard_pid, orphans_come ? SIGKILL : SIGTERM);
	while (waitpid(guard_pid, &status, 0) < 0 && errno == EINTR)
		;
	guard_pid = 0;
}

bool kt_guard_sweep(void)
{
	siginfo_t si;

	if (!guard_pid)
		return true;
	kt_wrong_set(NULL);
	kt_ptrace_absent(NULL);
	start_ticks();
	kt_worker_end_all();
	sweep(false);
	if (ticks < SWEEP_TICKS) {
		end_guard();
		/* Nobody is left: the kernel must say so. */
		if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0)
			return true;
		sweep(true);
	}
	if (ticks < SWEEP_TICKS)
		return true;
	guard_pid = 0;
	fprintf(stderr, "kt: processes of this case live on after %d s\n", SWEEP_TICKS);
	return false;
}
