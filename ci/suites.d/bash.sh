# SPDX-License-Identifier: BSD-2-Clause
#
# bash: each run-* of its tests/ is a case; what it prints is the difference from
# what is right, so a failure is told with its length.

suite_needs="gcc make libncurses-dev"

suite_fetch()
{
	"$top/ci/fetch-sources" . bash
	dpkg-source -x bash_*.dsc ../bash
}

suite_build()
{
	cd bash
	./configure --without-bash-malloc
	make -j"$JOBS"
	make recho zecho printenv xcase
	cd ..
}

# run-all and run-minimal run the others; gprof's is not a test.
suite_units()
{
	(cd bash/tests && printf '%s\n' run-*) | grep -vx -e run-all -e run-minimal -e run-gprof
}

suite_unit()
{
	cp -a "$work/bash/tests" tests
	cd tests
	export THIS_SH="$work/bash/bash" BUILD_DIR="$work/bash" BASH_TSTOUT="$TMPDIR/out"
	PATH=.:$work/bash:$PATH
	status=0
	timeout -k 10 300 sh "./$unit" >../said 2>../complained </dev/null || status=$?
	cat ../said ../complained
	# Most scripts end with what diff said; warnings before it are no difference.
	lines=$(grep -c '^[<>]' ../said) || :
	if [ "$status" -ge 124 ]; then
		verdict whole "fail:status $status"
	elif [ "$lines" -gt 0 ]; then
		verdict whole "fail:$lines lines"
	else
		verdict whole pass
	fi
}
