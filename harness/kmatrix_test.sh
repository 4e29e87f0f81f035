#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix as people and programs call it: command lines, exit statuses, a run on
# the running kernel with programs made for it, and a run that is stopped.

# Ours before any other; atf_check starts programs, not functions.
use_ours()
{
	PATH=$(atf_get_srcdir)/..:$PATH
}

# The ABI that kmatrix itself was built for.
abi()
{
	case $(uname -m) in
	i?86) echo i386 ;;
	armv*) echo arm ;;
	*) uname -m ;;
	esac
}

# A build tree with one program, and $run to run it.
builds()
{
	use_ours
	run="kmatrix run --native --builds builds --abi $(abi)"
	mkdir -p "builds/$(abi)/kernel-tests"
	cp "$(atf_get_srcdir)/kmatrix_sample" "builds/$(abi)/kernel-tests/sample_test"
}

# refused TEXT ARGUMENT...: exit status 2, one line that says TEXT, no output.
refused()
{
	text=$1
	shift
	kmatrix "$@" >out 2>err
	atf_check_equal 2 $?
	[ ! -s out ] || atf_fail "kmatrix $*: wrote to standard output: $(cat out)"
	[ "$(wc -l <err)" -eq 1 ] || atf_fail "kmatrix $*: not one line: $(cat err)"
	grep -qF -e "$text" err || atf_fail "kmatrix $*: does not say '$text': $(cat err)"
}

# status_of KIND: the status of a case, by the report for programs.
status_of()
{
	kmatrix report --json | grep "\"sample.kind.$1\"" |
		sed 's/.*"status":"\([a-z]*\)".*/\1/'
}

atf_test_case usage
usage_head()
{
	atf_set descr "Verify that a bad command line is answered with one line and status 2"
}
usage_body()
{
	use_ours
	refused "no verb"
	refused "did you mean 'run'?" rnu
	refused "did you mean 'report'?" reprot
	refused "valid: run, report, kernels, fetch" completely-different
	refused "did you mean '--native'?" run --natvie
	refused "did you mean '--json'?" report --josn
	refused "unknown option -z" run -z
	refused "--abi needs ABI" run --abi
	refused "-o needs FILE" report -o
	refused "--native takes no argument" run --native=yes
	refused "takes no word 'word'" run word
	refused "takes no word 'word'" kernels word
	refused "did you mean 'bookworm-amd64'?" run --kernel bookworm-amd46
	refused "unknown ABI 'mips'" run --abi mips
	refused "did you mean 'never'?" report --color nevr
	refused "--jobs '0'" run --jobs 0
	refused "--reboots 'x'" run --reboots x
	refused "--reboots '-1'" run --reboots -1
	refused "did you mean 'tcg'?" run --accel tgc
	refused "did you mean 'nobody'?" run --user nobdy
	refused "NAME=VALUE" run -v allow_panic
	refused "NAME=VALUE" run -v 'a=b c'
	refused "no builds in 'nowhere'" run --builds nowhere
	refused "none.db" report --store none.db
}

atf_test_case help
help_head()
{
	atf_set descr "Verify that help, version and the table of kernels come with status 0"
}
help_body()
{
	use_ours
	atf_check -o match:"kernels" kmatrix --help
	atf_check -o match:"^kmatrix [0-9]" kmatrix --version
	for verb in run report kernels fetch; do
		atf_check -o match:"usage: kmatrix $verb" kmatrix $verb --help
		atf_check -o match:"usage: kmatrix $verb" kmatrix $verb -h
	done
	atf_check -o match:"-o, --store FILE" kmatrix report --help
	atf_check -o match:"^bookworm-amd64 .* x86_64,i386,x32 " kmatrix kernels
}

atf_test_case good
good_head()
{
	atf_set descr "Verify that a run without failure has status 0, is kept and is shown"
	atf_set require.progs "kyua"
}
good_body()
{
	builds
	atf_check -o match:"^ 1  running/$(abi) .* 7 pass$" \
		-o match:"^1 cell: 7 passed, 0 failed, 0 skipped, 0 missing$" \
		-e match:"running: 7 pass$" $run
	atf_check -o match:"^  pass  " -o match:"^sample.kind$" kmatrix report
	atf_check -o match:'"abi":"'"$(abi)"'","version":"'"$(uname -r)"'","accel":"native"' \
		kmatrix report --json
	atf_check_equal pass "$(status_of block)"
	atf_check -s exit:0 -o ignore -e empty $run -q -o other.db
	atf_check -o match:"1 cell: 7 passed" kmatrix report -o other.db
}

