/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nest.c - make the namespaces. Root makes a pid and a mount namespace; others
 * a user namespace first, in which they are nobody else than before. It must
 * leave the supervisor with no privilege that its caller did not have.
 */
#include "sandbox/launch/nest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launch/foreground.h"
#include "sandbox/supervise/sys.h"

/* What a look at it answers. The steps come in this order. */
enum step { STEP_READY, STEP_LIFE, STEP_IDS, STEP_MOUNTS, STEP_PROC, STEP_CWD, STEP_CAPS, STEPS };

static const char *const step_words[STEPS] = {
	[STEP_LIFE] = "tie the life of the supervisor to belay",
	[STEP_IDS] = "keep one's user and group in a user namespace",
	[STEP_MOUNTS] = "keep mounts apart in a mount namespace",
	[STEP_PROC] = "mount /proc for a pid namespace",
	[STEP_CWD] = "stay in the current directory",
	[STEP_CAPS] = "give up the capabilities of a user namespace",
};

struct caps {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
};

static int caps_get(struct caps *c)
{
	c->header = (struct __user_cap_header_struct){ _LINUX_CAPABILITY_VERSION_3, 0 };
	return syscall(SYS_capget, &c->header, c->sets) < 0 ? -errno : 0;
}

/* 0 without, CLONE_NEWUSER with a user namespace; -EPERM: neither would do. */
static long user_flag(void)
{
	struct caps c;
	int rc = caps_get(&c);

	if (rc < 0)
		return rc;
	if (c.sets[0].effective & (1u << CAP_SYS_ADMIN))
		return 0;
	/* Half a root would lose in a namespace what it has outside. */
	if (geteuid() == 0 || c.sets[0].permitted != 0 || c.sets[1].permitted != 0)
		return -EPERM;
	return CLONE_NEWUSER;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -errno;
	close(fd);
	return rc;
}

/* Inside the same numbers as outside; others have none (user_namespaces(7)). */
static int map_ids(uid_t uid, gid_t gid)
{
	char text[64];
	int rc = write_text("/proc/self/setgroups", "deny");

	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "%u %u 1", uid, uid);
	rc = write_text("/proc/self/uid_map", text);
	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "%u %u 1", gid, gid);
	return write_text("/proc/self/gid_map", text);
}

/* Somebody hides parts of /proc by mounts over them: a new one would show them. */
static bool proc_is_covered(void)
{
	char line[4096], place[1024];
	FILE *f = fopen("/proc/self/mountinfo", "re");
	bool covered = f == NULL, begins = true;

	while (!covered && fgets(line, sizeof(line), f) != NULL) {
		bool ours = begins;

		begins = strchr(line, '\n') != NULL;
		if (!ours || sscanf(line, "%*d %*d %*s %*s %1023s", place) != 1)
			continue;
		covered = strncmp(place, "/proc/", 6) == 0 &&
			  strcmp(place, "/proc/sys/fs/binfmt_misc") != 0;
	}
	if (f != NULL)
		fclose(f);
	return covered;
}

/* A directory of the old /proc would show processes by other numbers. */
static int keep_cwd(void)
{
	char path[4096];
	struct statfs fs;

	if (statfs(".", &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return 0;
	return getcwd(path, sizeof(path)) == NULL || chdir(path) < 0 ? -errno : 0;
}

int nest_tie(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		return -errno;
	return 0;
}

bool nest_is_orphan(const struct nest *n)
{
	struct pollfd p = { .fd = n->front, .events = POLLIN };

	return poll(&p, 1, 0) != 0 && p.revents != 0;
}

/* From clone on, in the new process. 0 with *step, or -errno of that step. */
static int settle(const struct nest *n, bool user, uid_t uid, gid_t gid, enum step *step)
{
	const unsigned long quiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	struct caps none = { { _LINUX_CAPABILITY_VERSION_3, 0 }, { { 0, 0, 0 } } };
	int rc;

	/* The front may have ended before this call: then nobody sends the signal. */
	*step = STEP_LIFE;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	if (nest_is_orphan(n))
		return -ESRCH;
	*step = STEP_IDS;
	rc = user ? map_ids(uid, gid) : 0;
	if (rc < 0)
		return rc;
	*step = STEP_MOUNTS;
	if (mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -errno;
	*step = STEP_PROC;
	if (proc_is_covered())
		return -EPERM;
	if (mount("proc", "/proc", "proc", quiet, NULL) < 0)
		return -errno;
	*step = STEP_CWD;
	rc = keep_cwd();
	if (rc < 0)
		return rc;
	/* The owner of a user namespace has them all in it, the command must not. */
	*step = STEP_CAPS;
	if (user && syscall(SYS_capset, &none.header, none.sets) < 0)
		return -errno;
	*step = STEP_READY;
	return 0;
}

/* The pid; 0 in the new process; -errno. */
static pid_t clone_nested(long user)
{
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | (unsigned long)user | SIGCHLD;
	/* No stack and no thread pointer: the order of the last arguments is all the same. */
	long pid = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);

	return pid < 0 ? -errno : (pid_t)pid;
}

static int start(struct nest *n, const char **failed, enum step *step)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	long user = user_flag();
	int rc;

	*step = STEP_READY;
	n->init = -1;
	*failed = "make a pid namespace";
	if (user < 0)
		return (int)user;
	n->front = sys_pidfd_open(getpid(), 0);
	if (n->front < 0)
		return n->front;
	rc = clone_nested(user);
	if (rc != 0) {
		close(n->front);
		n->front = -1;
		n->init = rc < 0 ? -1 : rc;
		return rc < 0 ? rc : 0;
	}
	n->init = 0;
	rc = settle(n, user != 0, uid, gid, step);
	*failed = step_words[*step];
	return rc;
}

int nest_start(struct nest *out, const char **failed)
{
	static const int passed[] = { NEST_SIGNALS };
	int pair[2] = { -1, -1 }, rc;
	enum step step;
	sigset_t set;

	out->line = -1;
	out->foreground = false;
	if (foreground_is_job(&out->foreground) &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		*failed = "make a socket pair";
		return -errno;
	}
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		sigaddset(&set, passed[i]);
	sigprocmask(SIG_BLOCK, &set, &out->mask);
	rc = start(out, failed, &step);
	if (pair[0] >= 0) {
		out->line = pair[out->init == 0];
		close(pair[out->init != 0]);
	}
	return rc;
}

void nest_hear(const struct nest *n)
{
	static const int passed[] = { NEST_SIGNALS };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (!sigismember(&n->mask, passed[i]))
			sigaddset(&set, passed[i]);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

const char *nest_missing(void)
{
	static char words[128];
	const char *failed = "";
	struct nest n;
	enum step step;
	int rc = start(&n, &failed, &step), status;

	if (n.init == 0)
		_exit((int)step);
	if (rc == 0) {
		while (waitpid(n.init, &status, 0) < 0 && errno == EINTR)
			;
		if (WIFEXITED(status) && WEXITSTATUS(status) == STEP_READY)
			return NULL;
		if (WIFEXITED(status) && WEXITSTATUS(status) < STEPS)
			failed = step_words[WEXITSTATUS(status)];
	}
	snprintf(words, sizeof(words), "nobody may %s here", failed);
	return words;
}
