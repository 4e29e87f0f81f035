/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * look_test_util.h - what the tests of looks share: a look in a child of its own.
 * Header only; for tests alone.
 */
#ifndef BELAY_SANDBOX_LOOK_TEST_UTIL_H
#define BELAY_SANDBOX_LOOK_TEST_UTIL_H

#include <atf-c.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/plan/look.h"

/* What `look` says, 1, 0 or -1, below a listener with these flags; skipped without one. */
static inline int look_in_child(int (*look)(int listener), unsigned int flags)
{
	enum { NO_LISTENER = 3 };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int listener = look_install(flags);

		_exit(listener < 0 ? NO_LISTENER : 1 + look(listener));
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_LISTENER)
		atf_tc_skip("needs a listener with these flags (Linux 5.0 or 5.19, none above)");
	return WEXITSTATUS(status) - 1;
}

#endif
