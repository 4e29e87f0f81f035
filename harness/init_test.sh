#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The functions of guest/init, run by this machine's busybox: jobs and frames.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")

# A Kyua that says what it is asked, and writes a store of its own program's name
# when it is to test one: none for "none_test".
make_guest()
{
	mkdir bin tmp
	for applet in cat chmod crc32 cut ls mkdir rm sed sh stat; do
		ln -s "$(command -v busybox)" "bin/$applet"
	done
	cat >bin/kyua <<'END'
#!/bin/sh
echo "kyua $*"
store=
while [ $# -gt 1 ]; do
	[ "$1" = -r ] && store=$2
	shift
done
case "$store $1" in
" "* | *none_test) ;;
*) printf 'store of %s\0\r\n' "$1" >"$store" ;;
esac
END
	chmod +x bin/kyua
	# What needs a kernel of its own is left out; kmsg becomes a file.
	sed -e 's,>/dev/kmsg,>>kmsg,' -e 's,^B=/belay,B=/guest,' \
		-e "s,TMPDIR=/tmp PATH=[^ ]*,TMPDIR=$PWD/tmp PATH=$PWD/bin," \
		"$top/harness/guest/init" >init
}

run_job()
{
	busybox sh -c '. ./init; job ./job' >stream || atf_fail "init failed"
}

# verify_frames: each frame of the file `stream` is as long as it says, has the
# sum it says and ends with a newline; prints the stream without their bytes.
verify_frames()
{
	local offset=0 line word abi program bytes sum size
	size=$(stat -c %s stream)
	while [ "$offset" -lt "$size" ]; do
		line=$(tail -c +$((offset + 1)) stream | head -n 1 | tr -d '\0')
		offset=$((offset + ${#line} + 1))
		echo "$line"
		case "$line" in
		"KT-FILE "*) ;;
		*) continue ;;
		esac
		read -r word abi program bytes sum <<END
$line
END
		tail -c +$((offset + 1)) stream | head -c "$bytes" >frame
		atf_check_equal "$sum" "$(busybox crc32 <frame)"
		offset=$((offset + bytes))
		atf_check_equal "012" \
			"$(tail -c +$((offset + 1)) stream | head -c 1 | od -An -to1 | tr -d ' ')"
		offset=$((offset + 1))
		cp frame "frame.$abi.$(basename "$program")"
	done
}

atf_test_case frames
frames_head()
{
	atf_set descr "Verify that init runs a job step by step and sends whole frames of every byte"
	atf_set require.progs "busybox"
}
frames_body()
{
	make_guest
	cat >job <<'END'
stream ttyS1
user root
config test_suites.belay.timeout_scale=10
config a.b=c
run x86_64 kernel-tests/a_test
run x86_64 kernel-tests/other_test c1 c2
run i386 kernel-tests/b_test c3
END
	run_job
	verify_frames >lines
	k64="kyua -v test_suites.belay.timeout_scale=10 -v a.b=c -v architecture=x86_64 -v platform=x86_64 -v unprivileged_user=nobody"
	k32="kyua -v test_suites.belay.timeout_scale=10 -v a.b=c -v architecture=i386 -v platform=i386 -v unprivileged_user=nobody"
	t64="-v test_suites.belay.mark=x86_64 test -k /guest/src/x86_64/Kyuafile --build-root=/guest/tests/x86_64 -r $PWD/tmp/results/db"
	t32="-v test_suites.belay.mark=i386 test -k /guest/src/i386/Kyuafile --build-root=/guest/tests/i386 -r $PWD/tmp/results/db"
	sed 's/ [0-9a-f]\{8\}$/ SUM/' lines >plain
	cases() { echo "$1 list -v -k /guest/src/$2/Kyuafile --build-root=/guest/tests/$2"; }
	cases "$k64" x86_64 >cases.x86_64
	cases "$k32" i386 >cases.i386
	cat >expected <<END
KT-FILE x86_64 cases $(stat -c %s cases.x86_64) SUM
$k64 $t64 kernel-tests/a_test kernel-tests/other_test:c1 kernel-tests/other_test:c2
KT-FILE x86_64 batch 38 SUM
KT-FILE i386 cases $(stat -c %s cases.i386) SUM
$k32 $t32 kernel-tests/b_test:c3
KT-FILE i386 batch 34 SUM
END
	atf_check -o file:expected cat plain
	atf_check -o file:cases.x86_64 cat frame.x86_64.cases
	atf_check -o file:cases.i386 cat frame.i386.cases
	printf 'store of kernel-tests/b_test:c3\0\r\n' >store
	atf_check -o file:store cat frame.i386.batch
	atf_check -o inline:"KT-PROG x86_64 batch\nKT-PROG i386 batch\n" cat kmsg
}

atf_test_case batches
batches_head()
{
	atf_set descr "Verify that many programs are run in more than one batch, each of them once"
	atf_set require.progs "busybox"
}
batches_body()
{
	make_guest
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		echo "run arm kernel-tests/p${i}_test"
	done >job
	run_job
	grep -a '^kyua.* test ' stream | sed 's/.*db //' >runs
	atf_check_equal 3 "$(wc -l <runs)"
	tr ' ' '\n' <runs >ran
	cut -d ' ' -f 3 job >expected
	atf_check -o file:expected cat ran
}

atf_test_case lost
lost_head()
{
	atf_set descr "Verify that a store that was not written is told, and no older one is sent"
	atf_set require.progs "busybox"
}
lost_body()
{
	make_guest
	cat >job <<'END'
user root
run i386 kernel-tests/a_test
run x86_64 kernel-tests/none_test
END
	run_job
	atf_check -o inline:"KT-LOST x86_64 batch\n" tail -n 1 stream
}

atf_init_test_cases()
{
	atf_add_test_case frames
	atf_add_test_case batches
	atf_add_test_case lost
}
