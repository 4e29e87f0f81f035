/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendfd_test.c - the look at hand-overs says the same each time, and what is known
 * of new kernels.
 */
#include <atf-c.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/plan/sendfd.h"
#include "sandbox/plan/killable.h"
#include "sandbox/plan/listener.h"

enum { APART, TOGETHER, UNTOLD, NONE };

/* In a child, as backend_missing() has it. */
static int look(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KILLABLE_CALL, 3, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LISTENER_TRY, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	const struct sock_fprog filter = { sizeof(insns) / sizeof(insns[0]), insns };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		long listener;

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				   SECCOMP_FILTER_FLAG_NEW_LISTENER |
					   SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
				   &filter);
		if (listener < 0)
			_exit(NONE);
		switch (sendfd_look((int)listener)) {
		case 1:
			_exit(TOGETHER);
		case 0:
			_exit(APART);
		default:
			_exit(UNTOLD);
		}
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE(WIFEXITED(status));
	if (WEXITSTATUS(status) == NONE)
		atf_tc_skip("needs a listener that waits killable (Linux 5.19, and none above)");
	return WEXITSTATUS(status);
}

ATF_TC(same);
ATF_TC_HEAD(same, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that ten looks at one kernel say the same, and "
			  "that from Linux 7.4 on a hand-over may be interrupted");
}
ATF_TC_BODY(same, tc)
{
	int first = look();

	struct utsname u;
	int major = 0, minor = 0;

	(void)tc;
	ATF_REQUIRE_EQ(0, uname(&u));
	ATF_REQUIRE_EQ(2, sscanf(u.release, "%d.%d", &major, &minor));
	if (major > 7 || (major == 7 && minor >= 4))
		ATF_CHECK_EQ(TOGETHER, first);
	ATF_CHECK(first != UNTOLD);
	for (int i = 0; i < 9; i++)
		ATF_CHECK_EQ(first, look());
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, same);
	return atf_no_error();
}
