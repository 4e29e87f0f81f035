# SPDX-License-Identifier: BSD-2-Clause
#
# Completion of belay for bash: options and what they take are read from its own
# --help, and behind them stands a command.

# _belay_options BELAY: "OPTION ARGUMENT WORDS" a line, short ones too. Words are what
# the help offers behind a colon: "a profile: default, allow-all, or an installed one".
_belay_options()
{
	"$1" --help 2>/dev/null | awk '/^ +-/ {
		words = ""
		if (match($0, /: [a-z]/)) {
			n = split(substr($0, RSTART + 2), part, /,? or |, /)
			for (i = 1; i <= n; i++)
				if (part[i] !~ / /)
					words = words " " part[i]
		}
		for (i = 1; $i ~ /^-/; i++)
			;
		arg = $i ~ /^[A-Z]/ ? $i : "-"
		# An argument in small letters is the one word there is.
		if ($i !~ /^[A-Z]/ && $0 !~ "  +" $i) {
			arg = "WORD"
			words = " " $i
		}
		for (i = 1; $i ~ /^-/; i++) {
			name = $i
			sub(/,$/, "", name)
			print name, arg words
		}
	}'
}

_belay()
{
	local name arg words cur=${COMP_WORDS[COMP_CWORD]} i=1 line takes=
	local -A args=() offers=()

	while read -r name arg words; do
		args[$name]=$arg
		offers[$name]=$words
	done < <(_belay_options "${COMP_WORDS[0]}")
	COMPREPLY=()
	# From word to word, up to the one that is completed.
	while [ "$i" -lt "$COMP_CWORD" ]; do
		name=${COMP_WORDS[i]}
		case $name in
		--) i=$((i + 1)); break ;;
		-?*) ;;
		*) break ;;
		esac
		takes=
		if [ "${args[$name]:--}" != - ]; then
			takes=$name
			[ "${COMP_WORDS[i + 1]}" != = ] || i=$((i + 1))
			i=$((i + 1))
		fi
		i=$((i + 1))
	done
	if [ "$i" -gt "$COMP_CWORD" ] && [ -n "$takes" ]; then
		[ "$cur" != = ] || cur=
		case ${args[$takes]} in
		FILE) compopt -o filenames; line=$(compgen -f -- "$cur") ;;
		*) line=$(compgen -W "${offers[$takes]}" -- "$cur") ;;
		esac
	elif [ "$i" -eq "$COMP_CWORD" ] && [[ $cur == -* ]] &&
		[ "${COMP_WORDS[i - 1]}" != -- ]; then
		line=$(compgen -W "${!args[*]}" -- "$cur")
	elif [ "$i" -eq "$COMP_CWORD" ]; then
		line=$(compgen -c -- "$cur")
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$i"
		return
	else
		compopt -o filenames
		line=$(compgen -f -- "$cur")
	fi
	while IFS= read -r name; do
		[ -z "$name" ] || COMPREPLY+=("$name")
	done <<<"$line"
}

complete -F _belay belay
