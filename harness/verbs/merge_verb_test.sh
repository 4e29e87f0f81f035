#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kmatrix merge as it is called: what it makes of real stores, what it refuses, and
# that nothing is left of what it could not finish.

. "$(atf_get_srcdir)/preamble"

# said STORE: its report for programs without the run's own words and the times.
said()
{
	kmatrix report --json -o "$1" |
		sed 's/"run":{[^}]*},//; s/,"seconds":[0-9.]*//g' >"$1.said"
}

# Two parts of one matrix, a.db and b.db, and the whole of it, whole.db.
parts()
{
	builds -q
	atf_check -o ignore $run -o a.db --test 'sample.kind.[a-h]*'
	atf_check -o ignore $run -o b.db --test 'sample.kind.[i-z]*'
	atf_check -o ignore $run -o whole.db
}

# refused_merge TEXT ARGUMENT...: refused by the verb, and nothing is left.
refused_merge()
{
	text=$1
	shift
	ls -A >before
	refused "$text" merge "$@"
	rm -f out err
	ls -A >after
	sed -i '/^out$/d; /^err$/d; /^after$/d' before after
	cmp -s before after || atf_fail "merge $*: left something: $(diff before after)"
}

atf_test_case whole
whole_head()
{
	atf_set descr "Verify that merged parts are what a single run over the same cells is"
}
whole_body()
{
	parts
	atf_check -o match:"^ab.db: 1 cell, 7 results of 2 stores$" kmatrix merge -o ab.db a.db b.db
	atf_check -o ignore kmatrix merge b.db -o ba.db a.db
	atf_check -o ignore kmatrix merge -o again.db ab.db a.db ab.db
	atf_check_equal "" "$(find . -name '*.db.*')"
	for store in whole ab ba again a; do
		said $store.db
	done
	for store in ab ba again; do
		atf_check cmp whole.db.said $store.db.said
	done
	# A part is not the whole.
	cmp -s a.db.said whole.db.said && atf_fail "a part is the whole"
	atf_check_equal 7 "$(grep -o '"contract":"sample[^"]*"' whole.db.said | sort -u | wc -l)"
}

atf_test_case flaky
flaky_head()
{
	atf_set descr "Verify that stores that disagree make a case flaky, with status 1"
}
flaky_body()
{
	parts
	atf_check -s exit:1 -o ignore env KMATRIX_SAMPLE=fail $run -o bad.db
	atf_check -s exit:1 -o match:", 1 flaky$" kmatrix merge -o m.db bad.db whole.db
	atf_check -s exit:1 -o match:"flaky.*runs disagree: fail .*, pass" \
		kmatrix report --json -o m.db
}

atf_test_case unfinished
unfinished_head()
{
	atf_set descr "Verify that the lost cases of a run that was cut off stay lost, with status 2"
}
unfinished_body()
{
	parts
	mkfifo pid
	KMATRIX_SAMPLE=block KMATRIX_SAMPLE_PID=$PWD/pid $run -o cut.db >/dev/null 2>&1 &
	kmatrix=$!
	read -r child <pid
	kill -INT $kmatrix
	wait $kmatrix
	kill -0 "$child" 2>/dev/null && atf_fail "the case is still there"
	atf_check -s exit:2 -o match:"; not every run had ended$" kmatrix merge -o m.db b.db cut.db
	atf_check -s exit:2 -o match:'"sample.kind.block",.*"lost"' kmatrix report --json -o m.db
	# Where another store has the answer, it holds; but the run is still one cut off.
	atf_check -s exit:2 -o ignore kmatrix merge -o n.db whole.db cut.db
	atf_check -s exit:2 -o not-match:'"lost"' kmatrix report --json -o n.db
}

# patch FILE OFFSET BYTES: for printf.
patch()
{
	# shellcheck disable=SC2059
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

atf_test_case refusals
refusals_head()
{
	atf_set descr "Verify that what cannot be merged is refused by name, and nothing is left"
}
refusals_body()
{
	parts
	refused_merge "-o FILE is missing" a.db b.db
	refused_merge "no store to merge" -o m.db
	refused_merge "none.db" -o m.db a.db none.db
	refused_merge "is one of the stores" -o a.db a.db b.db
	refused_merge "is one of the stores" --replace -o a.db b.db a.db
	ln a.db hard.db
	ln -s b.db soft.db
	refused_merge "is one of the stores" --replace -o hard.db a.db b.db
	refused_merge "is one of the stores" --replace -o soft.db a.db b.db
	refused_merge "whole.db' is there already" -o whole.db a.db b.db
	mkdir dir
	refused_merge "'dir' is not a regular file" -o dir a.db b.db
	refused_merge "nowhere/m.db" -o nowhere/m.db a.db b.db
	refused_merge "'dir'" -o m.db a.db dir
	: >empty.db
	refused_merge "empty.db" -o m.db a.db empty.db
	echo "This is no store, it only looks like one." >text.db
	refused_merge "text.db" -o m.db a.db text.db
	cp b.db newer.db
	patch newer.db 60 '\0\0\0\144'
	refused_merge "newer.db' was written by a newer kmatrix" -o m.db a.db newer.db
	# A page that is none, and a file that ends early.
	cp b.db damaged.db
	patch damaged.db 4096 '\377\377\377\377\377\377\377\377'
	refused_merge "damaged.db" -o m.db a.db damaged.db
	head -c 8192 b.db >short.db
	refused_merge "short.db" -o m.db a.db short.db
	refused_merge "did you mean '--replace'" -o m.db --replase a.db
	# What is replaced is replaced as a whole.
	atf_check -o ignore kmatrix merge --replace -o whole.db a.db
	atf_check -o match:": 3 passed" kmatrix report -o whole.db
}

atf_test_case words
words_head()
{
	atf_set descr "Verify that a hostile store is refused, and cannot steer the terminal"
	atf_set require.progs "python3"
}
words_body()
{
	parts
	cp b.db word.db
	python3 - word.db "UPDATE results SET status = 'pass '" <<-'EOP'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute(sys.argv[2])
	db.commit()
	EOP
	refused_merge "word.db' is damaged: the status of 4 results" -o m.db a.db word.db
	cp b.db steer.db
	python3 - steer.db "UPDATE cells SET version = char(27) || ']0;x' || char(10)" <<-'EOP'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute(sys.argv[2])
	db.commit()
	EOP
	refused_merge '\x1b]0;x\x0a' -o m.db a.db steer.db
}

atf_test_case full
full_head()
{
	atf_set descr "Verify that a store that cannot be written leaves nothing behind"
}
full_body()
{
	parts
	trap '' XFSZ
	# Blocks of 512 or 1024 bytes, as the shell has it: too few for any store.
	(ulimit -f 10 && kmatrix merge -o m.db a.db b.db) >out 2>err
	atf_check_equal 2 $?
	grep -q "m.db" err || atf_fail "no name: $(cat err)"
	atf_check_equal "" "$(find . -name 'm.db*')"
}

atf_init_test_cases()
{
	for t in whole flaky unfinished refusals words full; do
		atf_add_test_case $t
	done
}
