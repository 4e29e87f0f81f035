#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix bisect: a real `git bisect run` over a toy repository whose "kernels" say what
# becomes of a case; every way in which a step cannot say; and the table's kernels.

. "$(atf_get_srcdir)/preamble"

# A build tree with one program, and a program to run instead of kmatrix: it takes its
# "kernel image", a text, as the kinds that the sample is to show, and runs it natively.
toy()
{
	builds -q
	cat >boot <<-END
	#!/bin/sh
	while [ \$# -gt 0 ]; do
		case \$1 in
		--image) image=\$2 ;;
		--store) store=\$2 ;;
		--test) test=\$2 ;;
		esac
		shift
	done
	kinds=\$(cat "\$image") || exit 2
	case \$kinds in
	unbootable) exit 2 ;;
	killed) kill -KILL \$\$ ;;
	status*) exit \${kinds#status} ;;
	waits) echo \$\$ >$PWD/fifo; exec sleep 600 ;;
	esac
	KMATRIX_SAMPLE=\$kinds exec kmatrix run -q --native --builds $PWD/builds --abi $abi \\
		--test "\$test" --store "\$store"
	END
	chmod +x boot
	step="kmatrix bisect --step --with $PWD/boot -k image"
}

atf_test_case usage
usage_head()
{
	atf_set descr "Verify that a bad command line has status 2, and that of a step 125"
}
usage_body()
{
	toy
	refused "needs a TEST" bisect
	refused "one more" bisect a b
	refused "are for --step" bisect -k image a
	refused "did you mean 'amd64'?" bisect --arch amd46 a
	refused "unknown ABI 'arm'" bisect --arch amd64 --abi arm a
	refused "kmatrix.db" bisect --arch amd64 a
	atf_check -s exit:125 -o empty -e match:"needs the kernel" kmatrix bisect --step a
	atf_check -s exit:125 -o empty -e match:"needs a TEST" kmatrix bisect --step -k image
	atf_check -s exit:125 -o empty -e match:"unknown option" kmatrix bisect --stop --step a
	atf_check -o match:"usage: kmatrix bisect \[OPTION\]... TEST" kmatrix bisect --help
}

atf_test_case step
step_head()
{
	atf_set descr "Verify that a step is 0, 1 or 125, whatever happens"
}
step_body()
{
	toy
	mkdir tmp
	export TMPDIR=$PWD/tmp
	echo none >image
	atf_check -o match:"^good: running/$abi .*: sample.kind.fail is pass$" \
		$step sample.kind.fail
	atf_check -s exit:1 -o match:"^mended: " $step --fixed sample.kind.fail
	echo fail >image
	atf_check -s exit:1 -o match:"^bad: .*sample.kind.fail is fail: 1 != 2" \
		$step sample.kind.fail
	atf_check -o match:"^broken: " $step --fixed sample.kind.fail
	echo xfail >image
	atf_check -s exit:1 -o match:"^bad: .*xfail: " $step sample.kind.xfail
	for kinds in skip broken; do
		echo $kinds >image
		atf_check -s exit:125 -o match:"^unsure: .*is $kinds" $step sample.kind.$kinds
	done
	atf_check -s exit:125 -o empty -e match:"no case fits" $step sample.kind.other
	for kinds in unbootable killed status0 status1 status125 status128 status137 status255; do
		echo $kinds >image
		atf_check -s exit:125 -e ignore -o ignore $step sample.kind.fail
	done
	rm image
	atf_check -s exit:125 -e match:"image" $step sample.kind.fail
	atf_check -s exit:125 -e match:"absent-program" \
		kmatrix bisect --step --with absent-program -k image sample.kind.fail
	# Nobody reads what it says.
	echo none >image
	atf_check -o inline:"0\n" -e ignore sh -c \
		"{ $step sample.kind.fail; echo \$? >status; } | true; cat status"
	atf_check_equal "" "$(ls tmp)"
}

atf_test_case signals
signals_head()
{
	atf_set descr "Verify that a signal that ends a step leaves 125 and no process"
}
signals_body()
{
	toy
	mkdir tmp
	mkfifo fifo
	echo waits >image
	for sig in HUP INT QUIT TERM USR1 USR2 ALRM; do
		# A shell lets what it puts behind itself ignore INT and QUIT.
		TMPDIR=$PWD/tmp env --default-signal=INT,QUIT $step sample.kind.fail >out 2>err &
		bisect=$!
		read -r child <fifo
		kill -$sig $bisect
		wait $bisect
		atf_check_equal 125 $?
		kill -0 "$child" 2>/dev/null && atf_fail "SIG$sig: the run is still there"
		atf_check_equal "" "$(ls tmp)"
	done
}

