#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The runner, with test programs in shell that speak ATF's protocol, well and badly:
# what it says of each, and that nothing of any of them is left.

# A program with these cases, run by a job; its stream is in `out`.
# program LIST: the properties of its cases; stdin: the shell code of the cases, which
# finds its result file in $result and the case in $name.
program()
{
	mkdir -p dir tmp
	{
		echo '#!/bin/sh'
		echo 'list() { cat <<"END"'
		printf 'Content-Type: application/X-atf-tp; version="1"\n\n%s\nEND\n}\n' "$1"
		echo 'for arg; do case $arg in'
		echo '-l) list; exit 0 ;; -r*) result=${arg#-r} ;; -s*|-v*) ;; *) name=$arg ;;'
		echo 'esac; done'
		cat
	} >dir/p_test
	chmod 755 dir dir/p_test
}

# run [LINE]...: the job of all its cases, with these lines before.
run()
{
	printf '%s\n' "$@" "abi x abi" | sed -e '/^$/d' -e "s,^abi x abi,abi x $PWD/dir," >job
	echo "run p_test" >>job
	TMPDIR=$PWD/tmp timeout 120 "$(atf_get_srcdir)/runner" job >out 2>err
	runner_status=$?
	atf_check_equal "" "$(ls tmp)"
}

# said CASE: its last line, without sum and time.
said()
{
	awk -v c="$1" '$1 == "KT-CASE" { on = $2 == c }
		on && $1 == "KT-END" { $4 = ""; sub(/^KT-END [0-9a-f]* /, ""); print }' out |
		tr -s ' '
}

check_said()
{
	atf_check_equal "$2" "$(said "$1" | sed 's/ $//')"
}

case_of()
{
	printf 'ident: %s\n' "$1"
	shift
	for property; do
		printf '%s\n' "$property"
	done
	echo
}

atf_test_case results
results_head()
{
	atf_set descr "Verify that each result is believed only with the end that belongs to it"
}
results_body()
{
	list=
	for c in passed failed skipped unknown empty liar dead twice exit_good exit_bad signal; do
		list="$list$(case_of $c 'descr: x')

"
	done
	program "$list" <<'END'
case $name in
passed) echo passed >"$result" ;;
failed) echo "failed: 1 != 2" >"$result"; exit 1 ;;
skipped) echo "skipped: needs Linux 9" >"$result" ;;
unknown) echo "excellent" >"$result" ;;
empty) ;;
liar) echo passed >"$result"; exit 1 ;;
dead) echo passed >"$result"; kill -SEGV $$ ;;
twice) printf 'failed: a\nb\n' >"$result"; exit 1 ;;
exit_good) echo "expected_exit(3): bug" >"$result"; exit 3 ;;
exit_bad) echo "expected_exit(3): bug" >"$result"; exit 4 ;;
signal) echo "expected_signal(9): bug" >"$result"; kill -9 $$ ;;
esac
END
	run
	atf_check_equal 0 $runner_status
	check_said passed "passed"
	check_said failed "failed 1 != 2"
	check_said skipped "skipped needs Linux 9"
	check_said unknown "broken an unknown result, 'excellent', and it exited with status 0"
	check_said empty "broken Premature exit; it exited with status 0 without a result"
	check_said liar "broken its result is 'passed', but it exited with status 1"
	check_said twice "failed a b"
	check_said exit_good "expected_failure bug"
	check_said exit_bad \
		"failed the case was expected to end in another way (bug), but it exited with status 4"
	check_said signal "expected_failure bug"
	said dead >dead
	atf_check -o match:"^broken its result is 'passed', but it received signal 11" cat dead
}

atf_test_case nothing_left
nothing_left_head()
{
	atf_set descr "Verify that no process outlives its case, in whatever session, stopped or deaf"
	atf_set require.progs "setsid"
}
nothing_left_body()
{
	program "$(case_of strays)

$(case_of timeout 'timeout: 1')" <<'END'
setsid sh -c 'trap "" TERM HUP; (sleep 1000 & echo $! >>'"$PWD"'/pids; kill -STOP $$) & wait' &
setsid sleep 1000 &
echo $! >>DIR/pids
sleep 1000 &
echo $! >>DIR/pids
while [ "$(wc -l <DIR/pids)" -lt 2 ]; do sleep 0.1; done
[ $name != timeout ] || sleep 1000
echo passed >"$result"
END
	sed -i "s,DIR,$PWD,; s,'\"\$PWD\"',$PWD," dir/p_test
	run
	check_said strays passed
	check_said timeout "broken Test case body timed out"
	for pid in $(cat pids); do
		[ ! -e "/proc/$pid" ] || atf_fail "process $pid is left"
	done
}

