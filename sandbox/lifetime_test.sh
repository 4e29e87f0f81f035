#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Nothing of a sandbox outlives its supervisor. kill_storm.sh does the same a
# thousand times on demand.

belay=$(atf_get_srcdir)/../belay

atf_test_case killed_supervisor
killed_supervisor_head()
{
	atf_set descr "Verify that SIGKILL of the supervisor at any point leaves no process"
	atf_set timeout 600
}
killed_supervisor_body()
{
	atf_check -o inline:"40 kills, 0 with survivors\n" \
		sh "$(atf_get_srcdir)/kill_storm" 40 "$(cd "$(dirname "$belay")" && pwd)/belay"
}

atf_test_case background
background_head()
{
	atf_set descr "Verify that belay stays until the last process has ended"
	atf_set timeout 120
}
background_body()
{
	mkfifo go
	"$belay" -p allow-all -- sh -c '(read x <go; echo last; exit 9) & exit 3' >out &
	pid=$!
	sh -c 'echo now >go'
	wait $pid
	atf_check_equal 3 $?
	atf_check -o inline:"last\n" cat out
}

atf_test_case no_waiting
no_waiting_head()
{
	atf_set descr "Verify that exit_wait_all:false ends the rest with the command"
	atf_set timeout 120
}
no_waiting_body()
{
	atf_check -s exit:3 -o inline:"done\n" -e ignore "$belay" -p allow-all \
		-m core/trace/exit_wait_all:false -- \
		sh -c 'setsid sleep 1000 & echo done; exit 3'
}

atf_test_case violation_kills
violation_kills_head()
{
	atf_set descr "Verify that core/violation/decision kill and killall end what they name"
	atf_set timeout 120
}
violation_kills_body()
{
	for what in kill killall; do
		atf_check -s exit:137 -o empty -e match:'denied write' "$belay" -p allow-all \
			-m core/sandbox/write:deny -m core/violation/decision:$what -- \
			sh -c ': >made; echo went on'
	done
	atf_check -o inline:"137\n" -e ignore "$belay" -p allow-all \
		-m core/sandbox/write:deny -m core/violation/decision:kill -- \
		sh -c 'sh -c ": >made"; echo $?'
}

atf_init_test_cases()
{
	atf_add_test_case killed_supervisor
	atf_add_test_case background
	atf_add_test_case no_waiting
	atf_add_test_case violation_kills
}
