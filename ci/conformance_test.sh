#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The conformance table out of reports.

conformance=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")/ci/conformance

# report VERSION RESULT...: one cell; each result is CASE=STATUS.
report()
{
	echo '{"format":1,"run":{"id":1},'
	echo '"cells":['
	echo "{\"kernel\":\"k\",\"abi\":\"arm\",\"version\":\"$1\",\"accel\":\"tcg\"}],"
	echo '"results":['
	shift
	for result in "$@"; do
		echo "{\"contract\":\"sandbox/${result%=*}\",\"kernel\":\"k\",\"abi\":\"arm\",\"status\":\"${result#*=}\",\"reason\":\"\"},"
	done
}

atf_test_case table
table_head()
{
	atf_set descr "Verify that a promise has a row with the letters of both backends, and that an answer is not lost again"
}
table_body()
{
	report "6.1 (1)" escape_test:files_trace=pass escape_test:files_notify=skip \
		escape_test:kernel_trace=lost escape_test:kernel_notify=lost race_test:weak=fail \
		lineage_test:loader_trace=xfail >one
	report "6.1 (1)" escape_test:files_trace=lost escape_test:kernel_notify=pass >two
	atf_check -o save:table "$conformance" one two
	atf_check -o inline:'| no entry and no call opens a file that may not be written | +s. |\n' \
		grep 'opens a file' table
	atf_check -o match:'exist inside [|] [.][+][.] [|]$' -o match:'a program, too [|] [+][.][.] [|]$' \
		-o match:'^1[.] arm programs on 6[.]1 [(]1[)]: 3 passed, 0 failed, 1 skipped$' \
		-o not-match:'fork bomb' cat table
}

atf_test_case failure
failure_head()
{
	atf_set descr "Verify that what ended badly is shown and told by the status"
}
failure_body()
{
	for status in fail timeout crashed broken flaky xpass; do
		report 6.1 escape_test:files_trace=pass escape_test:files_notify=$status >one
		atf_check -s exit:1 -o match:'written [|] [+]-[.] [|]$' "$conformance" one
	done
	atf_check -s exit:2 -e match:usage "$conformance"
}

atf_init_test_cases()
{
	atf_add_test_case table
	atf_add_test_case failure
}
