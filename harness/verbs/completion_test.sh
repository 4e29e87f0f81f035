#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Completion of kmatrix and belay, as bash and zsh do it, with the programs of this
# build.

setup()
{
	PATH=$(atf_get_srcdir)/../..:$PATH
	files=$(atf_get_srcdir)/../../completion
	HOME=$PWD
	export HOME
	unset BELAY_TABLES XDG_CONFIG_HOME
}

# offers PROGRAM WORD...: what bash offers for the last word, one a line.
offers()
{
	bash --norc -c 'set -u
		compopt() { :; }
		. "$1/$2" || exit
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		"_$1"
		[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$files" "$@" >out 2>err || atf_fail "bash: $(cat err)"
	[ ! -s err ] || atf_fail "bash complains: $(cat err)"
}

# expect "WORDS" PROGRAM WORD...: these and no others are offered.
expect()
{
	expected=$1
	shift
	offers "$@"
	echo $expected | tr ' ' '\n' | sed '/^$/d' | sort >expected
	sort -o out out
	cmp -s expected out ||
		atf_fail "for $*: offered $(echo $(cat out)), expected $expected"
}

# has WORD PROGRAM WORD...: it is among what is offered.
has()
{
	word=$1
	shift
	offers "$@"
	grep -qxF -e "$word" out || atf_fail "for $*: no $word in $(echo $(cat out))"
}

# hasnt WORD PROGRAM WORD...
hasnt()
{
	word=$1
	shift
	offers "$@"
	! grep -qxF -e "$word" out || atf_fail "for $*: there is $word"
}

atf_test_case kmatrix_bash
kmatrix_bash_head()
{
	atf_set descr "Verify that bash completes verbs, options, kernels, ABIs, contracts," \
		"words of an option and files of kmatrix"
	atf_set require.progs bash
}
kmatrix_bash_body()
{
	setup
	expect "kernels" kmatrix ker
	hasnt complete kmatrix ""
	expect "--tables" kmatrix --ta
	has run kmatrix --tables "$PWD" r
	expect "--refresh" kmatrix kernels --ref
	# Every option that help lists, and no other.
	for verb in $(kmatrix --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'); do
		offers kmatrix "$verb" --
		sort out >offered
		kmatrix "$verb" --help | sed -n 's/^  [- ][^-][, ] \(--[a-z-]*\).*/\1/p' |
			sort >listed
		cmp -s listed offered || atf_fail "$verb: $(diff listed offered | tr '\n' ' ')"
	done
	has bookworm-amd64 kmatrix run --kernel ""
	expect "sid-lpae-armhf" kmatrix run -q --kernel sid-l
	expect "sid-lpae-armhf" kmatrix run --kernel = sid-l
	has trixie-amd64 kmatrix run --kernel =
	expect "sid-lpae-armhf" kmatrix fetch bookworm-amd64 sid-l
	expect "x86_64 x32" kmatrix run --abi x
	expect "ptrace.seize.no_stop" kmatrix run --test ptrace.seize.no_s
	expect "auto always" kmatrix run --color a
	expect "auto tcg kvm" kmatrix run --accel ""
	expect "root nobody" kmatrix run --user ""
	expect "" kmatrix run --jobs ""
	expect "" kmatrix run word
	touch store.db 'a store'
	mkdir dir
	expect "store.db" kmatrix report -o st
	offers kmatrix report --store "a "
	echo 'a store' | cmp -s - out || atf_fail "a name with a blank: $(cat out)"
	expect "dir" kmatrix run --builds d
	# The user's own lines are completed, too.
	printf 'mine-amd64\tamd64\tsid\tlinux-image-amd64\tno\n' >dir/kernels.tsv
	expect "mine-amd64" kmatrix --tables dir run --kernel mi
	expect "" kmatrix run --kernel mi
}

atf_test_case belay_bash
belay_bash_head()
{
	atf_set descr "Verify that bash completes options of belay, what they take, and the command"
	atf_set require.progs bash
}
belay_bash_body()
{
	setup
	expect "--plan" belay --pl
	for option in $(belay --help | sed -n 's/^ \{2,6\}-.*\(--[a-z-]*\).*/\1/p'); do
		has "$option" belay -
	done
	has -p belay -
	expect "default" belay -p de
	expect "allow-all" belay --profile = allow
	expect "trace" belay --backend tr
	touch rules.conf
	expect "rules.conf" belay -p default -c ru
	has true belay --plan tru
	has true belay -p default tru
	has true belay -p default -- tru
	hasnt --plan belay -- --pl
	hasnt --plan belay true --pl
	expect "rules.conf" belay true ru
}

atf_test_case zsh
zsh_head()
{
	atf_set descr "Verify that zsh reads both files, and that kmatrix is completed in it"
	atf_set require.progs zsh
}
zsh_body()
{
	setup
	for name in belay kmatrix; do
		atf_check zsh -f -n "$(completion_source)/_$name"
	done
	cat >run.zsh <<-'EOF'
	compadd() { [[ $1 == -a ]] && print -rl -- "${(@P)2}"; }
	_files() { print "files $*"; }
	compset() { :; }
	autoload -Uz +X _kmatrix
	complete_it() { words=("$@"); CURRENT=$#; functions[_try]=${functions[_kmatrix]}; _try; }
	EOF
	cat >words.zsh <<-'EOF'
	fpath=($1 $fpath)
	source ./run.zsh
	words=(kmatrix ker); CURRENT=2; _kmatrix
	words=(kmatrix run --kernel sid-l); CURRENT=4; _kmatrix
	words=(kmatrix run --kernel=sid-l); CURRENT=3; _kmatrix
	words=(kmatrix report -o ""); CURRENT=4; _kmatrix
	true
	EOF
	atf_check -o inline:"kernels\nsid-lpae-armhf\nsid-lpae-armhf\nfiles \n" \
		zsh -f words.zsh "$(completion_source)"
}

# The source's directory: that of zsh's files is not copied into the build.
completion_source()
{
	sed -n 's,^abs_top_srcdir = \(.*\),\1/completion,p' "$(atf_get_srcdir)/../../Makefile"
}

atf_init_test_cases()
{
	atf_add_test_case kmatrix_bash
	atf_add_test_case belay_bash
	atf_add_test_case zsh
}
