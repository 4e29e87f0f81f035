#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix baseline as people call it, and what it does to run, report and diff.

. "$(atf_get_srcdir)/preamble"

atf_test_case usage
usage_head()
{
	atf_set descr "Verify that a bad command line of baseline has one line and status 2"
}
usage_body()
{
	builds -q
	refused "needs the FILE" baseline --check
	refused "does one thing" baseline file
	refused "does one thing" baseline --check --prune file
	refused "one more" baseline --check file file
	refused "needs --reason" baseline --accept x file
	refused "needs --reason" baseline --accept x --reason ' ' file
	refused "is one line" baseline --accept x --reason 'a
b' file
	refused "no pattern" baseline --accept x --reason y --cell 'a b' file
	refused "did you mean 'timeout'?" baseline --accept x --reason y --status timeot file
	refused "'none'" baseline --check none
	refused "kmatrix.db" baseline --accept x --reason y file
	[ ! -e file ] || atf_fail "a file was made for nothing"
	echo 'a b fail' >file
	refused "file:1" baseline --check file
	refused "file:1" run --baseline file
	refused "'none'" report --baseline none
	atf_check -o match:"usage: kmatrix baseline \[OPTION\]... FILE" kmatrix baseline --help
}

atf_test_case accepted
accepted_head()
{
	atf_set descr "Verify that what is accepted no longer counts, and what is mended is told"
}
accepted_body()
{
	builds -q
	atf_check -s exit:1 -o ignore env KMATRIX_SAMPLE="fail broken xpass" $run
	refused "nothing that is not good fits" baseline --accept 'sample.kind.pass' --reason x known
	atf_check -o inline:"2 accepted, 0 known before\n" \
		kmatrix baseline --accept 'sample.kind.[fb]*' \
		--reason "a sample, says the test" known
	atf_check -o match:"^sample.kind.fail running/$abi fail a sample, says the test$" \
		-o match:"^sample.kind.broken running/$abi broken a sample" -o match:"^# What" cat known
	atf_check -s exit:1 -o match:"1 xpass" -e empty kmatrix report --baseline known
	atf_check -o inline:"1 accepted, 2 known before\n" \
		kmatrix baseline --accept '*' --cell '*/*' --reason "all" known
	atf_check -o match:"^sample.kind.xpass \*/\* xpass all$" cat known
	atf_check -o ignore -e empty kmatrix report --baseline known
	atf_check -o ignore -e empty env KMATRIX_SAMPLE="fail broken xpass" $run --baseline known
	atf_check -o inline:"3 entries, 0 no longer apply\n" kmatrix baseline --check known
	atf_check -o match:"^Nothing regressed" kmatrix diff known running

	atf_check -o ignore -e match:"^known:[0-9]*: no longer applies: sample.kind.broken in" \
		env KMATRIX_SAMPLE="fail" $run --baseline known --test '*broken' --test '*fail'
	atf_check -s exit:1 -o match:"no longer applies: sample.kind.broken" \
		-o match:"not in this run: sample.kind.xpass" \
		-o match:"^3 entries, 1 no longer apply$" kmatrix baseline --check known
	cp known before
	atf_check -o match:"no longer applies: sample.kind.broken" kmatrix baseline --prune known
	atf_check -s exit:1 -o ignore diff before known
	atf_check -o not-match:"sample.kind.broken" cat known
}

atf_test_case unanswered
unanswered_head()
{
	atf_set descr "Verify that a lost case is accepted only where that status is named"
}
unanswered_body()
{
	builds -q
	mkfifo pid
	KMATRIX_SAMPLE=block KMATRIX_SAMPLE_PID=$PWD/pid $run >out 2>err &
	kmatrix=$!
	read -r _ <pid
	kill -INT $kmatrix
	wait $kmatrix
	atf_check -s exit:2 -o inline:"0 accepted, 0 known before\n" \
		-e match:"left out: --status lost accepts what is lost" \
		kmatrix baseline --accept '*' --reason "was stopped" known
	[ ! -e known ] || atf_fail "a baseline was made for nothing"
	atf_check -o match:"accepted" \
		kmatrix baseline --accept '*' --status lost --reason "was stopped" known
	atf_check -o match:"^sample.kind.block running/$abi lost was stopped$" cat known
	# A run that is not at its end is never good.
	atf_check -s exit:2 -o ignore kmatrix report --baseline known
}

atf_init_test_cases()
{
	for t in usage accepted unanswered; do
		atf_add_test_case $t
	done
}
