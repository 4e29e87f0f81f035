#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# options_run_test.sh - what the core/... options of a policy do to programs
# that run. What they may be set to is policy/command_test.c.

. "$(atf_get_srcdir)/cases"

rules='-p allow-all -m core/sandbox/write:deny'

case_of raise_safe "a refused question is a violation only under core/violation/raise_safe"
raise_safe_run()
{
	: >file
	escape=$(atf_get_srcdir)/probes/escape
	ask="$escape access file; exit 3"
	atf_check -s exit:3 -o inline:'refused EACCES\n' -e empty "$belay" $rules \
		-m core/violation/exit_code:42 -m core/violation/decision:kill -- sh -c "$ask"
	atf_check -s exit:42 -o inline:'refused EACCES\n' -e match:'denied write: .*access.*file' "$belay" $rules \
		-m core/violation/exit_code:42 -m core/violation/raise_safe:true -- sh -c "$ask"
	atf_check -s exit:137 -o empty -e match:'denied write: .*access.*file' "$belay" $rules \
		-m core/violation/decision:kill -m core/violation/raise_safe:true -- "$escape" access file
}

case_of raise_fail "a path that cannot be resolved is a violation only under core/violation/raise_fail"
raise_fail_run()
{
	make='mkdir none/dir 2>/dev/null; exit 3'
	atf_check -s exit:3 -e empty "$belay" $rules -m allow/write+/dev/null \
		-m core/violation/exit_code:42 -- sh -c "$make"
	atf_check -s exit:42 -e match:'denied path: mkdir.*"none/dir".*cannot be resolved.*ENOENT' \
		"$belay" $rules -m allow/write+/dev/null -m core/violation/exit_code:42 \
		-m core/violation/raise_fail:true -- sh -c "$make"
	atf_check -s exit:137 -e match:'denied path: ' "$belay" $rules -m allow/write+/dev/null \
		-m core/violation/decision:kill -m core/violation/raise_fail:true -- mkdir none/dir
}

case_of successful_bind "what was bound may be connected to under core/whitelist/successful_bind alone"
successful_bind_run()
{
	bound=$(atf_get_srcdir)/probes/bound
	rules="-p allow-all -m core/sandbox/network:deny -m allow/network/bind+inet:0.0.0.0/0@0 \
		-m allow/network/bind+inet6:::/0@0 -m allow/network/bind+unix:$(pwd -P)/** \
		-m allow/network/bind+unix-abstract:**"
	for kind in inet any dual implicit unix abstract autobind; do
		other=EACCES
		[ $kind != unix ] || other=ENOENT # the kernel's own answer: there is no such name
		rm -f socket
		"$belay" $rules -- "$bound" $kind >out 2>report
		[ $? -ne 77 ] || continue
		printf 'refused EACCES\nrefused %s\n' $other >want
		diff want out || { cat report; atf_fail "$kind without the option"; }
		rm -f socket
		"$belay" $rules -m core/whitelist/successful_bind:true -- "$bound" $kind >out 2>report
		# What was not bound stays refused: the answer is not the kernel's.
		printf 'connected\nrefused %s\n' $other >want
		diff want out || { cat report; atf_fail "$kind"; }
	done
	rm -f socket
	# A rule that denies wins over it.
	atf_check -o inline:'refused EACCES\nrefused EACCES\n' -e match:'rule deny/network' \
		"$belay" $rules -m core/whitelist/successful_bind:true \
		-m 'deny/network/connect+LOOPBACK@0-65535' -- "$bound" inet
}

