/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch_test.c - kernels and userland from a repository made here: real packages,
 * the real apt, no network.
 */
#include <atf-c.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/run.h"

/*
 * add NAME VERSION DEPENDS [FILE]: a package into the repository of the suite
 * "sid", which is for amd64; publish: its index, as it is now.
 */
static const char functions[] =
	"set -e\n"
	"pool=repo/debian/pool\n"
	"add() {\n"
	"	rm -rf tree; mkdir -p tree/DEBIAN $pool\n"
	"	printf 'Package: %s\\nVersion: %s\\nArchitecture: amd64\\nMaintainer: x <x@x>\\n"
	"Description: x\\n' $1 $2 >tree/DEBIAN/control\n"
	"	[ -z \"$3\" ] || echo \"Depends: $3\" >>tree/DEBIAN/control\n"
	"	[ -z \"$4\" ] || { mkdir -p tree/$(dirname $4); echo $1 $2 >tree/$4; }\n"
	"	dpkg-deb --root-owner-group -b tree $pool/$1_$2_amd64.deb\n"
	"}\n"
	"publish() {\n"
	"	index=repo/debian/dists/sid/main/binary-amd64; mkdir -p $index; : >$index/Packages\n"
	"	for deb in $pool/*.deb; do\n"
	"		dpkg-deb -f $deb\n"
	"		echo Filename: pool/${deb##*/}\n"
	"		echo Size: $(stat -c %s $deb)\n"
	"		echo SHA256: $(sha256sum <$deb | cut -c 1-64)\n"
	"		echo\n"
	"	done >$index/Packages\n"
	"	cd repo/debian/dists/sid\n"
	"	{ printf 'Origin: Debian\\nSuite: sid\\nCodename: sid\\nArchitectures: amd64\\n"
	"Components: main\\nSHA256:\\n'\n"
	"	echo \" $(sha256sum <main/binary-amd64/Packages | cut -c 1-64) "
	"$(stat -c %s main/binary-amd64/Packages) main/binary-amd64/Packages\"; } >Release\n"
	"}\n";

static void sh(const char *script)
{
	char *all = buf_asprintf("exec >>log 2>&1\n%s%s", functions, script);

	if (system(all) != 0)
		atf_tc_fail("this failed: %.*s ...", (int)strcspn(script, "\n"), script);
	free(all);
}

/* This machine's apt configuration, for the test: that repository and no other. */
static void make_machine(void)
{
	char *cwd = getcwd(NULL, 0), *value;

	ATF_REQUIRE(cwd != NULL);
	sh("mkdir parts\n"
	   "codename=$(. /etc/os-release; echo $VERSION_CODENAME)\n"
	   "echo \"deb [trusted=yes] copy:$PWD/repo/debian ${codename:-stable} main\""
	   " >parts/own.list\n"
	   "echo \"deb [trusted=yes] copy:$PWD/other ${codename:-stable} main\""
	   " >parts/other.list\n"
	   "printf 'Dir::Etc::sourcelist \"%s/none.list\";\\nDir::Etc::sourceparts \"%s/parts\";\\n'"
	   " $PWD $PWD >apt.conf\n");
	value = buf_asprintf("%s/apt.conf", cwd);
	ATF_REQUIRE_EQ(0, setenv("APT_CONFIG", value, 1));
	free(value);
	value = buf_asprintf("%s/cache", cwd);
	ATF_REQUIRE_EQ(0, setenv("BELAY_CACHE", value, 1));
	free(value);
	free(cwd);
}

/* What was said, in the end. */
static void say(void *arg, const char *line)
{
	buf_printf(arg, "%s\n", line);
}

static const struct kernel kernel = {
	.id = (char *)"sid-amd64",
	.arch = (char *)"amd64",
	.suite = (char *)"sid",
	.package = (char *)"linux-image-amd64",
};

