/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caller.c - the processes of a sandbox that nobody traces. Numbers are those
 * of the pid namespace: none of them can name a process outside. It judges
 * nothing.
 */
#include "sandbox/supervise/caller.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/plan/listener.h"
#include "sandbox/supervise/box.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/notify.h"
#include "sandbox/supervise/procfs.h"

#ifndef PTRACE_O_EXITKILL
#define PTRACE_O_EXITKILL (1 << 20)
#endif

#define GROUPS_KNOWN 64	/* threads, of which the process was looked up */

static bool is_thread_of(pid_t tgid, pid_t tid)
{
	return syscall(SYS_tgkill, tgid, tid, 0) == 0 || errno != ESRCH;
}

/* /proc/TID/status tells it; that costs as much as all the rest of a call. */
static pid_t group_of(pid_t tid)
{
	static struct {
		pid_t tid, tgid;
	} known[GROUPS_KNOWN];
	size_t at = (size_t)tid % GROUPS_KNOWN;
	pid_t tgid;

	if (is_thread_of(tid, tid))
		return tid;
	if (known[at].tid == tid && is_thread_of(known[at].tgid, tid))
		return known[at].tgid;
	tgid = procfs_tgid(tid);
	if (tgid > 0) {
		known[at].tid = tid;
		known[at].tgid = tgid;
	}
	return tgid;
}

int caller_find(struct supervisor *sv, pid_t tid, struct caller *c)
{
	pid_t tgid = group_of(tid);

	if (tgid < 0)
		return tgid;
	*c = (struct caller){
		.process = { .tgid = tgid, .threads = 1, .pidfd = -1, .box = box_ref(sv->box) },
		.thread = { .tid = tid, .known = sv->common },
	};
	c->thread.process = &c->process;
	return 0;
}

void caller_end(struct supervisor *sv, struct caller *c)
{
	sv->common = c->thread.known;
	process_forget_pidfd(&c->process);
	box_unref(c->process.box);
}

int caller_borrow(struct supervisor *sv, const struct tracee *caller, struct tracee **out)
{
	const unsigned long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD;
	struct tracee *t;
	int rc;

	if (ptrace(PTRACE_SEIZE, caller->tid, NULL, options) < 0)
		return -errno;
	rc = tracees_add(&sv->tracees, caller->tid, caller->process->tgid, &t);
	if (rc < 0)
		return rc;
	if (t->process->box == NULL)
		t->process->box = box_ref(sv->box);
	*out = t;
	return 0;
}

int caller_return(struct supervisor *sv, struct tracee *t, int sig)
{
	int rc = caller_refuse(t->tid, sig);

	tracees_drop(&sv->tracees, t);
	return rc;
}

int caller_refuse(pid_t tid, int sig)
{
	if (ptrace(PTRACE_DETACH, tid, NULL, (long)sig) < 0 && errno != ESRCH)
		return -errno;
	return 0;
}

bool supervisor_inside(const struct supervisor *sv, pid_t pid)
{
	if (sv->nest == NULL)
		return tracees_inside(&sv->tracees, pid);
	return pid > 1 && helper_find(pid) == NULL;
}

int supervisor_each_process(const struct supervisor *sv,
			    int (*visit)(struct process *p, void *arg), void *arg)
{
	struct dirent *entry;
	int rc = 0;
	DIR *dir;

	if (sv->nest == NULL)
		return tracees_each_process(&sv->tracees, visit, arg);
	dir = opendir("/proc");
	if (dir == NULL)
		return -errno;
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		struct process p = { .tgid = (pid_t)atoi(entry->d_name), .pidfd = -1 };

		if (supervisor_inside(sv, p.tgid))
			rc = visit(&p, arg);
	}
	closedir(dir);
	return rc;
}

static int kill_visit(struct process *p, void *arg)
{
	(void)arg;
	kill(p->tgid, SIGKILL);
	return 0;
}

void supervisor_kill_all(const struct supervisor *sv)
{
	/* Of an init: whoever is in its namespace. Of anybody else it would be the world. */
	if (sv->nest != NULL && getpid() == 1)
		kill(-1, SIGKILL);
	else
		tracees_each_process(&sv->tracees, kill_visit, NULL);
}

bool supervisor_is_awaited(const struct supervisor *sv)
{
	return sv->nest == NULL || notify_is_awaited(sv);
}
