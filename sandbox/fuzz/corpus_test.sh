#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The corpora of the fuzz targets, one case each: they hold a first input of every
# kind, and one of everything that fuzzing has found.

# The source tree, whatever the build tree's shape.
src=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../../Makefile")/sandbox/fuzz
replay=$(atf_get_srcdir)/replay

# A target without a corpus fails.
run_target()
{
	set -- "$1" "$src/corpus/$1"/*
	atf_check test -f "$2"
	atf_check -o ignore "$replay" "$@"
}

atf_test_case corpora
corpora_head()
{
	atf_set descr "Verify that every corpus belongs to a target"
}
corpora_body()
{
	ls "$src/corpus" >folders
	atf_check -o file:folders "$replay" -l
}

atf_init_test_cases()
{
	atf_add_test_case corpora
	for target in $("$replay" -l); do
		eval "${target}_head() { atf_set descr 'Verify that $target holds on its corpus'; }
			${target}_body() { run_target $target; }"
		atf_add_test_case "$target"
	done
}
