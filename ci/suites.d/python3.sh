# SPDX-License-Identifier: BSD-2-Clause
#
# python3: the distribution's own build of it and its package of tests, unpacked, not
# installed; each test method is a case. Without the resources that python's runner
# asks leave for: network, audio, displays, and what takes hours.

suite_needs="python3"

suite_fetch()
{
	version=$(apt-cache depends python3 | sed -n 's/.*Depends: \(python3\.[0-9]*\)$/\1/p' | head -n 1)
	apt-get -q download "$version-minimal" "lib$version-minimal" "lib$version-stdlib" \
		"lib$version-testsuite"
	for package in *.deb; do
		dpkg-deb -x "$package" ../root
	done
	ln -s "root/usr/bin/$version" ../python
}

# python ARGUMENTS
python()
{
	PYTHONHOME=$work/root/usr PYTHONDONTWRITEBYTECODE= "$work/python" "$@"
}

suite_build()
{
	python -m compileall -q root/usr/lib >compiled 2>&1 || :
	python -VV
}

suite_units()
{
	python -m test --list-tests
}

suite_unit()
{
	mkdir run
	cd run
	status=0
	timeout -k 10 1200 env PYTHONHOME="$work/root/usr" "$work/python" -m test -v \
		--junit-xml "$TMPDIR/junit.xml" "$unit" || status=$?
	[ "$status" -lt 124 ] || verdict whole "fail:status $status"
	if [ -s "$TMPDIR/junit.xml" ]; then
		python - "$unit" "$TMPDIR/junit.xml" >>"$out/$name.cases" <<-'END'
		import sys
		import xml.etree.ElementTree as tree
		for case in tree.parse(sys.argv[2]).iter("testcase"):
		    words = {child.tag for child in case}
		    word = "pass"
		    for bad, said in ("skipped", "skip"), ("failure", "fail"), ("error", "fail:error"):
		        if bad in words:
		            word = said
		    # One whose subtests have failed is left without a name and a result.
		    name = case.get("name")
		    if name is None:
		        name, word = "of subtests", "fail"
		    print(sys.argv[1], " ".join(name.split()), word, sep="\t")
		END
	fi
	# A whole file that does not fit this machine.
	[ -s "$out/$name.cases" ] || [ "$status" -ne 0 ] || verdict whole skip
	[ -s "$out/$name.cases" ] || verdict whole "fail:no results, status $status"
}
