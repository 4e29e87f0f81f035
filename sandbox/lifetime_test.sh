#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Nothing of a sandbox outlives its supervisor, however that ends. kill_storm.sh
# kills thousands of times on demand.

. "$(atf_get_srcdir)/cases"

case_of killed_supervisor "SIGKILL of the supervisor at any point leaves no process"
killed_supervisor_run()
{
	atf_check -o match:"^40 kills, .* 0 with survivors, 0 half-written files$" \
		"$(atf_get_srcdir)/kill_storm" 40 "$belay"
	[ "${belay##*-}" != pidns ] ||
		atf_check -o match:"^20 kills, .* 0 with survivors, 0 half-written files$" -e ignore \
			"$(atf_get_srcdir)/kill_storm" 20 "$belay" $$ kill-child
}

# start COMMAND: in the background, as $pid. Whoever lives holds `alive` open.
start()
{
	mkfifo alive
	exec 6<>alive
	"$belay" -p allow-all -m core/sandbox/write:deny -m "allow/write+$(pwd -P)/***" \
		-m allow/write+/dev/null -m core/sandbox/network:deny \
		-m 'allow/network/bind+unix:/***' -m 'allow/network/connect+unix:/***' \
		--keep-fd 5 -- "$@" 5>alive 6>&- >out 2>report &
	pid=$!
}

# The process that supervises: belay itself, or init of the pid namespace.
supervisor()
{
	supervisor=$pid
	[ "${belay##*-}" = pidns ] || return 0
	until supervisor=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v parent=$pid \
		'$4 == parent { print $1; found = 1; exit } END { exit !found }'); do
		kill -0 $pid 2>/dev/null || { cat report; atf_fail "belay has ended"; }
	done
}

# Until a helper of the supervisor, its child with its name, waits.
helper_waits()
{
	# It has other children, first: it tries what the kernel can.
	until supervisor; helper=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v parent=$supervisor \
		'$4 == parent && $2 == "(belay)" && $3 == "S" { print $1; found = 1 } END { exit !found }'); do
		kill -0 $pid 2>/dev/null || { cat report; atf_fail "the supervisor has ended"; }
	done
}

# Kill it; then all of them are gone.
killed()
{
	kill -KILL $pid
	wait $pid
	exec 7<alive 6>&-
	timeout 60 cat <&7 >/dev/null || atf_fail "a process lives on"
	exec 7<&-
}

case_of killed_in_open "SIGKILL of the supervisor ends an open that waits, and its helper"
killed_in_open_run()
{
	mkfifo fifo
	start sh -c 'exec 4>fifo'
	helper_waits
	killed
}

case_of killed_in_connect "SIGKILL of the supervisor ends a connect that waits, and its helper"
killed_in_connect_run()
{
	start "$(atf_get_srcdir)/probes/storm" connect
	helper_waits
	killed
}

case_of killed_helper "a call whose helper is killed fails with EIO"
killed_helper_run()
{
	mkfifo fifo
	start sh -c ': >up; exec 4>fifo'
	until [ -e up ]; do
		kill -0 $pid 2>/dev/null || { cat report; atf_fail "belay has ended"; }
	done
	helper_waits
	kill -KILL "$helper"
	wait $pid && atf_fail "the open has succeeded"
	atf_check -o match:'(Input/output|I/O) error' cat report
}

case_of left_behind "a supervisor that ends leaves no process behind, nor a helper"
left_behind_run()
{
	mkfifo fifo
	for command in 'true' 'sh -c "sh -c true & exit 0" & exit 0' \
		'for i in 1 2 3 4 5 6 7 8; do (setsid sh -c true &); done' \
		'sh -c "exec 4>fifo" & kill $!; exit 0'; do
		atf_check -o inline:"none alive\n" -e ignore "$(atf_get_srcdir)/probes/storm" reap \
			"$belay" -p allow-all -m core/sandbox/write:deny -- sh -c "$command"
	done
	atf_check -o inline:"none alive\n" -e ignore "$(atf_get_srcdir)/probes/storm" reap \
		"$belay" -p allow-all -m core/sandbox/write:deny -m core/trace/exit_wait_all:false \
		-- sh -c 'setsid sleep 1000 & sh -c "exec 4>fifo" & exit 0'
}

case_of stopped_supervisor "stopping and continuing the supervisor loses nothing, and gives nobody another's answer"
stopped_supervisor_run()
{
	cat >work <<-'END'
	for i in 1 2 3 4 5 6 7 8; do
		(for k in 1 2 3 4 5 6 7 8; do
			mkdir d$i.$k && mv d$i.$k e$i.$k && rmdir e$i.$k || echo failed
		done) &
	done
	wait
	echo done
	END
	echo "for what in many vfork exec fifo fifo-restart fifos; do" \
		"$(atf_get_srcdir)/probes/threads \$what; done" >>work
	mkdir native
	(cd native && sh ../work) >expected
	start sh work
	supervisor
	# Meanwhile the others have their turn: also with what they were told by then.
	while kill -STOP $supervisor 2>/dev/null && sleep 0.01 &&
			kill -CONT $supervisor 2>/dev/null; do
		sleep 0.01
	done
	wait $pid
	atf_check_equal 0 $?
	exec 6>&-
	atf_check -o file:expected cat out
}

