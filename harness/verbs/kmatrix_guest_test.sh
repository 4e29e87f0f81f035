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
	for qemu in /proc/[0-9]*/cmdline; do
		if tr '\0' ' ' <"$qemu" 2>/dev/null | grep -q "^qemu-system.*$PWD"; then
			atf_fail "a virtual machine is left: $qemu"
		fi
	done
	atf_check -s exit:2 -o match:"not at its end" kmatrix report
}

atf_init_test_cases()
{
	for t in panic quiet interrupted; do
		atf_add_test_case $t
	done
}
