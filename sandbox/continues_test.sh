#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Each place where a supervised call goes on as it is has its proof in continues.tsv.

# $src is the source tree, whatever the build tree's shape; a guest has none.
find_sources()
{
	[ -f "$(atf_get_srcdir)/../Makefile" ] || atf_skip "the sources are not here"
	src=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")
}

# FILE FUNCTION PLACES, of every function that makes such an outcome.
places()
{
	(cd "$src" && awk '
		/^[a-z].*\(/ && !/;$/ {
			function_name = $0
			sub(/\(.*/, "", function_name)
			sub(/.*[ *]/, "", function_name)
		}
		/OUTCOME_(RUN|WATCH)/ && /=[^=]/ { count[FILENAME "\t" function_name]++ }
		END { for (place in count) print place "\t" count[place] }
	' $(ls sandbox/*/*.c | grep -v '^sandbox/probes/')) | LC_ALL=C sort
}

atf_test_case proofs
proofs_head()
{
	atf_set descr "Verify that every place that lets a supervised call go on is listed with its proof, and no other"
}
proofs_body()
{
	find_sources
	places >found
	atf_check test -s found
	sed 1d "$src/sandbox/continues.tsv" | cut -f 1-3 >listed
	atf_check diff -u listed found
	atf_check -o empty awk -F '\t' 'NF != 4 || $4 == "" { print FILENAME ":" FNR }' \
		"$src/sandbox/continues.tsv"
}

atf_test_case answers
answers_head()
{
	atf_set descr "Verify that the listener is told to continue for these outcomes alone"
}
answers_body()
{
	find_sources
	(cd "$src" && grep -rlE 'FLAG_CONTINUE|listener_continue[(]' --include='*.c' \
		--exclude-dir=probes sandbox |
		LC_ALL=C sort) >users
	# A look at the kernel has no program below it, only its own child.
	atf_check -o inline:"sandbox/plan/listener.c\nsandbox/plan/sendfd.c\nsandbox/supervise/notify.c\n" \
		cat users
	# In the one function that carries outcomes out, below the labels of these two.
	awk '/^\tcase / { label = $2 } /listener_continue[(]/ { print label }' \
		"$src/sandbox/supervise/notify.c" >labels
	atf_check -o inline:"OUTCOME_WATCH:\nOUTCOME_RUN:\n" cat labels
}

atf_init_test_cases()
{
	atf_add_test_case proofs
	atf_add_test_case answers
}
