/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_nnp_caps_test.c - capabilities that root has dropped, and execve.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"

#define LOST CAP_SYS_TIME

KT_EXEC_MAIN(exits_whether_regained)
{
	(void)arg;
	_exit((kt_cred_effective() >> LOST & 1) != 0);
}

static void drop_and_exec(void *nnp)
{
	if (*(bool *)nnp)
		KT_OK(kt_raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	kt_cred_drop_cap(LOST);
	KT_OK(kt_exec("exits_whether_regained", ""));
}

KT_CASE(proc_nnp_caps, "proc.nnp_caps",
	"Verify that an execve by root does not give back with no_new_privs what was dropped of "
	"the capabilities, and does without",
	KT_ANSWERS(call, SYS_prctl, 0), KT_REPORTS("exited(1)", W_EXITCODE(0, 0)))
{
	bool *nnp = kt_shared(sizeof(*nnp));

	KT_NEEDS(kt_probe_root());
	KT_NEEDS(kt_probe_cap(LOST));
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		atf_tc_skip("no_new_privs is set here already");
	*nnp = true;
	KT_WAIT(kt_child(drop_and_exec, nnp), "exited(0)");
	*nnp = false;
	KT_WAIT(kt_child(drop_and_exec, nnp), "exited(1)");
}

KT_PROGRAM
