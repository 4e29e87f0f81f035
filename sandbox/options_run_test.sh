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
	ask='[ -w file ] && echo writable; exit 3'
	atf_check -s exit:3 -o empty -e empty "$belay" $rules \
		-m core/violation/exit_code:42 -m core/violation/decision:kill -- sh -c "$ask"
	atf_check -s exit:42 -o empty -e match:'denied write: .*access.*file' "$belay" $rules \
		-m core/violation/exit_code:42 -m core/violation/raise_safe:true -- sh -c "$ask"
	atf_check -s exit:137 -o empty -e match:'denied write: .*access.*file' "$belay" $rules \
		-m core/violation/decision:kill -m core/violation/raise_safe:true -- sh -c "$ask"
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