atf_test_case place
place_head()
{
	atf_set descr "Verify that a case has a place, a session and an environment of its own"
}
place_body()
{
	program "$(case_of one)

$(case_of two)" <<'END'
env | sort | grep -E '^(HOME|TMPDIR|TZ|LC_ALL|LANG)=' | sed "s,=$PWD$,=here,"
echo "umask $(umask), $(ls -A | wc -l) files"
read -r line && echo "stdin has $line"
set -- $(cat /proc/self/stat)
[ "$6" = $$ ] && echo "own session"
mkdir -p a/b/c && ln -s / a/b/root && : >a/b/c/file && chmod 0 a/b
echo passed >"$result"
END
	LC_ALL=C LANG=x run
	atf_check_equal "passed passed" "$(echo $(said one) $(said two))"
	cat >expected <<'END'
|HOME=here
|TMPDIR=here
|TZ=UTC
|umask 0022, 0 files
|own session
|HOME=here
|TMPDIR=here
|TZ=UTC
|umask 0022, 0 files
|own session
END
	atf_check -o file:expected grep '^|' out
	[ -d /bin ] || atf_fail "a link was followed"
}

atf_test_case output
output_head()
{
	atf_set descr "Verify that output is bounded, and no word of it is one of the runner's"
}
output_body()
{
	program "$(case_of flood)

$(case_of forger)" <<'END'
[ $name != flood ] || head -c 10000000 /dev/zero | tr '\0' 'x'
[ $name != forger ] || printf 'KT-END 00000000 failed 1 x\nKT-CASE other\nno end'
echo passed >"$result"
END
	run
	check_said flood passed
	check_said forger passed
	[ "$(stat -c %s out)" -lt 100000 ] || atf_fail "the stream has $(stat -c %s out) bytes"
	atf_check -o match:'^\|\[more was printed\]$' grep more out
	atf_check -o inline:"|KT-CASE other\n" grep other out
	atf_check -o match:'^\|no end$' cat out
}

atf_test_case needs
needs_head()
{
	atf_set descr "Verify that what a case requires is looked at, and what nobody knows breaks it"
}
needs_body()
{
	program "$(case_of arch 'require.arch: y z')

$(case_of this 'require.arch: y x' 'require.config: a' 'require.progs: sh /bin/sh')

$(case_of config 'require.config: a b')

$(case_of progs 'require.progs: no-such-program')

$(case_of files 'require.files: /nowhere')

$(case_of memory 'require.memory: 1000t')

$(case_of space 'require.diskspace: 1000000t')

$(case_of bad 'require.memory: much')

$(case_of user 'require.user: wheel')

$(case_of kmods 'require.kmods: x')

$(case_of odd 'colour: red')" <<'END'
echo passed >"$result"
END
	run "config a=b"
	check_said arch "skipped Current architecture 'x' not supported"
	check_said this "passed"
	check_said config "skipped Required configuration property 'b' not defined"
	check_said progs "skipped Required program 'no-such-program' not found in PATH"
	check_said files "skipped Required file '/nowhere' not found"
	check_said memory "skipped Requires 1000t of memory"
	check_said space "skipped Requires 1000000t of disk space"
	check_said bad "broken require.memory=much cannot be checked"
	check_said user "broken require.user=wheel is neither root nor unprivileged"
	check_said kmods "broken the runner does not know the property 'require.kmods'"
	check_said odd "broken the runner does not know the property 'colour'"
}

