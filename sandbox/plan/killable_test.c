/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * killable_test.c - a look at whether answers are lost sees it where they are, and says
 * nothing else where they are not.
 */
#include <atf-c.h>
#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/plan/killable.h"
#include "sandbox/plan/listener.h"

#define LOOKS 4

enum { KEPT, LOST, UNTOLD, NONE };

/* In a child: below a listener with these flags more. */
static int look(unsigned long flags)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KILLABLE_CALL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { 4, insns };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		long listener;

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				   SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &filter);
		if (listener < 0)
			_exit(NONE);
		switch (killable_look((int)listener)) {
		case 1:
			_exit(KEPT);
		case 0:
			_exit(LOST);
		default:
			_exit(UNTOLD);
		}
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE(WIFEXITED(status));
	if (WEXITSTATUS(status) == NONE)
		atf_tc_skip("needs a listener (Linux 5.0, and none above)");
	return WEXITSTATUS(status);
}

/* Until it could be told. */
static int tell(unsigned long flags)
{
	for (int i = 0; i < LOOKS; i++) {
		int said = look(flags);

		if (said != UNTOLD)
			return said;
	}
	atf_tc_skip("somebody else was quicker in each of %d looks", LOOKS);
}

ATF_TC(kept);
ATF_TC_HEAD(kept, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a look finds no answer lost on Linux 6.18, nor "
			  "where it is known that none is");
}
ATF_TC_BODY(kept, tc)
{
	struct utsname u;
	int major = 0, minor = 0;

	(void)tc;
	ATF_REQUIRE_EQ(0, uname(&u));
	ATF_REQUIRE_EQ(2, sscanf(u.release, "%d.%d", &major, &minor));
	if (major < 6 || (major == 6 && minor < 18))
		atf_tc_skip("what this kernel does is plan_sound_test's question");
	ATF_CHECK(killable_keeps_answers(-1));
	for (int i = 0; i < 3; i++)
		ATF_CHECK_EQ(KEPT, tell(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
}

ATF_TC(lost);
ATF_TC_HEAD(lost, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a look sees answers that are lost: those to calls "
			  "which do not wait killable, on every kernel");
}
ATF_TC_BODY(lost, tc)
{
	(void)tc;
	for (int i = 0; i < 3; i++)
		ATF_CHECK_EQ(LOST, tell(0));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, kept);
	ATF_TP_ADD_TC(tp, lost);
	return atf_no_error();
}
