#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# runtime_test.sh - the run-time interface, stat of /dev/belay/COMMAND: closed
# unless core/trace/magic_lock opens it, and then of the process that speaks.

. "$(atf_get_srcdir)/cases"

# ./ask LOCK PAIRS...: the probe in a sandbox that may write nothing but /dev/null.
setup()
{
	runtime=$(atf_get_srcdir)/probes/runtime
	cat >ask <<-END
	#!/bin/sh
	lock=\$1
	shift
	exec "$belay" -p allow-all -m core/sandbox/write:deny -m "core/trace/magic_lock:\$lock" -- \\
		"$runtime" "\$@"
	END
	chmod 755 ask
}

case_of locked "no command is heard unless it is asked for, and stat is left to the kernel"
locked_run()
{
	setup
	for how in stat lstat fstatat statx; do
		for path in /dev/belay /dev/sydbox/1 /dev/sydbox/core/sandbox/write:off \
			/dev/belay/core/sandbox/write? /dev/belay/core/trace/magic_lock:off; do
			atf_check -o inline:"$how ENOENT\nmake EACCES\n" -e ignore \
				./ask on $how $path make file
		done
	done
	rules='-p allow-all -m core/sandbox/write:deny'
	atf_check -o inline:'stat ENOENT\nmake EACCES\n' -e ignore "$belay" $rules -- \
		"$runtime" stat /dev/belay/core/sandbox/write:off make file
	[ ! -e file ] || atf_fail "a locked program has written"
	"$belay" $rules --plan >plan
	! grep -w 'statx\|newfstatat\|run-time' plan || atf_fail "stat is supervised"
	"$belay" $rules -m core/trace/magic_lock:exec --plan >plan
	atf_check -o match:'run-time interface: open' cat plan
}

case_of commands "a process that is not locked changes and asks its rules by any stat"
commands_run()
{
	setup
	for how in stat lstat fstatat statx int80; do
		rm -f file
		./ask off $how /dev/belay/core/sandbox/write:off make file >out 2>report
		[ "$(head -n 1 out)" != "$how ENOSYS" ] || continue
		atf_check -o inline:"$how done\nmake done\n" cat out
	done
	here=$(pwd -P)
	atf_check -o inline:'make EACCES\nstat done\nmake done\nstat done\nmake EACCES\n' -e ignore \
		./ask off make "$here/new" stat "/dev/sydbox/whitelist/write+$here/*" make "$here/new" \
		stat "/dev/sydbox/whitelist/write-$here/*" make "$here/new"
	atf_check -o inline:'stat done\nstat ENOENT\nstat done\nstat done\nstat done\nstat done\n' \
		./ask off stat '/dev/belay/core/sandbox/write?' stat '/dev/belay/core/sandbox/read?' \
		stat /dev/belay/core/sandbox/read:allow stat '/dev/belay/core/sandbox/read?' \
		stat /dev/belay stat /dev/sydbox/1
	atf_check -o inline:'stat done\nstat done\nstat ENOENT\n' ./ask off \
		stat '/dev/belay/core/match/case_sensitive?' \
		stat /dev/belay/core/match/case_sensitive:no \
		stat '/dev/belay/core/match/case_sensitive?'
}

case_of answers "what is wrong or fixed at the start has its own errno and changes nothing"
answers_run()
{
	setup
	cat >want <<-'END'
	stat EINVAL
	stat EINVAL
	stat EINVAL
	stat EINVAL
	stat EINVAL
	stat EPERM
	stat EPERM
	stat EPERM
	stat EPERM
	stat EPERM
	stat ENOENT
	make EACCES
	END
	atf_check -o file:want -e ignore ./ask off \
		stat /dev/belay/core/sandbox/write:maybe stat /dev/belay/no/such:1 \
		stat '/dev/belay/allow/write?' stat /dev/belay/allow/write+relative \
		stat /dev/belay/core/sandbox/write \
		stat /dev/belay/cmd/exec!/bin/true stat "/dev/belay/include /etc/passwd" \
		stat /dev/belay/core/trace/exit_kill:false \
		stat /dev/belay/core/violation/decision:kill \
		stat /dev/belay/core/whitelist/unsupported_socket_families:true \
		stat /dev/belayed make file
	# Other files are what they are.
	atf_check -o inline:'stat other\nlstat other\nstat ENOENT\n' \
		./ask off stat /etc/passwd lstat . stat none
}

case_of tighten "rules that were off at the start can be made to hold"
tighten_run()
{
	setup
	atf_check -o inline:'make done\nstat done\nmake EACCES\n' -e match:'denied write.*run time' \
		"$belay" -p allow-all -m core/trace/magic_lock:off -- "$runtime" \
		make file stat /dev/belay/core/sandbox/write:deny make file
	# And nothing is refused before that.
	atf_check -o inline:'connected\nrefused ECONNREFUSED\n' -e empty \
		"$belay" -p allow-all -m core/trace/magic_lock:off -- \
		"$(atf_get_srcdir)/probes/bound" inet
}

