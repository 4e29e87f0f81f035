#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The reports for programs: what they say of a plain run, and that hostile text
# stays text, judged by parsers that are not ours.

# report KIND FORMAT ARGUMENT...: ./out of a canned store. The plain and the hostile run
# lack something, so that status 2 is their verdict.
report()
{
	PATH=$(atf_get_srcdir)/../..:$PATH
	kind=$1 format=$2
	shift 2
	[ -f "$kind.db" ] || "$(atf_get_srcdir)/report_canned" "$kind" "$kind.db" ||
		atf_fail "no store"
	kmatrix report -o "$kind.db" --format "$format" "$@" >out
	atf_check_equal 2 $?
}

# xpath EXPECTED EXPRESSION: of ./out.
xpath()
{
	atf_check_equal "$2: $1" "$2: $(xmllint --xpath "$2" out)"
}

atf_test_case junit
junit_head()
{
	atf_set descr "Verify that JUnit has a suite per cell, its sums, and each verdict's element"
	atf_set require.progs xmllint
}
junit_body()
{
	report plain junit
	atf_check xmllint --noout out
	xpath 4 'count(/testsuites/testsuite)'
	xpath bookworm-amd64/x86_64 'string(/testsuites/testsuite[1]/@name)'
	xpath "6.1.0-56-amd64 (6.1.192-2)" \
		'string(//testsuite[1]/properties/property[@name="version"]/@value)'
	# What Jenkins' schema asks for: the sums are those of the elements.
	for sum in tests:testcase failures:testcase/failure errors:testcase/error \
		skipped:testcase/skipped; do
		xpath true "sum(//testsuite/@${sum%%:*}) = count(//testsuite/${sum#*:})"
		xpath true "number(/testsuites/@${sum%%:*}) = count(//${sum#*:})"
		for suite in 1 2 3 4; do
			xpath true "number(//testsuite[$suite]/@${sum%%:*}) = \
				count(//testsuite[$suite]/${sum#*:})"
		done
	done
	xpath true 'count(//testcase) = count(//testcase[@classname and @name and @time])'
	# No two with one name, or GitLab shows one of them.
	xmllint --xpath '//testcase/@classname | //testcase/@name' out | paste - - |
		sort | uniq -d >twice
	atf_check cat twice
	failed='//testcase[@classname="sid-amd64.i386.ptrace.seize" and @name="no_stop"]'
	xpath "fail: 1 != 2" "string($failed/failure/@message)"
	xpath "stopped by 5" "normalize-space($failed/system-out)"
	xpath "known bug: a bug that is known" 'string(//testsuite[2]//skipped[starts-with(
		@message, "known")]/@message)'
	for s in crashed:failure fail:failure timeout:failure flaky:failure xpass:failure \
		broken:error lost:error noboot:error nobuild:error xfail:skipped \
		skip:skipped na:skipped; do
		xpath 1 "count(//testcase[contains(@classname, '.status.word') and
			@name='${s%:*}']/${s#*:})"
	done
	xpath 0 'count(//testcase[@name="pass"]/*)'
	# Several cases of one contract are told apart.
	xpath 1 'count(//testsuite[1]/testcase[@name="twice (kernel-tests/a_test:both_a)"])'
	report hostile junit
	atf_check xmllint --noout out
	xpath 2 'count(/testsuites/testsuite)'
	xpath 0 'count(//script) + count(//img)'
}

# outline LEVEL: the points of ./out at one level of subtests, as TAP of its own.
outline()
{
	echo "TAP version 13"
	sed -n "s/^$1\([^ ].*\)/\1/p" out | grep -v '^TAP version\|^# Subtest'
}

