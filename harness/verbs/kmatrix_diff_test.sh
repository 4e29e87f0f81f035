#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix diff as people and CI call it: command lines, exit statuses, two real runs.

. "$(atf_get_srcdir)/preamble"

atf_test_case usage
usage_head()
{
	atf_set descr "Verify that a bad command line of diff is answered with one line and status 2"
}
usage_body()
{
	builds -q
	refused "needs two sides" diff
	refused "needs two sides" diff one
	refused "'three' is one more" diff one two three
	refused "did you mean 'regressed'?" diff --only regresed a b
	refused "did you mean '--only'?" diff --olny x a b
	refused "kmatrix.db" diff a b
	refused "is no [STORE]" diff 'a#x' b
	echo text >file
	refused "'file' is not a result store" diff file file
	atf_check -o match:"usage: kmatrix diff \[OPTION\]... A B" kmatrix diff --help
}

atf_test_case runs
runs_head()
{
	atf_set descr "Verify that two runs are compared, with status 0, 1 and 2"
}
runs_body()
{
	builds -q
	atf_check -o ignore $run
	atf_check -s exit:1 -o ignore env KMATRIX_SAMPLE="fail skip xfail" $run
	atf_check -o match:"^ 1  running/$abi[ /]" -o match:"7 same" -o match:"^Nothing regressed" \
		kmatrix diff '#1' '#1'
	atf_check -s exit:1 -o match:"2 regressed  1 gone  4 same" \
		-o match:"pass -> fail: 1 != 2" -o match:"sample.kind.fail" \
		kmatrix diff '#1' '#2'
	atf_check -o match:"2 fixed  1 appeared" kmatrix diff running '#1'
	atf_check -s exit:1 -o match:'"class":"regressed","from":"pass","to":"fail"' \
		kmatrix diff --json '#1' running/$abi
	atf_check -o ignore $run --test '*pass' -o other.db
	atf_check -s exit:1 -o match:"vanished" kmatrix diff '#1' other.db
	refused "no kernel 'runing'; did you mean 'running'?" diff runing '#1'
	sed 's/^/x/' kmatrix.db >broken.db
	refused "broken.db" diff broken.db '#1'
	head -c 9000 kmatrix.db >short.db
	refused "damaged" diff short.db '#1'
}

atf_init_test_cases()
{
	atf_add_test_case usage
	atf_add_test_case runs
}
