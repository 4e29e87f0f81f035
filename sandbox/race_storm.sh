#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# race_storm.sh [-r ROUNDS] [-t SECONDS] [-s SEED] [-b BACKENDS] [-p PROBE]
#	[-w yes|no] [-o RACES] - run each race of probes/race without a sandbox,
# in belay-weak, where it must win, and in belay, where it must not. For each
# race one line; status 1 when one won that must not, or could not.
#
# -r, -t: what ends a race in belay. Without a sandbox it ends after as many
# seconds, and in belay-weak at the first win; with -r in both, after a minute
# at most. -w no: belay alone. -p: the probe, so that one of 32 bits can race a
# supervisor of 64. -o: a pattern of the names, e.g. "path@*".

forever=1000000000 rounds='' seconds=3 seed=$$ backends="trace notify pidns" weak=yes only="*"
here=$(cd "${0%/*}" && pwd)
probe=$here/probes/race
while getopts r:t:s:b:p:w:o: option; do
	case $option in
	r) rounds=$OPTARG ;;
	t) seconds=$OPTARG ;;
	s) seed=$OPTARG ;;
	b) backends=$OPTARG ;;
	p) probe=$OPTARG ;;
	w) weak=$OPTARG ;;
	o) only=$OPTARG ;;
	*) sed -n 's/^# //p' "$0" | head -n 13 >&2; exit 2 ;;
	esac
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
work=$(pwd -P)
export BELAY_WEAK="for the races"
if [ -n "$rounds" ]; then first=first patience=60; else first='' patience=$seconds; fi

# fresh: two directories that are alike, but for the letter of their name.
fresh()
{
	rm -rf a b
	for dir in a b; do
		mkdir "$dir"
		echo "$dir" >"$dir/file"
		chmod 644 "$dir/file"
		cp "$probe" "$dir/program"
	done
}

# rules_of RACE: the options of belay for it.
rules_of()
{
	echo "-p allow-all -m core/sandbox/write:deny -m allow/write+$work/a/***"
	echo "-m allow/write+/dev/null"
	for rule in $("$probe" rules "$1" | sed "s|GOOD|$work/a|g"); do
		echo "-m $rule"
	done
}

# race RACE ROUNDS SECONDS FIRST COMMAND...: sets did, got and won.
race()
{
	name=$1 r=$2 t=$3 until=$4
	shift 4
	fresh
	outside=
	case $name in *@outside)
		"$probe" flip "$name" "$work/a" "$work/b" "$seed" &
		outside=$!
	esac
	"$@" "$work/a/program" run "$name" "$work/a" "$work/b" "$r" "$t" "$seed" $until \
		>said 2>err
	status=$?
	[ -z "$outside" ] || { kill -KILL "$outside"; wait "$outside"; } 2>/dev/null
	if [ "$status" -eq 0 ] && read -r did _ got _ won _ <said; then
		return 0
	fi
	did=0 got=0 won=0
	tail -n 3 err >&2
	return 1
}

failed=0
fail()
{
	echo "$1" >&2
	failed=1
}

echo "seed $seed"
printf '%-28s %-7s %19s %19s %22s\n' race backend "native won/rounds" "weak won/rounds" \
	"belay won/got/rounds"
set -f
for name in $("$probe" list); do
	case $name in
	$only) ;;
	*) continue ;;
	esac
	rules=$(rules_of "$name")
	native=-
	if [ "$weak" = yes ]; then
		race "$name" $forever "$patience" "$first" ||
			fail "$name: does not run without a sandbox"
		native=$won/$did
		[ "$won" -gt 0 ] || fail "$name: has nothing to win even without a sandbox"
	fi
	for backend in $backends; do
		# As belay-trace, belay-notify and belay-pidns do.
		case $backend in
		pidns) how="--backend notify" ;;
		notify) how="--backend notify --lifetime ptrace" ;;
		*) how="--backend $backend" ;;
		esac
		against=-
		if [ "$weak" = yes ]; then
			race "$name" $forever 60 first "$here/probes/belay-weak" \
				$how $rules -- ||
				fail "$name: does not run in belay-weak ($backend)"
			against=$won/$did
			[ "$won" -gt 0 ] || fail "$name: does not win against belay-weak ($backend)"
		fi
		race "$name" "${rounds:-$forever}" "$seconds" "" "$here/../belay" $how $rules -- ||
			fail "$name: does not run in belay ($backend)"
		printf '%-28s %-7s %19s %19s %22s\n' "$name" "$backend" "$native" "$against" \
			"$won/$got/$did"
		[ "$won" -eq 0 ] || fail "$name: WON against belay ($backend)"
		[ "$got" -gt 0 ] || fail "$name: never got what it may have ($backend)"
	done
done
exit $failed
