#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The catalogue that is made from contracts.tsv: belay-contracts(7) and the page
# for the web. Each holds every contract once, and is whole.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")
table=$top/kernel-tests/contracts.tsv

atf_test_case man_page
man_page_head() {
	atf_set descr "Verify that the man page has every contract and is sound roff"
	atf_set require.progs groff
}
man_page_body() {
	awk -f "$top/doc/contracts-man.awk" "$table" >page || atf_fail "no page"
	sed 1d "$table" | cut -f 1 >expected
	sed -n 's/^\.It Sy "\(.*\)"$/\1/p' page >found
	atf_check diff expected found
	atf_check groff -mandoc -ww -z page
}

# The list of a table whose sentences would break a page that does not escape.
hostile() {
	printf 'id\tpromise\tsince\tuntil\tabis\treference\tkind\tlink\n'
	printf 'a.b.*\tA <b> & "c" holds.\t-\t-\tall\tx < y\trequired\t-\n'
	printf 'a.b_c.d\t.Sh \\e holds.\t5.1\t6.2\tarm\t-x\tknown-bug\thttps://e/?a&b\n'
}

atf_test_case web_page
web_page_head() {
	atf_set descr "Verify that the page for the web has every contract and every case of a family"
	atf_set require.progs xmllint
}
web_page_body() {
	for c in "$top"/kernel-tests/*_test.c; do
		prog=$(basename "$c" .c)
		echo "program: $prog"
		"$(atf_get_srcdir)/$prog" -l || atf_fail "cannot list $prog"
	done >list
	awk -f "$top/doc/contracts-html.awk" list "$table" >page || atf_fail "no page"
	atf_check xmllint --noout page
	sed 1d "$table" | cut -f 1 >expected
	sed -n 's/^<article .* id="\(.*\)">$/\1/p' page >found
	atf_check diff expected found
	total=$(sed -n 's/^<p>\([0-9]*\) cases\. .*/\1/p' page)
	atf_check_equal "$(grep -c '^X-contract: ' list)" "$total"
}

atf_test_case escaping
escaping_head() {
	atf_set descr "Verify that a sentence is never taken for markup"
	atf_set require.progs "groff xmllint"
}
escaping_body() {
	hostile >table
	printf 'program: p_test\n\nident: a_b_x\ndescr: V: <i>\nX-contract: a.b.x\n' >list
	printf 'X-wrong-1: &c: <d>\n\nident: a_b_c_d\ndescr: V\nX-contract: a.b_c.d\n' >>list
	awk -f "$top/doc/contracts-html.awk" list table >page || atf_fail "no page"
	atf_check xmllint --noout page
	atf_check -o ignore grep -F '<dt>a.b.x</dt><dd>V: &lt;i&gt;</dd>' page
	atf_check -o ignore grep -F 'A &lt;b&gt; &amp; &quot;c&quot; holds.' page
	atf_check -o ignore grep -F '<a href="https://e/?a&amp;b">' page
	awk -f "$top/doc/contracts-man.awk" table >man || atf_fail "no man page"
	atf_check groff -mandoc -ww -z man
	atf_check -o match:'\.Sh \\e holds' groff -mandoc -Tascii man
}

atf_init_test_cases() {
	atf_add_test_case man_page
	atf_add_test_case web_page
	atf_add_test_case escaping
}
