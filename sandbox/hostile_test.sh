#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# hostile_test.sh - what programs and users call things reaches no terminal and
# no log as it is. The quoting itself is report/report_test.c.

. "$(atf_get_srcdir)/cases"

# harmless FILE: lines of belay, each of printable ASCII and not endless.
harmless()
{
	[ "$(LC_ALL=C tr -d '\012\040-\176' <"$1" | wc -c)" -eq 0 ] ||
		{ od -c "$1" | head -n 40; atf_fail "raw bytes are shown"; }
	! grep -v '^belay: ' "$1" || atf_fail "a line was forged"
	awk 'length > 8192 { exit 1 }' "$1" || atf_fail "a line is too long"
}

case_of names "no name of a file, socket or program is shown as it is"
names_run()
{
	mkdir there
	hostile=$(atf_get_srcdir)/probes/hostile
	atf_check sh -c "cd there && $hostile make"
	atf_check -o inline:'73 refused\n' -e save:report sh -c "cd there && $belay -p allow-all \
		-m core/sandbox/write:deny -m core/sandbox/network:deny -- $hostile try"
	harmless report
	# One line for each, and the last for all of them: no name has hidden another.
	atf_check -o inline:'74\n' sh -c 'wc -l <report | tr -d " "'
	atf_check -o match:'^belay: denied write: .*red.*0m.new") by ' grep -F '\x1b[31m' report
	atf_check -o match:'a.nbelay: denied write: forged' grep -F '"' report
	rm -rf there
}

case_of programs "a program of any name that may not run is told of with its name quoted"
programs_run()
{
	mkdir there
	cp /bin/true there/"$(printf 'e\033[2Jvil\n')"
	cp /bin/true there/"$(printf '\342\200\256gpj.exe')"
	cd there
	for name in *; do
		atf_check -s exit:126 -e save:../report "$belay" -p allow-all \
			-m 'exec/kill_if_match+/***/there/*' -- "./$name"
		harmless ../report
		atf_check -s exit:127 -e save:../report "$belay" -p allow-all -- "./no-$name"
		harmless ../report
	done
}

case_of input "what is wrong on the command line or in a policy is told with its bytes quoted"
input_run()
{
	bad=$(printf 'x\033[31m\n\342\200\256\377')
	esc=$(printf '\033]0;x\007\342\200\256\377')
	printf 'core/sandbox/write:deny\nallow/%s+/\n' "$(printf '\033[31m\342\200\256\377')" >"$bad"
	for args in "-c|$bad" "-c|no$bad" "-p|$bad" "-m|$bad" "-m|core/sandbox/write:$bad" \
		"-m|allow/network/bind+$bad" "-m|allow/write+$bad" "-m|include $bad" "--$bad|x" \
		"--backend|$bad" "--keep-fd|$bad" "-E|=$bad" "-m|exec/resume_if_match+/$esc"; do
		case $args in
		*resume*) status=0 ;;
		*) status=125 ;;
		esac
		atf_check -s exit:$status -o empty -e save:report "$belay" "${args%%|*}" \
			"${args#*|}" true
		harmless report
		[ -s report ] || atf_fail "nothing was said about $args"
	done
}
