/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * take_test.c - whose descriptor is taken when a thread has a table of its own.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/supervise/sys.h"
#include "sandbox/supervise/take.h"
#include "sandbox/supervise/tracee.h"

#define NUMBER 100	/* of a socket of its own for leader and thread */
#define SHARED 101	/* the same file in both tables */
#define MISSING 102	/* in the leader's alone */

enum shape { ONE_TABLE, TWO_TABLES };

static struct subject {
	volatile pid_t tid;
	enum shape shape;
	bool leader_ends;
} *subject;

static int of_leader, of_thread;
static struct tracees tracees;

static void *thread(void *arg)
{
	if (subject->shape == TWO_TABLES) {
		if (unshare(CLONE_FILES) < 0 || dup2(of_thread, NUMBER) < 0)
			_exit(1);
		close(MISSING);
	}
	subject->tid = gettid();
	for (;;)
		pause();
	return arg;
}

static void child(void)
{
	pthread_t t;

	if (dup2(of_leader, NUMBER) < 0 || dup2(of_leader, SHARED) < 0 ||
	    dup2(of_leader, MISSING) < 0 || pthread_create(&t, NULL, thread, NULL) != 0)
		_exit(1);
	if (subject->leader_ends)
		pthread_exit(NULL);
	for (;;)
		pause();
}

static void await_zombie(pid_t pid)
{
	siginfo_t si;

	/* A leader whose threads live is no child to be waited for yet: /proc tells. */
	for (char state = 0; state != 'Z';) {
		char path[64], text[512];
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		f = fopen(path, "r");
		ATF_REQUIRE(f != NULL && fgets(text, sizeof(text), f) != NULL);
		fclose(f);
		state = strrchr(text, ')')[2];
		ATF_REQUIRE(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0);
	}
}

/* A process with a second thread, as its tracee. */
static struct tracee *start(enum shape shape, bool leader_ends, pid_t *pid)
{
	struct tracee *t;

	subject = mmap(NULL, sizeof(*subject), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	ATF_REQUIRE(subject != MAP_FAILED);
	*subject = (struct subject){ .shape = shape, .leader_ends = leader_ends };
	of_leader = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	of_thread = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ATF_REQUIRE(of_leader >= 0 && of_thread >= 0);
	*pid = fork();
	ATF_REQUIRE(*pid >= 0);
	if (*pid == 0)
		child();
	while (subject->tid == 0)
		ATF_REQUIRE_EQ(0, waitpid(*pid, NULL, WNOHANG));
	if (leader_ends)
		await_zombie(*pid);
	ATF_REQUIRE_EQ(0, tracees_add(&tracees, subject->tid, *pid, &t));
	return t;
}

static void end(pid_t pid)
{
	tracees_clear(&tracees);
	kill(pid, SIGKILL);
	ATF_REQUIRE_EQ(pid, waitpid(pid, NULL, 0));
}

/* Whether it is that very socket. */
static bool is(int taken, int sock)
{
	struct stat a, b;
	bool same;

	ATF_REQUIRE_MSG(taken >= 0, "%d", taken);
	ATF_REQUIRE(fstat(taken, &a) == 0 && fstat(sock, &b) == 0);
	same = a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	close(taken);
	return same;
}

static bool has_thread_pidfds(void)
{
	int fd = sys_pidfd_open(getpid(), SYS_PIDFD_THREAD);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

ATF_TC(one_table);
ATF_TC_HEAD(one_table, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a descriptor of a thread that shares the table "
			  "of its leader is taken on any kernel");
}
ATF_TC_BODY(one_table, tc)
{
	pid_t pid;
	struct tracee *t = start(ONE_TABLE, false, &pid);

	(void)tc;
	ATF_CHECK(is(take_fd(t, NUMBER), of_leader));
	ATF_CHECK(is(take_by_leader(t, NUMBER), of_leader));
	ATF_CHECK_EQ(-EBADF, take_fd(t, NUMBER + 50));
	ATF_CHECK_EQ(-EBADF, take_by_leader(t, NUMBER + 50));
	ATF_CHECK_EQ(-EBADF, take_fd(t, -1));
	end(pid);
}

ATF_TC(two_tables);
ATF_TC_HEAD(two_tables, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the descriptor of a thread with a table of its "
			  "own is taken, never that of its leader, or refused");
}
ATF_TC_BODY(two_tables, tc)
{
	pid_t pid;
	struct tracee *t = start(TWO_TABLES, false, &pid);

	(void)tc;
	if (has_thread_pidfds())
		ATF_CHECK(is(take_fd(t, NUMBER), of_thread));
	else
		ATF_CHECK_EQ(-EPERM, take_fd(t, NUMBER));
	ATF_CHECK_EQ(-EBADF, take_fd(t, MISSING));
	ATF_CHECK_EQ(-EPERM, take_by_leader(t, NUMBER));
	ATF_CHECK_EQ(-EBADF, take_by_leader(t, MISSING));
	ATF_CHECK(is(take_by_leader(t, SHARED), of_leader));
	end(pid);
}

ATF_TC(leader_ended);
ATF_TC_HEAD(leader_ended, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the descriptor of a thread whose leader has "
			  "ended is taken, or refused, and is not said to be missing");
}
ATF_TC_BODY(leader_ended, tc)
{
	pid_t pid;
	struct tracee *t = start(ONE_TABLE, true, &pid);

	(void)tc;
	if (has_thread_pidfds())
		ATF_CHECK(is(take_fd(t, NUMBER), of_leader));
	else
		ATF_CHECK_EQ(-EPERM, take_fd(t, NUMBER));
	ATF_CHECK_EQ(-EPERM, take_by_leader(t, NUMBER));
	end(pid);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, one_table);
	ATF_TP_ADD_TC(tp, two_tables);
	ATF_TP_ADD_TC(tp, leader_ended);
	return atf_no_error();
}