atf_test_case cleanup
cleanup_head()
{
	atf_set descr "Verify that a clean-up runs in its case's place, after a time limit too, and \
counts"
}
cleanup_body()
{
	program "$(case_of good 'has.cleanup: true')

$(case_of slow 'has.cleanup: true' 'timeout: 1')

$(case_of bad 'has.cleanup: true')" <<'END'
case $name in
*:cleanup) echo "$name: $(ls)"; [ $name != bad:cleanup ] || exit 1 ;;
slow) : >slow; sleep 1000 ;;
*) : >$name; echo passed >"$result" ;;
esac
END
	run
	check_said good passed
	check_said slow "broken Test case body timed out"
	check_said bad "broken Test case cleanup did not terminate successfully"
	atf_check -o match:'^\|good:cleanup: good$' -o match:'^\|slow:cleanup: slow$' cat out
}

atf_test_case lists
lists_head()
{
	atf_set descr "Verify that a program without a proper list breaks, and that one is sent on demand"
}
lists_body()
{
	program "$(case_of one 'X-contract: a.b')

$(case_of two)" <<'END'
echo passed >"$result"
END
	run
	cp job all
	sed -e "s,^run.*,list only\nrun p_test," all >job
	atf_check -o match:'^KT-LIST x$' -o match:'^\|p_test:one a.b$' -o match:'^\|p_test:two$' \
		-o not-match:KT-CASE "$(atf_get_srcdir)/runner" job
	sed -e "s,^run.*,run p_test two three," all >job
	"$(atf_get_srcdir)/runner" job >out
	check_said one ""
	check_said two passed
	check_said three "broken the program has no such case"
	for text in "ident: a b" "ident: a
timeout: x" "ident: a

ident: a" "nonsense"; do
		program "$text" </dev/null
		run
		said __test_cases_list__ >said
		atf_check -o match:'^broken line [0-9]+ of its list' cat said
	done
	# A program of another kind of machine, and what is none at all.
	printf '\177ELF\002\001\001' >dir/p_test
	run
	check_said __test_cases_list__ "skipped this kernel runs no x programs"
	printf '\001\002\003\004' >dir/p_test
	run
	check_said __test_cases_list__ "broken it cannot be run: Exec format error"
	rm dir/p_test
	run
	check_said __test_cases_list__ "broken it cannot be run: No such file or directory"
}

atf_test_case stopped
stopped_head()
{
	atf_set descr "Verify that a runner that is told to end leaves neither process nor file, and no \
answer of the case that ran"
}
stopped_body()
{
	program "$(case_of one)" <<'END'
echo $$ >DIR/pid.new; mv DIR/pid.new DIR/pid
sleep 1000
END
	sed -i "s,DIR,$PWD,g" dir/p_test
	printf '%s\n' "abi x $PWD/dir" "run p_test" >job
	mkfifo running
	TMPDIR=$PWD/tmp "$(atf_get_srcdir)/runner" job >out &
	runner=$!
	while [ ! -e pid ]; do
		sleep 0.1
	done
	kill -TERM $runner
	wait $runner
	atf_check_equal 1 $?
	[ ! -e "/proc/$(cat pid)" ] || atf_fail "the case is left"
	atf_check_equal "" "$(ls tmp)"
	atf_check -o inline:"KT-PROG x p_test\nKT-CASE one\n" cat out
}

atf_test_case jobs
jobs_head()
{
	atf_set descr "Verify that a job that cannot be read is refused in one line with status 2"
}
jobs_body()
{
	for line in "" "run p" "list" "abi x" "abi x relative" "scale 0" "scale 1x" "scale 1001" \
		"user" "user a b" "config x" "config =x" "rnu p" "mark x"; do
		echo "$line" >job
		atf_check -s exit:2 -o empty -e match:"^runner: line 1 of the job, '$line': " \
			"$(atf_get_srcdir)/runner" job
	done
	printf 'abi x /\nrun ../p\n' >job
	atf_check -s exit:2 -e match:"line 2 of the job.*no program's name" \
		"$(atf_get_srcdir)/runner" job
	atf_check -s exit:2 -e match:"none" "$(atf_get_srcdir)/runner" none
	atf_check -s exit:2 -e match:"usage" "$(atf_get_srcdir)/runner"
}

atf_init_test_cases()
{
	for t in results nothing_left place output needs cleanup lists stopped jobs; do
		atf_add_test_case $t
	done
}
