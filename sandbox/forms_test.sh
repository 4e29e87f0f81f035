#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every form of a call that carries an address, by every door into the kernel that
# this machine has: outside all addresses are reached, inside the one that is allowed.

. "$(atf_get_srcdir)/cases"

# serve NAME COMMAND...: its answers in NAME.said, what arrived in NAME.came; a fresh directory.
serve()
{
	name=$1
	shift
	rm -rf place
	mkdir place
	(cd place && "$forms" serve "$@") >both 2>"$name.err" ||
		{ cat "$name.err"; atf_fail "$name: no answer"; }
	grep -v '^\(near\|far\): ' both >"$name.said"
	grep '^\(near\|far\): ' both | LC_ALL=C sort >"$name.came"
}

# What must be said inside, by what was said outside.
expected()
{
	awk '{
		if ($2 == "mptcp" || $2 == "sctp")
			$3 = $4 = $3 == "ENOSYS" ? "ENOSYS" : "EPROTONOSUPPORT"
		else if ($2 != "disconnect" && $4 !~ /^(ENOSYS|EPROTONOSUPPORT)$/)
			$4 = $2 ~ /sendmmsg-second$/ ? "cut" : "EACCES"
		print
	}' outside.said
}

check_forms()
{
	forms=$1
	serve outside "$forms" run
	# What would not get through outside proves nothing; fast open can be switched off, and a
	# kernel be without UDP-Lite.
	awk '$2 !~ /^(mptcp|sctp)$/ && $3 != "ENOSYS" && ($3 != "ok" || $4 != "ok")' outside.said |
		grep -v -e 'fastopen.* EOPNOTSUPP EOPNOTSUPP$' \
			-e ' lite-.* EPROTONOSUPPORT EPROTONOSUPPORT$' >odd
	[ ! -s odd ] || { cat odd; atf_fail "outside, too"; }
	grep -q '^far: .* sendmsg$' outside.came || atf_fail "nothing arrives"
	place=$(pwd -P)/place
	serve inside "$belay" -p allow-all -m core/sandbox/network:deny \
		-m 'allow/network/connect+inet:127.0.0.1@0-65535' \
		-m 'allow/network/bind+inet:127.0.0.1@0' \
		-m "allow/network/connect+unix:$place/near" -- "$forms" run
	expected >want
	cat inside.said
	diff -u want inside.said || atf_fail "not judged as it should be"
	grep '^far: ' inside.came && atf_fail "it has arrived all the same"
	# What is allowed arrives; sendmmsg ends at the first that is refused.
	grep '^near: ' outside.came | grep -v sendmmsg >want
	grep '^near: ' inside.came | grep -v sendmmsg >have
	diff -u want have || atf_fail "what is allowed has not arrived"
}

case_of forms "each form of a call with an address is judged, by every entry into the kernel"
forms_run()
{
	check_forms "$(atf_get_srcdir)/probes/forms"
}

case_of forms_int32 "the same of a 32-bit program"
forms_int32_run()
{
	forms32=$(cd "$(atf_get_srcdir)" && pwd)/../../i386/sandbox/probes/forms
	[ -x "$forms32" ] || atf_skip "there is no build for i386 beside this one"
	"$forms32" >/dev/null 2>&1
	[ $? -eq 2 ] || atf_skip "programs of i386 do not run here"
	check_forms "$forms32"
}
