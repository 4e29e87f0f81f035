#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kill_storm.sh RUNS "BELAY [--backend NAME]" [SEED [kill-child]] - kill belay with
# SIGKILL at RUNS random moments: while it launches the command, in the middle of
# a busy tree of processes. With kill-child it is the supervisor of a pid namespace
# and not belay itself, which stands in front of that. Status 1 when a process of the
# sandbox lived on or a file was left half-written; then the seed tells the moments.

runs=${1:-1000} belay=${2:-belay} seed=${3:-$$} how=${4:-kill}
storm=$(cd "${0%/*}" && pwd)/probes/storm
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
"$storm" "$how" "$runs" "$seed" $belay -p allow-all -m core/sandbox/write:deny \
	-m "allow/write+$(pwd -P)/***" -m allow/write+/dev/null --keep-fd 5 -- "$storm" load
status=$?
[ $status -eq 0 ] || echo "seed $seed"
exit $status
