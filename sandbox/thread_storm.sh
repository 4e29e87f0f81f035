#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# thread_storm.sh COUNT "BELAY [--backend NAME]" - COUNT threads of one process
# that live, and open, at once: natively, then inside. Tells how long each took.
# Status 1 when a call failed, 2 when this machine has no room for so many.

count=${1:-10000} belay=${2:-belay}
starve=$(cd "${0%/*}" && pwd)/probes/starve
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

# timed NAME COMMAND...: its output and seconds, in one line.
timed()
{
	name=$1
	shift
	begin=$(date +%s.%N)
	answer=$("$@") || { echo "$name: no room for $count threads"; exit 2; }
	echo "$begin $(date +%s.%N)" |
		awk -v "what=$name: $answer" '{ printf "%s, %.1f s\n", what, $2 - $1 }'
	[ "$answer" = "$count threads, 0 failed" ] || exit 1
}

timed native "$starve" threads "$count"
timed inside $belay -p allow-all -m core/sandbox/write:deny -m "allow/write+$(pwd -P)/***" \
	-m allow/write+/dev/null -- "$starve" threads "$count"