/* The kernel must be this one, and come with so many lines said. */
static void check_kernel(const char *version, const char *release, const char *content,
			 size_t nlines)
{
	struct kernel_image k;
	struct buf said = {0}, text = {0};
	struct why why;
	size_t i, n = 0;

	ATF_REQUIRE_EQ_MSG(0, fetch_kernel(&kernel, say, &said, &k, &why), "%s", why.text);
	ATF_CHECK_STREQ(version, k.version);
	ATF_CHECK_STREQ(release, strrchr(k.path, '/') + 1);
	ATF_REQUIRE_EQ(0, buf_read_file(&text, k.path, 100));
	ATF_CHECK_STREQ(content, text.p);
	for (i = 0; i < said.len; i++)
		n += said.p[i] == '\n';
	ATF_CHECK_EQ_MSG(nlines, n, "%s", said.p);
	kernel_image_free(&k);
	buf_free(&said);
	buf_free(&text);
}

static void head(atf_tc_t *tc, const char *descr)
{
	atf_tc_set_md_var(tc, "descr", "%s", descr);
	atf_tc_set_md_var(tc, "require.progs", "apt-get dpkg-deb tar");
}

ATF_TC(kernels);
ATF_TC_HEAD(kernels, tc)
{
	head(tc, "Verify that dependencies lead to the image of the newest version, also where the "
		 "image package is empty, and that it is fetched once");
}
ATF_TC_BODY(kernels, tc)
{
	make_machine();
	sh("add linux-image-amd64 6.1.5-1 'linux-image-6.1.0-5-amd64 (= 6.1.5-1)'\n"
	   "add linux-image-6.1.0-5-amd64 6.1.5-1 'kmod, linux-base (>= 4.3)' "
	   "boot/vmlinuz-6.1.0-5-amd64\n"
	   "publish");
	check_kernel("6.1.0-5-amd64 (6.1.5-1)", "vmlinuz-6.1.0-5-amd64",
		     "linux-image-6.1.0-5-amd64 6.1.5-1\n", 2);
	check_kernel("6.1.0-5-amd64 (6.1.5-1)", "vmlinuz-6.1.0-5-amd64",
		     "linux-image-6.1.0-5-amd64 6.1.5-1\n", 0);

	/* The next one is of the new kind, has "+" in its name, and replaces the old one. */
	sh("rm $pool/*\n"
	   "add linux-image-amd64 7.2.1-1 "
	   "'linux-base-amd64 (= 7.2.1-1), linux-image-7.2.1+deb14-amd64 (= 7.2.1-1)'\n"
	   "add linux-image-7.2.1+deb14-amd64 7.2.1-1 'linux-base, "
	   "linux-binary-7.2.1+deb14-amd64 (= 7.2.1-1) | linux-binary-signed, "
	   "linux-modules-7.2.1+deb14-amd64'\n"
	   "add linux-binary-7.2.1+deb14-amd64 7.2.1-1 '' "
	   "usr/lib/modules/7.2.1+deb14-amd64/vmlinuz\n"
	   "add linux-modules-7.2.1+deb14-amd64 7.2.1-1 '' usr/lib/modules/x/x.ko\n"
	   "publish\n");
	/* A day has not passed: nobody looks. */
	check_kernel("6.1.0-5-amd64 (6.1.5-1)", "vmlinuz-6.1.0-5-amd64",
		     "linux-image-6.1.0-5-amd64 6.1.5-1\n", 0);
	sh("touch -d '2 days ago' cache/apt/sid-amd64/updated");
	check_kernel("7.2.1+deb14-amd64 (7.2.1-1)", "vmlinuz-7.2.1+deb14-amd64",
		     "linux-binary-7.2.1+deb14-amd64 7.2.1-1\n", 2);
	sh("test -z \"$(find cache -name '*.ko' -o -name '*.new*')\"");
}

