#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix as people and programs call it: command lines, exit statuses, a run on
# the running kernel with programs made for it, and a run that is stopped.

. "$(atf_get_srcdir)/preamble"

# refused_run TEXT OPTION...: refused, on top of $run.
refused_run()
{
	text=$1
	shift
	refused "$text" ${run#kmatrix } "$@"
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
	refused "no verb"
	refused "did you mean 'run'?" rnu
	refused "did you mean 'report'?" reprot
	refused "valid: run, report, " completely-different
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
	refused "fetch what?" fetch
	refused "did you mean 'bookworm-amd64'?" fetch bookworm-amd46
	refused "one of both" fetch --refresh --offline bookworm-amd64
	refused "option --tables needs DIR" --tables
	refused "tables 'nowhere': No such file" --tables nowhere kernels
	printf 'own\tamd64\tsid\n' >kernels.tsv
	refused "./kernels.tsv:1: 3 columns, expected 5" --tables . kernels
	BELAY_CACHE=$PWD/empty BELAY_OFFLINE=1 kmatrix fetch bookworm-amd64 2>err &&
		atf_fail "there is a kernel in an empty cache"
	grep -q "bookworm-amd64: not in the cache, and nothing is fetched offline" err ||
		atf_fail "offline: $(cat err)"
}

atf_test_case help
help_head()
{
	atf_set descr "Verify that help, version and the table of kernels come with status 0"
}
help_body()
{
	atf_check -o match:"kernels" kmatrix --help
	atf_check -o match:"^kmatrix [0-9]" kmatrix --version
	for verb in run report kernels fetch; do
		atf_check -o match:"usage: kmatrix $verb" kmatrix $verb --help
		atf_check -o match:"usage: kmatrix $verb" kmatrix $verb -h
	done
	atf_check -o match:"-o, --store FILE" kmatrix report --help
	atf_check -o match:"^bookworm-amd64 .* x86_64,i386,x32 " kmatrix kernels
	printf 'own\tamd64\tsid\tlinux-image-amd64\tno\n' >kernels.tsv
	BELAY_CACHE=$PWD/empty atf_check -o match:'"id":"own","arch":"amd64","suite":"sid"' \
		-o match:'"default":false,"abis":\["x86_64","i386","x32"\]' \
		kmatrix --tables . kernels --json
}

atf_test_case full
full_head()
{
	atf_set descr "Verify that what cannot be printed is one line, with status 2"
}
full_body()
{
	[ -c /dev/full ] || atf_skip "there is no /dev/full"
	for words in --help --version 'run --help' 'shell -h' kernels 'kernels --json'; do
		atf_check -s exit:2 -e match:'^kmatrix: cannot write to standard output: ' \
			sh -c "kmatrix $words >/dev/full"
	done
}

atf_test_case good
good_head()
{
	atf_set descr "Verify that a run without failure has status 0, is kept and is shown"
}
good_body()
{
	builds
	atf_check -o match:"^ 1  running/$abi .* 7 pass$" \
		-o match:"^1 cell: 7 passed, 0 failed, 0 skipped, 0 missing$" \
		-e match:"running: 7 pass$" $run
	atf_check -o match:"^  pass  " -o match:"^sample.kind$" kmatrix report --all
	atf_check -o match:"^  \(7 alike\)  " kmatrix report
	atf_check -o match:'"abi":"'"$abi"'","version":"'"$(uname -r)"'","accel":"native"' \
		kmatrix report --json
	atf_check_equal pass "$(status_of block)"
	atf_check -s exit:0 -o ignore -e empty $run -q -o other.db
	atf_check -o match:"1 cell: 7 passed" kmatrix report -o other.db
}

atf_test_case bad
bad_head()
{
	atf_set descr "Verify that every kind of result gets its status, and failures status 1"
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
}
retry_body()
{
	builds
	export KMATRIX_SAMPLE=fail KMATRIX_SAMPLE_ONCE=$PWD/once
	atf_check -s exit:1 -o match:"^ 1  running/$abi .* 6 pass  1 flaky$" \
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
}
chosen_body()
{
	builds
	atf_check -o match:"1 cell: 2 passed, 0 failed" -e ignore $run --test 'sample.kind.*fail'
	atf_check -o match:"1 cell: 7 passed" -e ignore $run --test 'sample_test'
	# What is refused leaves no store behind.
	rm kmatrix.db
	refused_run "no case fits --test 'sample.knid.fail'; did you mean 'sample.kind.fail'?" \
		--test sample.kind.pass --test sample.knid.fail
	refused_run "did you mean 'sample.kind.*'?" --test 'sample.knid.*'
	refused_run "did you mean 'sample_test'?" --test sampel_test
	refused_run "it is a pattern for contracts" --test xyzzy
	[ ! -e kmatrix.db ] || atf_fail "a refused run left a store"
}

atf_test_case nobuild
nobuild_head()
{
	atf_set descr "Verify that an ABI without a build shows as nobuild, with status 2"
}
nobuild_body()
{
	[ "$abi" = x86_64 ] || atf_skip "is about an x86_64 machine"
	builds
	atf_check -s exit:2 -e ignore -o match:"running/i386 .* 7 nobuild$" \
		kmatrix run --native --builds builds --abi x86_64 --abi i386
	mkdir empty
	atf_check -s exit:2 -o empty -e match:"no test programs in '.*/empty/<abi>/kernel-tests'" \
		kmatrix run --native --builds empty
}

atf_test_case stale
stale_head()
{
	atf_set descr "Verify that a program that its makefile does not name any more is left out"
}
stale_body()
{
	builds
	cp "builds/$abi/kernel-tests/sample_test" "builds/$abi/kernel-tests/gone_test"
	# Without a makefile nobody knows.
	atf_check -o match:"14 pass$" -e ignore $run
	echo 'noinst_PROGRAMS = kernel-tests/sample_test$(EXEEXT)' >"builds/$abi/Makefile"
	atf_check -o match:" 7 pass$" -e match:"1 programs in '.*/builds' are left out" $run
	atf_check -s exit:2 -o empty -e match:"no case fits --test 'gone_test'" \
		$run --test gone_test
}

atf_test_case no_qemu
no_qemu_head()
{
	atf_set descr "Verify that a kernel to boot is refused by name where there is no QEMU"
}
no_qemu_body()
{
	[ "$abi" = x86_64 ] || atf_skip "is about an x86_64 machine"
	builds
	mkdir bin
	ln -s "$(atf_get_srcdir)/../../kmatrix" bin/
	(
		PATH=$PWD/bin
		kmatrix run --builds builds --kernel bookworm-amd64 >out 2>err
		echo $? >status
	)
	atf_check_equal 2 "$(cat status)"
	atf_check -o match:"no program 'qemu-system-x86_64', which boots bookworm-amd64" cat err
	[ ! -e kmatrix.db ] || atf_fail "a refused run left a store"
}

atf_test_case patterns
patterns_head()
{
	atf_set descr "Verify that --kernel takes patterns, and --all every kernel of the tables"
}
patterns_body()
{
	[ "$abi" = x86_64 ] || atf_skip "is about an x86_64 machine"
	builds
	mkdir bin
	ln -s "$(atf_get_srcdir)/../../kmatrix" bin/
	for ask in "--kernel=*-armhf qemu-system-arm bullseye-armhf" \
		"--kernel=trixie-r?-arm* qemu-system-aarch64 trixie-rt-arm64" \
		"--all qemu-system-x86_64 bullseye-amd64"; do
		set -f; set -- $ask; set +f
		(
			PATH=$PWD/bin
			kmatrix run --builds builds "$1" 2>err
			echo $? >status
		)
		atf_check_equal 2 "$(cat status)"
		atf_check -o match:"no program '$2', which boots $3" cat err
	done
	refused_run "unknown kernel 'no*such'" --kernel 'no*such'
}

atf_test_case work
work_head()
{
	atf_set descr "Verify that a place for files that cannot be used is refused by name"
	atf_set require.user unprivileged
}
work_body()
{
	builds
	mkdir closed
	chmod 555 closed
	refused_run "no directory to work in: 'closed'" --work closed
	refused_run "no directory to work in: 'closed/x'" --work closed/x
	TMPDIR=$PWD/closed refused_run "no directory to work in"
	refused_run "closed/new.db" -o closed/new.db
	chmod 755 closed
}

atf_test_case resume
resume_head()
{
	atf_set descr "Verify that a run that was killed goes on where it was, and no other does"
}
resume_body()
{
	builds
	programs=builds/$abi/kernel-tests
	cp "$programs/sample_test" "$programs/zample_test"
	refused "kmatrix.db" run --resume
	[ ! -e kmatrix.db ] || atf_fail "a refused run left a store"
	mkdir tmp
	mkfifo pid
	KMATRIX_SAMPLE=block KMATRIX_SAMPLE_PID=$PWD/pid TMPDIR=$PWD/tmp \
		$run --test 'sample_test' --test 'zample_test:block' >/dev/null 2>&1 &
	kmatrix=$!
	# Open at both ends: a writer that goes is no end of file.
	exec 5<>pid
	read -r child <&5
	kill -KILL "$child"
	# The first program's answers are there when the second one waits.
	read -r child <&5
	exec 5>&-
	refused "a kmatrix is at work on it" run --resume
	kill -KILL $kmatrix
	wait $kmatrix
	atf_check -s exit:2 -o match:"not at its end" -o match:"6 pass" -o match:"1 lost" kmatrix report
	refused "leave out --native" run --resume --native
	# Another build of the programs is another question.
	cp -p "$programs/zample_test" keep
	touch "$programs/zample_test"
	refused "another build than then" run --resume
	touch -r keep "$programs/zample_test"
	# The case that was killed failed, and is run once more; the rest is not.
	atf_check -s exit:1 -o match:"7 pass  1 flaky" -e match:"running: 7 pass, 1 flaky" \
		kmatrix run --resume
	atf_check -s exit:1 -o match:"7 pass  1 flaky" -e match:"at its end: nothing to resume" \
		kmatrix run --resume
}

atf_test_case pipe
pipe_head()
{
	atf_set descr "Verify that a reader that goes away is an error, and leaves nothing behind"
}
pipe_body()
{
	builds
	mkdir tmp
	mkfifo fifo
	# A pipe whose reader is gone.
	exec 3<>fifo 4>fifo 3>&-
	TMPDIR=$PWD/tmp $run -q >&4 2>err
	atf_check_equal 2 $?
	atf_check -o inline:"kmatrix: cannot write to standard output: Broken pipe\n" cat err
	atf_check_equal "" "$(ls tmp)"
	kmatrix report >&4 2>err
	atf_check_equal 2 $?
	atf_check -o match:"Broken pipe" cat err
	exec 4>&-
	atf_check -o match:"7 pass$" kmatrix report
}

atf_test_case left_behind
left_behind_head()
{
	atf_set descr "Verify that a killed kmatrix ends its tests, and the next one cleans up"
}
left_behind_body()
{
	builds
	mkdir tmp
	mkfifo pid
	export TMPDIR=$PWD/tmp
	KMATRIX_SAMPLE=block KMATRIX_SAMPLE_PID=$PWD/pid $run >/dev/null 2>&1 &
	kmatrix=$!
	read -r child <pid
	kill -KILL $kmatrix
	wait $kmatrix
	# The runner is told, and ends the case; the pipe of a process that is no more has an end.
	while kill -0 "$child" 2>/dev/null; do
		:
	done
	atf_check_equal 1 "$(ls -d tmp/kmatrix.* | wc -l)"
	touch -d '1 hour ago' tmp/kmatrix.*
	mkdir tmp/kmatrix.ours99
	atf_check -o ignore -e ignore $run
	# One that is new may be about to be used.
	atf_check -o inline:"tmp/kmatrix.ours99\n" sh -c 'ls -d tmp/kmatrix.*'
}

atf_test_case foreign_store
foreign_store_head()
{
	atf_set descr "Verify that a file that is no store is neither used nor changed"
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
}
image_body()
{
	builds
	echo "no kernel" >mine
	refused "mine" run --builds builds -k mine
	refused "absent" run --builds builds -k absent
	refused "/bin/ls" run --builds builds -k /bin/ls
	[ ! -e kmatrix.db ] || atf_fail "a refused run left a store"
}

atf_test_case stopped
stopped_head()
{
	atf_set descr "Verify that a run that is interrupted keeps its store and leaves no process"
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

atf_test_case sound
sound_head()
{
	atf_set descr "Verify that a run keeps what the belay of its build relies on, and judges by it"
}
sound_body()
{
	builds
	row='"kind":"backend","abis":"all","why":"w","optional":false'
	cat >"builds/$abi/belay" <<-END
		#!/bin/sh
		cat <<'E'
		{"relies":[{"what":"good","part":"p",$row,"contract":"sample.kind.pass"},
		{"what":"bad","part":"p",$row,"contract":"sample.kind.fail"},
		{"what":"gone","part":"p",$row,"contract":"sample.kind.skip"},
		{"what":"open","part":"p",$row,"contract":"sample.kind.none"}]}
		E
	END
	chmod +x "builds/$abi/belay"
	atf_check -s exit:1 -o save:out -e ignore env KMATRIX_SAMPLE="fail skip" $run
	for verdict in "good +" "bad !" "gone -" "open ?"; do
		atf_check -o ignore grep "^  backend ${verdict% *}  *[${verdict#* }]\$" out
	done
	atf_check -s exit:1 -o save:out kmatrix report --sound
	atf_check -o match:"^running  *sound  *unsound  *absent  *unknown " cat out
	atf_check -o match:"bad in running/$abi: sample.kind.fail [(]fail: " cat out
	atf_check -s exit:1 -o save:out kmatrix report --format sound
	atf_check -o match:"^running  *sound " cat out
	# What was narrowed down was not asked about the sandbox.
	atf_check -o not-match:"the sandbox" kmatrix report --test sample.kind.pass
	# A belay that says nothing: the one beside kmatrix is asked, and no test is one of its.
	printf '#!/bin/sh\nexit 1\n' >"builds/$abi/belay"
	atf_check -o match:"^No verdict on the sandbox: too few" -e ignore $run
	atf_check -o match:"what\":\"trace" kmatrix report --json
}

atf_init_test_cases()
{
	for t in usage help full good bad retry chosen nobuild stale no_qemu patterns work resume pipe \
		left_behind foreign_store \
		image stopped; do
		atf_add_test_case $t
	done
	atf_add_test_case sound
}
