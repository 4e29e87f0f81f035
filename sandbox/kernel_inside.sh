#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kernel_inside.sh [PROGRAM...] - run kernel tests natively and inside belay (notify
# backend, pid namespace, all allowed), and compare. What differs must be told by
# kernel_inside.tsv, and in a run of all programs everything in there must differ.
# Status 1 where that is not so, 77 where belay cannot be had like that.
# Without a word: all but what changes the machine, counts on being alone or only runs
# long. Verdicts are Kyua's; those of users other than root are what the list is for.

here=$(cd "${0%/*}" && pwd)
src=$(sed -n 's/^abs_top_srcdir = //p' "$here/../Makefile")
programs=$*
all=
if [ -z "$programs" ]; then
	all=1
	programs=$(cd "$src/kernel-tests" && ls *_test.c | sed 's/\.c$//' |
		grep -Ev '^(z|kt_)|_(yama|stress|freezer|tsync_race)_')
fi
command -v kyua >/dev/null || { echo "kyua is not installed"; exit 77; }
why=$("$here/belay-pidns" -p allow-all --plan 2>&1) || { echo "$why"; exit 77; }
case $why in
*'no pid namespace: '*) echo "${why##*no pid namespace: }" | head -n 1; exit 77 ;;
esac
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# verdicts NAME COMMAND...: "PROGRAM:CASE<tab>VERDICT" of each case, in $work/NAME.
verdicts()
{
	name=$1
	shift
	mkdir "$work/home.$name"
	HOME=$work/home.$name "$@" kyua test -r "$work/$name.db" -k "$src/kernel-tests/Kyuafile" \
		--build-root="$here/../kernel-tests" $programs </dev/null >"$work/$name.log" 2>"$work/$name.err"
	sed -n 's/  ->  /\t/; s/  \[[0-9.]*s\]$//; /\t/p' "$work/$name.log" | LC_ALL=C sort >"$work/$name"
	[ -s "$work/$name" ] || { cat "$work/$name.log" "$work/$name.err"; exit 2; }
}

verdicts native
verdicts inside "$here/belay-pidns" -p allow-all --
awk -F '\t' -v all="$all" '
	FILENAME ~ /tsv$/ {
		if (FNR > 1) {
			name[++rows] = $1
			inside[rows] = $2
		}
		next
	}
	FILENAME ~ /native$/ { native[$1] = $2; count++; next }
	$1 in native && native[$1] == $2 { same++; next }
	{
		differ++
		for (i = 1; i <= rows; i++)
			if ($1 ~ "^" name[i] "$" && $2 ~ "^" inside[i] "$")
				break
		if (i > rows) {
			print $1 ": natively " native[$1] ", inside " $2
			bad++
		}
		used[i]++
	}
	END {
		for (i = 1; all && i <= rows; i++)
			if (!used[i]) {
				print "kernel_inside.tsv: nothing differs as in \"" name[i] " " inside[i] "\""
				bad++
			}
		printf "%d cases: %d the same inside, %d differ, %d of them without a reason\n",
			count, same, differ, bad
		exit bad > 0 || same + differ != count
	}' "$src/sandbox/kernel_inside.tsv" "$work/native" "$work/inside"
