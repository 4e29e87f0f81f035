# SPDX-License-Identifier: BSD-2-Clause
#
# preamble.sh - sourced by the tests of kmatrix as a whole: our kmatrix, a build tree
# for it, and how it refuses.

# Ours before any other; atf_check starts programs, not functions.
PATH=$(atf_get_srcdir)/../..:$PATH

# The ABI that kmatrix itself was built for.
case $(uname -m) in
i?86) abi=i386 ;;
armv*) abi=arm ;;
*) abi=$(uname -m) ;;
esac

# builds [OPTION...]: a build tree with one program, and $run to run it on the running
# kernel.
builds()
{
	run="kmatrix run $* --native --builds builds --abi $abi"
	mkdir -p "builds/$abi/kernel-tests"
	cp "$(atf_get_srcdir)/kmatrix_sample" "builds/$abi/kernel-tests/sample_test"
}

# refused TEXT ARGUMENT...: exit status 2, one line that says TEXT, no output.
refused()
{
	text=$1
	shift
	kmatrix "$@" >out 2>err
	atf_check_equal 2 $?
	[ ! -s out ] || atf_fail "kmatrix $*: wrote to standard output: $(cat out)"
	[ "$(wc -l <err)" -eq 1 ] || atf_fail "kmatrix $*: not one line: $(cat err)"
	grep -qF -e "$text" err || atf_fail "kmatrix $*: does not say '$text': $(cat err)"
}
