#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What the helpers make of cases that go wrong: kt_fixture's cases are run one
# by one, with their result in a file and without Kyua.

# run CASE [OPTION...]: the result in `result`, stderr in `err`, the exit status
# in `rc`. Every process of the case inherits a pipe: cat ends when all are gone.
run() {
	run_case=$1
	shift
	rm -f result all_gone
	mkfifo all_gone
	{
		run_rc=0
		"$(atf_get_srcdir)/kt_fixture" -s "$(atf_get_srcdir)" -r result "$@" \
			"$run_case" 9>all_gone >out 2>err || run_rc=$?
		echo $run_rc >rc
	} &
	cat all_gone
	wait
	case $run_case in passes) ;; *) return ;; esac
	! grep '^skipped' result || atf_skip "$(cut -d ' ' -f 2- result)"
}

# has FILE REGEX
has() {
	grep -Eq -- "$2" "$1" || {
		cat result err
		atf_fail "$run_case: no '$2' in $1"
	}
}

atf_test_case fail_from_anywhere
fail_from_anywhere_head() {
	atf_set descr "Verify that a failure in a child or a thread fails the case in its own words"
}
fail_from_anywhere_body() {
	run passes
	has result '^passed$'
	run fails
	has result '^failed: kt_fixture.c:[0-9]+: this and no more$'
	run child_fails
	has result '^failed: in child [0-9]+: kt_fixture.c:[0-9]+: .* is 1 \(0x1\), expected 3'
	run child_fails_unseen
	has result '^failed: in child [0-9]+: kt_fixture.c:[0-9]+: this and no more$'
	run child_fails_at_a_gate
	has result '^failed: in child [0-9]+: kt_fixture.c:[0-9]+: this and no more$'
	run tracee_thread_fails
	has result '^failed: in child [0-9]+: kt_fixture.c:[0-9]+: this and no more$'
	run namespace_child_fails
	if ! grep '^skipped' result; then
		has result '^failed: in child 2: kt_fixture.c:[0-9]+: this and no more$'
	fi
	run worker_fails
	has result '^failed: in thread [0-9]+: kt_fixture.c:[0-9]+: this and no more$'
}

atf_test_case broken_is_not_failed
broken_is_not_failed_head() {
	atf_set descr "Verify that trouble of the machine ends the case without a result"
}
broken_is_not_failed_body() {
	run passes
	for c in case_breaks child_breaks; do
		run $c
		[ ! -s result ] || atf_fail "$c has a result"
		has err 'broken: .*close\(-1\): EBADF'
		has rc '^3$'
	done
}

atf_test_case whole_status
whole_status_head() {
	atf_set descr "Verify that a wrong status, a stop too many and a wrong sequence fail the case"
}
whole_status_body() {
	run passes
	run wrong_status
	has result '^failed: .*reports signal\(SIGUSR1\), expected signal\(SIGUSR2\)$'
	has err '^seen by [0-9]+: [0-9]+ EVENT_STOP\(SIGTRAP\)$'
	run unexpected_stop
	has result '^failed: .*reports EVENT_STOP\(SIGTRAP\), expected signal\(SIG64\)$'
	run wrong_sequence
	has result '"signal\(SIGTERM\) killed\(SIGTERM\)", expected "signal\(SIGTERM\) exited\(0\)"$'
}

atf_test_case deadline
deadline_head() {
	atf_set descr "Verify that a hang ends at the deadline with what was waited for"
}
deadline_body() {
	run passes
	run hangs_in_wait -v deadline=1
	has result '^failed: kt_fixture.c:[0-9]+: still waiting for exited\(0\) after 1 s$'
	run hangs_in_poll -v deadline=1
	has result '^failed: kt_fixture.c:[0-9]+: still waiting for getppid\(\) == 0 after 1 s$'
	run hangs_in_gate -v deadline=1
	has result '^failed: .*still waiting for a gate to open after 1 s$'
}

atf_test_case nothing_outlives
nothing_outlives_head() {
	atf_set descr "Verify that no process outlives a case that passes, fails or is killed"
	atf_set timeout 300
}
nothing_outlives_body() {
	run passes
	run leaves
	has result '^passed$'
	run leaves_and_fails
	has result '^failed: .*this and no more$'
	run leaves_and_dies
	[ ! -s result ] || atf_fail "a killed case has a result"
	has rc '^137$'
}

atf_test_case known_bug
known_bug_head() {
	atf_set descr "Verify that a known bug must show on affected kernels and on no others"
}
known_bug_body() {
	run passes
	KT_KERNEL_VERSION=6.18.44 run known_bug
	has result '^expected_failure: https://.*: '
	KT_KERNEL_VERSION=6.18.44 run known_bug -v fixed=yes
	has result '^failed: .*expecting a failure'
	KT_KERNEL_VERSION=6.12.110 run known_bug -v fixed=yes
	has result '^passed$'
	KT_KERNEL_VERSION=6.12.110 run known_bug
	has result '^failed: '
	KT_KERNEL_VERSION=new run known_bug
	has err "broken: .*KT_KERNEL_VERSION is 'new'"
}

atf_test_case lies
lies_head() {
	atf_set descr "Verify that each kind of lie is told where it fits and nowhere else"
}
lies_body() {
	run passes
	run lied_to
	has result '^passed$'
	run lied_to -v wrong=1
	has result '^failed: .*kt_geteventmsg\(pid, &message\): EIO, expected success$'
	run lied_to -v wrong=2
	has result '^failed: .*kt_raw\(SYS_getppid\) is 7 '
	run lied_to -v wrong=3
	has result '^failed: .*reports killed\(SIGUSR1\), expected EVENT_EXIT$'
	run lied_to -v wrong=4
	has result '^failed: .*message is 266 \(0x10a\), expected SIGUSR1'
	run lied_to -v wrong=5
	has result '^failed: .*reports signal\(SIGTRAP\), expected EVENT_EXIT$'
	run lied_to -v wrong=6
	has result '^failed: .*reports killed\(SIGUSR1\), expected EVENT_EXIT$'
	run lied_to -v wrong=7
	has result '^failed: .*self is 1 '
	run lied_to -v wrong=8
	has result '^failed: .*kt_raw\(SYS_tgkill, pid, pid, SIGUSR1\): EPERM'
	run lied_to -v wrong=9
	has err 'broken: .*this case has no wrong answer 9'
}

atf_test_case family
family_head() {
	atf_set descr "Verify that a family is made of the cases of its table, each with its lie"
}
family_body() {
	"$(atf_get_srcdir)/kt_fixture" -l | grep -A 9 '^ident: kt_family_two_a$' >listing
	has listing '^descr: Member 1$'
	has listing '^X-contract: kt.family.two.a$'
	has listing '^X-wrong-1: member is 99$'
	for member in one two_a two_b; do
		run kt_family_$member
		[ "$(cat result)" = passed ] || grep '^skipped' result || atf_fail "$(cat result)"
		run kt_family_$member -v wrong=1
		grep '^skipped' result || has result '^failed: .* is 99 '
	done
}

atf_init_test_cases() {
	atf_add_test_case fail_from_anywhere
	atf_add_test_case broken_is_not_failed
	atf_add_test_case whole_status
	atf_add_test_case deadline
	atf_add_test_case nothing_outlives
	atf_add_test_case known_bug
	atf_add_test_case lies
	atf_add_test_case family
}