ATF_TC(vanished);
ATF_TC_HEAD(vanished, tc)
{
	head(tc, "Verify that a version that left the mirror since the lists were fetched is "
		 "replaced by the newest, and that a mirror that is gone does no harm to what is "
		 "there");
}
ATF_TC_BODY(vanished, tc)
{
	make_machine();
	sh("add linux-image-amd64 1 'linux-image-1-amd64'\n"
	   "add linux-image-1-amd64 1 '' boot/vmlinuz-1-amd64\n"
	   "publish");
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 2);
	/* Lists and mirror disagree, and the cache has nothing. */
	sh("rm -r cache/kernels $pool/*\n"
	   "add linux-image-amd64 2 'linux-image-2-amd64'\n"
	   "add linux-image-2-amd64 2 '' boot/vmlinuz-2-amd64\n"
	   "publish");
	check_kernel("2-amd64 (2)", "vmlinuz-2-amd64", "linux-image-2-amd64 2\n", 3);
	sh("touch -d '2 days ago' cache/apt/sid-amd64/updated; mv repo gone");
	/* Said: that lists are fetched, with and without security updates, and that it failed. */
	check_kernel("2-amd64 (2)", "vmlinuz-2-amd64", "linux-image-2-amd64 2\n", 3);
}

ATF_TC(archived);
ATF_TC_HEAD(archived, tc)
{
	head(tc, "Verify that a security update that is listed and gone gives way to what the suite "
		 "itself has");
}
ATF_TC_BODY(archived, tc)
{
	make_machine();
	sh("sed -n 's,/debian ,/debian-security ,;s, main,-security main,p' parts/own.list "
	   ">parts/security.list\n"
	   "add linux-image-amd64 2 linux-image-2-amd64\n"
	   "add linux-image-2-amd64 2 '' boot/vmlinuz-2-amd64\n"
	   "(publish)\n"
	   "mkdir -p repo/debian-security/dists\n"
	   "mv repo/debian/dists/sid repo/debian-security/dists/sid-security\n"
	   "sed -i 's,: sid$,: sid-security,' repo/debian-security/dists/sid-security/Release\n"
	   "rm $pool/*\n"
	   "add linux-image-amd64 1 linux-image-1-amd64\n"
	   "add linux-image-1-amd64 1 '' boot/vmlinuz-1-amd64\n"
	   "publish");
	/* Said: lists, the update, lists, the update, lists, the one before it. */
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 6);
}

static void refuse(const char *expected)
{
	struct kernel_image k;
	struct why why = {""};

	ATF_CHECK(fetch_kernel(&kernel, NULL, NULL, &k, &why) < 0);
	ATF_CHECK_MSG(strstr(why.text, expected), "'%s' does not say '%s'", why.text, expected);
}

ATF_TC(refused);
ATF_TC_HEAD(refused, tc)
{
	head(tc, "Verify that a missing package, one without a kernel, packages in a ring and a "
		 "machine without Debian's mirrors are each told in one line");
}
ATF_TC_BODY(refused, tc)
{
	make_machine();
	refuse("apt-get: exit status 100: Failed to fetch copy:");
	sh("add something 1 ''; publish");
	refuse("suite sid has no package linux-image-amd64 for amd64");
	sh("touch -d '2 days ago' cache/apt/sid-amd64/updated; add linux-image-amd64 1 ''; publish");
	refuse("package linux-image-amd64 holds no kernel image");
	sh("touch -d '2 days ago' cache/apt/sid-amd64/updated\n"
	   "add linux-image-amd64 2 linux-image-amd64; publish");
	refuse("leads from package to package");
	sh("touch -d '2 days ago' cache/apt/sid-amd64/updated; rm parts/own.list");
	/* The lists that are there still serve. */
	refuse("leads from package to package");
	sh("rm -r cache");
	refuse("serves Debian's main for ");
	ATF_REQUIRE_EQ(0, setenv("BELAY_CACHE", "relative", 1));
	refuse("cache 'relative/kernels/amd64', expected an absolute path");
}

