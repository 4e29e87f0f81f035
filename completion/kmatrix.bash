# SPDX-License-Identifier: BSD-2-Clause
#
# Completion of kmatrix for bash: kmatrix itself is asked.

_kmatrix()
{
	local candidate cur=${COMP_WORDS[COMP_CWORD]}

	[ "$cur" != = ] || cur=
	COMPREPLY=()
	while IFS= read -r candidate; do
		case $candidate in
		:file) compopt -o filenames
			while IFS= read -r candidate; do
				COMPREPLY+=("$candidate")
			done < <(compgen -f -- "$cur") ;;
		:dir) compopt -o filenames
			while IFS= read -r candidate; do
				COMPREPLY+=("$candidate")
			done < <(compgen -d -- "$cur") ;;
		*) COMPREPLY+=("$candidate") ;;
		esac
	done < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -F _kmatrix kmatrix
