#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What belay decides by asking the running kernel agrees with what kmatrix finds there
# by testing it: the plan takes no layer whose contracts are broken, and leaves none
# out that is whole.

build=$(atf_get_srcdir)/..
belay=$build/belay
kmatrix=$build/kmatrix

# The contracts of all backends and layers; of backends without their large families.
contracts()
{
	"$belay" --relies --json |
		sed -n 's/.*"what":"\([^"]*\)".*"contract":"\([^"]*\)".*/\1 \2/p' |
		awk '$1 !~ /^(trace|notify)$/ || $2 !~ /\*$/ { print $2 }' | sort -u
}

# verdict WHAT: the letter of the one cell.
verdict()
{
	sed -n "s/^  [a-z]* $1  *\([^ ]\)\$/\1/p" report
}

atf_test_case layers
layers_head()
{
	atf_set descr "Verify that the plan takes just the layers that are sound on the running kernel, and a backend of which nothing is broken"
	# Some hundred kernel tests.
	atf_set timeout 600
}
layers_body()
{
	[ -x "$kmatrix" ] || atf_skip "kmatrix is built for the native ABI alone"
	abi=$(sed -n 's/^abi = //p' "$build/Makefile")
	mkdir builds
	ln -s "$(cd "$build" && pwd)" "builds/$abi"
	set -f
	for id in $(contracts); do
		set -- "$@" --test "$id"
	done
	"$kmatrix" run -q --native --abi "$abi" --builds builds -o run.db "$@" >report 2>err
	[ "$?" -lt 2 ] || atf_fail "kmatrix run: $(cat err) $(tail -n 5 report)"
	atf_check -o save:plan "$belay" --plan
	cat plan report

	# What every plan has. Not every promise can be put to the test by everybody.
	for layer in filter lifetime privileges supervisor; do
		case $(id -u)$(verdict $layer) in
		*[0-9]+|[1-9]*'?') ;;
		*) atf_fail "the plan takes the layer $layer, which is not sound" ;;
		esac
	done
	backend=$(sed -n 's/.*backend: //p' plan)
	case $(verdict "$backend") in
	'!'|-) atf_fail "the plan takes a backend that is not sound" ;;
	'') atf_fail "there is no verdict on the backend '$backend'" ;;
	esac
	# What depends on the kernel.
	if grep -q 'and Landlock for' plan; then
		atf_check_equal + "$(verdict landlock)"
	else
		atf_check_equal - "$(verdict landlock)"
	fi
	if grep -q 'Landlock for their memory and signals' plan; then
		atf_check -s exit:1 grep -q 'no SCOPE_SIGNAL' report
	elif grep -q 'Landlock for' plan; then
		atf_check grep -q 'no SCOPE_SIGNAL' report
	fi
}

atf_init_test_cases()
{
	atf_add_test_case layers
}