atf_test_case tap
tap_head()
{
	atf_set descr "Verify that TAP has a subtest per cell, directives, and escaped names"
	atf_set require.progs prove
}
tap_body()
{
	report plain tap
	atf_check -o inline:"TAP version 14\n1..4\n" head -n 2 out
	atf_check -o inline:"4\n" grep -c '^# Subtest: ' out
	atf_check -o inline:"not ok 1\nnot ok 4\nok 2\nok 3\n" \
		sh -c "grep -o '^\(not \)\?ok [0-9]*' out | sort"
	atf_check -o match:'^    not ok 3 - seccomp.trace.order # TOD[O] known bug: a bug' cat out
	atf_check -o match:'^    ok 2 - ptrace.seize.twice # SKIP needs Linux 9$' cat out
	atf_check -o match:'^      message: "1 != 2"$' -o match:'^      output: "stopped by 5\\n"$' \
		cat out
	# The parser that is installed may know no subtests: each level on its own.
	outline "" >top
	atf_check -s exit:1 -o match:'Tests: 4 Failed: 2' -e ignore prove -e cat top
	awk '/^# Subtest: /{ n++ } /^    /{ print substr($0, 5) >("sub" n) }' out
	for i in 1 2 3 4; do
		{ echo "TAP version 13"; cat sub$i; } >cell
		prove -e cat cell >proved 2>&1
		atf_check -s ignore -o not-match:"Parse errors" cat proved
	done
	report hostile tap
	atf_check -o inline:"1..2\n" sh -c "grep '^1\.\.' out"
	atf_check -o inline:"2\n" sh -c "grep -c '^\(not \)\?ok' out"
	# Nothing but spaces and what can be seen, so no line of its own.
	atf_check -s exit:1 sh -c "LC_ALL=C grep -n '[[:cntrl:]]' out"
	atf_check -o not-match:'[^\\]# SKIP %s' grep '^ *\(not \)\?ok' out
}

# check ARGUMENT...: the script $python, for which `d` is the JSON of ./out.
check()
{
	python3 - "$@" <<-END || atf_fail "not as documented, see above"
	import json, re, sys
	d = json.load(open("out"))
	def every(what, items, test):
	    for i in items:
	        assert test(i), (what, i)
	$python
	END
}

atf_test_case json
json_head()
{
	atf_set descr "Verify that the JSON is what its schema says, for plain and for hostile text"
	atf_set require.progs python3
}
json_body()
{
	python3 -c 'import jsonschema' 2>err || atf_skip "needs python3-jsonschema"
	top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../../Makefile")
	for kind in plain hostile; do
		report $kind json
		python='
import jsonschema
s = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(s)
jsonschema.Draft7Validator(s).validate(d)
'
		check "$top/doc/kmatrix-report.schema.json"
	done
	report plain json
	python='
assert d["run"]["verdict"] == 2 and d["run"]["ended"]
assert d["cells"][3]["counts"] == {"fail": 1, "skip": 1, "pass": 3}, d["cells"][3]
one = [r for r in d["results"] if r["contract"] == "ptrace.seize.twice"]
assert [c["case"] for c in one[0]["cases"]] == ["both_a", "both_b"], one[0]
assert one[0]["status"] == "broken" and one[0]["cases"][0]["status"] == "pass"
assert one[0]["cases"][0]["seconds"] == 1.234567
out = [c.get("output") for r in d["results"] for c in r["cases"]]
assert out.count("stopped by 5\n") == 1 and out.count("a\nb\n") == 4, out
'
	check
	# An output is all there, NUL and all, but for bytes that are no text.
	report hostile json
	python='
c = [c for r in d["results"] for c in r["cases"] if c["case"] == "skip"][0]
assert c["output"].startswith("\0\0</script><script>"), c
assert "\ufffd" in c["output"] and c["output"].endswith("\tend\0"), c
'
	check
}

