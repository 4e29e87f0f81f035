#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every call of this ABI that belay judges or refuses, made by its number: what the
# table of calls says of it is what the program is told. ci/conformance makes a table
# of what these cases print.

. "$(atf_get_srcdir)/cases"
each=$(atf_get_srcdir)/probes/each

# state DIR: what a call could have changed there.
state()
{
	(cd "$1" && stat -c '%n %i %f %s %h %u %g %Y %Z' . *)
}

case_of calls "each call that is judged is allowed or refused by what it names, and changes nothing that it may not"
calls_run()
{
	umask 022
	here=$(pwd -P)
	for side in outside inside; do
		mkdir -p $side/good $side/bad
		"$each" prepare $side/good
		"$each" prepare $side/bad
	done
	"$each" peer >peer &
	until [ -s peer ]; do kill -0 $! || atf_fail "no peer"; done
	ask="calls good bad $(cat peer)"
	(cd outside && "$each" $ask rule process seen && "$each" $ask exec stat) >outside.said
	state inside/bad >before
	rules="-p allow-all -m core/sandbox/write:deny -m allow/write+$here/inside/good/*** \
		-m allow/write+/dev/null"
	# Those of the second kind take a tracer.
	(cd inside && set -f && "$belay" $rules -m core/sandbox/read:allow \
		-m "deny/read+$here/inside/bad/dark" -- "$each" $ask rule process seen &&
		"$belay" $rules -m core/trace/magic_lock:off -m core/sandbox/exec:allow \
		-m "deny/exec+$here/inside/bad/program" -- "$each" $ask exec stat) \
		>inside.said 2>report
	kill $!
	# Outside a call does what it is for, unless the kernel or the file system has no such thing.
	awk '{ for (i = 3; i <= NF; i++) if (i != 4 && $i !~ /^(ok|ENOSYS|EOPNOTSUPP)$/ && $2 $i != "seenEPERM")
		print }' outside.said >odd
	[ ! -s odd ] || { cat odd; atf_fail "outside, too"; }
	who=EPERM
	[ "${belay##*-}" != pidns ] || who=ESRCH
	awk -v who=$who '{
		want = $2 ~ /^(rule|exec)$/ ? "EACCES" : $2 == "process" ? who : ""
		for (i = 5; i <= NF; i++)
			if (want != "" && $i != "ENOSYS")
				$i = want
		print
	}' outside.said >want
	cat inside.said
	diff -u want inside.said || { tail -n 5 report; atf_fail "not what the table says"; }
	state inside/bad >after
	diff -u before after || atf_fail "something has changed that may not"
	[ "$(wc -l <inside.said)" -gt 50 ] || atf_fail "calls are missing"
}

case_of refused "each call that is refused has the error that the table names"
refused_run()
{
	"$belay" -p allow-all -m core/sandbox/network:deny -- "$each" refused >said 2>report
	cat said
	awk '$2 != $3' said >odd
	[ ! -s odd ] || { cat odd; atf_fail "not what the table says"; }
	[ "$(wc -l <said)" -gt 50 ] || atf_fail "calls are missing"
}

atf_test_case none_left
none_left_head()
{
	atf_set descr "Verify that every call that is judged is made by a probe"
}
none_left_body()
{
	atf_check "$each" left
}
cases="$cases none_left"
