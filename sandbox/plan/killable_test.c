/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * killable_test.c - the look at answers that are lost says the same each time, and what
 * is known of new kernels. plan_sound_test has the others.
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

enum { KEPT, LOST, NONE };

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
		_exit(killable_keeps_answers((int)listener) ? KEPT : LOST);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE(WIFEXITED(status));
	if (WEXITSTATUS(status) == NONE)
		atf_tc_skip("needs a listener (Linux 5.0, and none above)");
	return WEXITSTATUS(status);
}

ATF_TC(same);
ATF_TC_HEAD(same, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that ten looks at one kernel say the same, and that "
			  "Linux 6.18 loses no answer");
}
ATF_TC_BODY(same, tc)
{
	int first = look(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	struct utsname u;
	int major = 0, minor = 0;

	(void)tc;
	ATF_REQUIRE_EQ(0, uname(&u));
	if (sscanf(u.release, "%d.%d", &major, &minor) == 2 &&
	    (major > 6 || (major == 6 && minor >= 18)))
		ATF_CHECK_EQ(KEPT, first);
	for (int i = 0; i < 9; i++)
		ATF_CHECK_EQ(first, look(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, same);
	return atf_no_error();
}
