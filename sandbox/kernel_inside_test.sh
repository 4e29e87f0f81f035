#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernel tests inside belay, where ptrace is the program's own. `kernel_inside` alone
# runs the whole suite.

atf_test_case tracing
tracing_head()
{
	atf_set descr "Verify that kernel tests of tracing say inside what they say outside, but for what is told"
	atf_set timeout 600
	# The list is of what a user other than root finds.
	atf_set require.user unprivileged
	atf_set require.progs kyua
}
tracing_body()
{
	"$(atf_get_srcdir)/kernel_inside" ptrace_seize_test ptrace_listen_test ptrace_exec_test \
		ptrace_groupstop_test seccomp_trace_test pidfd_open_test >said 2>&1
	status=$?
	cat said
	[ $status -ne 77 ] || atf_skip "$(tail -n 1 said)"
	atf_check_equal 0 $status
	atf_check -o match:'^[1-9][0-9]* cases: [1-9][0-9]* the same inside' cat said
}

atf_init_test_cases()
{
	atf_add_test_case tracing
}