case_of exit_code "core/violation/exit_code decides the status after a violation, and only then"
exit_code_run()
{
	mkdir locked
	for pair in -1:3 0:131 42:42; do
		atf_check -s exit:${pair#*:} -e match:denied "$belay" $rules \
			-m core/violation/exit_code:${pair%:*} -- sh -c 'mkdir locked/x; exit 3'
		atf_check -s exit:3 -e empty "$belay" $rules \
			-m core/violation/exit_code:${pair%:*} -- sh -c 'exit 3'
	done
	# What a filter silences, or a signal ends, counts as it does elsewhere.
	atf_check -s exit:3 -e not-match:belay "$belay" $rules -m core/violation/exit_code:42 \
		-m 'filter/write+/**/locked/*' -- sh -c 'mkdir locked/x; exit 3'
	atf_check -s exit:42 -e match:denied "$belay" $rules -m core/violation/exit_code:42 \
		-m core/violation/decision:killall -- sh -c 'mkdir locked/x; exit 3'
	[ ! -e locked/x ] || atf_fail "a refused directory was made"
}

case_of programs "exec/kill_if_match keeps a program from running, whatever its name and the rules"
programs_run()
{
	cp /bin/true here
	ln -s here link
	kill="-p allow-all -m exec/kill_if_match+$(pwd -P)/here -m allow/exec+/***"
	for name in ./here ./link "$(pwd -P)/here" ./../$(basename "$PWD")/here; do
		atf_check -s exit:126 -e match:'denied exec: .*kill_if_match' "$belay" $kill -- "$name"
		atf_check -s exit:126 -e match:'denied exec: .*kill_if_match' "$belay" $kill -- \
			sh -c "$name"
	done
	atf_check "$belay" $kill -- /bin/true
	# The interpreter of a script is a program, too.
	printf '#!%s\n' "$(pwd -P)/here" >script
	chmod 755 script
	"$belay" $kill -- sh -c './script; echo $?' >out 2>report
	[ "$(cat out)" != 0 ] || atf_fail "a script ran its interpreter"
	atf_check -o match:'denied exec: .*kill_if_match' cat report
	atf_check -o inline:'0\n' -e match:'resume_if_match.* is accepted without effect' \
		"$belay" $rules -m 'exec/resume_if_match+/***' -- sh -c 'mkdir x 2>/dev/null || echo 0' \
		|| atf_fail "resume_if_match"
}

case_of globs "rules cover what is made later, deny within allow, and the last match wins"
globs_run()
{
	here=$(pwd -P)
	mkdir -p a/keep a/b
	"$belay" $rules -m "allow/write+$here/a/***" -m "deny/write+$here/a/keep/**" \
		-m "deny/write+$here/a/**.o" -m "allow/write+$here/a/b/*.o" -- sh -c '
		mkdir -p a/new/c a/b/d
		for file in a/new/c/f a/keep/x a/b/later.o a/b/later.c a/b/d/x.o; do
			touch $file
		done' 2>report
	atf_check -o inline:'a\na/b\na/b/d\na/b/later.c\na/b/later.o\na/keep\na/new\na/new/c\na/new/c/f\n' \
		sh -c 'find a | LC_ALL=C sort'
	atf_check -o match:'a/keep/x.*deny/write' -o match:'a/b/d/x.o.*deny/write' cat report
	atf_check -o inline:'2\n' grep -c '^belay: denied write' report
}

case_of families "core/whitelist/unsupported_socket_families lets what has no rules pass, or refuses it"
families_run()
{
	escape=$(atf_get_srcdir)/probes/escape
	"$escape" family "" >native || atf_skip "there are no netlink sockets"
	atf_check -o inline:'escaped\n' cat native
	for row in 'deny::refused EAFNOSUPPORT' 'deny:true:escaped' 'deny:false:refused EAFNOSUPPORT' \
		'allow::escaped' 'off:false:escaped'; do
		mode=${row%%:*} rest=${row#*:}
		set -- -p allow-all -m core/sandbox/network:$mode
		[ -z "${rest%%:*}" ] ||
			set -- "$@" -m core/whitelist/unsupported_socket_families:${rest%%:*}
		atf_check -o inline:"${rest#*:}\n" -e ignore "$belay" "$@" -- "$escape" family ""
	done
}

case_of own_proc "core/whitelist/per_process_directories opens the /proc of the sandbox, not of others"
own_proc_run()
{
	read="-p allow-all -m core/sandbox/read:deny -m allow/read+/[!p]*/*** -m allow/read+/"
	for who in self '$$' thread-self; do
		atf_check -o match:. "$belay" $read -- sh -c "head -c 1 /proc/$who/status"
		atf_check -s not-exit:0 -e match:'denied read' "$belay" $read \
			-m core/whitelist/per_process_directories:false -- \
			sh -c "head -c 1 /proc/$who/status"
	done
	# In a pid namespace there is no other but its init.
	other=$$
	[ "${belay##*-}" != pidns ] || other=1
	atf_check -s not-exit:0 -e match:'denied read' "$belay" $read -- \
		head -c 1 /proc/$other/status
}

case_of profile "a profile written for sydbox-1 holds as it says"
profile_run()
{
	here=$(pwd -P)
	mkdir job out
	cat >build.syd-1 <<-END
	# A build: writes here, talks to itself.
	core/sandbox/exec:off
	core/sandbox/read:allow
	core/sandbox/write:deny
	core/sandbox/network:deny
	core/whitelist/per_process_directories:true
	core/whitelist/successful_bind:true
	core/whitelist/unsupported_socket_families:true
	core/violation/decision:deny
	core/violation/exit_code:-1
	core/violation/raise_fail:false
	core/violation/raise_safe:false
	core/trace/follow_fork:true
	core/trace/exit_wait_all:true
	core/trace/magic_lock:exec
	core/match/no_wildcard:prefix
	whitelist/write+/dev/null
	whitelist/write+$here/job
	core/match/no_wildcard:literal
	blacklist/write+$here/job/keep/***
	blacklist/read+$here/out/secret
	whitelist/network/bind+LOOPBACK@0
	filter/write+$here/out/quiet
	END
	echo secret >out/secret
	atf_check -s exit:5 -o inline:'made\n' -e save:report "$belay" -c build.syd-1 -- sh -c '
		mkdir job/keep; : >job/made && echo made; : 2>/dev/null </dev/null
		env test -e /dev/sydbox && echo the lock is open after exec
		mkdir out/loud; mkdir out/quiet; read x <out/secret && echo read; exit 5'
	atf_check -o match:'denied write: .*job/keep.*blacklist' -o match:'denied write: .*out/loud' \
		-o match:'denied read: .*out/secret' -o not-match:'denied.*quiet' cat report
	atf_check -o inline:'connected\nrefused EACCES\n' -e ignore "$belay" -c build.syd-1 -- \
		"$(atf_get_srcdir)/probes/bound" inet
}
