/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zombies.c - what a program may do to children that have ended, before and after it waits
 * for them: signals, groups of processes, handles. Prints nothing that differs between two
 * runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS 7

static void say(const char *who, const char *what, long rc)
{
	if (rc < 0)
		printf("%s: %s: %s\n", what, who, strerrorname_np(errno));
	else
		printf("%s: %s: %ld\n", what, who, rc);
}

/* A child of `group`, or leader of its own, that has ended and was not waited for. */
static pid_t ended(pid_t group)
{
	siginfo_t info;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(setpgid(0, group) < 0 ? 1 : STATUS);
	if (pid < 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0)
		perror("zombies");
	return pid;
}

static void signals(const char *who, pid_t pid)
{
	say(who, "asked", kill(pid, 0));
	say(who, "signal", kill(pid, SIGTERM));
	say(who, "no signal", kill(pid, 999));
	say(who, "group", kill(-pid, SIGTERM));
	say(who, "group asked", kill(-pid, 0));
	say(who, "group, no signal", kill(-pid, 999));
}

/* By the handle the child is waited for. */
static void handle(const char *who, pid_t pid, unsigned int flags)
{
	siginfo_t info = { 0 };
	int fd = (int)syscall(SYS_pidfd_open, pid, flags);

	if (fd < 0)
		printf("handle of %s: %s\n", who, strerrorname_np(errno));
	else if (waitid((idtype_t)3 /* P_PIDFD */, (id_t)fd, &info, WEXITED) < 0)
		printf("handle of %s: waitid: %s\n", who, strerrorname_np(errno));
	else
		printf("handle of %s: told %d cloexec %d\n", who, info.si_status,
		       fcntl(fd, F_GETFD));
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	pid_t leader = ended(0), member;

	signals("ended", leader);
	handle("ended, with a flag that is none", leader, 1);
	handle("ended", leader, 0);
	signals("gone", leader);
	handle("gone", leader, 0);

	leader = ended(0);
	handle("ended, and not to wait", leader, O_NONBLOCK);
	leader = ended(0);
	member = ended(leader);
	waitpid(leader, NULL, 0);
	signals("leader gone", leader);
	waitpid(member, NULL, 0);
	signals("all gone", leader);
	return 0;
}
