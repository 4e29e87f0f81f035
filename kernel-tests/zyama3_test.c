/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zyama3_test.c - the scope 3 of Yama: nobody traces any more, until the
 * machine starts again. Only with the configuration variable allow_yama3=yes,
 * which kmatrix sets in its guests. They run the programs with a z last of all.
 */
#include <errno.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_yama.h"

static void be_traced_by_parent(void *answer)
{
	*(_Atomic long *)answer = kt_traceme();
}

KT_CASE(access_yama_scope3, "access.yama.scope3",
	"Verify that with kernel.yama.ptrace_scope 3 nobody can trace, by PTRACE_SEIZE, "
	"PTRACE_ATTACH or PTRACE_TRACEME, and that the scope cannot be changed any more",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0), KT_ANSWERS(ptrace, PTRACE_ATTACH, 0),
	KT_ANSWERS(ptrace, PTRACE_TRACEME, 0), KT_SEES("change of scope", 0))
{
	_Atomic long *answer = kt_shared(sizeof(*answer));
	pid_t pid;

	kt_yama_need(3);
	/* Where it was 3 before, the case has been told that there is no ptrace. */
	kt_ptrace_absent(NULL);
	pid = kt_child(kt_body_park, NULL);
	KT_ERR(EPERM, kt_seize(pid, 0));
	KT_ERR(EPERM, kt_attach(pid));
	KT_WAIT(kt_child(be_traced_by_parent, (void *)answer), "exited(0)");
	KT_EQ(*answer, -EPERM);
	if (!kt_probe_root())
		for (int scope = 0; scope < 3; scope++)
			KT_ERR(EINVAL, KT_SEEN("change of scope", kt_yama_write(scope)));
	KT_EQ(kt_probe_yama_scope(), 3);
}

KT_PROGRAM
