#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The tables of ci/ and the functions of lib.sh that read them.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")
prog=tables_test

atf_test_case fields
fields_head()
{
	atf_set descr "Verify that comments are skipped and fields are found by key"
}
fields_body()
{
	. "$top/ci/lib.sh"
	printf '# a comment\tx\none\ttwo words\t3\n\nten\t\t20\n' >table
	atf_check_equal "one ten" "$(echo $(table_column table 1))"
	atf_check_equal "two words" "$(table_field table one 2)"
	atf_check_equal 20 "$(table_field table ten 2)"
	if (table_field table on 2); then
		atf_fail "a row was found by half its key"
	fi
}

atf_test_case abis
abis_head()
{
	atf_set descr "Verify that every ABI has a triplet and its compiler a package"
}
abis_body()
{
	. "$top/ci/lib.sh"
	for abi in $(abi_list); do
		triplet=$(abi_triplet "$abi") || atf_fail "$abi has no triplet"
		[ "$triplet" = x86_64-linux-gnu ] && continue
		package=gcc-$(echo "$triplet" | tr _ -)
		table_field "$top/ci/packages.tsv" "$package" 2 >/dev/null ||
			atf_fail "packages.tsv has no '$package' for $abi"
	done
	atf_check -s exit:2 -e match:"unknown ABI 'vax' \(one of: x86_64 i386" \
		"$top/ci/build-abis" vax
	atf_check -s exit:2 -e match:"unknown ABI 'vax'" "$top/ci/build-libs" x32 vax
}

atf_test_case reasons
reasons_head()
{
	atf_set descr "Verify that every package is listed once and says what it is for"
}
reasons_body()
{
	. "$top/ci/lib.sh"
	table=$top/ci/packages.tsv
	atf_check_equal "" "$(table_column "$table" 1 | sort | uniq -d)"
	for package in $(table_column "$table" 1); do
		[ -n "$(table_field "$table" "$package" 2)" ] ||
			atf_fail "'$package' has no reason"
	done
}

atf_test_case cache
cache_head()
{
	atf_set descr "Verify that the cache follows BELAY_CACHE, XDG_CACHE_HOME and HOME, in this order"
}
cache_body()
{
	. "$top/ci/lib.sh"
	unset BELAY_CACHE XDG_CACHE_HOME
	HOME=/h
	atf_check_equal /h/.cache/belay "$(cache_dir)"
	XDG_CACHE_HOME=/x
	atf_check_equal /x/belay "$(cache_dir)"
	BELAY_CACHE=/b
	atf_check_equal /b "$(cache_dir)"
}

atf_init_test_cases()
{
	for name in fields abis reasons cache; do
		atf_add_test_case "$name"
	done
}
