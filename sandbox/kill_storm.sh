#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kill_storm.sh RUNS BELAY - kill the supervisor with SIGKILL at some point of
# its life, RUNS times, and look for survivors. Every process of the sandbox
# holds the write end of a pipe: while one lives the pipe has no end of file.
# Prints one line; status 1 and the processes when there is a survivor.

runs=${1:-1000} belay=${2:-belay}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
mkfifo alive

# Forks, threads of the shell's children, opens that are supervised, jobs that
# ignore signals, sessions of their own: what a supervisor could lose.
load='
trap "" HUP TERM INT
echo up >&5
while :; do
	(setsid sh -c "while :; do echo x >a.\$\$; rm -f a.\$\$; done" &)
	(while :; do echo y >b; cat b >/dev/null; done) &
	for i in 1 2 3 4 5 6 7 8; do echo $i >c.$i; rm c.$i; done
	n=$((n + 1))
	[ $n -lt 4 ] || wait
done
'

lost=0 i=0
while [ $i -lt "$runs" ]; do
	i=$((i + 1))
	exec 6<>alive
	setsid "$belay" -p allow-all -m core/sandbox/write:deny -m "allow/write+$work/***" \
		-m allow/write+/dev/null --keep-fd 5 -- sh -c "$load" 5>alive 6>&- 2>/dev/null &
	pid=$!
	# Some kills come before anything runs, most in the middle of the load.
	if [ $((i % 8)) -ne 0 ]; then
		read -r up <&6
		k=$((i * 7919 % 97))
		while [ $k -gt 0 ]; do k=$((k - 1)); [ -e a ] || :; done
	fi
	kill -KILL $pid
	wait $pid 2>/dev/null
	# End of file once the last of them is gone; it may take the kernel a moment.
	exec 7<alive 6>&-
	if ! timeout 60 cat <&7 >/dev/null; then
		lost=$((lost + 1))
		echo "run $i: processes have survived:"
		grep -l "$work" /proc/[0-9]*/cmdline 2>/dev/null
	fi
	exec 7<&-
done
echo "$runs kills, $lost with survivors"
[ $lost -eq 0 ]
