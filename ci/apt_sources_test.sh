#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# ci/apt-sources, on apt configurations of both formats.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")

# verify_entries FILE...: what they give is what stands in the file `expected`.
verify_entries()
{
	atf_check -o file:expected "$top/ci/apt-sources" bookworm "$@"
}

atf_test_case one_line
one_line_head()
{
	atf_set descr "Verify that one-line entries of the release's main archive become sources"
}
one_line_body()
{
	cat >sources.list <<'END'
# deb http://comment.example/debian bookworm main
deb http://mirror.example/debian bookworm contrib main non-free-firmware # why
deb [arch=amd64,arm64 signed-by=/keys/a.gpg,/keys/b.gpg trusted=yes] https://mirror.example/debian-security bookworm-security main
	deb	http://tabs.example/debian	bookworm-updates	main
deb-src http://source.example/debian stable main
END
	cat >expected <<'END'
Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: https://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /keys/a.gpg /keys/b.gpg

Types: deb-src
URIs: http://tabs.example/debian
Suites: bookworm-updates
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: stable
Components: main
END
	verify_entries sources.list
}

atf_test_case deb822
deb822_head()
{
	atf_set descr "Verify that deb822 entries keep how they are verified, key blocks included"
}
deb822_body()
{
	cat >debian.sources <<'END'
Types: deb
# a comment inside
URIs: http://mirror.example/debian
 http://second.example/debian
suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Architectures: amd64
Trusted: yes
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBGExample
 -----END PGP PUBLIC KEY BLOCK-----
Check-Valid-Until: no

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no
END
	cat >expected <<'END'
Types: deb-src
URIs: http://mirror.example/debian http://second.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBGExample
 -----END PGP PUBLIC KEY BLOCK-----
Check-Valid-Until: no
END
	verify_entries debian.sources
}

atf_test_case mixed
mixed_head()
{
	atf_set descr "Verify that files of both formats add up, each address once"
}
mixed_body()
{
	printf 'deb http://mirror.example/debian bookworm main\n' >a.list
	printf 'deb-src http://mirror.example/debian bookworm main\n' >b.list
	printf 'Types: deb deb-src\nURIs: http://mirror.example/debian\n' >c.sources
	printf 'Suites: bookworm\nComponents: main' >>c.sources
	printf 'deb http://ignored.example/debian bookworm main\n' >d.list.disabled
	cat >expected <<'END'
Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main
END
	verify_entries a.list b.list c.sources d.list.disabled missing.list
}

atf_test_case none
none_head()
{
	atf_set descr "Verify that what is not the release's main archive is left out"
}
none_body()
{
	cat >other.list <<'END'
deb http://vendor.example/tools stable tools
deb http://vendor.example/flat ./
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb http://mirror.example/debian bookworm-backports main
deb http://mirror.example/debian trixie main
deb http://vendor.example/apt vendor-bookworm main
deb [signed-by=/keys/a.gpg
END
	cat >other.sources <<'END'
Types: deb
URIs: http://vendor.example/debian
Suites: bookworm
Components: domain maintained

Suites: bookworm
END
	: >expected
	atf_check -s exit:1 "$top/ci/apt-sources" bookworm other.list other.sources
	atf_check -s exit:2 -e match:usage "$top/ci/apt-sources" bookworm
}

atf_init_test_cases()
{
	for name in one_line deb822 mixed none; do
		atf_add_test_case "$name"
	done
}
