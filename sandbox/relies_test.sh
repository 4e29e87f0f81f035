#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What `belay --relies` declares agrees with the contracts, with the sources, and with
# itself: no contract that does not exist, and no kernel interface in use without one.

# $src is the source tree, whatever the build tree's shape; a guest has none.
find_sources()
{
	[ -f "$(atf_get_srcdir)/../Makefile" ] || atf_skip "the sources are not here"
	src=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")
}

belay=$(atf_get_srcdir)/../belay

# One member of every reliance, sorted.
declared()
{
	"$belay" --relies --json | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | LC_ALL=C sort -u
}

# The sources of the sandbox and of arch/ without tests and helpers of tests, and without
# the words for what calls are refused for.
sources()
{
	(cd "$src" && find sandbox arch -name '*.[ch]' ! -name '*_test.c' ! -name 'test_*' \
		! -path 'sandbox/probes/*' ! -path 'sandbox/fuzz/*' ! -name '*_test_util.h' ! -name '*_probe.c' \
		! -name 'bpf_sim.*' ! -name 'inventory.c' | LC_ALL=C sort)
}

# Their code: comments are left out.
code()
{
	sources | while read -r file; do
		awk '{
			line = $0
			out = ""
			while (line != "") {
				if (in_comment) {
					at = index(line, "*/")
					if (!at)
						break
					line = substr(line, at + 2)
					in_comment = 0
				} else {
					at = index(line, "/*")
					if (!at) {
						out = out line
						break
					}
					out = out substr(line, 1, at - 1)
					line = substr(line, at + 2)
					in_comment = 1
				}
			}
			print FILENAME ": " out
		}' "$src/$file" | sed "s|^$src/||"
	done
}

atf_test_case contracts
contracts_head()
{
	atf_set descr "Verify that every contract that belay relies on is one of the table"
}
contracts_body()
{
	find_sources
	declared contract >want
	atf_check test -s want
	cut -f 1 "$src/kernel-tests/contracts.tsv" | LC_ALL=C sort >have
	atf_check -o empty comm -23 want have
}

atf_test_case abis
abis_head()
{
	atf_set descr "Verify that belay relies on a contract only where an ABI has it"
}
abis_body()
{
	find_sources
	"$belay" --relies --json |
		sed -n 's/.*"contract":"\([^"]*\)","abis":"\([^"]*\)".*/\1 \2/p' >want
	cut -f 1,5 "$src/kernel-tests/contracts.tsv" >have
	atf_check -o empty awk '
		NR == FNR { has[$1] = $2; next }
		has[$1] == "all" { next }
		$2 == "all" { print $1 ": for all, and there for " has[$1]; next }
		{
			n = split($2, abi, ",")
			for (i = 1; i <= n; i++)
				if (index("," has[$1] ",", "," abi[i] ",") == 0)
					print $1 ": not there for " abi[i]
		}' have want
}

atf_test_case places
places_head()
{
	atf_set descr "Verify that every file that relies on something is there"
}
places_body()
{
	find_sources
	declared where >files
	atf_check test -s files
	while read -r file; do
		[ -f "$src/$file" ] || atf_fail "there is no $file"
	done <files
}

atf_test_case once
once_head()
{
	atf_set descr "Verify that no part relies on a contract twice"
}
once_body()
{
	"$belay" --relies --json |
		sed -n 's/.*"what":"\([^"]*\)".*"part":"\([^"]*\)".*"contract":"\([^"]*\)".*/\1 \2 \3/p' |
		sort >all
	atf_check test -s all
	atf_check -o empty uniq -d all
}

atf_test_case comments
comments_head()
{
	atf_set descr "Verify that every contract that the sources speak of is relied on"
}
comments_body()
{
	find_sources
	declared contract >declared
	cut -f 1 "$src/kernel-tests/contracts.tsv" | sed 's/\.\*$//' | grep '\..*\.' >ids
	sources | grep -v '/relies\.c$' | (cd "$src" && xargs grep -hoFwf "$OLDPWD/ids") |
		LC_ALL=C sort -u >spoken
	while read -r id; do
		grep -qxF -e "$id" -e "$id.*" declared || atf_fail "nothing relies on $id"
	done <spoken
}

# What the kernel is asked for in the sources, one word per line: FILE WORD.
# The tables of calls and of rules on arguments only name what programs may ask for.
interfaces()
{
	code | grep -v '^sandbox/plan/\(calls\|cond\|relies\)' | awk -F ': ' '
		{
			text = substr($0, length($1) + 3)
			while (match(text, /(PTRACE_[A-Z_]+|REQUEST_[A-Z_]+|SECCOMP_(FILTER_FLAG|RET|SET_MODE|MODE|IOCTL)_[A-Z_]+|PR_[A-Z_]+|CLONE_[A-Z_]+|NR_[A-Z_]+|SYS_[a-zA-Z0-9_]+|sys_[a-z0-9_]+\(|SCM_[A-Z]+|MSG_CMSG_[A-Z]+|KCMP_[A-Z]+|P_PIDFD|process_vm_[a-z]+|SCOPE_[A-Z]+|ACCESS_FS_[A-Z]+|(unshare|setns|setfsuid|setfsgid|pivot_root|memfd_create|prlimit|socketpair|mount|umount2?|chroot|close_range)\()/)) {
				word = substr(text, RSTART, RLENGTH)
				before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
				text = substr(text, RSTART + RLENGTH)
				if (before !~ /[A-Za-z0-9_]/)
					print word
			}
		}' | sed 's/($//' | LC_ALL=C sort -u
}

atf_test_case interfaces
interfaces_head()
{
	atf_set descr "Verify that each kernel interface in the sources has a reliance, and each row of the list a use"
}
interfaces_body()
{
	find_sources
	list=$src/sandbox/interfaces.tsv
	interfaces >used
	atf_check test -s used
	cut -f 1 "$list" | sed 1d >listed
	# As written and in order, so that a line has one place.
	atf_check env LC_ALL=C sort -c -u listed
	atf_check -o empty comm -23 used listed
	atf_check -o empty comm -13 used listed
	declared contract >declared
	sed 1d "$list" | cut -f 2 | grep -v '^-$' | LC_ALL=C sort -u >for
	atf_check -o empty comm -13 declared for
	# Without one it says why.
	atf_check -o empty awk -F '\t' 'NF != 3 || $3 == "" || ($2 == "-" && $3 == "-") {
		print FILENAME ":" FNR ": name, contract or -, note or -, one of them" }' "$list"
}

atf_init_test_cases()
{
	atf_add_test_case contracts
	atf_add_test_case abis
	atf_add_test_case places
	atf_add_test_case once
	atf_add_test_case comments
	atf_add_test_case interfaces
}
