# SPDX-License-Identifier: BSD-2-Clause
#
# git: each step of each script of its t/ is a case. Built without what talks to
# servers or has windows.

suite_needs="gcc make perl zlib1g-dev"

suite_fetch()
{
	"$top/ci/fetch-sources" . git
	dpkg-source -x git_*.dsc ../git
}

without="NO_GETTEXT=1 NO_TCLTK=1 NO_CURL=1 NO_EXPAT=1 NO_OPENSSL=1 NO_PYTHON=1"

suite_build()
{
	make -C git -j"$JOBS" $without CFLAGS="-g -O1" all
}

suite_units()
{
	(cd git/t && printf '%s\n' t[0-9]*.sh)
}

suite_unit()
{
	cd "$work/git/t"
	status=0
	TEST_OUTPUT_DIRECTORY=$TMPDIR timeout -k 10 1200 sh "./$unit" --root="$TMPDIR" \
		>"$TMPDIR/tap" 2>"$TMPDIR/err" || status=$?
	cat "$TMPDIR/tap" "$TMPDIR/err"
	[ "$status" -lt 124 ] || verdict whole "fail:status $status"
	awk -v unit="$unit" '
		/^(not )?ok [0-9]/ {
			word = /^ok/ ? "pass" : "fail"
			if (/ # T[O]DO /)
				word = word == "pass" ? "xpass" : "xfail"
			else if (/ # skip/)
				word = "skip"
			sub(/^not /, "")
			sub(/ # .*/, "")
			sub(/^ok /, "")
			# Some say where they are.
			while ((at = index($0, ENVIRON["TMPDIR"])) > 0)
				$0 = substr($0, 1, at - 1) "TMPDIR" substr($0, at + length(ENVIRON["TMPDIR"]))
			gsub(/\t/, " ")
			print unit "\t" $0 "\t" word
		}
		/^1\.\.0 # SKIP/ { print unit "\twhole\tskip" }
		/^(FATAL|error|Bail)/ { print unit "\twhole\tfail" }' "$TMPDIR/tap" >>"$out/$name.cases"
}
