#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# ci/deps, among tools that only write down how they are called.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../Makefile")

# tool NAME: reads the script of a stand-in from stdin.
tool()
{
	mkdir -p bin
	{ echo '#!/bin/sh'; cat; } >"bin/$1"
	chmod 755 "bin/$1"
}

# machine UID ABSENT: a Debian on which the packages of the pattern ABSENT are
# missing or half-removed.
machine()
{
	tool id <<END
echo $1
END
	tool dpkg-query <<END
shift 2
for package; do
	case \$package in
	$2) [ \$package != git ] || echo "rc  git" ;;
	*) echo "ii  \$package" ;;
	esac
done
END
	tool apt-get <<'END'
echo "apt-get $*" >>calls
exit ${APT_STATUS:-0}
END
	tool sudo <<'END'
echo sudo >>calls
exec "$@"
END
	PATH=$PWD/bin:$PATH
	export PATH
}

atf_test_case complete
complete_head()
{
	atf_set descr "Verify that nothing is called or said where nothing is missing"
}
complete_body()
{
	machine 0 none-such
	atf_check "$top/ci/deps"
	atf_check "$top/ci/deps" --dry-run
	atf_check test ! -e calls
}

atf_test_case dry_run
dry_run_head()
{
	atf_set descr "Verify that --dry-run names what is missing and calls nothing"
}
dry_run_body()
{
	machine 1000 'git | kyua'
	atf_check -o inline:'kyua\ngit\n' "$top/ci/deps" --dry-run
	atf_check test ! -e calls
}

atf_test_case install
install_head()
{
	atf_set descr "Verify that exactly what is missing is installed, and nothing removed for it"
}
install_body()
{
	machine 0 'git | kyua'
	atf_check -e match:'installing: kyua git' "$top/ci/deps"
	atf_check -o match:'apt-get .* update$' head -n 1 calls
	atf_check -o match:'install .*--no-install-recommends .*--no-remove .* kyua git$' \
		tail -n 1 calls
	atf_check -s exit:1 grep sudo calls
}

atf_test_case by_sudo
by_sudo_head()
{
	atf_set descr "Verify that a user installs through sudo"
}
by_sudo_body()
{
	machine 1000 git
	atf_check -e ignore "$top/ci/deps"
	atf_check -o inline:'sudo\nsudo\n' grep -x sudo calls
}

atf_test_case cannot
cannot_head()
{
	atf_set descr "Verify that what cannot be done is said with what would help, status 1"
}
cannot_body()
{
	machine 0 git
	APT_STATUS=100
	export APT_STATUS
	atf_check -s exit:1 -e match:"'apt-get update' failed" "$top/ci/deps"

	machine 1000 git
	for command in awk cat dirname env sed; do
		ln -s "$(command -v $command)" bin/
	done
	rm bin/sudo
	atf_check -s exit:1 -e match:'not root and no sudo; as root, run: apt-get install .* git' \
		env PATH="$PWD/bin" /bin/sh "$top/ci/deps"

	rm bin/dpkg-query
	atf_check -s exit:1 -e match:'not a Debian system.*kyua' \
		env PATH="$PWD/bin" /bin/sh "$top/ci/deps"

	atf_check -s exit:2 -e match:usage "$top/ci/deps" --force
}

atf_init_test_cases()
{
	for name in complete dry_run install by_sudo cannot; do
		atf_add_test_case "$name"
	done
}
