#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix and guests that are really booted, and really panic. Minutes, not
# seconds, and kernels from the distribution: only with the configuration variable
# boot, which names a line of kernels.tsv, and in a build of ci/build-abis, where
# kmatrix finds the programs of the other ABIs beside its own.

# The directory that holds build trees by ABI.
builds()
{
	(cd "$(atf_get_srcdir)/../../.." && pwd)
}

guest_head()
{
	atf_set descr "$1"
	atf_set require.config boot
	atf_set timeout 1800
}

# The kernel and the first two of its ABIs as options of kmatrix run, in $guest and
# $abis; $count is how many ABIs these are.
guest_needs()
{
	PATH=$(atf_get_srcdir)/../..:$PATH
	kernel=$(atf_config_get boot)
	guest="--builds $(builds) --kernel $kernel"
	abis=
	count=0
	for abi in $(kmatrix kernels | awk -v id="$kernel" '$1 == id { gsub(",", " ", $3); print $3 }'); do
		[ -x "$(builds)/$abi/kernel-tests/zpanic_test" ] ||
			atf_skip "no $abi build beside this one: ci/build-abis makes it"
		abis="$abis --abi $abi"
		count=$((count + 1))
	done
	[ $count -gt 0 ] || atf_fail "kmatrix kernels does not list $kernel"
}

# results TEXT: how many results of the report have it.
results()
{
	kmatrix report --json | grep -c "$1"
}

# A build tree with guest_sample in it alone, for the kernel's own ABI, as options of
# kmatrix run in $guest.
guest_sample()
{
	guest_needs
	abi=${abis# --abi }
	abi=${abi%% *}
	mkdir -p "sample/$abi/kernel-tests" "sample/$abi/harness/guest"
	cp "$(atf_get_srcdir)/guest_sample" "sample/$abi/kernel-tests/sample_test"
	cp "$(atf_get_srcdir)/../guest/runner" "sample/$abi/harness/guest/"
	guest="--builds sample --kernel $kernel --abi $abi"
}

# No virtual machine of this test lives.
guest_is_gone()
{
	for qemu in /proc/[0-9]*/cmdline; do
		if tr '\0' ' ' <"$qemu" 2>/dev/null | grep -q "^qemu-system.*$PWD"; then
			atf_fail "a virtual machine is left: $qemu"
		fi
	done
}

atf_test_case panic
panic_head()
{
	guest_head "Verify that a panic is pinned on its case in each cell, and nothing is lost"
}
panic_body()
{
	guest_needs
	atf_check -s exit:1 -o match:"crashed" -e match:"panic" \
		kmatrix run $guest $abis --test '*panic*' -v allow_panic=yes
	atf_check_equal $count "$(results '"status":"crashed"')"
	atf_check_equal 0 "$(results '"status":"lost"')"
	kmatrix report --json >out
	atf_check -o match:"kernel died in this case" cat out
}

atf_test_case quiet
quiet_head()
{
	guest_head "Verify that the panicking case is skipped in a guest when nobody asks for it"
}
quiet_body()
{
	guest_needs
	atf_check -s exit:0 -o match:": 0 passed, 0 failed, $count skipped, 0 missing" \
		-e match:"done" kmatrix run $guest $abis --test '*panic*'
}

atf_test_case interrupted
interrupted_head()
{
	guest_head "Verify that an interrupted run leaves no virtual machine"
}
interrupted_body()
{
	guest_needs
	mkdir tmp
	mkfifo progress
	TMPDIR=$PWD/tmp kmatrix run $guest $abis >out 2>progress &
	kmatrix=$!
	while read -r line; do
		case $line in
		*": boot "*)
			kill -INT $kmatrix
			;;
		esac
	done <progress
	wait $kmatrix
	atf_check_equal 2 $?
	atf_check_equal "" "$(ls tmp)"
	guest_is_gone
	atf_check -s exit:2 -o match:"not at its end" kmatrix report
}

atf_test_case again
again_head()
{
	guest_head "Verify that what fails in one boot and not in the next is flaky, \
and that a complaint of the kernel is a failure below its case"
}
again_body()
{
	guest_sample
	atf_check -s exit:1 -o match:"flaky" -e save:err kmatrix run $guest --work kept \
		--test '*:begun' --test '*:once' --test '*:splat'
	atf_check -o ignore grep "once more what went wrong: 1 cases" err
	atf_check_equal 2 "$(grep -c ": boot for" err)"
	kmatrix report --json >out
	atf_check -o match:'"reason":"fail, then pass: [^"]*not the first in this boot' cat out
	for one in begun:pass once:flaky splat:pass; do
		atf_check -o match:"\"sample.guest.${one%:*}\".*\"status\":\"${one#*:}\"" cat out
	done
	atf_check -o match:'"case":"splat.sample_test.splat".*"status":"fail"' \
		-o match:'WARNING: CPU: 0 PID: 1 at guest_sample' cat out
	# The console that it was read from is the first one's.
	atf_check -o match:"WARNING: CPU: 0 PID: 1 at guest_sample" cat "kept/$kernel/console.1"
	atf_check -o not-match:"WARNING: CPU: 0 PID: 1 at guest_sample" cat "kept/$kernel/console.2"
}

atf_test_case killed
killed_head()
{
	guest_head "Verify that a run that was killed goes on where it was, in another boot"
}
killed_body()
{
	guest_sample
	mkdir work
	kmatrix run $guest --work work --test '*:begun' --test '*:hold' >out 2>&1 &
	kmatrix=$!
	# The second case waits for the end of this guest: no result comes after the first.
	until kmatrix report --json 2>/dev/null |
		grep -q '"sample.guest.begun".*"status":"pass"'; do
		kill -0 $kmatrix || atf_fail "it did not wait to be killed: $(cat out)"
		sleep 1
	done
	kill -KILL $kmatrix
	wait $kmatrix
	atf_check_equal 137 $?
	atf_check -s exit:2 -o match:"not at its end" kmatrix report
	atf_check -o match:": 2 passed, 0 failed, 0 skipped, 0 missing" \
		-e match:"boot for 1 cases" kmatrix run --resume --work work
	atf_check -o not-match:"not at its end" kmatrix report
	guest_is_gone
}

atf_test_case step
step_head()
{
	guest_head "Verify that a step of git bisect run says good, bad or neither of a booted kernel"
}
step_body()
{
	guest_sample
	top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../../Makefile")
	kmatrix fetch "$kernel" >/dev/null || atf_fail "cannot fetch $kernel"
	row=$(awk -v id="$kernel" '$1 == id { print "kernel," $2 "," $3 "," $4 }' \
		"$top/harness/kernels.tsv")
	image=$(echo "${BELAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/belay}/rows/$row/vmlinuz-"*)
	for one in pass:0 fail:1 skip:125; do
		atf_check -s exit:${one#*:} -o ignore -e ignore kmatrix bisect --step \
			--builds sample --abi "$abi" -k "$image" -v "verdict=${one%:*}" sample.guest.verdict
	done
}

atf_init_test_cases()
{
	for t in panic quiet interrupted again killed step; do
		atf_add_test_case $t
	done
}
