#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# In a pid namespace of its own the sandbox leaves ptrace(2) to the programs:
# debuggers work inside, and none of them gets around a rule.

. "$(atf_get_srcdir)/cases"
cases=

# pidns_case NAME SENTENCE: a case for that lifetime alone, with its body in NAME_run.
pidns_case()
{
	atf_test_case "$1"
	eval "$1_head() { atf_set descr \"Verify that $2\"; atf_set timeout 300; }
	      $1_body() { use_backend pidns; $1_run; }"
	cases="$cases $1"
}

# ./inside COMMAND: writes into in/ alone.
setup()
{
	mkdir in out
	cat >inside <<-END
	#!/bin/sh
	exec "$belay" -p allow-all -m core/sandbox/write:deny -m "allow/write+$(pwd -P)/in/***" \
		-m allow/write+/dev/null -m 'allow/write+/dev/pts/*' -m allow/write+/dev/tty \
		-m core/sandbox/network:deny -- "\$@"
	END
	chmod +x inside
}

pidns_case no_way_around "a tracer inside neither changes a call behind its judgement nor loosens the filter"
no_way_around_run()
{
	setup
	traces=$(cd "$(atf_get_srcdir)" && pwd)/probes/traces
	for file in in/ab in/b in/c out/a; do : >$file; done
	# What is not refused it does.
	atf_check -o match:'^memory-on-entry done$' "$traces" in/c in/b
	[ ! -e in/c ] || atf_fail "the probe changes nothing"

	here=$(pwd -P)
	atf_check -o save:said -e match:'denied write' ./inside "$traces" "$here/out/a" "$here/in/ab"
	cat said
	[ -e out/a ] || atf_fail "a file outside was removed"
	atf_check -o empty sed -e '/^memory-on-entry EACCES$/d' \
		-e '/^number-.* \(EACCES\|absent\)$/d' -e '/^suspend.* \(EPERM\|EINVAL\)$/d' \
		-e '/^get-filter \(EACCES\|EINVAL\)$/d' said
	# Who asks the supervisor to be its tracer is let go.
	atf_check -o inline:"went on\n" ./inside "$traces" by-parent
}

pidns_case gdb "gdb runs, stops and inspects a program inside"
gdb_run()
{
	command -v gdb >/dev/null || atf_skip "gdb is not installed"
	setup
	cp "$(command -v sleep)" in/
	cat >in/commands <<-'END'
	set confirm off
	catch syscall clock_nanosleep
	run
	backtrace 1
	info inferiors
	delete
	call (long)getpid()
	kill
	END
	atf_check -o save:said -e ignore ./inside gdb -nx -batch -x in/commands \
		--args "$(pwd -P)/in/sleep" 300
	cat said
	grep -q 'Catchpoint 1.*clock_nanosleep' said || atf_fail "it did not stop at the call"
	grep -q '^#0 ' said || atf_fail "there is no backtrace"
}

pidns_case gdb_attach "gdb attaches to a process inside, and it goes on afterwards"
gdb_attach_run()
{
	command -v gdb >/dev/null || atf_skip "gdb is not installed"
	setup
	cat >in/prog <<-'END'
	mkfifo in/up in/go
	sh -c 'echo $$ >in/up; read x <in/go; echo went on with $x' &
	read pid <in/up
	gdb -nx -batch -p $pid -ex detach >in/said 2>&1 || cat in/said
	echo word >in/go
	wait
	END
	atf_check -o match:'^went on with word$' -e ignore ./inside sh in/prog
	grep -q 'detached' in/said || { cat in/said; atf_fail "it was not attached"; }
}

pidns_case strace "strace -f follows a program inside, and shows what belay refuses"
strace_run()
{
	command -v strace >/dev/null || atf_skip "strace is not installed"
	setup
	atf_check -s exit:3 -o inline:"child\n" -e match:'denied write' ./inside \
		strace -f -o in/trace sh -c 'sh -c "mkdir in/made; echo child"; mkdir out/made 2>/dev/null; exit 3'
	[ -d in/made ] && [ ! -e out/made ] || atf_fail "not done as judged"
	grep -q 'mkdir("out/made", .*EACCES' in/trace || atf_fail "the refusal is not shown"
	grep -q 'mkdir("in/made", .*= 0' in/trace || atf_fail "what was done is not shown"
	grep -q 'exited with 3' in/trace || atf_fail "the end is not shown"
}
