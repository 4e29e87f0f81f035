#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every case can fail. Each is run on a kernel that tells the lie that the case
# names (kt_wrong.h), and must be red; one that stays green proves nothing. What
# is skipped here for want of a kernel that has it is skipped with the lie too.

src=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")/kernel-tests

# Seconds after which a case has failed that waits for what does not come.
deadline=5

# Lines "program case number", one for each lie.
list_lies() {
	for c in "$src"/*_test.c; do
		prog=$(basename "$c" .c)
		"$(atf_get_srcdir)/$prog" -l | awk -F ': ' -v prog="$prog" '
			$1 == "ident" { ident = $2 }
			$1 ~ /^X-wrong-/ { print prog, ident, substr($1, 9) }'
	done
}

# The result of every lie of `lies` as a line in `results`.
tell_lies() {
	cat >tell <<-'END'
		name=$2.$3.$4
		mkdir "$name" && cd "$name" || exit 255
		"$1/$2" -s "$1" -r "$PWD/result" -v wrong="$4" -v deadline="$5" \
			-v stress=yes "$3" >out 2>&1
		{ read -r result <result; } 2>/dev/null ||
			result="no result: $(tail -n 1 out)"
		printf '%s:%s, lie %s: %s\n' "$2" "$3" "$4" "$result" >"../$name.result"
		cd .. && rm -rf "$name"
	END
	while read -r prog case n; do
		echo "$(atf_get_srcdir) $prog $case $n $deadline"
	done <lies | xargs -P "$(nproc)" -n 5 sh ./tell || atf_fail "the lies cannot be told"
	cat -- *.result >results
}

atf_test_case no_case_stays_green
no_case_stays_green_head() {
	atf_set descr "Verify that every case fails on a kernel that breaks its promise"
	atf_set timeout 1800
}
no_case_stays_green_body() {
	list_lies >lies
	[ -s lies ] || atf_fail "no case names a lie"
	tell_lies
	echo "$(grep -c ': failed' results) of $(wc -l <lies) lies are seen," \
		"$(grep -cE ': (skipped|expected_failure)' results) cannot be told here"
	grep -vE ': (failed|skipped|expected_failure)' results >green || :
	atf_check cat green
}

atf_init_test_cases() {
	atf_add_test_case no_case_stays_green
}
