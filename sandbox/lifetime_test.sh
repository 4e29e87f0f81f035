#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Nothing of a sandbox outlives its supervisor. kill_storm.sh does the same a
# thousand times on demand.

. "$(atf_get_srcdir)/cases"

case_of killed_supervisor "SIGKILL of the supervisor at any point leaves no process"
killed_supervisor_run()
{
	atf_check -o inline:"40 kills, 0 with survivors\n" \
		sh "$(atf_get_srcdir)/kill_storm" 40 "$belay"
}

case_of background "belay stays until the last process has ended"
background_run()
{
	mkfifo go
	"$belay" -p allow-all -- sh -c '(read x <go; echo last; exit 9) & exit 3' >out &
	pid=$!
	sh -c 'echo now >go'
	wait $pid
	atf_check_equal 3 $?
	atf_check -o inline:"last\n" cat out
}

case_of no_waiting "exit_wait_all:false ends the rest with the command"
no_waiting_run()
{
	atf_check -s exit:3 -o inline:"done\n" -e ignore "$belay" -p allow-all \
		-m core/trace/exit_wait_all:false -- \
		sh -c 'setsid sleep 1000 & echo done; exit 3'
}

case_of violation_kills "core/violation/decision kill and killall end what they name"
violation_kills_run()
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
