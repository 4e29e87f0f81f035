#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A few rounds of every race: each wins against belay-weak, none against belay.
# race_storm.sh does the same for as long as one likes.

. "$(atf_get_srcdir)/cases"

# races PATTERN...: those races, under the backend of the case.
races()
{
	for pattern in "$@"; do
		atf_check -o save:table -e empty "$(atf_get_srcdir)/race_storm" -r 300 -t 20 \
			-b "${belay##*-}" -o "$pattern"
		cat table
	done
}

case_of memory "no change of memory between judgement and use wins"
memory_run()
{
	races "*path@*" "open-how@*" "*-address@*" "*-header@*" "*-vector@*" "*-block@*"
}

case_of names "no change of a name between judgement and use wins"
names_run()
{
	races "link@*" "way@*" "place*" "peer@*" "exec-link@*"
}

case_of descriptors "no change of a descriptor between judgement and use wins"
descriptors_run()
{
	races "*-directory@*" "*-descriptor@*" "*-socket@*"
}

atf_test_case all
all_head()
{
	atf_set descr "Verify that the cases above leave no race out"
}
all_body()
{
	"$(atf_get_srcdir)/probes/race" list | grep -v \
		-e 'path@' -e '^open-how@' -e '-address@' -e '-header@' -e '-vector@' -e '-block@' \
		-e '^link@' -e '^way@' -e '^place' -e '^peer@' -e '^exec-link@' \
		-e '-directory@' -e '-descriptor@' -e '-socket@' && atf_fail "left out"
	:
}

atf_test_case weak
weak_head()
{
	atf_set descr "Verify that belay-weak says what it is and runs nothing by itself"
}
weak_body()
{
	weak=$(atf_get_srcdir)/probes/belay-weak
	# Where the supervisor is of 32 bits, the system's own programs need not be.
	run="$(atf_get_srcdir)/probes/race list"
	atf_check -s exit:125 -o empty -e match:"NOT A SANDBOX" "$weak" -p allow-all -- $run
	cp "$weak" belay
	atf_check -s exit:125 -o empty -e match:"NOT A SANDBOX" \
		env BELAY_WEAK="for the races" ./belay -p allow-all -- $run
	atf_check -o match:"^path@thread$" -e match:"NOT A SANDBOX" \
		env BELAY_WEAK="for the races" "$weak" -p allow-all -- $run
}
cases="$cases all weak"