atf_test_case bad
bad_head()
{
	atf_set descr "Verify that every kind of result gets its status, and failures status 1"
	atf_set require.progs "kyua"
}
bad_body()
{
	builds
	atf_check -s exit:1 \
		-o match:"1 cell: 3 passed, 3 failed, 1 skipped, 0 missing" -e ignore \
		env KMATRIX_SAMPLE="fail skip xfail xpass broken" $run
	for kind in pass fail skip xfail xpass broken; do
		atf_check_equal $kind "$(status_of $kind)"
	done
	atf_check -s exit:1 -o match:'"reason":"1 != 2 \\"quoted\\""' kmatrix report --json
	# A later run without failures is the one that is shown.
	atf_check -o ignore -e ignore $run
	atf_check -o ignore kmatrix report
}

atf_test_case retry
retry_head()
{
	atf_set descr "Verify that what fails is run once more, and that disagreement is flaky"
	atf_set require.progs "kyua"
}
retry_body()
{
	builds
	export KMATRIX_SAMPLE=fail KMATRIX_SAMPLE_ONCE=$PWD/once
	atf_check -s exit:1 -o match:"^ 1  running/$(abi) .* 6 pass  1 flaky$" \
		-e match:"once more what went wrong: 1 cases" -e match:"running: 6 pass, 1 flaky" $run
	atf_check -s exit:1 -o match:'"reason":"fail, then pass: 1 != 2' kmatrix report --json
	rm once
	atf_check -s exit:1 -o match:"6 pass  1 fail$" -e not-match:"once more" $run --no-retry
	# Both runs fail: the first answer stays.
	unset KMATRIX_SAMPLE_ONCE
	atf_check -s exit:1 -o match:"6 pass  1 fail$" -e match:"once more" $run
	atf_check -s exit:1 -o match:'"reason":"1 != 2' kmatrix report --json
}

atf_test_case chosen
chosen_head()
{
	atf_set descr "Verify that --test asks for the cases that fit and for no others"
	atf_set require.progs "kyua"
}
chosen_body()
{
	builds
	atf_check -o match:"1 cell: 2 passed, 0 failed" -e ignore $run --test 'sample.kind.*fail'
	atf_check -o match:"1 cell: 7 passed" -e ignore $run --test 'sample_test'
	atf_check -s exit:2 -o empty -e match:"no case fits --test 'sample.kind'" \
		$run --test 'sample.kind'
}

atf_test_case nobuild
nobuild_head()
{
	atf_set descr "Verify that an ABI without a build shows as nobuild, with status 2"
	atf_set require.progs "kyua"
}
nobuild_body()
{
	[ "$(abi)" = x86_64 ] || atf_skip "is about an x86_64 machine"
	builds
	atf_check -s exit:2 -e ignore -o match:"running/i386 .* 7 nobuild$" \
		kmatrix run --native --builds builds --abi x86_64 --abi i386
	mkdir empty
	atf_check -s exit:2 -o empty -e match:"no test programs in '.*/empty/<abi>/kernel-tests'" \
		kmatrix run --native --builds empty
}

atf_test_case foreign_store
foreign_store_head()
{
	atf_set descr "Verify that a file that is no store is neither used nor changed"
	atf_set require.progs "kyua"
}
foreign_store_body()
{
	builds
	echo "a text of mine" >kmatrix.db
	atf_check -s exit:2 -o empty -e match:"kmatrix.db" $run
	atf_check -s exit:2 -o empty -e match:"kmatrix.db" kmatrix report
	atf_check -o inline:"a text of mine\n" cat kmatrix.db
}

atf_test_case image
image_head()
{
	atf_set descr "Verify that a kernel image that is none is refused by name"
	atf_set require.progs "kyua"
}
image_body()
{
	builds
	echo "no kernel" >mine
	atf_check -s exit:2 -o empty -e match:"mine" kmatrix run --builds builds -k mine
	atf_check -s exit:2 -o empty -e match:"absent" kmatrix run --builds builds -k absent
}

atf_test_case stopped
stopped_head()
{
	atf_set descr "Verify that a run that is interrupted keeps its store and leaves no process"
	atf_set require.progs "kyua"
}
stopped_body()
{
	builds
	mkdir tmp
	mkfifo pid
	KMATRIX_SAMPLE=block KMATRIX_SAMPLE_PID=$PWD/pid TMPDIR=$PWD/tmp \
		$run >out 2>err &
	kmatrix=$!
	# The case writes into it, and waits.
	read -r child <pid
	kill -INT $kmatrix
	wait $kmatrix
	atf_check_equal 2 $?
	atf_check -o match:"stopped by a signal" cat err
	kill -0 "$child" 2>/dev/null && atf_fail "the case is still there"
	atf_check_equal "" "$(ls tmp)"
	atf_check -s exit:2 -o match:"not at its end" -o match:"lost" kmatrix report
	atf_check_equal lost "$(status_of block)"
}

atf_init_test_cases()
{
	for t in usage help good bad retry chosen nobuild foreign_store image stopped; do
		atf_add_test_case $t
	done
}
