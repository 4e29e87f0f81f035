#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# ci/style, on small trees that are wrong in one way each, and on this one.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")
licence='SPDX-License-Identifier: BSD-2-Clause'

# verify_found FILE TEXT...: the file with these lines is complained about in
# the words of the file `expected`, which is empty for a good one.
verify_found()
{
	rm -rf tree
	mkdir tree
	git init -q tree
	file=$1
	shift
	printf '%s\n' "$@" >"tree/$file"
	atf_check -s "exit:$([ ! -s expected ]; echo $?)" -o file:expected \
		"$top/ci/style" tree
}

found_head()
{
	atf_set descr "$1"
	atf_set require.progs git
}

atf_test_case good
good_head()
{
	found_head "Verify that a good tree gives no output and status 0"
}
good_body()
{
	: >expected
	verify_found a.c "/* $licence */" '/* see https://example.org */' 'char *s = "//";' \
		'	/* * */'
	verify_found run '#!/bin/sh' "# $licence" 'echo // fine'
	verify_found notes.md 'a line  ' '// text'
	verify_found table.tsv "$(yes row | head -n 601)"
}

atf_test_case wrong
wrong_head()
{
	found_head "Verify that every kind of fault is found, with its file and line"
}
wrong_body()
{
	echo 'a.c:2: a // comment' >expected
	verify_found a.c "/* $licence */" 'int a; // why'

	echo 'a.c:2: indented by blanks' >expected
	verify_found a.c "/* $licence */" '        int a;'

	echo 'a.h:1: the SPDX line is not the first' >expected
	verify_found a.h '/* about */' "/* $licence */"

	echo 'run:1: no SPDX line among the first three' >expected
	verify_found run '#!/bin/sh' ':'

	echo 'a.sh:601: longer than 600 lines' >expected
	verify_found a.sh "# $licence" "$(yes : | head -n 600)"

	echo 'notes:2: white space at the end' >expected
	verify_found notes 'good' 'bad '

	echo 'notes:1: left for later' >expected
	verify_found notes "TO""DO: more"

	echo 'notes:1: a path of this machine' >expected
	verify_found notes "see $PWD/tree/other"

	echo 'Makefile.in:1: generated, and in git' >expected
	verify_found Makefile.in 'all:'

	rm -rf tree
	mkdir tree
	git init -q tree
	printf 'cut' >tree/notes
	atf_check -s exit:1 -o inline:'notes:1: no newline at the end\n' "$top/ci/style" tree
}

atf_test_case no_checkout
no_checkout_head()
{
	found_head "Verify that a tree that is no checkout is refused, not passed"
}
no_checkout_body()
{
	mkdir tree
	GIT_CEILING_DIRECTORIES=$PWD
	export GIT_CEILING_DIRECTORIES
	atf_check -s exit:2 -e match:"'tree' is not a git checkout" "$top/ci/style" tree
	atf_check -s exit:2 -e match:usage "$top/ci/style" tree tree
}

atf_test_case this_tree
this_tree_head()
{
	found_head "Verify that this tree is as ci/style wants it"
}
this_tree_body()
{
	[ -e "$top/.git" ] || atf_skip "this tree is a release, not a checkout"
	atf_check "$top/ci/style"
}

atf_init_test_cases()
{
	for name in good wrong no_checkout this_tree; do
		atf_add_test_case "$name"
	done
}
