#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# contracts.tsv and the cases agree one to one. A case with X-contract is the
# case of that contract; a case without it tests something else.

# The paths of the build tree's own source, whatever the tree's shape.
src=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")/kernel-tests
table=$src/contracts.tsv

# One line per case with a contract, sorted: id TAB ident TAB sentence.
list_cases() {
	for c in "$src"/*_test.c; do
		prog=$(basename "$c" .c)
		(cd "$(atf_get_srcdir)" && "./$prog" -l) || atf_fail "cannot list $prog"
	done >listing
	awk -F ': ' '
		function flush() {
			if (contract != "")
				printf "%s\t%s\t%s\n", contract, ident, descr
			contract = ""
		}
		$1 == "ident" { flush(); ident = $2 }
		$1 == "descr" { descr = substr($0, 8) }
		$1 == "X-contract" { contract = $2 }
		END { flush() }' listing | LC_ALL=C sort
}

atf_test_case table_well_formed
table_well_formed_head() {
	atf_set descr "Verify that every row of contracts.tsv has eight valid fields"
}
table_well_formed_body() {
	atf_check -o inline:"id promise since until abis reference kind link\n" \
		sh -c 'head -n 1 "$1" | tr "\t" " "' sh "$table"
	atf_check awk -F '\t' '
		function bad(why) { printf "%d: %s: %s\n", NR, $1, why; rc = 1 }
		BEGIN {
			n = split("x86_64 i386 x32 arm aarch64", name, " ")
			for (i = 1; i <= n; i++)
				known[name[i]] = 1
		}
		NR == 1 { next }
		NF != 8 { bad(NF " fields, expected 8"); next }
		$1 !~ /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+(\.\*)?$/ { bad("an id is dotted lower-case words, and .* for a family") }
		$2 !~ /^[A-Z].*[^.]\.$/ { bad("a promise is one sentence") }
		$3 !~ /^(-|[0-9]+(\.[0-9]+)+)$/ { bad("since is a version or -") }
		$4 !~ /^(-|[0-9]+(\.[0-9]+)+)$/ { bad("until is a version or -") }
		$6 == "" || $6 == "-" { bad("a reference is missing") }
		$7 !~ /^(required|known-bug|record)$/ { bad("kind is required, known-bug or record") }
		$7 == "known-bug" && $8 !~ /^https:\/\// { bad("a known bug needs a link") }
		$7 != "known-bug" && $8 != "-" { bad("only a known bug has a link, else -") }
		$5 != "all" {
			n = split($5, abi, ",")
			for (i = 1; i <= n; i++)
				if (!(abi[i] in known))
					bad("no ABI is called \"" abi[i] "\"")
		}
		END { exit rc }' "$table"
}

atf_test_case table_sorted
table_sorted_head() {
	atf_set descr "Verify that contracts.tsv is sorted by id and has no id twice"
}
table_sorted_body() {
	sed 1d "$table" | cut -f 1 >ids
	atf_check env LC_ALL=C sort -c -u ids
}

atf_test_case one_to_one
one_to_one_head() {
	atf_set descr "Verify that contracts and cases are the same, one to one and word by word"
}
one_to_one_body() {
	list_cases >cases
	[ -s cases ] || atf_fail "no case has a contract"
	# What the table demands of the cases: the ident, and the sentence, which
	# begins with a capital there and without one after "Verify that". A case
	# of a family stands for the family's row.
	sed 1d "$table" | awk -F '\t' '{
		ident = $1
		gsub(/\./, "_", ident)
		sub(/\.$/, "", $2)
		if (ident ~ /\*$/)
			printf "%s\n", $1
		else
			printf "%s\t%s\tVerify that %s\n", $1, ident, $2
	}' | LC_ALL=C sort >expected
	sed -n '1d; s/\.\*\t.*//p' "$table" >families
	awk -F '\t' -v OFS='\t' '
	function family(id,    f) {
		for (f in families)
			if (index(id, f ".") == 1)
				return f
		return ""
	}
	FILENAME == "families" { families[$1]; next }
	family($1) != "" {
		ident = $1
		gsub(/\./, "_", ident)
		if (ident != $2)
			print $1 ": its ident is " $2
		if ($3 !~ /^Verify that[ ,].*[^.]$/)
			print $1 ": its sentence is " $3
		if (seen[$1]++)
			print $1 ": more than one case"
		used[family($1)]
		next
	}
	{
		$3 = substr($3, 1, 12) toupper(substr($3, 13, 1)) substr($3, 14)
		print
	}
	END { for (f in used) print f ".*" }' families cases | LC_ALL=C sort >found
	atf_check diff expected found
}

atf_test_case nothing_unproved
nothing_unproved_head() {
	atf_set descr "Verify that every case names a wrong answer that must make it fail"
}
nothing_unproved_body() {
	list_cases >cases
	awk -F ': ' '
		function flush() {
			if (contract != "" && !wrong)
				print ident
			contract = ""; wrong = 0
		}
		$1 == "ident" { flush(); ident = $2 }
		$1 == "X-contract" { contract = $2 }
		$1 == "X-wrong-1" { wrong = 1 }
		END { flush() }' listing >unproved
	atf_check cat unproved
}

atf_init_test_cases() {
	atf_add_test_case table_well_formed
	atf_add_test_case table_sorted
	atf_add_test_case one_to_one
	atf_add_test_case nothing_unproved
}
