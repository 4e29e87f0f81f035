/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_seize_test.c - what PTRACE_SEIZE accepts, refuses and leaves alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

KT_CASE(ptrace_seize_no_stop, "ptrace.seize.no_stop",
	"Verify that PTRACE_SEIZE succeeds without stopping the tracee or sending it a signal")
{
	pid_t pid = kt_child(kt_body_park, NULL);

	KT_AWAIT_PARKED(pid);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_WAIT_NONE(pid);
	KT_EQ(kt_proc_state(pid), 'S');
	KT_EQ(kt_proc_tracer(pid), getpid());
	/* A signal that SEIZE had queued would be reported before the sentinel. */
	KT_SENTINEL(pid, KT_RUNNING);
}

KT_CASE(ptrace_seize_addr_nonzero, "ptrace.seize.addr_nonzero",
	"Verify that PTRACE_SEIZE with an address other than 0 fails with EIO and traces nothing")
{
	pid_t pid = kt_child(kt_body_park, NULL);

	KT_ERR(EIO, kt_ptrace(PTRACE_SEIZE, pid, 1, 0));
	KT_ERR(EIO, kt_ptrace(PTRACE_SEIZE, pid, UINTPTR_MAX, PTRACE_O_EXITKILL));
	KT_EQ(kt_proc_tracer(pid), 0);
}

KT_CASE(ptrace_seize_nopid, "ptrace.seize.nopid",
	"Verify that PTRACE_SEIZE of pid 0, of a negative pid or of an unused one fails with ESRCH")
{
	pid_t unused = kt_child(kt_body_park, NULL);

	KT_KILL(unused);
	KT_ERR(ESRCH, kt_seize(0, 0));
	KT_ERR(ESRCH, kt_seize(-1, 0));
	KT_ERR(ESRCH, kt_seize(unused, 0));
}

KT_PROGRAM
