#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# ci/summary, on stores that Kyua wrote.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")

# store: a store of toy cases, one for each result that Kyua knows.
store()
{
	cat >toy_test <<'END'
#! /usr/bin/env atf-sh
for name in good bad odd none bug; do atf_test_case $name; done
good_body() { :; }
bad_body() { atf_fail "two, or	three words"; }
odd_body() { exit 7; }
none_body() { atf_skip "needs the moon"; }
bug_body() { atf_expect_fail "the moon is late"; atf_fail "late"; }
atf_init_test_cases()
{
	for name in ${TOY_CASES}; do atf_add_test_case $name; done
}
END
	chmod 755 toy_test
	cat >Kyuafile <<'END'
syntax(2)
test_suite("toy")
atf_test_program{name="toy_test"}
END
	rm -f store.db
	HOME=$PWD TOY_CASES="$*" kyua test -r store.db >/dev/null || :
}

atf_test_case counts
counts_head()
{
	atf_set descr "Verify that every result is counted on its side and told with its reason"
	atf_set require.progs kyua
}
counts_body()
{
	store good bad odd none bug
	atf_check -s exit:1 -o save:out "$top/ci/summary" Toy store.db tally
	atf_check -o inline:'Toy: 2 passed, 2 failed, 1 skipped\n' tail -n 1 out
	atf_check -o ignore grep -x '  failed   toy_test:bad: two, or three words' out
	atf_check -o ignore grep '^  broken   toy_test:odd: ' out
	atf_check -o ignore grep -x '  xfail    toy_test:bug: the moon is late: late' out
	atf_check -o ignore grep -x '  skipped  1 x needs the moon' out
	atf_check -o inline:'Toy\t2\t2\t1\n' cat tally
}

atf_test_case all_good
all_good_head()
{
	atf_set descr "Verify that a store without failures gives one line and status 0"
	atf_set require.progs kyua
}
all_good_body()
{
	store good
	atf_check -o inline:'Toy: 1 passed, 0 failed, 0 skipped\n' \
		"$top/ci/summary" Toy store.db
}

atf_test_case empty
empty_head()
{
	atf_set descr "Verify that a store without results, or none at all, is a failure"
	atf_set require.progs kyua
}
empty_body()
{
	store good
	HOME=$PWD atf_check -o ignore kyua db-exec -r store.db "DELETE FROM test_results"
	atf_check -s exit:1 -o match:'^Toy: 0 passed, 1 failed, 0 skipped$' \
		"$top/ci/summary" Toy store.db tally
	atf_check -s exit:1 -o match:'^Toy: 0 passed, 1 failed, 0 skipped$' \
		"$top/ci/summary" Toy missing.db
	atf_check test ! -e missing.db
	echo 'no database' >torn.db
	atf_check -s exit:1 -o match:'^Toy: 0 passed, 1 failed, 0 skipped$' -e ignore \
		"$top/ci/summary" Toy torn.db
	atf_check -s exit:1 -o inline:'0 passed, 1 failed, 0 skipped\n' \
		"$top/ci/summary" --total tally
}

atf_test_case total
total_head()
{
	atf_set descr "Verify that the closing line is the sum, and that no test at all is a failure"
}
total_body()
{
	printf 'one\t3\t0\t1\nand two\t4\t0\t0\n' >tally
	atf_check -o inline:'7 passed, 0 failed, 1 skipped\n' "$top/ci/summary" --total tally
	printf 'three\t0\t1\t0\n' >>tally
	atf_check -s exit:1 -o inline:'7 passed, 1 failed, 1 skipped\n' \
		"$top/ci/summary" --total tally
	: >tally
	atf_check -s exit:1 -o inline:'0 passed, 0 failed, 0 skipped\n' \
		"$top/ci/summary" --total tally
	atf_check -s exit:2 -e match:usage "$top/ci/summary" Toy
}

atf_test_case matrix
matrix_head()
{
	atf_set descr "Verify that nothing but pass, xfail, skip and na keeps a matrix from failing"
	atf_set require.progs python3
}
matrix_body()
{
	cat >good.json <<'END'
{"cells":[{"kernel":"k","abi":"x32","version":"1","accel":"tcg"}],
"results":[{"contract":"a.b","kernel":"k","abi":"x32","status":"pass","reason":""},
{"contract":"a.c","kernel":"k","abi":"x32","status":"na","reason":"no"},
{"contract":"a.d","kernel":"k","abi":"x32","status":"skip","reason":"no"},
{"contract":"a.e","kernel":"k","abi":"x32","status":"xfail","reason":"a \"bug\""}]}
END
	cat >expected <<'END'
  xfail    k/x32 a.e: a "bug"
  skipped  2 x no
M: 2 passed, 0 failed, 2 skipped
END
	atf_check -o file:expected "$top/ci/summary" M good.json
	for status in fail xpass timeout broken crashed lost nobuild noboot new; do
		sed "s/\"pass\"/\"$status\"/" good.json >bad.json
		atf_check -s exit:1 -o match:"^  $status +k/x32 a.b: \$" \
			-o match:'^M: 1 passed, 1 failed, 2 skipped$' \
			"$top/ci/summary" M bad.json
	done
	sed 's/"cells":\[/&{"kernel":"k","abi":"arm"},/' good.json >bad.json
	atf_check -s exit:1 -o match:'^  lost +k/arm: no result$' -o ignore \
		"$top/ci/summary" M bad.json
	head -n 2 good.json >torn.json
	atf_check -s exit:1 -o match:'^M: 0 passed, 1 failed, 0 skipped$' -e ignore \
		"$top/ci/summary" M torn.json
}

atf_init_test_cases()
{
	for name in counts all_good empty total matrix; do
		atf_add_test_case "$name"
	done
}