ATF_TC(mended);
ATF_TC_HEAD(mended, tc)
{
	head(tc, "Verify that a damaged kernel of the cache is fetched again, that without a mirror it "
		 "is refused, and that half a download is not taken for a whole one");
}
ATF_TC_BODY(mended, tc)
{
	make_machine();
	sh("add linux-image-amd64 1 linux-image-1-amd64\n"
	   "add linux-image-1-amd64 1 '' boot/vmlinuz-1-amd64\n"
	   "publish");
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 2);
	/* Said: what is damaged, and what is fetched. */
	sh("echo x >cache/kernels/amd64/linux-image-1-amd64_1/vmlinuz-1-amd64");
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 2);
	sh("rm -r cache/kernels/amd64/linux-image-1-amd64_1\n"
	   "d=cache/apt/sid-amd64/download/linux-image-1-amd64_1; mkdir -p $d\n"
	   "head -c 300 $pool/linux-image-1-amd64_1_amd64.deb >$d/linux-image-1-amd64_1_amd64.deb");
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 1);
	sh("echo x >cache/kernels/amd64/linux-image-1-amd64_1/vmlinuz-1-amd64; mv repo gone");
	refuse("apt-get: exit status 100: ");
	sh("mv gone repo");
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 2);
	/* A package that is not the one of the lists. */
	sh("rm -r cache/kernels; echo x >>$pool/linux-image-1-amd64_1_amd64.deb");
	refuse("apt-get: exit status 100: ");
	sh("test -z \"$(find cache/kernels -type f)\"");
}

ATF_TC(offline);
ATF_TC_HEAD(offline, tc)
{
	head(tc, "Verify that offline the cache serves, damaged or empty is refused, and no list is "
		 "asked for; and that a refresh asks for it");
}
ATF_TC_BODY(offline, tc)
{
	make_machine();
	ATF_REQUIRE_EQ(0, setenv("BELAY_OFFLINE", "1", 1));
	refuse("not in the cache, and nothing is fetched offline");
	sh("test ! -e cache/apt");
	ATF_REQUIRE_EQ(0, unsetenv("BELAY_OFFLINE"));
	sh("add linux-image-amd64 1 linux-image-1-amd64\n"
	   "add linux-image-1-amd64 1 '' boot/vmlinuz-1-amd64\n"
	   "publish");
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 2);
	sh("add linux-image-amd64 2 linux-image-2-amd64\n"
	   "add linux-image-2-amd64 2 '' boot/vmlinuz-2-amd64\n"
	   "rm $pool/*_1_*; publish");
	sh("touch -d '2 days ago' cache/apt/sid-amd64/updated");
	fetch_set(FETCH_OFFLINE);
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 0);
	fetch_set(FETCH_NOW);
	check_kernel("2-amd64 (2)", "vmlinuz-2-amd64", "linux-image-2-amd64 2\n", 2);
	/* What cannot be asked for is no refresh; what is there serves all the same. */
	sh("mv repo gone");
	check_kernel("2-amd64 (2)", "vmlinuz-2-amd64", "linux-image-2-amd64 2\n", 4);
	fetch_set(FETCH_OFFLINE);
	sh(": >cache/kernels/amd64/linux-image-2-amd64_2/vmlinuz-2-amd64");
	refuse("linux-image-2-amd64_2 is damaged: ./vmlinuz-2-amd64: FAILED");
}

ATF_TC(signature);
ATF_TC_HEAD(signature, tc)
{
	head(tc, "Verify that a mirror without a signature, or with one that is none, is refused, "
		 "and that nothing of it is kept");
}
ATF_TC_BODY(signature, tc)
{
	make_machine();
	sh("add linux-image-amd64 1 linux-image-1-amd64\n"
	   "add linux-image-1-amd64 1 '' boot/vmlinuz-1-amd64\n"
	   "publish");
	sh("sed -i 's/\\[trusted=yes\\] //' parts/own.list");
	refuse("is not signed");
	sh("cd repo/debian/dists/sid\n"
	   "{ printf -- '-----BEGIN PGP SIGNED MESSAGE-----\\nHash: SHA256\\n\\n'; cat Release\n"
	   "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nAAAA\\n-----END PGP SIGNATURE-----\\n'; } "
	   ">InRelease");
	refuse("apt-get: exit status 100: ");
	sh("test -z \"$(find cache/kernels -type f)\"");
}

