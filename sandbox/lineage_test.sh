#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# lineage_test.sh - what sydbox-1 got wrong and no other test shows. Its other
# mistakes are cases of escape_test, race_test, lifetime_test, transparent_test,
# runtime_test, options_run_test and policy/.

. "$(atf_get_srcdir)/cases"

case_of shared_cwd "a directory that one thread changes to is where its siblings are judged"
shared_cwd_run()
{
	mkdir in out
	threads=$(atf_get_srcdir)/probes/threads
	atf_check -o inline:'made\n' sh -c "cd in && $threads cwd"
	rm out/made
	atf_check -o inline:'EACCES\n' -e match:'denied write: open.*/out/made"' sh -c "cd in && \
		$belay -p allow-all -m core/sandbox/write:deny -m 'allow/write+$(pwd -P)/in/***' \
		-- $threads cwd"
	[ ! -e out/made ] || atf_fail "the old directory was judged"
}

case_of loader "the loader of a program is a program, too"
loader_run()
{
	true=$(readlink -f /bin/true)
	[ "${true##*/}" != busybox ] && grep -q ld-linux "$true" || atf_skip "true has no loader"
	exec="-p allow-all -m core/sandbox/exec:deny -m allow/exec+$true"
	atf_check -s not-exit:0 -e match:'denied exec: .*/ld-linux' "$belay" $exec -- "$true"
	atf_check "$belay" $exec -m 'allow/exec+/***/ld-linux*.so.*' -- "$true"
}

case_of native_errors "what fails anyway has the kernel's error, and is no violation"
native_errors_run()
{
	mkdir dir
	: >file
	cat >calls <<-'END'
	mkdir dir; mkdir -p dir && echo there; ln -s x file; ln file dir/../file
	rmdir file; rmdir none; rm none; mv none other; mkdir file/x; : <none
	END
	LC_ALL=C sh ./calls >want 2>&1
	LC_ALL=C "$belay" -p allow-all -m core/sandbox/write:deny -- sh ./calls >got 2>&1
	atf_check diff -u want got
}

case_of kill_forked "decision kill reaches a process that was forked, and no other"
kill_forked_run()
{
	atf_check -o inline:'child 137\ngone on\n' -e match:'denied write' "$belay" -p allow-all \
		-m core/sandbox/write:deny -m core/violation/decision:kill -- sh -c '
		(: >made; echo a refused program went on); echo child $?
		sh -c "mkdir made; :"; echo gone on'
	[ ! -e made ] || atf_fail "a refused directory was made"
}
