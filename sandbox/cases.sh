# SPDX-License-Identifier: BSD-2-Clause
#
# cases.sh - sourced by the tests of the whole program: the same case under
# every backend, which must give the same answers.

# use_backend NAME: $belay is the program with that backend, absolute. `pidns` is the
# notify backend in a pid namespace, wherever the rules let it.
use_backend()
{
	belay=$(cd "$(atf_get_srcdir)" && pwd)/belay-$1
	"$belay" -p allow-all --plan >plan 2>why || atf_skip "$(sed 's/^belay: //' why)"
	[ "$1" != pidns ] || ! grep '^    no pid namespace:' plan >why || atf_skip "$(cat why)"
	rm -f why plan
}

# case_of NAME SENTENCE: ATF cases NAME_trace, NAME_notify and NAME_pidns, whose body
# is NAME_run.
case_of()
{
	for backend in trace notify pidns; do
		atf_test_case "$1_$backend"
		eval "$1_${backend}_head() { atf_set descr \"Verify that $2 (backend $backend)\"; \
			atf_set timeout 600; }
		      $1_${backend}_body() { use_backend $backend; $1_run; }"
		cases="$cases $1_$backend"
	done
}

atf_init_test_cases()
{
	for name in $cases; do
		atf_add_test_case $name
	done
}
