# SPDX-License-Identifier: BSD-2-Clause
#
# coreutils: each script of its tests/, and each program of gnulib's, is a case. Those
# for root alone say so and are skipped.

suite_needs="gcc make perl gperf"

suite_fetch()
{
	"$top/ci/fetch-sources" . coreutils
	dpkg-source -x coreutils_*.dsc ../coreutils
}

. "${BASH_SOURCE%/*}/automake"

suite_build()
{
	cd coreutils
	./configure --disable-nls --without-selinux
	make -j"$JOBS"
	# What the tests are made of, without running one.
	make -j"$JOBS" check TESTS=
	make $(automake_units . | grep ^tests/factor/) || :
	cd ..
	ln -sf coreutils/build-aux/test-driver driver
}

suite_units()
{
	automake_units coreutils | LC_ALL=C sort
	automake_units coreutils/gnulib-tests | sed 's,^,gnulib-tests/,' | LC_ALL=C sort
}

suite_pass()
{
	grep '^gnulib-tests/' "$out/units" | automake_pass coreutils/gnulib-tests gnulib-tests/
	grep -v '^gnulib-tests/' "$out/units" | automake_pass coreutils ''
}