atf_test_case kcidb
kcidb_head()
{
	atf_set descr "Verify that KCIDB's rules hold: members, patterns, references, statuses"
	atf_set require.progs python3
}
kcidb_body()
{
	# Facts of kcidb-io's schema 5.3.
	rules='
assert set(d) == {"version", "checkouts", "builds", "tests", "issues", "incidents"}
assert d["version"] == {"major": 5, "minor": 3}
members = {
    "checkouts": "id origin comment valid",
    "builds": "id origin checkout_id comment architecture config_name status",
    "tests": "id origin build_id path status start_time duration environment comment "
             "log_excerpt misc",
    "issues": "id origin version report_subject report_url culprit",
    "incidents": "id origin issue_id issue_version test_id present",
}
for what, names in members.items():
    every(what, d[what], lambda i: set(i) <= set(names.split()))
    every(what, d[what], lambda i: re.match("^[a-z0-9_]+$", i["origin"]))
    every(what, d[what], lambda i: re.match("^[a-z0-9_]+:.*$", i["id"]))
    every(what, d[what], lambda i: i["id"].split(":")[0] == i["origin"])
    ids = [i["id"] for i in d[what]]
    assert len(ids) == len(set(ids)), what
def refers(what, member, to):
    ids = {i["id"] for i in d[to]}
    every(what, d[what], lambda i: i[member] in ids)
refers("builds", "checkout_id", "checkouts")
refers("tests", "build_id", "builds")
refers("incidents", "issue_id", "issues")
refers("incidents", "test_id", "tests")
words = {"FAIL", "ERROR", "MISS", "PASS", "DONE", "SKIP"}
every("status", d["tests"] + d["builds"], lambda i: i["status"] in words)
every("architecture", d["builds"],
      lambda b: re.match(r"^[a-z0-9_]+\Z", b.get("architecture", "none")))
path = re.compile(r"^([a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*)?\Z")
every("path", d["tests"], lambda t: path.match(t["path"]))
every("log", d["tests"], lambda t: len(t.get("log_excerpt", "")) <= 16384)
every("time", d["tests"], lambda t: re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", t["start_time"]))
every("environment", d["tests"], lambda t: set(t["environment"]) <= {"comment", "misc"})
assert "\\u0000" not in open("out").read()
'
	for kind in plain sound hostile; do
		report $kind kcidb --origin a_lab
		python=$rules
		check
	done
	# "running" ran x86_64; what has a name of its own says nothing.
	python='
assert {b["config_name"]: b.get("architecture") for b in d["builds"]}["running"] == "x86_64"
assert [b.get("architecture") for b in d["builds"] if b["config_name"] != "running"] == [None]
'
	check
	report plain kcidb
	python='
assert d["tests"][0]["origin"] == "belay"
assert len(d["checkouts"]) == len(d["builds"]) == 2
assert [b["architecture"] for b in d["builds"]] == ["x86_64", "x86_64"]
s = {t["misc"]["contract"]: t["status"] for t in d["tests"] if "status.word" in t["path"]}
assert {k.split(".")[2]: v for k, v in s.items()} == {
    "pass": "PASS", "fail": "FAIL", "skip": "SKIP", "xfail": "FAIL", "xpass": "PASS",
    "timeout": "FAIL", "broken": "ERROR", "crashed": "FAIL", "lost": "MISS", "na": "SKIP",
    "nobuild": "MISS", "noboot": "MISS", "flaky": "FAIL"}, s
f = [t for t in d["tests"] if t["path"] == "belay.ptrace.seize.no_stop" and t["status"] == "FAIL"]
assert len(f) == 1 and f[0]["log_excerpt"] == "1 != 2\nstopped by 5\n", f
assert f[0]["environment"]["misc"]["abi"] == "i386" and f[0]["duration"] == 1.234567
assert [i["present"] for i in d["incidents"]] == [True, False, True], d["incidents"]
'
	check
}

# The verdicts of the canned run, of each row in each cell.
verdicts="firm sound sound sound unsound
known sound unsound sound sound
open unknown unknown unknown unknown
lacking sound absent sound absent"

atf_test_case sound
sound_head()
{
	atf_set descr "Verify that JUnit, TAP and KCIDB have the sandbox's verdict of each cell"
	atf_set require.progs "python3 xmllint"
}
sound_body()
{
	report sound junit
	atf_check xmllint --noout out
	echo "$verdicts" | while read -r what cells; do
		n=0
		for verdict in $cells; do
			n=$((n + 1))
			xpath "$verdict" \
				"string(//testsuite[$n]/properties/property[@name='$what']/@value)"
		done
	done || atf_fail "not in JUnit"
	# It is told, and changes no count.
	atf_check -o save:sums xmllint --xpath '/testsuites/@*[name() != "time"]' out
	report plain junit
	atf_check -o file:sums xmllint --xpath '/testsuites/@*[name() != "time"]' out
	xpath 0 'count(//property[@name="firm"])'
	report sound tap
	echo "$verdicts" | sed 's/ .*//' | while read -r what; do
		grep "^    \"$what\": " out | sed 's/.*: //' | paste -s -d ' ' |
			sed "s/^/$what /"
	done >told
	echo "$verdicts" >expected
	atf_check -o file:expected cat told
	report sound kcidb
	python='
words = {"sound": "PASS", "unsound": "FAIL", "absent": "SKIP", "unknown": "MISS"}
cells = ["bookworm-amd64-x86_64", "bookworm-amd64-i386", "sid-amd64-x86_64", "sid-amd64-i386"]
rows = [t for t in d["tests"] if t["path"].startswith("belay.sandbox.")]
seen = {}
for t in rows:
    cell = [c for c in cells if "-test-" + c + "-root-" in t["id"]]
    assert len(cell) == 1, t
    seen[t["path"].split(".")[2], cell[0]] = t
for line in open("expected"):
    what, *verdicts = line.split()
    for cell, verdict in zip(cells, verdicts):
        assert seen[what, cell]["status"] == words[verdict], (what, cell)
assert len(rows) == len(seen) == 16
bad = seen["firm", "sid-amd64-i386"]
assert bad["comment"] == "ptrace.seize.no_stop (fail: 1 != 2)", bad
'
	check
}

atf_test_case narrowed
narrowed_head()
{
	atf_set descr "Verify that --kernel, --abi and --test narrow a report and its exit status"
}
narrowed_body()
{
	report plain text
	atf_check -o match:"^4 cells: " tail -n 1 out
	atf_check -o match:"^1 cell: 4 passed, 0 failed, 1 skipped, 0 missing$" \
		kmatrix report -o plain.db --kernel sid-amd64 --abi x86_64
	atf_check -s exit:1 -o match:"^4 cells: 7 passed, 1 failed, 0 skipped, 0 missing$" \
		kmatrix report -o plain.db --test 'ptrace.seize.no_stop' --test '*:helpers'
	# What has nothing to say any more is no cell that is missing.
	atf_check -s exit:2 -o match:"^1 cell: 0 passed, 0 failed, 0 skipped, 1 missing$" \
		kmatrix report -o plain.db --test 'status.word.lost'
	atf_check -s exit:2 -e match:"did you mean 'sid-amd64'" \
		kmatrix report -o plain.db --kernel sid-amd46
	atf_check -s exit:2 -e match:"unknown ABI of this run 'x32'" \
		kmatrix report -o plain.db --abi x32
	atf_check -s exit:2 -e match:"nothing in this run fits" \
		kmatrix report -o plain.db --test 'no such'
	atf_check -s exit:2 -e match:"plain.db" kmatrix report -o plain.db --run 7
}

atf_test_case output
output_head()
{
	atf_set descr "Verify that --output writes the file, and that a failed write is told"
}
output_body()
{
	report plain junit
	atf_check -s exit:2 kmatrix report -o plain.db --format junit --output file
	atf_check cmp out file
	atf_check -s exit:2 -e match:"cannot write the report 'no/file'" \
		kmatrix report -o plain.db --output no/file
	[ ! -e /dev/full ] || atf_check -s exit:2 -e match:"cannot write the report '/dev/full'" \
		kmatrix report -o plain.db --output /dev/full
	atf_check -s exit:2 -e match:"did you mean 'junit'" kmatrix report --format junti
	atf_check -s exit:2 -e match:"--origin 'A b'" kmatrix report --origin 'A b'
}

atf_init_test_cases()
{
	for t in junit tap json kcidb sound narrowed output; do
		atf_add_test_case $t
	done
}
