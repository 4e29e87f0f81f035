/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_process.c - calls that act on other processes. The target must be
 * of the sandbox; then the kernel executes the call itself, so that the
 * receiver sees who sent a signal. The pid is in a register: nothing can
 * change it after the check, and a pid of the sandbox is not given to another
 * process before all others have had their turn.
 *
 * Groups and "everybody" may hold outsiders, the supervisor among them: such
 * a signal goes to each member that is of the sandbox, and to nobody else.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/sys.h"

/* A process that has ended but was not waited for yet, and whose parent is ours. */
static bool is_our_zombie(const struct supervisor *sv, pid_t pid)
{
	struct procfs_stat st;

	return procfs_stat(pid, &st) == 0 && st.state == 'Z' &&
	       supervisor_inside(sv, st.ppid);
}

static bool exists(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

static int64_t refuse(struct supervisor *sv, struct tracee *t, pid_t pid)
{
	char object[32];

	if (pid < 0)
		snprintf(object, sizeof(object), "process group %d", -pid);
	else
		snprintf(object, sizeof(object), "process %d", pid);
	return judge_refuse(sv, t, "process", object, "it is not of the sandbox", EPERM);
}

/*
 * A zombie is of its parent and no longer held by us: its number may be an outsider's by
 * the time that the kernel would execute the call. So the descriptor is opened here, and it
 * is the zombie's if that was not waited for yet after it was looked at.
 */
static void open_zombie(const struct supervisor *sv, pid_t pid, unsigned int flags,
			struct outcome *out)
{
	int fd = sys_pidfd_open(pid, flags);

	if (fd >= 0 && (!is_our_zombie(sv, pid) || sys_pidfd_send_signal(fd, 0) == -ESRCH)) {
		close(fd);
		fd = -ESRCH;
	}
	if (fd < 0) {
		outcome_result(out, fd);
		return;
	}
	out->kind = OUTCOME_FD;
	out->fd = fd;
	out->cloexec = true;
}

void perform_pidfd(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	pid_t pid = request_int(&sv->req, 0);

	if (pid > 0 && !supervisor_inside(sv, pid) && is_our_zombie(sv, pid))
		open_zombie(sv, pid, (unsigned int)request_int(&sv->req, 1), out);
	else
		perform_pid(sv, t, out);
}

void perform_pid(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	pid_t pid = request_int(r, r->spec->pid);

	/* No such process can be: the kernel says how it is wrong. */
	if (pid <= 0 || supervisor_inside(sv, pid)) {
		out->kind = OUTCOME_RUN;
		return;
	}
	if (!exists(pid) || is_our_zombie(sv, pid))
		outcome_result(out, -ESRCH);
	else
		outcome_result(out, refuse(sv, t, pid));
}

struct group_kill {
	bool all;	/* every process; else those of `group` */
	pid_t group;	/* 0: one that was made outside our pid namespace */
	pid_t spare;	/* not this one, or 0 */
	int sig;
	bool found;
	int error;	/* of the last that could not be signalled */
	bool sent;
};

static int kill_member(struct process *p, void *arg)
{
	struct group_kill *k = arg;

	if (p->tgid == k->spare || (!k->all && getpgid(p->tgid) != k->group))
		return 0;
	k->found = true;
	if (kill(p->tgid, k->sig) == 0)
		k->sent = true;
	else
		k->error = -errno;
	return 0;
}

/* Whether a zombie of ours is in the group: a signal to it comes to nobody, and is no error. */
static bool has_our_zombie(const struct supervisor *sv, pid_t group)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir("/proc");

	while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		found = pid > 0 && getpgid(pid) == group && is_our_zombie(sv, pid);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

static int64_t signal_zombie(int sig)
{
	return sig < 0 || sig > SIGRTMAX ? -EINVAL : 0;
}

static int64_t kill_members(struct supervisor *sv, struct tracee *t, struct group_kill *k)
{
	supervisor_each_process(sv, kill_member, k);
	if (k->sent)
		return 0;
	if (k->found)
		return k->error;
	if (!k->all && has_our_zombie(sv, k->group))
		return signal_zombie(k->sig);
	if (!k->all && exists(-k->group))
		return refuse(sv, t, -k->group);
	return -ESRCH;
}

static void kill_group(struct supervisor *sv, struct tracee *t, pid_t group, int sig,
		       struct outcome *out)
{
	struct group_kill k = { .group = group, .sig = sig };

	/* A group named after a process of ours was made inside. */
	if (group != sv->group && supervisor_inside(sv, group))
		out->kind = OUTCOME_RUN;
	else
		outcome_result(out, kill_members(sv, t, &k));
}

void perform_kill(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	pid_t pid = request_int(&sv->req, 0);
	int sig = request_int(&sv->req, 1);

	if (pid > 0) {
		if (sig == 0 || supervisor_inside(sv, pid))
			out->kind = OUTCOME_RUN; /* asking whether it is there is free */
		else if (!exists(pid))
			outcome_result(out, -ESRCH);
		else if (is_our_zombie(sv, pid))
			outcome_result(out, signal_zombie(sig));
		else
			outcome_result(out, refuse(sv, t, pid));
	} else if (pid == -1) {
		struct group_kill k = { .all = true, .spare = t->process->tgid, .sig = sig };

		outcome_result(out, kill_members(sv, t, &k));
	} else if (pid == 0) {
		kill_group(sv, t, getpgid(t->process->tgid), sig, out);
	} else if (pid == INT32_MIN) {
		outcome_result(out, -ESRCH);
	} else {
		kill_group(sv, t, -pid, sig, out);
	}
}

/* The kernel executes it; what was known of umasks and credentials is old then. */
void perform_identity(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	(void)sv;
	(void)t;
	out->kind = OUTCOME_WATCH;
}
