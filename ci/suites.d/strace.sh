# SPDX-License-Identifier: BSD-2-Clause
#
# strace: each of its tests is a case: it traces programs by ptrace.

suite_needs="gcc make gawk"

suite_fetch()
{
	"$top/ci/fetch-sources" . strace
	dpkg-source -x strace_*.dsc ../strace
}

. "${BASH_SOURCE%/*}/automake"

suite_build()
{
	cd strace
	./configure --enable-mpers=no --disable-gcc-Werror
	make -j"$JOBS"
	make -j"$JOBS" -C tests check TESTS=
	cd ..
	ln -sf strace/build-aux/test-driver driver
}

suite_units()
{
	automake_units strace/tests | LC_ALL=C sort
}

suite_pass()
{
	automake_pass strace/tests '' <"$out/units"
}