case_of own "the rules of a process are its own, and its threads', and its children begin with them"
own_run()
{
	setup
	off=/dev/belay/core/sandbox/write:off
	atf_check -o inline:'stat done\nmake done\nmake EACCES\n' -e ignore \
		./ask off child 2 stat $off make a make b
	atf_check -o inline:'stat done\nmake done\nmake done\nmake done\n' -e ignore \
		./ask off thread 1 stat $off make c child 1 make d make e
	atf_check -o inline:'stat done\nmake done\nstat done\nmake EACCES\nmake done\n' -e ignore \
		./ask off stat $off exec - make f child 2 stat /dev/belay/core/sandbox/write:deny \
		make g make h
}

case_of lock_exec "magic_lock:exec locks at the next execve, magic_lock:on at once, for good"
lock_exec_run()
{
	setup
	deny=/dev/belay/core/sandbox/read:deny off=/dev/belay/core/sandbox/write:off
	atf_check -o inline:'stat done\nstat ENOENT\nmake EACCES\n' -e ignore \
		./ask exec stat /dev/belay exec - stat $off make a
	atf_check -o inline:'stat done\nmake done\nmake done\nstat ENOENT\n' -e ignore \
		./ask exec stat $off make b exec - make c stat /dev/belay
	atf_check -o inline:'stat done\nstat ENOENT\nmake EACCES\n' -e ignore \
		./ask off stat /dev/belay/core/trace/magic_lock:on stat $off make d
	atf_check -o inline:'stat done\nstat ENOENT\nstat ENOENT\nmake EACCES\n' -e ignore \
		./ask off stat /dev/belay/core/trace/magic_lock:on child 1 stat $off \
		exec - stat $off make e
}

case_of race "a command is the bytes that were copied, whatever a thread makes of them"
race_run()
{
	setup
	# "1" is a question, "x" a word that there is not: done or EINVAL, nothing between.
	atf_check -o inline:'race even\nmake EACCES\n' -e save:figures \
		./ask off race '/dev/belay/1' make file
	# Locked, neither is heard.
	atf_check -o inline:'race odd\nmake EACCES\n' -e match:'^0 done' \
		./ask on race /dev/belay/core/sandbox/write:off make file
}

case_of many "what a sandbox may give in commands is used up by those that were done"
many_run()
{
	setup
	cat >many <<-'END'
	i=0
	while [ $i -lt 17000 ]; do
		i=$((i + 1))
		test -e /dev/belay/nonsense && echo nonsense was done
	done
	i=0
	while [ $i -lt 17000 ] && test -e /dev/belay/core/sandbox/write:off; do
		i=$((i + 1))
	done
	echo $i
	END
	atf_check -o inline:'16384\n' -e ignore "$belay" -p allow-all -m core/trace/magic_lock:off -- \
		sh ./many
}

case_of storm "children that are born while rules change are held to their maker's"
storm_run()
{
	setup
	cat >storm <<-'END'
	i=0
	while [ $i -lt 60 ]; do
		i=$((i + 1))
		(test -e /dev/belay/core/sandbox/write:deny
		 (: >refused) 2>/dev/null && echo a child had other rules
		 (: 2>/dev/null >refused) 2>/dev/null && echo a grandchild had other rules
		 :) &
		(test -e /dev/belay/core/sandbox/write:off && : >made.$i) &
		wait
	done
	ls made.* | wc -l
	END
	atf_check -o inline:'60\n' -e ignore "$belay" -p allow-all -m core/trace/magic_lock:off -- \
		sh ./storm
	[ ! -e refused ] || atf_fail "somebody has written"
}

case_of born "children that stop before their maker tells of them begin with his rules"
born_run()
{
	setup
	: >file
	atf_check -o inline:'stat done\nforks 0 failed\n' -e empty \
		./ask off stat /dev/belay/core/sandbox/write:off forks file
	atf_check -o inline:'stat done\nforks 400 failed\n' -e ignore "$belay" -p allow-all \
		-m core/trace/magic_lock:off -- "$runtime" stat /dev/belay/core/sandbox/write:deny \
		forks file
}

case_of killed "makers that are killed leave no child that waits for its rules"
killed_run()
{
	setup
	: >file
	cat >storm <<-END
	i=0
	while [ \$i -lt 20 ]; do
		i=\$((i + 1))
		"$runtime" stat /dev/belay/core/sandbox/write:off forks file >/dev/null &
		pid=\$!
		# To strike at any point, not to reach one.
		sleep 0.0\$((i % 5))
		kill -KILL \$pid
		wait \$pid
	done
	echo ended
	END
	atf_check -o inline:'ended\n' -e ignore "$belay" -p allow-all -m core/sandbox/write:deny \
		-m allow/write+/dev/null -m core/trace/magic_lock:off -- sh ./storm
}
