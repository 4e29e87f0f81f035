#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# ci/suites, with a suite that is made here and a belay that only says that it is one.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")

# tree: a checkout with the suite `made`, whose tests are told what to say.
tree()
{
	mkdir -p t/ci/suites.d t/build
	chmod 755 . t t/ci t/build
	cp "$top/ci/suites" "$top/ci/lib.sh" t/ci
	cp "$top/ci/suites.d/run" "$top/ci/suites.d/automake" t/ci/suites.d
	printf '#SUITE\tPASS\tUNIT\tCASE\tREASON\n' >t/ci/suites.tsv
	cat >t/ci/suites.d/made.sh <<-'END'
	suite_needs=""
	suite_fetch() { echo "$fetched" >text; }
	fetched=text
	suite_build() { cp fetched/text built.text; }
	suite_units() { printf '%s\n' same inside_fails/x sometimes outside_varies dies; }
	# How often this was called before, on this side.
	count()
	{
		n=$(cat "$HOME/$unit.${INSIDE:-outside}" 2>/dev/null || echo 0)
		echo $((n + 1)) >"$HOME/$unit.${INSIDE:-outside}"
	}
	suite_unit()
	{
		case $unit in
		same) verdict one pass; verdict two fail; verdict three skip ;;
		inside_fails/x) verdict one pass; [ -z "${INSIDE-}" ] && verdict two pass || verdict two fail ;;
		sometimes) count; [ -n "${INSIDE-}" ] && [ $n = 0 ] && verdict one fail || verdict one pass ;;
		outside_varies) count; [ -z "${INSIDE-}" ] && [ $n = 0 ] && verdict one fail || verdict one pass ;;
		dies) [ -n "${INSIDE-}" ] && kill -9 $$ $BASHPID; verdict one pass ;;
		esac
	}
	END
	sed -i "s/[$]unit[.]/\${unit##*\\/}./g" t/ci/suites.d/made.sh
	cat >t/build/belay <<-'END'
	#!/bin/sh
	while [ "$1" != -- ]; do shift; done
	shift
	INSIDE=inside exec "$@"
	END
	cat >suites <<-END
	#!/bin/sh
	exec t/ci/suites -o "$PWD/t/build/suites" -b t/build/belay -P "outside notify" "\$@"
	END
	chmod 755 t/build/belay suites
}

atf_test_case verdicts
verdicts_head()
{
	atf_set descr "Verify that what differs, what is flaky and what is lost are told apart"
	atf_set timeout 600
}
verdicts_body()
{
	tree
	atf_check -s exit:1 -o save:out ./suites made
	cat out
	atf_check -o match:'made +outside +8 +5 +2 +1 +0 +0 +0' cat out
	atf_check -o match:'made +notify +8 .* 2 +0 +2$' cat out
	atf_check -o match:'inside_fails/x two: pass outside, fail fail fail fail inside: differs' cat out
	atf_check -o match:'sometimes one: pass outside, fail pass pass pass inside: flaky' cat out
	atf_check -o match:'outside_varies one: fail outside, .*: flaky' cat out
	atf_check -o match:'dies .all.: nothing outside, lost lost lost lost inside: differs' cat out
	atf_check -o not-match:'same' cat out
}

atf_test_case listed
listed_head()
{
	atf_set descr "Verify that a difference that is listed is no failure, and is said with its reason"
	atf_set timeout 600
}
listed_body()
{
	tree
	{
		printf 'made\tnot.*\tinside_fails/x\ttwo\tits true reason\n'
		printf 'made\t.*\tdies\t*\tmeant\n'
	} >>t/ci/suites.tsv
	atf_check -s exit:0 -o save:out ./suites made
	cat out
	atf_check -o match:'inside: known: its true reason' cat out
	atf_check -o match:'made +notify +.* 0 +[23] +2$' cat out
	# What it has is not run again, whatever the list says by then.
	echo '#' >t/ci/suites.tsv
	rm -r t/build/suites/made/built.text
	atf_check -s exit:0 -o save:again ./suites made
	atf_check cmp out again
	# A pass that cannot be.
	rm -r t/build/suites/made/results/notify
	printf 'made\tnotify\t*\t*\tit cannot be\n' >t/ci/suites.tsv
	atf_check -s exit:0 -o match:'made +notify +is not run: it cannot be$' ./suites made
	[ ! -e t/build/suites/made/results/notify ] || atf_fail "it was run"
}

atf_test_case some
some_head()
{
	atf_set descr "Verify that some of the tests can be run, and what is wrong in a call is said"
	atf_set timeout 600
}
some_body()
{
	tree
	atf_check -s exit:0 -o match:'made +notify +3 +1 +1 +1 +0 +0 +0' ./suites -u '^same$' made
	atf_check -s exit:2 -o ignore -e match:"no test program fits 'nix'" ./suites -u nix made
	atf_check -s exit:2 -e match:"no suite 'other' \(there are: made\)" ./suites other
	atf_check -s exit:2 -e match:"no pass 'in' \(there are: outside" ./suites -P in made
	atf_check -s exit:2 -e match:'usage: ci/suites' ./suites -j none
	echo 'suite_needs=no-such-package' >>t/ci/suites.d/made.sh
	rm -r t/build/suites/made
	atf_check -s exit:2 -e match:'made: needs no-such-package' ./suites made
}

atf_test_case reasons
reasons_head()
{
	atf_set descr "Verify that every listed difference is of a suite, and has a reason"
}
reasons_body()
{
	atf_check -o empty awk -F '\t' '!/^#/ && (NF != 5 || length($5) < 20) { print FILENAME ":" FNR }' \
		"$top/ci/suites.tsv"
	for suite in $(awk -F '\t' '!/^#/ { print $1 }' "$top/ci/suites.tsv" | sort -u); do
		[ -e "$top/ci/suites.d/$suite.sh" ] || atf_fail "no suite '$suite'"
	done
}

atf_init_test_cases()
{
	for name in verdicts listed some reasons; do
		atf_add_test_case $name
	done
}
