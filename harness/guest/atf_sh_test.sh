#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The guests' atf-sh and the machine's own run the same programs alike.

src=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../../Makefile")
ours=$src/harness/guest/atf-sh

# program LINE...: the program ./p_test, whose case `one` has these lines.
program()
{
	{
		echo '#!/usr/bin/env atf-sh'
		echo 'atf_test_case one cleanup'
		echo 'one_head() { atf_set descr "Verify that: all is well"; atf_set require.user root; atf_set timeout 9; }'
		echo 'one_body() {'
		printf '%s\n' "$@"
		echo '}'
		echo 'one_cleanup() { echo cleaned >>cleanup; }'
		echo 'atf_test_case two'
		echo 'two_head() { :; }'
		echo 'two_body() { atf_pass; }'
		echo 'atf_init_test_cases() { atf_add_test_case one; atf_add_test_case two; }'
	} >p_test
}

# run SHELL DIR ARG...: what came of it is in DIR.
run()
{
	shell=$1 dir=$2
	shift 2
	rm -rf "$dir"
	mkdir "$dir"
	cp p_test "$dir"
	(cd "$dir" && __RUNNING_INSIDE_ATF_RUN=internal-yes-value "$shell" ./p_test -s"$PWD" -vgiven='a b' \
		"$@" >out 2>err; echo $? >status)
	rm "$dir/p_test"
}

# same ARG...: both, with the same result, status and files.
same()
{
	run "$(command -v atf-sh)" theirs "$@"
	run "$ours" ours "$@"
	for file in result status cleanup; do
		[ ! -e theirs/$file ] && [ ! -e ours/$file ] || diff theirs/$file ours/$file ||
			{ cat p_test ours/err; atf_fail "another $file"; }
	done
}

# verdict WORD LINE...: both say it of this case.
verdict()
{
	word=$1
	shift
	program "$@"
	same -rresult one
	grep -q "^$word" ours/result || { cat p_test ours/err; atf_fail "not $word: $(cat ours/result)"; }
}

atf_test_case list
list_head()
{
	atf_set descr "Verify that cases are listed with their properties"
}
list_body()
{
	program :
	same -l
	sort theirs/out >want
	sort ours/out >got
	diff want got || atf_fail "another list"
	atf_check -o match:'^descr: Verify that: all is well$' cat got
}

atf_test_case ends
ends_head()
{
	atf_set descr "Verify that each end of a case is told with its status"
	atf_set timeout 600
}
ends_body()
{
	verdict passed :
	verdict passed atf_pass
	verdict skipped 'atf_skip no more "of this"'
	verdict failed 'atf_fail it is wrong'
	verdict failed false
	verdict failed 'atf_expect_fail known' :
	verdict failed 'atf_expect_fail known' atf_pass
	verdict expected_failure 'atf_expect_fail known' 'atf_fail because'
	verdict failed 'atf_check_equal 1 2'
	verdict passed 'x=5; atf_check_equal 5 "\$x"'
	verdict failed '(atf_check false) || return 1'
	verdict passed '[ "$(atf_config_get given)" = "a b" ] && [ "$(atf_config_get none x)" = x ]'
	verdict passed 'atf_config_has given && ! atf_config_has none'
	verdict passed '[ "$(cd "$(atf_get_srcdir)" && pwd)" = "$(pwd)" ]'
	verdict skipped 'atf_require_prog no-such-program'
	verdict passed 'atf_require_prog sh'
	program :
	same one:cleanup
	atf_check -o inline:'cleaned\n' cat ours/cleanup
	same -rresult two
	same none
	same
}

atf_test_case checks
checks_head()
{
	atf_set descr "Verify that every form of atf_check accepts and refuses the same"
	atf_set timeout 600
}
checks_body()
{
	for line in 'atf_check true' 'atf_check -s exit:3 sh -c "exit 3"' \
		'atf_check -s not-exit:0 false' 'atf_check -s exit false' 'atf_check -s ignore false' \
		'atf_check -s signal:9 sh -c "kill -9 \$\$"' 'atf_check -s signal sh -c "kill -9 \$\$"' \
		'atf_check -o inline:"a\tb\n" printf "a\tb\n"' 'atf_check -o match:"^b+$" echo bb' \
		'atf_check -o match:a -o match:b -o not-match:c printf "a\nb\n"' \
		'atf_check -o not-empty echo' 'atf_check -e inline:"x\n" sh -c "echo x >&2"' \
		'atf_check -o ignore -e ignore sh -c "echo; echo >&2"' 'echo x >f; atf_check -o file:f echo x' \
		'atf_check -o save:f echo y && [ "$(cat f)" = y ]' 'echo in | atf_check -o inline:"in\n" cat' \
		'atf_check -- true' 'atf_check -e not-match:"^z" sh -c "echo a z >&2"' \
		'atf_check -o inline:"one two\n" echo "one two"' "cd /; atf_check -o inline:'/\\n' pwd; cd \"\$OLDPWD\""; do
		verdict passed "$line"
	done
	for line in 'atf_check false' 'atf_check echo x' 'atf_check sh -c "echo x >&2"' 'atf_check -s exit:1 true' \
		'atf_check -s not-exit:1 false' 'atf_check -s exit sh -c "kill -9 \$\$"' \
		'atf_check -s signal:9 sh -c "kill -15 \$\$"' 'atf_check -s signal true' \
		'atf_check -o inline:"x" echo x' 'atf_check -o match:"^c" echo abc' \
		'atf_check -o match:a -o match:z printf "a\nb\n"' 'atf_check -o not-match:b echo abc' \
		'atf_check -o not-empty true' 'atf_check -e empty sh -c "echo >&2"' \
		'echo x >f; atf_check -o file:f echo y' 'atf_check -o empty echo' 'atf_check no-such-command'; do
		verdict failed "$line"
	done
}

atf_test_case unknown
unknown_head()
{
	atf_set descr "Verify that what is not understood is no pass"
}
unknown_body()
{
	for line in 'atf_check -o whatever:x echo' 'atf_check -s whatever:1 true' 'atf_check -q true' \
		'atf_config_get none; :' 'atf_set descr x'; do
		program "$line"
		run "$ours" ours -rresult one
		[ "$(cat ours/status)" -ne 0 ] || atf_fail "$line: taken"
		! grep -q passed ours/result 2>/dev/null || atf_fail "$line: passed"
	done
}

atf_init_test_cases()
{
	atf_add_test_case list
	atf_add_test_case ends
	atf_add_test_case checks
	atf_add_test_case unknown
}
