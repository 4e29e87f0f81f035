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

# printed CASE STATUS OUTPUT: one cell whose case has said so.
printed()
{
	echo '{"kernel":"k","abi":"arm","version":"6.1","accel":"tcg"}'
	printf '{"contract":"sandbox/%s","kernel":"k","abi":"arm","status":"%s","reason":"","output":"%s"}\n' \
		"$1" "$2" "$3"
}

atf_test_case calls
calls_head()
{
	atf_set descr "Verify that each call that a case has printed has a row, and that one that failed is the one of the diff"
}
calls_body()
{
	said='open rule ok 100644/0,- EACCES\nkill process ok - EPERM\nfchmodat2 rule ENOSYS - ENOSYS\nstat stat ok - ok\n'
	printed each_test:calls_trace pass "$said" >one
	printed each_test:calls_notify fail "$said--- want\n+++ inside\n@@ -1 +1 @@\n-open rule ok - EACCES\n+open rule ok - ok\n" >two
	printed each_test:refused_pidns fail 'bpf EPERM EPERM\nreboot ok EPERM\nreboot ok EPERM\n' >three
	printed forms_test:forms_trace pass 'arm sendto ok EACCES\narm sctp ENOSYS ENOSYS\n' >four
	atf_check -s exit:1 -o save:table "$conformance" one two three four
	for row in '| A name | open | EACCES | +-. |' '| A name | fchmodat2 | EACCES | 00. |' \
		'| An address | sendto | EACCES | +.. |' '| A process | kill | EPERM, ESRCH | ++. |' \
		'| Looked at | stat | nothing | ++. |' '| Refused | bpf | EPERM | ..+ |' \
		'| Refused | reboot | EPERM | ..- |'; do
		atf_check -o ignore grep -xF "$row" table
	done
	atf_check -o inline:"7\n" grep -c '^| [A-Z]' table
}

atf_test_case races
races_head()
{
	atf_set descr "Verify that the figures of each race stand beside each other"
}
races_body()
{
	printed race_test:names_trace pass 'seed 1\nrace backend weak\nlink@thread   trace  7/9  1/20  0/3/300\n' >one
	printed race_test:names_notify fail 'link@thread  notify  7/9  1/5  2/3/300\nWON\n' >two
	atf_check -s exit:1 -o match:'^[|] link@thread [|] trace [|] 1/20, 0/300 [|]$' \
		-o match:'^[|] link@thread [|] notify [|] 1/5, 2/300 [|]$' \
		-o match:'^Column 1: 2 races, won against belay in 2 of 600 tries$' \
		"$conformance" one two
}

atf_init_test_cases()
{
	atf_add_test_case races
	atf_add_test_case calls
	atf_add_test_case table
	atf_add_test_case failure
}