ATF_TC(together);
ATF_TC_HEAD(together, tc)
{
	head(tc, "Verify that several processes fetch one kernel into one cache at a time");
}
ATF_TC_BODY(together, tc)
{
	pid_t pids[4];
	int status;

	make_machine();
	sh("add linux-image-amd64 1 linux-image-1-amd64\n"
	   "add linux-image-1-amd64 1 '' boot/vmlinuz-1-amd64\n"
	   "publish");
	for (size_t i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct kernel_image k;
			struct why why;

			if (fetch_kernel(&kernel, NULL, NULL, &k, &why) == 0)
				_exit(0);
			fprintf(stderr, "%s\n", why.text);
			_exit(1);
		}
		ATF_REQUIRE(pids[i] > 0);
	}
	for (size_t i = 0; i < 4; i++) {
		ATF_REQUIRE_EQ(pids[i], waitpid(pids[i], &status, 0));
		ATF_CHECK_EQ(0, status);
	}
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 0);
}

ATF_TC(full);
ATF_TC_HEAD(full, tc)
{
	head(tc, "Verify that a full disk is told as such, with what helps, and does no harm to what "
		 "is there");
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(full, tc)
{
	make_machine();
	sh("mkdir cache\n"
	   "add linux-image-amd64 1 linux-image-1-amd64\n"
	   "add linux-image-1-amd64 1 '' boot/vmlinuz-1-amd64\n"
	   "publish");
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "cache", "tmpfs", 0, "size=30m") < 0)
		atf_tc_skip("no file system of one's own: %s", strerror(errno));
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 2);
	sh("touch -d '2 days ago' cache/apt/sid-amd64/updated\n"
	   "rm -r cache/kernels; dd if=/dev/zero of=cache/ballast bs=64k 2>/dev/null || "
	   "test -s cache/ballast");
	refuse("/cache: kmatrix fetch --prune removes what is superseded, BELAY_CACHE names");
	sh("rm cache/ballast");
	check_kernel("1-amd64 (1)", "vmlinuz-1-amd64", "linux-image-1-amd64 1\n", 2);
	umount("cache");
}

ATF_TC(userland);
ATF_TC_HEAD(userland, tc)
{
	head(tc, "Verify that the userland is busybox with all it depends on, fetched "
		 "once, and again when one of them is newer");
}
ATF_TC_BODY(userland, tc)
{
	struct machine m = {.arch = (char *)"amd64", .userland = (char *)"sid"};
	struct buf said = {0};
	struct why why;
	char *root, *again, *newer, *path;

	make_machine();
	sh("add libx 1 '' usr/lib/x86_64-linux-gnu/libx.so.1\n"
	   "add busybox-static 1 libx bin/busybox\n"
	   "add other 1 '' usr/bin/other\n"
	   "publish");
	ATF_REQUIRE_EQ_MSG(0, fetch_userland(&m, say, &said, &root, &why), "%s", why.text);
	path = buf_asprintf("cd %s && cat usr/lib/x86_64-linux-gnu/libx.so.1 "
			    "bin/busybox && ! test -e usr/bin/other", root);
	ATF_CHECK_EQ(0, system(path));
	free(path);
	ATF_CHECK_STREQ("lists of sid for amd64\nbusybox-static for amd64 from sid\n", said.p);
	ATF_REQUIRE_EQ(0, fetch_userland(&m, NULL, NULL, &again, &why));
	ATF_CHECK_STREQ(root, again);
	sh("touch -d '2 days ago' cache/apt/sid-amd64/updated\n"
	   "add libx 2 '' usr/lib/x86_64-linux-gnu/libx.so.1; publish");
	ATF_REQUIRE_EQ_MSG(0, fetch_userland(&m, NULL, NULL, &newer, &why), "%s", why.text);
	path = buf_asprintf("test \"$(cat %s/usr/lib/*/libx.so.1)\" = 'libx 2'", newer);
	ATF_CHECK_EQ(0, system(path));
	free(path);
	free(root);
	free(again);
	free(newer);
	buf_free(&said);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, kernels);
	ATF_TP_ADD_TC(tp, vanished);
	ATF_TP_ADD_TC(tp, archived);
	ATF_TP_ADD_TC(tp, refused);
	ATF_TP_ADD_TC(tp, mended);
	ATF_TP_ADD_TC(tp, offline);
	ATF_TP_ADD_TC(tp, signature);
	ATF_TP_ADD_TC(tp, together);
	ATF_TP_ADD_TC(tp, full);
	ATF_TP_ADD_TC(tp, userland);
	return atf_no_error();
}