atf_test_case git
git_head()
{
	atf_set descr "Verify that git bisect run finds the commit, past those that do not boot"
	atf_set require.progs "git"
}
git_body()
{
	toy
	export HOME=$PWD GIT_CONFIG_NOSYSTEM=1
	git config --global user.name tester
	git config --global user.email tester@localhost
	git init -q toy
	cd toy || atf_fail "no repository"
	n=0
	for kinds in none none skip none unbootable fail fail killed fail; do
		n=$((n + 1))
		echo $kinds >image
		echo $n >number
		git add image number
		git commit -q -m "commit $n"
	done
	git bisect start HEAD HEAD~8 >/dev/null 2>&1
	atf_check -s exit:2 -o match:"only 'skip'ped commits left" -e ignore \
		git bisect run $step sample.kind.fail
	git bisect reset >/dev/null 2>&1
	# With nothing in doubt beside it, the commit itself is named.
	git checkout -q -b clear HEAD~5
	echo fail >image
	git commit -q -a -m "the culprit"
	echo killed >image
	git commit -q -a -m "does not boot"
	echo fail >image
	git commit -q -a -m "still broken"
	git bisect start HEAD HEAD~6 >/dev/null 2>&1
	atf_check -o match:"is the first bad commit" -o match:"the culprit" -e ignore \
		git bisect run $step sample.kind.fail
}

# stored KERNEL VERSION KINDS: a run of that kernel in kmatrix.db, as if it had been booted.
stored()
{
	KMATRIX_SAMPLE=$3 kmatrix run -q --native --builds builds --abi "$abi" >/dev/null
	sqlite3 kmatrix.db "UPDATE cells SET kernel = '$1', version = '$2' WHERE kernel = 'running'"
}

atf_test_case table
table_head()
{
	atf_set descr "Verify that the kernels of the table are asked in the order of their versions"
	atf_set require.progs "sqlite3"
}
table_body()
{
	toy
	bisect="kmatrix bisect --arch amd64 --abi $abi"
	[ "$abi" = x86_64 ] || atf_skip "is about an x86_64 machine"
	stored sid-amd64 "7.2.13 (7.2.13-1)" fail
	atf_check -s exit:1 -o match:"No change: every kernel with an answer is bad" \
		-o match:"bookworm-amd64  the store has no answer" $bisect sample.kind.fail
	stored bullseye-amd64 "5.10.0 (5.10.262-1)" none
	stored trixie-amd64 "6.12.41 (6.12.41-1)" fail
	stored bookworm-amd64 "6.1.0-56 (6.1.192-2)" none
	atf_check -o match:"^last good:  bookworm-amd64  6.1.0-56 \(6.1.192-2\)  pass$" \
		-o match:"^first bad:  trixie-amd64  6.12.41 \(6.12.41-1\)  fail: 1 != 2" \
		-e empty $bisect sample.kind.fail
	$bisect sample.kind.fail | cut -c1-24 | head -n 4 >order
	atf_check -o inline:"good    bullseye-amd64  \ngood    bookworm-amd64  \nbad     trixie-amd64  6.\nbad     sid-amd64  7.2.1\n" \
		cat order
	refused "did you mean 'sample.kind.broken'?" bisect --arch amd64 sample.kind.brokn
	# The newest run of a kernel counts; a kernel that cannot say is passed over.
	stored bookworm-amd64 "6.1.0-57 (6.1.193-1)" "broken fail skip"
	stored experimental-amd64 "7.3 (7.3~rc1-1~exp1)" none
	atf_check -s exit:2 -o match:"^last good:  bullseye-amd64" \
		-o match:"^first bad:  bookworm-amd64  6.1.0-57" -o match:"Not monotone: it turns 2" \
		$bisect sample.kind.fail
	atf_check -s exit:1 -o match:"^unsure  bookworm-amd64 .* skip: needs Linux 9" \
		-o match:"No change: every kernel with an answer is good" $bisect sample.kind.skip
	# What has no answer yet is run.
	cat >boot <<-END
	#!/bin/sh
	echo "\$*" >words
	END
	atf_check -s exit:2 -o ignore $bisect --run --with ./boot sample.kind.fail
	atf_check -o match:"--kernel trixie-backports-amd64" -o match:"^run --quiet" \
		-o match:"--store kmatrix.db" -o not-match:"--kernel sid-amd64" \
		-o not-match:"rt-amd64" cat words
	atf_check -s exit:2 -o empty -e match:"could not be started" \
		$bisect --run --with absent-program sample.kind.fail
}

atf_init_test_cases()
{
	for t in usage step signals git table; do
		atf_add_test_case $t
	done
}
