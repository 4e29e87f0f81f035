# SPDX-License-Identifier: BSD-2-Clause
#
# What the scripts of ci/ share: messages, the cache, the tables. Sourced, not
# run; it changes nothing by being sourced. Every function that can fail says
# why on stderr.

# The scripts set $prog to their name and $top to the top of the source tree.

say()
{
	printf '%s\n' "$prog: $*" >&2
}

# die STATUS MESSAGE: 1 for what went wrong, 2 for how it was called.
die()
{
	die_status=$1
	shift
	say "$*"
	exit "$die_status"
}

# Without HOME (a bare service or CI job) the cache is where root's would be,
# or below the system's place for temporary files.
cache_dir()
{
	if [ -n "${BELAY_CACHE:-}" ]; then
		printf '%s\n' "$BELAY_CACHE"
	elif [ -n "${XDG_CACHE_HOME:-}" ]; then
		printf '%s\n' "$XDG_CACHE_HOME/belay"
	elif [ -n "${HOME:-}" ] && [ "$HOME" != / ]; then
		printf '%s\n' "$HOME/.cache/belay"
	elif [ "$(id -u)" -eq 0 ]; then
		printf '%s\n' /var/cache/belay
	else
		die 1 "no place for the cache: set BELAY_CACHE or HOME"
	fi
}

# Tables are lines of tab-separated fields; '#' starts a comment line.

# table_column FILE N: the Nth field of every row.
table_column()
{
	awk -F '\t+' -v n="$2" '!/^#/ && NF { print $n }' "$1"
}

# table_field FILE KEY N: the Nth field of the row whose first one is KEY.
table_field()
{
	awk -F '\t+' -v key="$2" -v n="$3" '
		!/^#/ && $1 == key { print $n; found = 1; exit }
		END { exit !found }' "$1"
}

# abi_triplet ABI
abi_triplet()
{
	table_field "$top/harness/abis.tsv" "$1" 4 ||
		die 2 "unknown ABI '$1' (one of: $(abi_list))"
}

# The names of all ABIs on one line.
abi_list()
{
	echo $(table_column "$top/harness/abis.tsv" 1)
}

# The triplet that this machine's own compiler builds for.
native_triplet()
{
	${CC:-cc} -dumpmachine
}

# abi_cc ABI: the C compiler for it.
abi_cc()
{
	cc_triplet=$(abi_triplet "$1") || exit
	if [ "$cc_triplet" = "$(native_triplet)" ]; then
		printf '%s\n' "${CC:-cc}"
	else
		printf '%s\n' "$cc_triplet-gcc"
	fi
}

# make_configure: a checkout has no configure yet; a release has.
make_configure()
{
	[ -f "$top/configure" ] || {
		configure_log=$(mktemp)
		if (cd "$top" && autoreconf -fi) >"$configure_log" 2>&1; then
			rm -f "$configure_log"
		else
			cat "$configure_log" >&2
			rm -f "$configure_log"
			die 1 "autoreconf failed (above)"
		fi
	}
}

# The ABI of this machine's own compiler.
native_abi()
{
	for native_row in $(abi_list); do
		if [ "$(abi_triplet "$native_row")" = "$(native_triplet)" ]; then
			printf '%s\n' "$native_row"
			return
		fi
	done
	die 1 "no row of harness/abis.tsv has this machine's triplet '$(native_triplet)'"
}