case_of signalled_supervisor "signals that the supervisor passes on disturb no call"
signalled_supervisor_run()
{
	mkfifo up
	"$belay" -p allow-all -m core/sandbox/write:deny -m "allow/write+$PWD/***" -- sh -c '
		trap "" USR1
		echo up >up
		for i in 1 2 3 4 5 6 7 8 9 10; do
			k=0
			while [ $k -lt 200 ]; do
				echo $k >file && read -r got <file && [ "$got" = $k ] || exit 1
				k=$((k + 1))
			done
		done' &
	pid=$!
	read -r _ <up
	while kill -USR1 $pid 2>/dev/null; do :; done
	wait $pid
	atf_check_equal 0 $?
}

# refused FILE ATTEMPT...: what aim said of all but these attempts.
refused()
{
	said=$1
	shift
	for attempt in "$@"; do
		sed -i "/^$attempt /d" "$said"
	done
	[ -s "$said" ] || atf_fail "nothing was attempted"
	grep -v ' \(EPERM\|EACCES\|absent\)$' "$said" && atf_fail "not refused"
	:
}

case_of aimed_at "the supervisor and its helpers cannot be stopped, slowed down or read"
aimed_at_run()
{
	aim=$(atf_get_srcdir)/probes/aim
	# What is aimed at nobody's victim is done.
	sleep 300 &
	victim=$!
	atf_check -o save:native "$aim" $victim
	kill -KILL $victim
	wait $victim
	grep -q '^stop done' native || atf_fail "aim does nothing"

	mkfifo fifo
	start sh -c "(exec 4>fifo) & until read helper <go; do :; done 2>/dev/null; $aim \$PPID >supervisor; $aim \$helper >new && mv new helper"
	helper_waits
	# By the number that it has inside.
	sed -n 's/^NSpid:.*[[:space:]]//p' /proc/$helper/status >new && mv new go
	until [ -e helper ]; do
		kill -0 $pid || atf_fail "the supervisor has ended"
	done
	sh -c ': <fifo'
	wait $pid
	exec 6>&-
	refused supervisor
	refused helper

	# Where everything may be written no open is supervised. Reading stays refused.
	atf_check -o save:supervisor -e ignore "$belay" -p allow-all -- sh -c "$aim \$PPID"
	refused supervisor write-oom_score_adj write-comm write-clear_refs \
		write-coredump_filter write-timerslack_ns
}

atf_test_case inner_killed
inner_killed_head()
{
	atf_set descr "Verify that the end of the init of a pid namespace ends all, and is told (backend pidns)"
}
inner_killed_body()
{
	use_backend pidns
	start sh -c 'echo up >up; setsid sleep 300 & sleep 300'
	until [ -e up ]; do
		kill -0 $pid || atf_fail "belay has ended"
	done
	supervisor
	kill -KILL $supervisor
	wait $pid
	atf_check_equal 125 $?
	exec 7<alive 6>&-
	timeout 60 cat <&7 >/dev/null || atf_fail "a process lives on"
	atf_check -o match:'the supervisor was killed' cat report
}
cases="$cases inner_killed"

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

# starve WHAT COUNT ANSWER: what comes of it inside.
starve()
{
	atf_check -o inline:"$3, 0 failed\n" -e not-match:"supervisor failed" "$belay" \
		-p allow-all -m core/sandbox/write:deny -m "allow/write+$(pwd -P)/***" \
		-m core/sandbox/network:deny -m allow/network/connect+inet:127.0.0.1@9 \
		-m 'allow/network/connect+unix:/***' -- \
		"$(atf_get_srcdir)/probes/starve" "$1" "$2"
}

case_of starving "many processes, threads, waits and absurd sizes make no call fail"
starving_run()
{
	starve processes 100 "100 processes"
	starve threads 1000 "1000 threads"
	starve waits 100 "100 waits"
	starve sizes 2 "all sizes"
}

case_of fork_bomb "a fork bomb ends at the limit of processes, and the supervisor goes on"
fork_bomb_run()
{
	[ "$(id -u)" -ne 0 ] || atf_skip "RLIMIT_NPROC does not bind root"
	# The limit counts all of the user's tasks, wherever they are.
	others=$(find /proc -maxdepth 3 -path '/proc/[0-9]*/task/*' -user "$(id -u)" 2>/dev/null | wc -l)
	(ulimit -u $((others + 300)) && starve bomb $((others + 1000)) "some processes")
}

case_of few_descriptors "a supervisor with few descriptors refuses calls and goes on"
few_descriptors_run()
{
	# Those that wait do not keep the others from going on.
	for what in "waits 100:, 0 failed$" "processes 200: failed$" "threads 200: failed$"; do
		(ulimit -n 64 && atf_check -o match:"${what#*:}" -e not-match:"supervisor failed" \
			"$belay" -p allow-all -m core/sandbox/write:deny \
			-m "allow/write+$(pwd -P)/***" -m core/sandbox/network:deny \
			-m allow/network/connect+inet:127.0.0.1@9 -- \
			"$(atf_get_srcdir)/probes/starve" ${what%:*}) || exit 1
	done
}
